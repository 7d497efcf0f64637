/** Marks of whatever type: which one is at a point, and where one is. */
import type { Mark } from "../scene";
import type { Box } from "../view";
import { card } from "./card";
import { edge } from "./edge";
import { cellOf, weightAt } from "./heat";
import { loss } from "./loss";
import type { MarkType, Scenery } from "./mark";
import { neuron } from "./neuron";

/** Side of the square that stands for an edge, at its middle. */
const HANDLE = 14;

/** How a node is drawn that is not the loss. */
export function nodeType({ scene }: Pick<Scenery, "scene">): MarkType {
  return scene.cards ? card : neuron;
}

/** The name of the mark at a point of the host: nodes before edges; null for none. */
export function targetAt(scenery: Scenery, x: number, y: number): string | null {
  const { scene } = scenery;
  if (loss.pick(scenery, x, y) >= 0) return scene.graph.names[scene.loss]!;
  const n = nodeType(scenery).pick(scenery, x, y);
  if (n >= 0 && n !== scene.loss) return scene.graph.names[n]!;
  const weight = weightAt(scenery, x, y);
  const e = weight >= 0 ? weight : edge.pick(scenery, x, y);
  return e < 0 ? null : scene.edgeName(e);
}

/** Where a mark is on the host, in its pixels: a node's own box, for an edge a small one at its middle. */
export function boxOf(scenery: Scenery, mark: Mark): Box {
  if (mark.kind !== "edge")
    return (mark.index === scenery.scene.loss ? loss : nodeType(scenery)).bound(scenery, mark.index);
  const { left, top, right, bottom } = cellOf(scenery, mark.index) ?? edge.bound(scenery, mark.index);
  const x = (left + right - HANDLE) / 2;
  const y = (top + bottom - HANDLE) / 2;
  return { left: x, top: y, right: x + HANDLE, bottom: y + HANDLE };
}
