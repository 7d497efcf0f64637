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
