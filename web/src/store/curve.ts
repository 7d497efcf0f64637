/** The loss curves of a run, growing. A curve is a view of shared buffers: it never sees what was added later. */

export interface Curve {
  readonly length: number;
  readonly steps: Float64Array;
  readonly training: Float64Array;
  readonly validation: Float64Array;
}

export const NO_CURVE: Curve = {
  length: 0,
  steps: new Float64Array(0),
  training: new Float64Array(0),
  validation: new Float64Array(0),
};

/** ``curve`` followed by flat ``step, training, validation`` triples; ``reset`` forgets what was there. */
export function extended(curve: Curve, triples: Float64Array, reset: boolean): Curve {
  const before = reset ? NO_CURVE : curve;
  const more = Math.floor(triples.length / 3);
  if (more === 0) return before;
  const length = before.length + more;
  let { steps, training, validation } = before;
  if (steps.length < length) {
    const room = Math.max(1024, 2 * length);
    steps = grown(before.steps, before.length, room);
    training = grown(before.training, before.length, room);
    validation = grown(before.validation, before.length, room);
  }
  for (let i = 0, at = before.length; i < more; i++, at++) {
    steps[at] = triples[3 * i]!;
    training[at] = triples[3 * i + 1]!;
    validation[at] = triples[3 * i + 2]!;
  }
  return { length, steps, training, validation };
}

function grown(old: Float64Array, used: number, room: number): Float64Array {
  const larger = new Float64Array(room);
  larger.set(old.subarray(0, used));
  return larger;
}

/** So many intervals to each side are compared, and so many times longer than theirs is a time not measured. */
const NEAR = 4;
const FAR = 20;

/**
 * Where the curve was not measured (a page out of sight is shown no frames): the indices of points from which the way
 * to the next is more than 20 times the median of the four intervals before it, and of the four after it. A change
 * of pace is no such place, for it is long on one side only; nor is the newest interval, until more have come.
 */
export function breaks(steps: Float64Array): number[] {
  const found: number[] = [];
  const way = (i: number) => steps[i + 1]! - steps[i]!;
  const median = (from: number, to: number) => {
    const ways: number[] = [];
    for (let i = Math.max(0, from); i < Math.min(to, steps.length - 1); i++) ways.push(way(i));
    return ways.sort((a, b) => a - b)[ways.length >> 1] ?? Number.POSITIVE_INFINITY;
  };
  for (let i = 1; i < steps.length - 2; i++) {
    const most = way(i) / FAR;
    if (most > median(i - NEAR, i) && most > median(i + 1, i + 1 + NEAR)) found.push(i);
  }
  return found;
}
