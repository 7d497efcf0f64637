/**
 * What the page knows, and how an event changes it. A pure reducer: no DOM, no socket, no clock. Frames are kept as
 * they came, their numbers in typed arrays; nothing here looks into them.
 */

import type { Dataset, Document, Event, Frame, Graph, Notice, Welcome } from "../messages";
import { type Curve, extended, NO_CURVE } from "./curve";
import { answered, type Edits, outstanding } from "./edits";

/**
 * ``taken``: another page uses the session now. ``outdated``: the host speaks another protocol than this page, which
 * must be loaded again.
 */
export type Connection = "connecting" | "open" | "lost" | "taken" | "outdated";

export interface View {
  readonly connection: Connection;
  readonly welcome: Welcome | null;
  readonly document: Document | null;
  readonly dataset: Dataset | null;
  readonly graph: Graph | null;
  readonly frame: Frame | null;
  readonly curve: Curve;
  /** Notices that are nobody's control: newest last. */
  readonly toasts: readonly Notice[];
  /** The last notice of each control, by the path of the experiment. */
  readonly beside: Readonly<Record<string, Notice>>;
  readonly edits: Edits;
}

export const BLANK: View = {
  connection: "connecting",
  welcome: null,
  document: null,
  dataset: null,
  graph: null,
  frame: null,
  curve: NO_CURVE,
  toasts: [],
  beside: {},
  edits: {},
};

const MOST_TOASTS = 4;

/** The view after ``event``. ``schema``: of the messages this page was built with. */
export function reduce(view: View, event: Event, schema: string): View {
  switch (event.type) {
    case "welcome": {
      if (event.schema !== "" && event.schema !== schema) return { ...view, connection: "outdated" };
      const before = event.resumed ? view : { ...BLANK, toasts: view.toasts };
      return { ...before, connection: "open", welcome: event, edits: {} };
    }
    case "document":
      return { ...view, document: event, edits: outstanding(view.edits, event.experiment) };
    case "dataset":
      return { ...view, dataset: event };
    case "graph":
      return { ...view, graph: event };
    case "frame":
      return { ...view, frame: event, curve: extended(view.curve, event.curve, event.curve_reset) };
    case "notice":
      return noticed(view, event);
    default:
      return event satisfies never;
  }
}

function noticed(view: View, notice: Notice): View {
  const edits = notice.command === 0 ? view.edits : answered(view.edits, notice.command);
  if (notice.where !== "" && view.document !== null) {
    return { ...view, edits, beside: { ...view.beside, [notice.where]: notice } };
  }
  const others = view.toasts.filter((each) => each.code !== notice.code);
  return { ...view, edits, toasts: [...others, notice].slice(-MOST_TOASTS) };
}

/** An edit begins: its values are shown at once; what was said of their controls, and mere information, is taken back. */
export function edited(view: View, changes: Edits): View {
  const beside = Object.fromEntries(
    Object.entries(view.beside).filter(([path, notice]) => !(path in changes) && notice.level !== "info"),
  );
  return { ...view, edits: { ...view.edits, ...changes }, beside };
}

/** Takes back a notice, beside its control or among the toasts. */
export function dismissed(view: View, notice: Notice): View {
  const beside = Object.fromEntries(Object.entries(view.beside).filter(([, each]) => each !== notice));
  return { ...view, beside, toasts: view.toasts.filter((each) => each !== notice) };
}

export function connected(view: View, connection: Connection): View {
  if (view.connection === "outdated" || view.connection === connection) return view;
  return { ...view, connection, edits: connection === "open" ? view.edits : {} };
}

/** The frame belongs to the structure shown. */
export function current(view: View): boolean {
  return view.frame !== null && view.graph !== null && view.frame.revision === view.graph.revision;
}
