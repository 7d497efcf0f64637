/** A hold on the stage for what stands over it: zoom control, inspector, keys. */

import { getContext, setContext, untrack } from "svelte";
import type { Stage } from "../stage";

/** Dots run for this part of a stage's time, and never longer than so many milliseconds. */
export const FLOWING = 0.9;
export const LONGEST_FLOW = 900;

export class StageHandle {
  stage: Stage | null = $state.raw(null);
  zoomed = $state(1);
  /** The mark that what stands over the stage shows at a point of it. */
  inside: ((x: number, y: number) => string | null) | null = null;
  /** Grows whenever marks may stand elsewhere. */
  moved = $state(0);

  move(): void {
    untrack(() => {
      this.moved += 1;
    });
  }
}

const KEY = Symbol("stage");

export function provideHand(hand: StageHandle): void {
  setContext(KEY, hand);
}

export function useHand(): StageHandle {
  return getContext<StageHandle>(KEY);
}
