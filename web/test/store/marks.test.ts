import { expect, test } from "vitest";
import type { Frame, Graph } from "../../src/messages";
import { exists, neighbours, nodeOf, numbersOf, parameterOf, renamed } from "../../src/store/marks";

/** Two inputs, two neurons, one output, loss. Weights 0-3, biases 4-5, weights 6-7, bias 8. */
const graph = {
  layers: [
    { index: 0, kind: "input", first: 0, count: 2 },
    { index: 1, kind: "hidden", first: 2, count: 2 },
    { index: 2, kind: "output", first: 4, count: 1 },
    { index: 3, kind: "loss", first: 5, count: 1 },
  ],
  names: ["n:0:0", "n:0:1", "n:1:0", "n:1:1", "n:2:0", "loss"],
  bias: Int32Array.of(-1, -1, 4, 5, 8, -1),
  source: Int32Array.of(0, 1, 0, 1, 2, 3, 4),
  target: Int32Array.of(2, 2, 3, 3, 4, 4, 5),
  parameter: Int32Array.of(0, 1, 2, 3, 6, 7, -1),
} as unknown as Graph;

const frame = {
  parameters: Float64Array.from({ length: 9 }, (_, i) => i),
  gradients: Float64Array.from({ length: 9 }, (_, i) => -i),
  values: Float64Array.of(10, 11, 12, 13, 14, 15),
  adjoints: Float64Array.of(20, 21, 22, 23, 24, 25),
} as unknown as Frame;

test("weights, biases and nodes are found by their names", () => {
  expect(parameterOf(graph, "w:1:1:0")).toBe(2);
  expect(parameterOf(graph, "b:1:1")).toBe(5);
  expect(nodeOf(graph, "n:1:1")).toBe(3);
  expect(nodeOf(graph, "loss")).toBe(5);
});

test("what the graph does not have does not exist", () => {
  for (const target of ["w:1:2:0", "w:1:0:2", "w:0:0:0", "b:0:0", "n:3:0", "n:1:2", "x", ""]) {
    expect(exists(graph, target), target).toBe(false);
  }
});

test("numbers of a mark are the frame's", () => {
  expect(numbersOf(graph, frame, "w:2:0:1")).toEqual({ value: 7, gradient: -7 });
  expect(numbersOf(graph, frame, "n:0:1")).toEqual({ value: 11, gradient: 21 });
  expect(numbersOf(graph, frame, "loss")).toEqual({ value: 15, gradient: 25 });
  expect(numbersOf(graph, frame, "b:0:0")).toBeNull();
});

test("neighbours of a weight are its ends, of a neuron what it reads and feeds", () => {
  expect(neighbours(graph, "w:1:1:0")).toEqual(["n:1:1", "n:0:0"]);
  expect(neighbours(graph, "n:1:0").sort()).toEqual(["n:0:0", "n:0:1", "n:2:0"]);
});

test("a mark is renamed with its layer, and gone where the edit has taken it away", () => {
  const inserted = { ...graph, came: [0, -1, 1] } as unknown as Graph; // a layer before what was the output
  expect(renamed(inserted, "n:0:1")).toBe("n:0:1");
  expect(renamed(inserted, "n:1:0")).toBe("n:2:0");
  expect(renamed(inserted, "w:1:0:1")).toBeNull(); // its ends are no neighbours any more
  expect(renamed(inserted, "loss")).toBe("loss");
  const removed = { ...graph, came: [0, 2, 3] } as unknown as Graph;
  expect(renamed(removed, "z:2:1")).toBe("z:1:1");
  expect(renamed(removed, "w:3:0:1")).toBe("w:2:0:1");
  expect(renamed(removed, "n:1:0")).toBeNull();
});
