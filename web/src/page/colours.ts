/** Colours out of the session's ramps and class tables. Every formula of a colour stands in Python. */

import type { Palette, Ramp } from "../messages";

const NEUTRAL = 127;

export type Rgb = readonly [number, number, number];

/** Colour of entry ``k`` of a ramp, 0 to 254. */
export function entry(ramp: Ramp, k: number): Rgb {
  return [ramp.colours[3 * k]!, ramp.colours[3 * k + 1]!, ramp.colours[3 * k + 2]!];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

/** The whole ramp as a CSS gradient, left to right. */
export function strip(ramp: Ramp): string {
  const stops: string[] = [];
  for (let k = 0; k <= 2 * NEUTRAL; k += 2) stops.push(css(entry(ramp, k)));
  return `linear-gradient(90deg, ${stops.join(", ")})`;
}

/** Colour of class ``index``; classes beyond the table begin again. */
export function ofClass(palette: Palette, index: number): Rgb {
  const at = 3 * (index % (palette.classes.length / 3));
  return [palette.classes[at]!, palette.classes[at + 1]!, palette.classes[at + 2]!];
}

/** Colour of a number on a ramp (beyond: its ends); the thresholds say which entry it has. */
function on(ramp: Ramp, number: number): Rgb {
  const size = Math.abs(number);
  let k = 0;
  while (k < ramp.thresholds.length && ramp.thresholds[k]! <= size) k++;
  return entry(ramp, NEUTRAL + (number < 0 ? -k : k));
}

/** Colour of a gradient on its fixed scale; what is no number has its own. */
export function ofGradient(palette: Palette, gradient: number): string {
  return Number.isFinite(gradient) ? css(on(palette.gradient, gradient)) : palette.invalid;
}

/** Colour of a value of -1 … 1. */
export function ofValue(palette: Palette, value: number): Rgb {
  return on(palette.value, value);
}

/** A map of the frame (-127 … 127, -128 for NaN) as pixels. */
export function picture(palette: Palette, map: Int8Array, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  const { data } = image;
  const { colours } = palette.value;
  const red = Number.parseInt(palette.invalid.slice(1, 3), 16);
  const green = Number.parseInt(palette.invalid.slice(3, 5), 16);
  const blue = Number.parseInt(palette.invalid.slice(5, 7), 16);
  for (let i = 0; i < map.length; i++) {
    const value = map[i]!;
    const c = 3 * (value + NEUTRAL);
    data[4 * i] = value === -128 ? red : colours[c]!;
    data[4 * i + 1] = value === -128 ? green : colours[c + 1]!;
    data[4 * i + 2] = value === -128 ? blue : colours[c + 2]!;
    data[4 * i + 3] = 255;
  }
  return image;
}
