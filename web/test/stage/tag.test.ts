import { describe, expect, it } from "vitest";
import { symbolOf, tagOf } from "../../src/stage/marks/tag";
import { Scene } from "../../src/stage/scene";
import { dense } from "./networks";

const scene = new Scene(dense([2, 6, 5, 1]));
const at = (zoom: number) => ({ scene, at: scene, ratio: 1, view: { zoom, x: 0, y: 0 } });

describe("the tag of a neuron", () => {
  it("is there from near, not from afar, and never of the loss", () => {
    expect(tagOf(at(1), 3)).toBeNull();
    expect(tagOf(at(2), 3)).not.toBeNull();
    expect(tagOf(at(4), scene.loss)).toBeNull();
  });

  it("touches neither its neuron nor the one beneath", () => {
    for (const zoom of [1.7, 2, 3, 4]) {
      const box = tagOf(at(zoom), 3)!;
      expect(box.top).toBeGreaterThan((scene.y[3]! + scene.size[3]! / 2) * zoom);
      expect(box.bottom).toBeLessThan((scene.y[4]! - scene.size[4]! / 2) * zoom);
    }
  });

  it("is left out where neurons stand side by side", () => {
    const graph = dense([2, 4, 1]);
    const layers = graph.layers.map((layer, place) => (place === 1 ? { ...layer, wrap: 2 } : layer));
    const x = graph.x.slice();
    for (let n = 0; n < 4; n++) x[2 + n] = 190 + (n % 2) * 34;
    const wrapped = new Scene({ ...graph, layers, x });
    expect(tagOf({ scene: wrapped, at: wrapped, ratio: 1, view: { zoom: 3, x: 0, y: 0 } }, 2)).toBeNull();
  });

  it("calls a node as the formulas do", () => {
    expect(symbolOf(scene, 0)).toBe("x1");
    expect(symbolOf(scene, 2)).toBe("a₁");
    const wide = new Scene(dense([1, 12, 1]));
    expect(symbolOf(wide, 12)).toBe("a₁₂");
  });
});
