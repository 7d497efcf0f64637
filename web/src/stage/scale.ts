/**
 * From numbers to looks: colours by looking them up in the ramps that the engine sends, widths by one declared
 * line. Nothing here knows how a ramp was made.
 */
import type { Ramp } from "../messages";

/** The entry of a number that has no place on a ramp. */
export const INVALID = 255;
/** The ramp's neutral entry. */
export const NEUTRAL = 127;

/** Widths are drawn in steps of a quarter pixel. */
export const WIDTH_STEP = 0.25;
export const WIDTH_LEAST = 0.75;
export const WIDTH_CAP = 7;

/** The entry of `x`: 127 + sign(x) · (how many thresholds are <= |x|); INVALID for NaN and infinities. */
export function entry(thresholds: ArrayLike<number>, x: number): number {
  if (!Number.isFinite(x)) return INVALID;
  const magnitude = Math.abs(x);
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (thresholds[middle]! <= magnitude) low = middle + 1;
    else high = middle;
  }
  return x < 0 ? NEUTRAL - low : NEUTRAL + low;
}

/**
 * An entry rounded to one of `levels` steps a side, away from the neutral: neutral and both ends stay exact, and what
 * is not zero never looks like zero.
 */
export function coarse(index: number, levels: number): number {
  if (index === INVALID || index === NEUTRAL) return index;
  const k = Math.abs(index - NEUTRAL);
  const rounded = Math.round((Math.ceil((k * levels) / NEUTRAL) * NEUTRAL) / levels);
  return index < NEUTRAL ? NEUTRAL - rounded : NEUTRAL + rounded;
}

/**
 * Width of an edge of weight w, in pixels at zoom 1: 0.75 at nothing, `unit` at |w| = 1, growing evenly, never
 * above 7. A weight that is no number has the least width.
 */
export function width(w: number, unit: number): number {
  if (Number.isNaN(w)) return WIDTH_LEAST;
  return Math.min(WIDTH_CAP, WIDTH_LEAST + Math.abs(w) * Math.max(0, unit - WIDTH_LEAST));
}

/** The number of the width's step, and the width of a step. */
export function widthStep(pixels: number): number {
  return Math.round(pixels / WIDTH_STEP);
}

/** What a width of the world is on the screen: it follows the zoom and stays visible. */
export function onScreen(pixels: number, zoom: number): number {
  return Math.max(0.4, pixels * Math.min(zoom, 2));
}

/** One CSS colour for each of the 255 entries. */
export function cssColours(ramp: Ramp): string[] {
  const colours: string[] = [];
  for (let i = 0; i + 2 < ramp.colours.length; i += 3) {
    colours.push(`rgb(${ramp.colours[i]},${ramp.colours[i + 1]},${ramp.colours[i + 2]})`);
  }
  return colours;
}

/**
 * Pixels of a map by its byte: 256 RGBA words, indexed by byte + 128. A byte b stands for b / 127; -128 is not a
 * number and gets `invalid` (RGB).
 */
export function mapColours(ramp: Ramp, invalid: readonly [number, number, number]): Uint32Array<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let b = -128; b < 128; b++) {
    const at = (b + 128) * 4;
    const index = b === -128 ? INVALID : entry(ramp.thresholds, b / 127);
    for (let c = 0; c < 3; c++) {
      bytes[at + c] = index === INVALID ? invalid[c]! : ramp.colours[index * 3 + c]!;
    }
    bytes[at + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** Pixels of a ramp by entry: RGBA words; INVALID has `invalid` (RGB). */
export function words(ramp: Ramp, invalid: readonly [number, number, number]): Uint32Array<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(256 * 4).fill(255);
  for (let i = 0; i * 3 + 2 < ramp.colours.length; i++)
    for (let c = 0; c < 3; c++) bytes[i * 4 + c] = ramp.colours[i * 3 + c]!;
  for (let c = 0; c < 3; c++) bytes[INVALID * 4 + c] = invalid[c]!;
  return new Uint32Array(bytes.buffer);
}

/** RGB of `#rrggbb`; grey where the text is none. */
export function rgb(hex: string): [number, number, number] {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
  if (!found) return [128, 128, 128];
  return [Number.parseInt(found[1]!, 16), Number.parseInt(found[2]!, 16), Number.parseInt(found[3]!, 16)];
}
