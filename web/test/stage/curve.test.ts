import { describe, expect, it } from "vitest";
import { distance, outline, pointAt, trace } from "../../src/stage/curve";

const ends = { x1: 10, y1: 20, x2: 210, y2: 120 };

describe("the curve of an edge", () => {
  it("begins and ends at its ends and crosses the middle half-way", () => {
    expect(pointAt(ends, 0)).toEqual({ x: 10, y: 20 });
    expect(pointAt(ends, 1)).toEqual({ x: 210, y: 120 });
    expect(pointAt(ends, 0.5)).toEqual({ x: 110, y: 70 });
  });

  it("is the cubic that the pen draws", () => {
    const handles: number[] = [];
    trace({ moveTo: () => {}, bezierCurveTo: (...at) => handles.push(...at) }, 10, 20, 210, 120);
    const [ax, ay, bx, by, ex, ey] = handles as [number, number, number, number, number, number];
    for (const t of [0.1, 0.37, 0.8]) {
      const s = 1 - t;
      const x = s ** 3 * 10 + 3 * s * s * t * ax + 3 * s * t * t * bx + t ** 3 * ex;
      const y = s ** 3 * 20 + 3 * s * s * t * ay + 3 * s * t * t * by + t ** 3 * ey;
      expect(pointAt(ends, t).x).toBeCloseTo(x, 9);
      expect(pointAt(ends, t).y).toBeCloseTo(y, 9);
    }
    expect(outline(ends)).toBe("M10,20C110,20 110,120 210,120");
  });

  it("has no distance to its own points and the plain one to others", () => {
    for (const t of [0, 0.2, 0.5, 0.93]) {
      const { x, y } = pointAt(ends, t);
      expect(distance(ends, x, y)).toBeLessThan(0.2);
    }
    expect(distance(ends, 0, 20)).toBeCloseTo(10, 6);
    expect(distance({ x1: 0, y1: 5, x2: 100, y2: 5 }, 40, 9)).toBeCloseTo(4, 9);
  });
});
