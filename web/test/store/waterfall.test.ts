import { expect, test } from "vitest";
import { lengths } from "../../src/store/waterfall";

test("a decade less is the same stretch shorter, whatever the sign", () => {
  const [a, b, c] = lengths([1, -0.1, 0.01]) as [number, number, number];
  expect(a).toBe(1);
  expect(a - b).toBeCloseTo(b - c, 12);
  expect(c).toBeGreaterThan(0);
});

test("nothing has no length, and like sizes look alike", () => {
  expect(lengths([0, 0])).toEqual([0, 0]);
  expect(lengths([])).toEqual([]);
  const [one, other] = lengths([1, 0.9]) as [number, number];
  expect(one - other).toBeLessThan(0.05);
  expect(lengths([1, 0, Number.POSITIVE_INFINITY])).toEqual([1, 0, 1]);
});
