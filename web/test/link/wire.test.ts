import { describe, expect, test } from "vitest";
import { decode, encode } from "../../src/link/wire";
import type { Frame, Notice } from "../../src/messages";

/** A message laid out as src/chainrule/protocol/wire.py describes it. */
function message(head: unknown, ...buffers: Uint8Array[]): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(head));
  const start = 8 + 4 * buffers.length;
  let end = start + text.length;
  const places = buffers.map((buffer) => {
    const place = Math.ceil(end / 8) * 8;
    end = place + buffer.length;
    return place;
  });
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  view.setUint32(4, buffers.length, true);
  buffers.forEach((buffer, i) => {
    view.setUint32(8 + 4 * i, buffer.length, true);
    bytes.set(buffer, places[i]);
  });
  bytes.set(text, start);
  return bytes.buffer;
}

describe("an event from bytes", () => {
  test("has its arrays as views of the very bytes that arrived", () => {
    const numbers = Float64Array.of(1.5, Number.NaN, -0);
    const arrived = message(
      {
        type: "frame",
        parameters: { $buffer: 1, dtype: "f64" },
        maps: { $buffer: 0, dtype: "i8" },
      },
      Uint8Array.of(255, 127, 128),
      new Uint8Array(numbers.buffer),
    );
    const frame = decode(arrived) as Frame;
    expect([...frame.maps]).toEqual([-1, 127, -128]);
    expect(frame.parameters).toEqual(numbers);
    expect(frame.parameters.buffer).toBe(arrived);
    expect(frame.maps.buffer).toBe(arrived);
  });

  test("has the numbers that JSON cannot write", () => {
    const notice = decode(
      message({
        type: "notice",
        facts: { a: { $number: "NaN" }, b: { $number: "-Infinity" }, c: { $number: "Infinity" } },
      }),
    ) as Notice;
    expect(notice.facts).toEqual({ a: Number.NaN, b: Number.NEGATIVE_INFINITY, c: Number.POSITIVE_INFINITY });
  });

  test("keeps text of any language", () => {
    expect((decode(message({ type: "notice", text: "第 3 层 ∂" })) as Notice).text).toBe("第 3 层 ∂");
  });

  test("is refused when it is cut short", () => {
    const whole = message({ type: "frame", maps: { $buffer: 0, dtype: "u8" } }, new Uint8Array(64));
    expect(() => decode(whole.slice(0, whole.byteLength - 8))).toThrow(RangeError);
  });
});

test("a command is JSON text", () => {
  expect(JSON.parse(encode({ type: "step", id: 7, unit: "epoch" }))).toEqual({
    type: "step",
    id: 7,
    unit: "epoch",
  });
});
