import { describe, expect, test } from "vitest";
import { cellOf, heated, weightAt } from "../../src/stage/marks/heat";
import type { Scenery } from "../../src/stage/marks/mark";
import { Scene } from "../../src/stage/scene";
import { dense } from "./networks";

function scenery(sizes: readonly number[], zoom: number): Scenery {
  const scene = new Scene(dense(sizes));
  const view = { zoom, x: 40, y: 300 };
  return { scene, at: scene, view, heated: heated(scene, zoom) } as unknown as Scenery;
}

describe("heat maps", () => {
  test("a dense layer is one from afar only, and never the way to the loss", () => {
    const scene = new Scene(dense([30, 40, 30, 1]));
    expect([...heated(scene, 0.1)]).toEqual([1, 2]);
    expect([...heated(scene, 2)]).toEqual([]);
    expect([...heated(new Scene(dense([2, 8, 8, 1])), 0.05)]).toEqual([]);
  });

  test("each weight has its own place, and is found there", () => {
    const at = scenery([30, 40, 30, 1], 0.1);
    for (let e = 0; e < 30 * 40 + 40 * 30; e += 37) {
      const cell = cellOf(at, e)!;
      expect(weightAt(at, (cell.left + cell.right) / 2, (cell.top + cell.bottom) / 2)).toBe(e);
    }
    expect(weightAt(at, 0, 0)).toBe(-1);
    expect(cellOf(scenery([30, 40, 30, 1], 2), 0)).toBeNull();
  });
});
