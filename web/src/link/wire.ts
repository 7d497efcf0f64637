/**
 * Events from bytes, commands to text. The frame is described in src/chainrule/protocol/wire.py: lengths, a JSON head,
 * and buffers at multiples of 8, which become typed arrays over the very bytes that arrived.
 */

import type { Command, Event } from "../messages";

const ARRAYS = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  i8: Int8Array,
  u8: Uint8Array,
} as const;

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

interface Stead {
  $buffer?: number;
  $number?: string;
  dtype?: keyof typeof ARRAYS;
}

/** The event in ``message``; its arrays are views of ``message``. Throws ``RangeError`` or ``SyntaxError``. */
export function decode(message: ArrayBuffer): Event {
  const view = new DataView(message);
  const size = view.getUint32(0, true);
  const count = view.getUint32(4, true);
  const start = 8 + 4 * count;
  const places: number[] = [];
  const lengths: number[] = [];
  let end = start + size;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(8 + 4 * i, true);
    places.push(Math.ceil(end / 8) * 8);
    lengths.push(length);
    end = places[i]! + length;
  }
  if (end > message.byteLength)
    throw new RangeError(`${message.byteLength} bytes arrived, ${end} were announced`);
  const head = new TextDecoder().decode(new Uint8Array(message, start, size));
  return JSON.parse(head, (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    const { $buffer, $number, dtype } = value as Stead;
    if ($number !== undefined) return NUMBERS[$number];
    if ($buffer === undefined || dtype === undefined) return value;
    const Kind = ARRAYS[dtype];
    return new Kind(message, places[$buffer], lengths[$buffer]! / Kind.BYTES_PER_ELEMENT);
  }) as Event;
}

/** A command as the host reads it: JSON text. */
export function encode(command: Command): string {
  return JSON.stringify(command);
}
