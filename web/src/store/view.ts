/**
 * What the page knows, and how an event changes it. A pure reducer: no DOM, no socket, no clock. Frames are kept as
 * they came, their numbers in typed arrays; nothing here looks into them.
 */

import type {
  Dataset,
  Document,
  Event,
  Frame,
  Graph,
  Notice,
  Script,
  Sketch,
  SketchFrame,
  Verified,
  Welcome,
} from "../messages";
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
  /** The code view: how the code fares, its graph, the numbers in it. */
  readonly script: Script | null;
  readonly sketch: Sketch | null;
  readonly numbers: SketchFrame | null;
  /** The last gradient that was verified. */
  readonly verified: Verified | null;
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
  script: null,
  sketch: null,
  numbers: null,
  verified: null,
  toasts: [],
  beside: {},
  edits: {},
};

const MOST_TOASTS = 4;
/** Told as a toast too, though a control has a place for it: the control may be out of sight. */
const EVERYWHERE: ReadonlySet<string> = new Set(["notice.not_finite"]);
/** Ends with the next change that is sent. */
const NOT_APPLIED = "page.not_applied";

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
      return {
        ...outlived(view, event),
        frame: event,
        curve: extended(view.curve, event.curve, event.curve_reset),
      };
    case "script":
      return { ...view, script: event };
    case "sketch":
      return { ...view, sketch: event };
    case "sketchframe":
      return { ...view, numbers: event };
    case "verified":
      return { ...view, verified: event };
    case "notice":
      return noticed(view, event);
    default:
      return event satisfies never;
  }
}

function noticed(view: View, notice: Notice): View {
  const edits = notice.command === 0 ? view.edits : answered(view.edits, notice.command);
  const placed = notice.where !== "" && view.document !== null;
  const beside = placed ? { ...view.beside, [notice.where]: notice } : view.beside;
  if (placed && !EVERYWHERE.has(notice.code)) return { ...view, edits, beside };
  const others = view.toasts.filter((each) => subject(each) !== subject(notice));
  return { ...view, edits, beside, toasts: [...others, notice].slice(-MOST_TOASTS) };
}

/** What a notice is about: the refusal and the information of one thing are one. */
function subject(notice: Notice): string {
  return notice.code.replace(/^(error|notice)\./, "");
}

/** Takes back what ``frame`` shows to be over: the run has steps left again, its loss is a number again. */
function outlived(view: View, frame: Frame): View {
  const finite = Number.isFinite(frame.training_loss) && Number.isFinite(frame.batch_loss);
  const over = (notice: Notice) =>
    (subject(notice) === "steps_used_up" && frame.step < Number(notice.facts.limit)) ||
    (notice.code === "notice.not_finite" && finite);
  const beside = Object.entries(view.beside);
  if (![...view.toasts, ...Object.values(view.beside)].some(over)) return view;
  return {
    ...view,
    toasts: view.toasts.filter((each) => !over(each)),
    beside: Object.fromEntries(beside.filter(([, each]) => !over(each))),
  };
}

/** An edit begins: its values are shown at once; what was said of their controls, and mere information, is taken back. */
export function edited(view: View, changes: Edits): View {
  const beside = Object.fromEntries(
    Object.entries(view.beside).filter(([path, notice]) => !(path in changes) && notice.level !== "info"),
  );
  const toasts = view.toasts.filter((each) => each.code !== NOT_APPLIED);
  return { ...view, edits: { ...view.edits, ...changes }, beside, toasts };
}

/** Takes back a notice: the toast where there is one, else beside its control. */
export function dismissed(view: View, notice: Notice): View {
  if (view.toasts.includes(notice)) {
    return { ...view, toasts: view.toasts.filter((each) => each !== notice) };
  }
  const beside = Object.fromEntries(Object.entries(view.beside).filter(([, each]) => each !== notice));
  return { ...view, beside };
}

export function connected(view: View, connection: Connection): View {
  if (view.connection === "outdated" || view.connection === connection) return view;
  return { ...view, connection, edits: connection === "open" ? view.edits : {} };
}

/** The frame belongs to the structure shown. */
export function current(view: View): boolean {
  return view.frame !== null && view.graph !== null && view.frame.revision === view.graph.revision;
}
