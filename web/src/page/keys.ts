/** The keys of the page. Nothing is a key while a person types, or works a control that has keys of its own. */

import type { Key } from "../i18n/language.svelte";

export type Action =
  | "toggle"
  | "step"
  | "epoch"
  | "back"
  | "next_stage"
  | "earlier_stage"
  | "follow"
  | "restart"
  | "renew"
  | "closer"
  | "farther"
  | "fit"
  | "structure"
  | "values"
  | "gradients"
  | "leave"
  | "enter"
  | "code"
  | "meter"
  | "help";

export interface Binding {
  readonly action: Action;
  /** What is shown of the keys; Space has a name in each language. */
  readonly keys: readonly string[];
  readonly text: Key;
}

export const BINDINGS: readonly Binding[] = [
  { action: "toggle", keys: ["Space"], text: "page.key.toggle" },
  { action: "step", keys: ["→"], text: "page.key.step" },
  { action: "epoch", keys: ["Shift", "→"], text: "page.key.epoch" },
  { action: "back", keys: ["←"], text: "page.key.back" },
  { action: "next_stage", keys: ["."], text: "page.key.next_stage" },
  { action: "earlier_stage", keys: [","], text: "page.key.earlier_stage" },
  { action: "follow", keys: ["P"], text: "page.key.follow" },
  { action: "restart", keys: ["R"], text: "page.key.restart" },
  { action: "renew", keys: ["N"], text: "page.key.renew" },
  { action: "closer", keys: ["+"], text: "page.key.closer" },
  { action: "farther", keys: ["−"], text: "page.key.farther" },
  { action: "fit", keys: ["F"], text: "page.key.fit" },
  { action: "structure", keys: ["1"], text: "page.key.structure" },
  { action: "values", keys: ["2"], text: "page.key.values" },
  { action: "gradients", keys: ["3"], text: "page.key.gradients" },
  { action: "enter", keys: ["I"], text: "page.key.enter" },
  { action: "code", keys: ["C"], text: "page.key.code" },
  { action: "meter", keys: ["M"], text: "page.key.meter" },
  { action: "leave", keys: ["Esc"], text: "page.key.leave" },
  { action: "help", keys: ["?"], text: "page.key.help" },
];

const PLAIN: Readonly<Record<string, Action>> = {
  " ": "toggle",
  ".": "next_stage",
  ",": "earlier_stage",
  p: "follow",
  r: "restart",
  n: "renew",
  "+": "closer",
  "=": "closer",
  "-": "farther",
  "−": "farther",
  f: "fit",
  i: "enter",
  c: "code",
  m: "meter",
  "1": "structure",
  "2": "values",
  "3": "gradients",
  Escape: "leave",
  "?": "help",
};

/** What a key press asks for; null where it belongs to somebody else. ``clicked``: the button clicked last. */
export function actionOf(event: KeyboardEvent, clicked: Element | null): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented)
    return null;
  const inner = event.composedPath()[0]; // within a shadow root the event names its host
  const owner = inner instanceof Element ? inner : null;
  if (owner?.closest("input:not([type=range]), textarea, [contenteditable], dialog")) return null;
  const arrows = owner?.closest(
    "input, select, [role=tab], [role=radio], [role=listbox], [role=tree], [role=grid], [data-arrows]",
  );
  if (event.key === "ArrowLeft") return arrows ? null : "back";
  if (event.key === "ArrowRight") return arrows ? null : event.shiftKey ? "epoch" : "step";
  if (event.key === " " && presses(owner, clicked)) return null;
  if (event.key.length === 1 && owner?.closest("select")) return null;
  return PLAIN[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}

/** Space presses the button that the keyboard has reached; after a click with the pointer, or with nothing to press, it plays. */
function presses(owner: Element | null, clicked: Element | null): boolean {
  if (owner?.closest("select, a, summary")) return true;
  const button = owner?.closest("button") ?? null;
  return button !== null && button !== clicked && button.getAttribute("aria-checked") !== "true";
}
