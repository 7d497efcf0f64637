import { describe, expect, test } from "vitest";
import type { Moment, Sketch, SketchFrame } from "../../src/messages";
import { drawn, edgeAt, nodeAt, nodesOf, wayBetween } from "../../src/store/sketch";

/** b = a + a, c = b a */
const sketch: Sketch = {
  type: "sketch",
  seq: 1,
  revision: 3,
  names: ["v:4", "v:9", "v:2"],
  labels: ["a", "b", "c"],
  operators: ["", "+", "×"],
  lines: Int32Array.of(1, 2, 2),
  x: Float32Array.of(0, 1, 2),
  y: Float32Array.of(0, 0, 0),
  width: 10,
  height: 5,
  way: "right",
  source: Int32Array.of(0, 0, 1, 0),
  target: Int32Array.of(1, 1, 2, 2),
  stages: Int32Array.of(0, 1, 2),
};

function frame(moment: Partial<Moment>, revision = 3): SketchFrame {
  const none = new Float64Array(0);
  const rest = { step: 0, phase: "forward", layer: 0, name: "", resting: false, following: false } as const;
  return {
    type: "sketchframe",
    seq: 1,
    revision,
    moment: { cursor: 0, values_to: 0, gradients_from: 4, cleared: false, ...rest, ...moment },
    values: none,
    adjoints: none,
    slopes: none,
    carried: none,
    recomputed: 0,
    edited: false,
    inspection: null,
  };
}

describe("marks of the graph of code", () => {
  test("values and operands are found by their names, and no others", () => {
    expect(nodeAt(sketch, "v:9")).toBe(1);
    expect(nodeAt(sketch, "a:2:1")).toBe(2);
    expect(edgeAt(sketch, "a:9:1")).toBe(1);
    expect(edgeAt(sketch, "a:2:0")).toBe(2);
    expect(edgeAt(sketch, "a:2:2")).toBe(-1);
    for (const odd of ["v:1", "a:4:0", "a:2", "a:1:0", "loss", ""]) expect(drawn(sketch, odd)).toBe(false);
  });

  test("a line has the values that it made", () => {
    expect(nodesOf(sketch, 2)).toEqual([1, 2]);
    expect(nodesOf(sketch, 7)).toEqual([]);
  });
});

describe("the way between two frames", () => {
  test("forward, back, and nothing where the pass was gone back in or the graph is another", () => {
    const one = frame({ cursor: 1, values_to: 1 });
    const two = frame({ cursor: 2, values_to: 2 });
    const three = frame({ cursor: 5, values_to: 2, gradients_from: 2, phase: "backward" });
    expect(wayBetween(one, two)).toEqual({ stages: [2], back: false });
    expect(wayBetween(two, three)).toEqual({ stages: [2, 3], back: true });
    expect(wayBetween(three, two)).toBeNull();
    expect(wayBetween(frame({}, 2), two)).toBeNull();
    expect(wayBetween(null, two)).toBeNull();
  });
});
