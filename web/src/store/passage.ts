/** Which layers the pass went through between two frames, and in which direction. No mathematics: places only. */

import type { Moment, Stage } from "../messages";

export interface Passage {
  readonly phase: Stage["phase"];
  /** Layers whose incoming edges the pass has just gone through; none for a phase that has no place. */
  readonly layers: readonly number[];
}

/** What was done on the way from `before` to `now`; null where the pass rests, or went back. */
export function passage(before: Moment | null, now: Moment, timeline: readonly Stage[]): Passage | null {
  if (before === null || (before.step === now.step && before.cursor >= now.cursor)) return null;
  if (now.step < before.step || now.step > before.step + 1) return null;
  const from = now.step === before.step ? before.cursor : 0;
  const done = timeline.slice(from, now.cursor);
  const last = done.at(-1);
  if (last === undefined) return null;
  const layers = new Set(done.filter((stage) => stage.phase === last.phase).map((stage) => stage.layer));
  return { phase: last.phase, layers: [...layers] };
}

/** Consecutive stages of one phase, with the number of stages done before it. */
export interface Stretch {
  readonly phase: Stage["phase"];
  readonly first: number;
  readonly count: number;
  /** Where, within the stretch, a layer is complete; its end is left out. */
  readonly ticks: readonly number[];
}

export function stretches(timeline: readonly Stage[]): Stretch[] {
  const found: { phase: Stage["phase"]; first: number; count: number; ticks: number[] }[] = [];
  timeline.forEach((stage, at) => {
    const last = found.at(-1);
    if (last === undefined || last.phase !== stage.phase) {
      found.push({ phase: stage.phase, first: at, count: 1, ticks: [] });
      return;
    }
    if (timeline[at - 1]!.layer !== stage.layer) last.ticks.push(last.count);
    last.count++;
  });
  return found;
}
