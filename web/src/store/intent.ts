/** What was asked of the run (to play, to pause) and the session has not shown yet. */

import type { Frame, Notice } from "../messages";

export interface Intent {
  readonly playing: boolean;
  /** When it was asked, in milliseconds. */
  readonly since: number;
  /** The newest frame at that time. */
  readonly seq: number;
}

/** Frames drawn before the command arrived may still be under way so long, in milliseconds. */
export const GRACE = 1500;

/** Notices by which a run says that it has stopped by itself. */
const ENDINGS: ReadonlySet<string> = new Set(["notice.not_finite", "notice.steps_used_up"]);

export function ending(notice: Notice): boolean {
  return ENDINGS.has(notice.code);
}

/**
 * Whether ``frame``, the newest one, answers ``intent`` at the time ``now``: it shows what was asked, or it is newer
 * than the question and time enough has passed. A run that ends within its first slice never shows what was asked.
 */
export function settled(intent: Intent, frame: Frame | null, now: number): boolean {
  if (frame === null) return false;
  return frame.playing === intent.playing || (frame.seq > intent.seq && now >= intent.since + GRACE);
}
