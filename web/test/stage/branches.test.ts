import { describe, expect, test } from "vitest";
import type { Sketch } from "../../src/messages";
import { Branches } from "../../src/stage/branches";
import { structureOf } from "../../src/stage/drawn";
import { Scene } from "../../src/stage/scene";

function scene(parents: readonly (readonly number[])[]): Scene {
  const source = parents.flat();
  const target = parents.flatMap((operands, node) => operands.map(() => node));
  const count = parents.length;
  const sketch: Sketch = {
    type: "sketch",
    seq: 1,
    revision: 1,
    names: parents.map((_, node) => `v:${node}`),
    labels: parents.map((_, node) => `v${node}`),
    operators: parents.map((operands) => (operands.length > 0 ? "+" : "")),
    lines: new Int32Array(count),
    x: Float32Array.from(parents.keys()),
    y: new Float32Array(count),
    width: 10,
    height: 5,
    way: "right",
    source: Int32Array.from(source),
    target: Int32Array.from(target),
    stages: Int32Array.from(parents.keys()),
  };
  return new Scene(structureOf(sketch));
}

const shown = (tree: Branches) => tree.visible().map(({ node, level }) => [node, level]);

describe("the tree of a graph", () => {
  test("each value stands once, beneath the reader that is nearest to the result; what is beside it comes after", () => {
    // 3 = 1 + 2, 2 = 0 + 1, and 4 beside; the result is 5 = 3 + 0
    const tree = new Branches(scene([[], [], [0, 1], [1, 2], [], [3, 0]]), new Set());
    expect(shown(tree)).toEqual([
      [5, 1],
      [3, 2],
      [1, 3],
      [2, 3],
      [0, 2],
      [4, 1],
    ]);
    expect(tree.visible()[1]).toMatchObject({ place: 1, among: 2, open: true });
    expect(tree.visible()[2]!.open).toBeNull();
  });

  test("branches are turned and remembered by name, and the way to a value is opened", () => {
    const turned = new Set<string>();
    const graph = scene([[], [0], [1], [2]]);
    const tree = new Branches(graph, turned);
    tree.turn(2);
    expect(shown(tree)).toEqual([
      [3, 1],
      [2, 2],
    ]);
    expect(shown(new Branches(graph, turned))).toHaveLength(2);
    tree.reveal(0);
    expect(shown(tree)).toHaveLength(4);
  });

  test("a large graph begins with the result's own operands", () => {
    const chain = Array.from({ length: 500 }, (_, node) => (node === 0 ? [] : [node - 1]));
    expect(shown(new Branches(scene(chain), new Set()))).toHaveLength(2);
  });
});
