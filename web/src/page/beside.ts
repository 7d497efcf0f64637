/** The place of a card beside a mark of the stage, found by what stands around. */

import type { Graph } from "../messages";
import type { Stage } from "../stage";
import { neighbours } from "../store/marks";
import { type Box, placed, type Room } from "./place";

/** A neuron of a wide network has more neighbours than a card could spare. */
const SPARED = 40;
/** In a large network a card cannot but stand on something. */
const MOST_OTHERS = 200;
const CONTROLS = ":scope > .chips, :scope > .zoom, :scope > .meter, :scope > dl";

/** The upper left corner, in pixels of ``room``, for a card of this size; null where the mark is not on the stage. */
export function beside(
  stage: Stage,
  graph: Graph,
  target: string,
  room: HTMLElement,
  card: Room,
): { x: number; y: number } | null {
  // A bias and a sum have no mark of their own: they stand with their neuron.
  const mark = stage.anchor(/^[bz]:/.test(target) ? `n${target.slice(1)}` : target);
  if (mark === null) return null;
  const near = neighbours(graph, target);
  const known = new Set([target, ...near]);
  const around = boxes(stage, near.slice(0, SPARED));
  const others = boxes(
    stage,
    graph.names.slice(0, MOST_OTHERS).filter((name) => !known.has(name)),
  );
  const size = { width: room.clientWidth, height: room.clientHeight };
  return placed(card, size, mark, [...around, ...lines(mark, around), ...controls(room)], others);
}

function boxes(stage: Stage, names: readonly string[]): Box[] {
  return names.map((name) => stage.anchor(name)).filter((box) => box !== null);
}

/** The lines to the neighbours are to be seen too. */
function lines(mark: Box, ends: readonly Box[]): Box[] {
  const x = mark.x + mark.width / 2;
  const y = mark.y + mark.height / 2;
  return ends.flatMap((end) =>
    [0.25, 0.5, 0.75].map((s) => ({
      x: x + s * (end.x + end.width / 2 - x) - 6,
      y: y + s * (end.y + end.height / 2 - y) - 6,
      width: 12,
      height: 12,
    })),
  );
}

function controls(room: HTMLElement): Box[] {
  const { left, top } = room.getBoundingClientRect();
  return [...room.querySelectorAll(CONTROLS)].map((each) => {
    const box = each.getBoundingClientRect();
    return { x: box.left - left, y: box.top - top, width: box.width, height: box.height };
  });
}
