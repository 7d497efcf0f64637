import { describe, expect, it } from "vitest";
import {
  coarse,
  cssColours,
  entry,
  INVALID,
  mapColours,
  NEUTRAL,
  onScreen,
  rgb,
  WIDTH_CAP,
  WIDTH_LEAST,
  width,
} from "../../src/stage/scale";
import { palette } from "./networks";

const { gradient } = palette();

describe("the entry of a number on a ramp", () => {
  it("counts the thresholds that are not above the magnitude, as the engine defines it", () => {
    for (const x of [0, 1e-9, 0.004, 0.25, 0.5, 0.9999, 1, 7, 1e300]) {
      const k = gradient.thresholds.filter((threshold) => threshold <= x).length;
      expect(entry(gradient.thresholds, x)).toBe(127 + k);
      expect(entry(gradient.thresholds, -x)).toBe(127 - k);
    }
  });

  it("reaches the ramp's ends at its limit and the neutral at zero of either sign", () => {
    expect([-1, -0, 0, 1].map((x) => entry(gradient.thresholds, x))).toEqual([0, 127, 127, 254]);
  });

  it("has no place for what is not a finite number", () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(entry(gradient.thresholds, x)).toBe(INVALID);
    }
  });
});

describe("coarse entries", () => {
  it("keep the three colours that are promised, and never show something as nothing", () => {
    expect([0, NEUTRAL, 254, INVALID].map((index) => coarse(index, 24))).toEqual([0, NEUTRAL, 254, INVALID]);
    expect(coarse(NEUTRAL + 1, 24)).toBeGreaterThan(NEUTRAL);
    expect(coarse(NEUTRAL - 1, 24)).toBeLessThan(NEUTRAL);
  });

  it("are few and in order", () => {
    const all = Array.from({ length: 255 }, (_, index) => coarse(index, 24));
    expect(new Set(all).size).toBe(49);
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });
});

describe("the width of an edge", () => {
  it("grows with |w| from the least width to the cap and is the unit at 1", () => {
    const widths = [0, 0.1, 0.5, 1, 2, 3, 5, 100].map((w) => width(w, 2));
    expect(widths[0]).toBe(WIDTH_LEAST);
    expect(widths[3]).toBe(2);
    expect(widths.at(-1)).toBe(WIDTH_CAP);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(width(-3, 2)).toBe(width(3, 2));
    expect(width(Number.NaN, 2)).toBe(WIDTH_LEAST);
    expect(width(Number.POSITIVE_INFINITY, 2)).toBe(WIDTH_CAP);
  });

  it("follows the zoom but never vanishes", () => {
    expect(onScreen(2, 1)).toBe(2);
    expect(onScreen(2, 0.5)).toBe(1);
    expect(onScreen(0.75, 0.01)).toBeGreaterThanOrEqual(0.4);
  });
});

describe("colours", () => {
  it("are the ramp's own bytes", () => {
    const css = cssColours(gradient);
    expect(css).toHaveLength(255);
    expect([css[0], css[127], css[254]]).toEqual(["rgb(255,0,0)", "rgb(255,255,255)", "rgb(0,0,255)"]);
  });

  it("give a map's bytes the ramp's colours and what is no number the one set apart", () => {
    const pixels = new Uint8Array(mapColours(gradient, rgb("#e000b0")).buffer);
    const at = (byte: number) => [...pixels.subarray((byte + 128) * 4, (byte + 128) * 4 + 4)];
    expect(at(-127)).toEqual([255, 0, 0, 255]);
    expect(at(0)).toEqual([255, 255, 255, 255]);
    expect(at(127)).toEqual([0, 0, 255, 255]);
    expect(at(-128)).toEqual([0xe0, 0, 0xb0, 255]);
  });
});
