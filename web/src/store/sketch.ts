/** Marks of the graph of code: `v:N` a value, `a:N:P` operand number P of the value N. No mathematics: places only. */

import type { Sketch, SketchFrame } from "../messages";

/** The node of a mark: the value itself, or the one that an operand belongs to; -1 where there is none. */
export function nodeAt(sketch: Sketch, target: string): number {
  const name = target.startsWith("a:") ? `v:${target.split(":")[1]}` : target;
  return sketch.names.indexOf(name);
}

/** The edge of an operand, -1 where there is none. Edges stand in the order of nodes and of their operands. */
export function edgeAt(sketch: Sketch, target: string): number {
  if (!target.startsWith("a:")) return -1;
  const node = nodeAt(sketch, target);
  const first = node < 0 ? -1 : sketch.target.indexOf(node);
  const place = Number(target.split(":")[2]);
  return first >= 0 && sketch.target[first + place] === node ? first + place : -1;
}

export function drawn(sketch: Sketch, target: string): boolean {
  return target.startsWith("a:") ? edgeAt(sketch, target) >= 0 : nodeAt(sketch, target) >= 0;
}

/** The nodes that a line of the code has made. */
export function nodesOf(sketch: Sketch, line: number): number[] {
  const found: number[] = [];
  sketch.lines.forEach((each, node) => {
    if (each === line) found.push(node);
  });
  return found;
}

/** Whether the numbers are those of this graph. */
export function belongs(sketch: Sketch | null, numbers: SketchFrame | null): boolean {
  return sketch !== null && numbers !== null && sketch.revision === numbers.revision;
}

/** The stages of the forward pass that were gone through between two frames, and whether the way went back. */
export function wayBetween(
  before: SketchFrame | null,
  now: SketchFrame,
): { stages: readonly number[]; back: boolean } | null {
  if (before === null || before.revision !== now.revision) return null;
  const from = before.moment;
  const to = now.moment;
  if (to.cursor <= from.cursor) return null;
  const forward = range(from.values_to + 1, to.values_to);
  if (forward.length > 0) return { stages: forward, back: false };
  const back = range(to.gradients_from, from.gradients_from - 1);
  return back.length > 0 && to.phase === "backward" ? { stages: back, back: true } : null;
}

function range(first: number, last: number): number[] {
  return last < first ? [] : Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
