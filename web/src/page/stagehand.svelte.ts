/** A hold on the stage for what stands over it: zoom control, inspector, keys. */

import { getContext, setContext, untrack } from "svelte";
import type { Stage } from "../stage";

export class StageHandle {
  stage: Stage | null = $state.raw(null);
  zoomed = $state(1);
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
