/** The code view's part of the page's replica: what is written, how it fares, and which line and value belong together. */

import { t } from "../i18n/language.svelte";
import { directed, short } from "../i18n/numbers";
import type { Link } from "../link/link";
import { belongs, drawn, edgeAt, nodeAt } from "../store/sketch";
import type { View } from "../store/view";

/** Typing rests for so many milliseconds before the code is run. */
const REST = 180;

export class Code {
  /** The line of the code that is pointed at, 0 for none. */
  line = $state(0);
  /** The line that made the value which is pointed at on the stage, 0 for none. */
  lit = $state(0);
  #pending: ReturnType<typeof setTimeout> | undefined;
  readonly #link: Link;
  readonly #view: () => View;
  readonly #refused: () => boolean;

  constructor(link: Link, view: () => View, refused: () => boolean) {
    this.#link = link;
    this.#view = view;
    this.#refused = refused;
  }

  readonly script = $derived.by(() => this.#view().script);
  readonly shown = $derived(this.script?.shown ?? false);
  readonly sketch = $derived.by(() => this.#view().sketch);
  readonly numbers = $derived.by(() => {
    const { sketch, numbers } = this.#view();
    return belongs(sketch, numbers) ? numbers : null;
  });

  show(on: boolean): void {
    if (this.#refused()) return;
    this.line = 0;
    this.lit = 0;
    this.#link.send({ type: "show", what: on ? "code" : "network" });
  }

  /** The code has become this; it runs when typing rests. */
  write(text: string, at: "once" | "rest" = "rest"): void {
    clearTimeout(this.#pending);
    const send = () => {
      if (!this.#refused()) this.#link.send({ type: "write", text });
    };
    if (at === "once") send();
    else this.#pending = setTimeout(send, REST);
  }

  halt(): void {
    if (!this.#refused()) this.#link.send({ type: "halt" });
  }

  arrange(layout: string): void {
    if (!this.#refused()) this.#link.send({ type: "arrange", layout });
  }

  exists(target: string): boolean {
    return this.sketch !== null && drawn(this.sketch, target);
  }

  /** What a value is called: its label, or for a number without one the number. */
  name(node: number): string {
    const label = this.sketch?.labels[node] ?? "";
    return label !== "" ? label : short(this.numbers?.values[node] ?? Number.NaN);
  }

  /** The line of the code that made a mark, 0 where that is not known. */
  lineOf(target: string | null): number {
    if (target === null || this.sketch === null) return 0;
    const node = nodeAt(this.sketch, target);
    return node < 0 ? 0 : this.sketch.lines[node]!;
  }

  /** A mark in one phrase, for a screen reader. */
  describe(target: string): string {
    const { sketch, numbers } = this;
    if (sketch === null) return target;
    const node = nodeAt(sketch, target);
    if (node < 0) return target;
    if (target.startsWith("a:")) {
      const source = sketch.source[edgeAt(sketch, target)] ?? -1;
      return t("page.code.describe_edge", { source: this.name(source), target: this.name(node) });
    }
    const operator = sketch.operators[node]!;
    const facts = {
      name: sketch.labels[node] || t("page.code.constant"),
      operator,
      value: short(numbers?.values[node] ?? Number.NaN),
      gradient: directed(numbers?.adjoints[node] ?? Number.NaN),
    };
    return t(operator === "" ? "page.code.describe_leaf" : "page.code.describe", facts);
  }
}
