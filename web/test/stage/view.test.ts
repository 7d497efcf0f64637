import { describe, expect, it } from "vitest";
import {
  between,
  FIT_ZOOM,
  fit,
  inView,
  kept,
  pan,
  shift,
  type View,
  visible,
  zoomAt,
} from "../../src/stage/view";

const view: View = { zoom: 1.5, x: -40, y: 12 };
const insets = { top: 80, right: 40, bottom: 60, left: 20 };
const onScreen = (v: View, x: number, y: number) => [x * v.zoom + v.x, y * v.zoom + v.y];

describe("fitting", () => {
  it("shows the whole box clear of the insets", () => {
    const box = { left: -300, top: 0, right: 2700, bottom: 700 };
    const fitted = fit(box, 800, 600, insets);
    const [left, top] = onScreen(fitted, box.left, box.top) as [number, number];
    const [right, bottom] = onScreen(fitted, box.right, box.bottom) as [number, number];
    expect(left).toBeCloseTo(20, 6);
    expect(right).toBeCloseTo(760, 6);
    expect(top).toBeGreaterThanOrEqual(80);
    expect(bottom).toBeLessThanOrEqual(540);
  });

  it("does not blow a small network up", () => {
    expect(fit({ left: 0, top: 0, right: 40, bottom: 40 }, 1920, 1080, insets).zoom).toBe(FIT_ZOOM);
  });
});

describe("zooming and panning", () => {
  it("keeps the world under the pointer where it is", () => {
    const [px, py] = [333, 222];
    const zoomed = zoomAt(view, 1.3, px, py);
    const [wx, wy] = [(px - view.x) / view.zoom, (py - view.y) / view.zoom];
    const [x, y] = onScreen(zoomed, wx, wy) as [number, number];
    expect(x).toBeCloseTo(px, 9);
    expect(y).toBeCloseTo(py, 9);
  });

  it("never loses the graph from the screen", () => {
    const box = { left: 0, top: 0, right: 100, bottom: 100 };
    const away = kept(pan({ zoom: 1, x: 0, y: 0 }, 99999, -99999), box, 800, 600, 80);
    expect(away.x).toBe(720);
    expect(away.y).toBe(-20);
  });

  it("keeps a graph smaller than the margin whole", () => {
    const box = { left: 0, top: 0, right: 100, bottom: 100 };
    const away = kept({ zoom: 0.1, x: -9999, y: 9999 }, box, 800, 600, 80);
    expect(away).toEqual({ zoom: 0.1, x: 0, y: 590 });
  });

  it("ends zooming out at the least zoom", () => {
    expect(zoomAt(view, 0.001, 0, 0, 0.3).zoom).toBe(0.3);
  });

  it("knows how much of a graph is in view", () => {
    const box = { left: 0, top: 0, right: 100, bottom: 100 };
    expect(inView({ zoom: 1, x: 0, y: 0 }, box, 800, 600)).toBe(1);
    expect(inView({ zoom: 8, x: 0, y: 0 }, box, 400, 400)).toBeCloseTo(0.25, 9);
    expect(inView({ zoom: 1, x: -500, y: 0 }, box, 400, 400)).toBe(0);
  });

  it("moves a painted picture to exactly where the new view has it", () => {
    const now = zoomAt(pan(view, 30, -10), 0.8, 100, 100);
    const [s, , , t, dx, dy] = /matrix\((.*)\)/
      .exec(shift(view, now))![1]!
      .split(",")
      .map(Number) as number[];
    const [x, y] = onScreen(view, 77, 55) as [number, number];
    const [ex, ey] = onScreen(now, 77, 55) as [number, number];
    expect(x * s! + dx!).toBeCloseTo(ex, 9);
    expect(y * t! + dy!).toBeCloseTo(ey, 9);
    expect(shift(view, { ...view })).toBe("none");
  });

  it("begins and ends a flight at its two views", () => {
    const to: View = { zoom: 0.7, x: 5, y: 6 };
    for (const [t, end] of [
      [0, view],
      [1, to],
    ] as const) {
      const there = between(view, to, t, 800, 600);
      expect(there.zoom).toBeCloseTo(end.zoom, 9);
      expect(there.x).toBeCloseTo(end.x, 9);
      expect(there.y).toBeCloseTo(end.y, 9);
    }
  });

  it("knows what of the world is on the screen", () => {
    const box = visible(view, 800, 600, 0);
    expect(onScreen(view, box.left, box.top)).toEqual([0, 0]);
    expect(onScreen(view, box.right, box.bottom)).toEqual([800, 600]);
  });
});
