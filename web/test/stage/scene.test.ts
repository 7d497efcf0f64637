import { describe, expect, it } from "vitest";
import { pointAt } from "../../src/stage/curve";
import { nearestFirst, Scene, sameStructure } from "../../src/stage/scene";
import { bestStretch, stretched } from "../../src/stage/spread";
import { neighbour } from "../../src/stage/twin";
import { dense } from "./networks";

const graph = dense([2, 6, 5, 1]);
const scene = new Scene(graph);
const nameAt = (n: number) => graph.names[n];

describe("names", () => {
  it("of every weight lead back to its own edge", () => {
    for (let e = 0; e < scene.edges; e++) {
      const name = scene.edgeName(e);
      if (graph.parameter[e]! < 0) expect(name).toBeNull();
      else expect(scene.resolve(name)).toEqual({ kind: "edge", index: e });
    }
    expect(scene.resolve("w:2:1:0")).toEqual({
      kind: "edge",
      index: graph.source.findIndex((s, e) => nameAt(s) === "n:1:0" && nameAt(graph.target[e]!) === "n:2:1"),
    });
  });

  it("of nodes, biases and the loss are known, and others are not", () => {
    expect(scene.resolve("n:1:3")).toEqual({ kind: "node", index: 5 });
    expect(scene.resolve("b:1:3")).toEqual({ kind: "bias", index: 5 });
    expect(scene.resolve("loss")).toEqual({ kind: "node", index: scene.nodes - 1 });
    for (const none of [null, "b:0:0", "w:1:0:9", "w:9:0:0", "n:1:6", "x", ""]) {
      expect(scene.resolve(none)).toBeNull();
    }
  });
});

describe("a graph that comes again", () => {
  it("has the same structure under another revision", () => {
    expect(sameStructure(graph, { ...dense([2, 6, 5, 1]), revision: graph.revision + 1 })).toBe(true);
  });

  it("has another structure once a neuron, a place, a name or an operation differs", () => {
    const [first, ...rest] = graph.layers;
    const others = [
      dense([2, 5, 6, 1]),
      { ...graph, x: graph.x.map((x) => x + 1) },
      { ...graph, labels: graph.labels.map((label) => `${label}'`) },
      { ...graph, layers: [{ ...first!, operation: "other" }, ...rest] },
    ];
    for (const other of others) expect(sameStructure(graph, other)).toBe(false);
  });
});

describe("neighbours", () => {
  it("are the edges that end or begin at a node", () => {
    for (let n = 0; n < scene.nodes; n++) {
      const all = [...graph.target.keys()];
      expect([...scene.incoming(n)]).toEqual(all.filter((e) => graph.target[e] === n));
      expect([...scene.outgoing(n)]).toEqual(all.filter((e) => graph.source[e] === n));
    }
  });

  it("by arrow keys: within the column, and to the next column at about the same height", () => {
    const n = graph.names.indexOf("n:1:2");
    expect(nameAt(neighbour(scene, n, "ArrowDown"))).toBe("n:1:3");
    expect(nameAt(neighbour(scene, n, "ArrowUp"))).toBe("n:1:1");
    expect(nameAt(neighbour(scene, n, "ArrowLeft"))).toBe("n:0:0");
    expect(nameAt(neighbour(scene, n, "End"))).toBe("n:1:5");
    expect(nameAt(neighbour(scene, graph.names.indexOf("n:3:0"), "ArrowRight"))).toBe("loss");
    expect(nameAt(neighbour(scene, scene.loss, "ArrowRight"))).toBe("loss");
    expect(nameAt(neighbour(scene, 0, "ArrowUp"))).toBe("n:0:0");
  });

  it("by arrow keys in a column of several nodes a row: sideways first within the row", () => {
    const [input, ...others] = dense([4, 2]).layers;
    const picture = dense([4, 2]);
    const wrapped = new Scene({ ...picture, layers: [{ ...input!, wrap: 2 }, ...others] });
    expect(neighbour(wrapped, 0, "ArrowRight")).toBe(1);
    expect(neighbour(wrapped, 0, "ArrowDown")).toBe(2);
    expect(wrapped.layer[neighbour(wrapped, 1, "ArrowRight")]).toBe(1);
  });
});

describe("what is where", () => {
  it("finds an edge by any point of its curve, unless another is nearer, and nothing away from all", () => {
    for (let e = 0; e < scene.edges; e++) {
      if (graph.parameter[e]! < 0) continue;
      const { x, y } = pointAt(scene.ends(e), 0.02);
      const found = scene.edgeAt(x, y, 6);
      expect(graph.source[found]).toBe(graph.source[e]);
    }
    expect(scene.edgeAt(95, -400, 6)).toBe(-1);
  });

  it("culls what lies outside", () => {
    const column = { left: 150, top: -1000, right: 230, bottom: 1000 };
    expect(scene.nodesIn(column).map(nameAt).sort()).toEqual(
      graph.names.filter((name) => name.startsWith("n:1:")),
    );
    expect(scene.edgesIn({ left: -20, top: -20, right: -10, bottom: 20 })).toEqual([]);
    expect(scene.edgesIn(scene.box)).toHaveLength(scene.edges);
  });

  it("sorts by distance, nearest first", () => {
    expect(nearestFirst([4, 1, 3], (mark) => Math.abs(mark - 3))).toEqual([3, 4, 1]);
  });

  it("stays as it is for a network of ten thousand edges", () => {
    const huge = new Scene(dense([2, 70, 70, 70, 1]));
    expect(huge.edges).toBeGreaterThan(10000);
    const e = 5000;
    const { x, y } = pointAt(huge.ends(e), 0.01);
    expect(huge.graph.source[huge.edgeAt(x, y, 6)]).toBe(huge.graph.source[e]);
  });
});

describe("the room between columns", () => {
  it("stretches the gaps and leaves the columns as they are", () => {
    const x = stretched(graph, 1.5);
    const gap = 190 - 46;
    expect(x[0]).toBe(0);
    expect(x[2]).toBe(46 + gap * 1.5);
    expect(x[3]).toBe(x[2]);
    expect(stretched(graph, 1)).toEqual(graph.x);
  });

  it("widens before the loss as it tightens elsewhere", () => {
    const gap = 190 - (46 + 30) / 2;
    const last = (stretch: number) => {
      const x = stretched(graph, stretch);
      return x.at(-1)! - x.at(-2)! - (46 + 30) / 2;
    };
    expect(last(1)).toBeCloseTo(gap, 3);
    expect(last(0.5)).toBeCloseTo(160, 3);
    expect(last(1.5)).toBeCloseTo(gap * 1.5, 3);
  });

  it("fills the width at every stretch within bounds", () => {
    const height = scene.box.bottom - scene.box.top;
    for (const across of [600, 700, 800, 1000]) {
      const placed = new Scene(graph);
      placed.place(bestStretch(graph, height, across, height));
      expect(placed.stretch).toBeGreaterThan(0.5);
      expect(placed.box.right - placed.box.left).toBeCloseTo(across, 0);
    }
  });

  it("fills the width when the height decides the zoom, and tightens when the width does", () => {
    const height = scene.box.bottom - scene.box.top;
    const wide = bestStretch(graph, height, 1200, 466);
    const placed = new Scene(graph);
    placed.place(wide);
    expect(placed.box.right - placed.box.left).toBeCloseTo(1200, 0);
    expect(bestStretch(graph, height, 200, 2000)).toBe(0.5);
    expect(bestStretch(graph, height, 99999, 100)).toBe(2);
  });
});
