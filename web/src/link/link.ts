/** What carries commands to a session and its events back, whatever lies between. */

import type { Command, Event } from "../messages";

/** ``taken``: another page uses the session now; the link does not fight for it. */
export type LinkState = "connecting" | "open" | "lost" | "taken";

/**
 * What a look at the host tells after attempts in vain: ``refused`` is a host that does not know this page any more
 * (it was started anew), ``silent`` is none at all; empty: not known.
 */
export type Finding = "" | "refused" | "silent";

type Without<T> = T extends { id: number } ? Omit<T, "id"> : never;

/** A command before the link has numbered it. */
export type Request = Without<Exclude<Command, { type: "hello" }>>;

export interface Link {
  /** Sends a command and returns the id under which a notice may answer it. */
  send(request: Request): number;
  on(listener: (event: Event) => void): void;
  onState(listener: (state: LinkState, finding: Finding) => void): void;
  /** Tries again now instead of waiting; takes the session back where another page uses it. */
  retry(): void;
}

/** From the page to the worker. */
export type ToWorker =
  | { readonly kind: "open"; readonly address: string; readonly session: string }
  | { readonly kind: "send"; readonly command: Exclude<Command, { type: "hello" }> }
  | { readonly kind: "retry"; readonly claim: boolean };

/** From the worker to the page. */
export type FromWorker =
  | { readonly kind: "event"; readonly event: Event }
  | { readonly kind: "state"; readonly state: LinkState; readonly finding: Finding };
