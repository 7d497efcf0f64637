/** Edits under way: what a control already shows while the session has not answered yet. */

import type { Experiment } from "../messages";

export type Setting = string | number | readonly number[] | readonly string[];

export interface Pending {
  readonly value: Setting;
  /** The command that carries it; 0 while it waits to be sent. */
  readonly command: number;
}

export type Edits = Readonly<Record<string, Pending>>;

/** What the experiment holds at ``path``; undefined where it has no such path. */
export function held(experiment: Experiment, path: string): Setting | undefined {
  let at: unknown = experiment;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null || !(part in at)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at as Setting;
}

export function same(a: Setting | undefined, b: Setting | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, i) => each === b[i]);
  }
  return a === b;
}

/** Edits that the new document does not hold yet. */
export function outstanding(edits: Edits, experiment: Experiment): Edits {
  return kept(edits, (path, pending) => !same(held(experiment, path), pending.value));
}

/** Without those that ``command`` carried: it has been answered. */
export function answered(edits: Edits, command: number): Edits {
  return kept(edits, (_path, pending) => pending.command !== command);
}

function kept(edits: Edits, test: (path: string, pending: Pending) => boolean): Edits {
  const entries = Object.entries(edits);
  const left = entries.filter(([path, pending]) => test(path, pending));
  return left.length === entries.length ? edits : Object.fromEntries(left);
}
