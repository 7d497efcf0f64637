/** Where the operations of a neuron stand that is seen from inside, and which lines join them. Pixels of its square. */

import type { Cell } from "../messages";

export interface Slot {
  readonly cell: Cell;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line from one slot to another, or to or from the rim of the neuron (null), and what is read off at its end. */
export interface Wire {
  readonly from: Slot | null;
  readonly to: Slot | null;
  readonly path: string;
  /** The middle of the line. */
  readonly x: number;
  readonly y: number;
}

export interface Inside {
  /** The size of the type. */
  readonly em: number;
  readonly slots: readonly Slot[];
  readonly wires: readonly Wire[];
}

/** All in sizes of the type: a card, the cards of what follows on the products, what is free between and around. */
const TALL = 3;
const PRODUCT = 17;
const STEP = 10.6;
const APART = 0.45;
const ROW_GAP = 1.1;
const COLUMN_GAP = 2.6;
/** Before the last card, where a local derivative is written. */
const LAST_GAP = 4.8;
const AROUND = 1.2;
const LEAST = 8.5;
const MOST = 13;

/** The operations as a graph from left to right; null where the square is too small for it to be read. */
export function arranged(cells: readonly Cell[], side: number): Inside | null {
  const terms = cells.filter(({ kind }) => kind === "product" || kind === "rest" || kind === "bias");
  const last = cells.at(-1);
  const middle = cells.filter((cell) => cell !== last && !terms.includes(cell));
  if (last === undefined || middle.length === 0) return null;
  const across = PRODUCT + 2 * STEP + COLUMN_GAP + LAST_GAP + 2 * AROUND;
  const down = terms.length * (TALL + APART) - APART + 2 * AROUND;
  const em = Math.min(MOST, side / across, side / down);
  if (em < LEAST) return null;
  const left = (side - (across - 2 * AROUND) * em) / 2;
  const second = left + (PRODUCT + COLUMN_GAP) * em;
  const third = second + (STEP + LAST_GAP) * em;
  const column = (of: readonly Cell[], x: number, wide: number, gap: number): Slot[] => {
    const height = TALL * em;
    const top = (side - (of.length * (TALL + gap) - gap) * em) / 2;
    return of.map((cell, row) => ({ cell, x, y: top + row * (TALL + gap) * em, width: wide * em, height }));
  };
  const first = column(terms, left, PRODUCT, APART);
  const steps = column(middle, second, STEP, ROW_GAP);
  const [end] = column([last], third, STEP, 0) as [Slot];
  const [sum, ...more] = steps as [Slot, ...Slot[]];
  const wires = [
    ...first.filter(({ cell }) => cell.kind !== "bias").map((slot) => level(null, slot, side)),
    ...first.map((slot) => level(slot, sum, side)),
  ];
  // Each further step reads the one above it; a quotient (softmax) reads its own exponential and the sum of all.
  more.forEach((slot, at) => {
    wires.push(upright(steps[at]!, slot));
  });
  const read = more.length > 1 ? more : [steps.at(-1)!];
  for (const slot of read) wires.push(level(slot, end, side));
  wires.push(level(end, null, side));
  return { em, slots: [...first, ...steps, end], wires };
}

function level(from: Slot | null, to: Slot | null, side: number): Wire {
  const x1 = from === null ? 0 : from.x + from.width;
  const y1 = from === null ? side / 2 : from.y + from.height / 2;
  const x2 = to === null ? side : to.x;
  const y2 = to === null ? side / 2 : to.y + to.height / 2;
  const bend = (x1 + x2) / 2;
  return {
    from,
    to,
    path: `M${x1},${y1}C${bend},${y1} ${bend},${y2} ${x2},${y2}`,
    x: bend,
    y: (y1 + y2) / 2,
  };
}

function upright(from: Slot, to: Slot): Wire {
  const x = from.x + from.width / 2;
  return { from, to, path: `M${x},${from.y + from.height}V${to.y}`, x, y: (from.y + from.height + to.y) / 2 };
}
