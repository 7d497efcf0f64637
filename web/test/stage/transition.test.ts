import { describe, expect, it } from "vitest";
import { Scene } from "../../src/stage/scene";
import { Transition } from "../../src/stage/transition";
import { dense } from "./networks";

const earlier = new Scene(dense([2, 3, 1]));
const later = new Scene(dense([2, 4, 1], 2));
const where = (scene: Scene, name: string) => scene.graph.names.indexOf(name);

describe("a transition", () => {
  it("takes surviving nodes from where they stood to where they will stand", () => {
    const moving = new Transition(earlier, earlier, later, 1000, 300);
    const [a, b] = [where(earlier, "n:1:2"), where(later, "n:1:2")];
    expect(moving.advance(1000)).toBe(0);
    expect(moving.at.y[b]).toBe(earlier.y[a]);
    const half = moving.advance(1150);
    expect(moving.at.y[b]).toBeCloseTo(earlier.y[a]! + (later.y[b]! - earlier.y[a]!) * half, 4);
    expect(moving.ghostAt.y[a]).toBe(moving.at.y[b]);
    expect(moving.advance(1300)).toBe(1);
    expect(moving.at.y).toEqual(later.y);
  });

  it("fades in what is new, and its edges with it", () => {
    const growing = new Transition(earlier, earlier, later, 0, 300);
    const added = where(later, "n:1:3");
    expect(later.graph.names.filter((_, n) => growing.entering("node", n))).toEqual(["n:1:3"]);
    for (let e = 0; e < later.edges; e++) {
      const touches = later.graph.source[e] === added || later.graph.target[e] === added;
      expect(growing.entering("edge", e)).toBe(touches);
    }
    expect(growing.leavingNodes).toEqual([]);
  });

  it("fades out what is gone, and its edges with it", () => {
    const shrinking = new Transition(later, later, earlier, 0, 300);
    const gone = where(later, "n:1:3");
    expect(shrinking.leavingNodes).toEqual([gone]);
    expect(
      shrinking.leavingEdges.every((e) => [later.graph.source[e], later.graph.target[e]].includes(gone)),
    ).toBe(true);
    expect(shrinking.leavingEdges).toHaveLength(3);
  });

  it("lets a layer glide to another place when one comes before it", () => {
    const inserted = new Scene({ ...dense([2, 5, 3, 1], 2), came: [0, -1, 1, 2] });
    const moving = new Transition(earlier, earlier, inserted, 0, 300);
    moving.advance(0);
    const [was, now] = [where(earlier, "n:1:1"), where(inserted, "n:2:1")];
    expect(moving.at.x[now]).toBe(earlier.x[was]);
    expect(inserted.graph.names.filter((_, n) => moving.entering("node", n))).toEqual(
      [0, 1, 2, 3, 4].map((j) => `n:1:${j}`),
    );
    expect(moving.leavingNodes).toEqual([]);
  });
});
