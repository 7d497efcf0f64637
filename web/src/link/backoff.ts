/** How long to wait before the next attempt: doubling from 0.25 s to 8 s, spread so that many pages do not come at once. */

const FIRST = 250;
const LONGEST = 8000;

/** Milliseconds before attempt ``attempt`` (0 is the first after a break); ``chance`` is uniform in [0, 1). */
export function delay(attempt: number, chance: number): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** attempt);
  return whole / 2 + (whole / 2) * chance;
}
