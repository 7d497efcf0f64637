import { describe, expect, it } from "vitest";
import { labelSide, numberSize } from "../../src/stage/marks/neuron";
import { endsFirst } from "../../src/stage/marks/title";
import { Scene } from "../../src/stage/scene";
import { dense } from "./networks";

const scene = new Scene(dense([2, 6, 5, 1]));
const at = (zoom: number) => ({ scene, view: { zoom, x: 0, y: 0 } });
const hidden = 3;

describe("the number under a node", () => {
  it("has the type of a caption where there is room, and a smaller one where there is less", () => {
    expect(numberSize(at(1), hidden)).toBe(11);
    expect(numberSize(at(0.45), hidden)).toBe(10);
  });

  it("is left out where nodes stand too close, sideways or downwards", () => {
    expect(numberSize(at(0.2), hidden)).toBe(0);
    const tight = new Scene(dense([2, 6, 5, 1]));
    tight.place(0.001);
    expect(numberSize({ scene: tight, view: { zoom: 1, x: 0, y: 0 } }, hidden)).toBe(0);
  });

  it("is always there for the loss", () => {
    for (const zoom of [0.02, 0.2, 1]) expect(numberSize(at(zoom), scene.loss)).toBeGreaterThanOrEqual(9);
  });

  it("keeps clear of the nodes of its own row in a layer of several files", () => {
    const graph = dense([2, 4, 1]);
    const layers = graph.layers.map((layer, place) => (place === 1 ? { ...layer, wrap: 2 } : layer));
    const x = graph.x.slice();
    for (let n = 0; n < 4; n++) x[2 + n] = 190 + (n % 2) * 34;
    const wrapped = new Scene({ ...graph, layers, x });
    expect(wrapped.pitch(2).across).toBe(34);
    expect(numberSize({ scene: wrapped, view: { zoom: 1, x: 0, y: 0 } }, 2)).toBe(0);
    expect(numberSize({ scene: wrapped, view: { zoom: 3, x: 0, y: 0 } }, 2)).toBeGreaterThan(0);
    expect(labelSide({ scene: wrapped, view: { zoom: 1, x: 0, y: 0 } }, 2)).toBeNull();
  });
});

describe("titles", () => {
  it("of the first and the last column come first", () => {
    expect(endsFirst([0, 1, 2, 3])).toEqual([0, 3, 1, 2]);
    expect(endsFirst([0])).toEqual([0]);
  });
});
