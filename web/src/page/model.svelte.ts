/** The page's replica of the session: events in, commands out. Panels read from it and call it; it draws nothing. */

import { getContext, setContext, untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { t } from "../i18n/language.svelte";
import { short } from "../i18n/numbers";
import type { Finding, Link, LinkState } from "../link/link";
import {
  type Dataset,
  type Event,
  type FieldSpec,
  type Frame,
  type Graph,
  type Inspection,
  type Notice,
  type Palette,
  type RuleChoice,
  SCHEMA,
  type Tempo,
} from "../messages";
import { type Edits, held, type Setting } from "../store/edits";
import { ending, GRACE, type Intent, settled } from "../store/intent";
import { exists, renamed } from "../store/marks";
import { BLANK, connected, current, dismissed, edited, reduce, type View } from "../store/view";
import { Code } from "./code.svelte";
import { describe, explained } from "./names";
import { Stopwatch } from "./stopwatch";
import { taste } from "./taste.svelte";
import { look } from "./theme.svelte";

/** Least time between two announcements to a screen reader, in milliseconds. */
const SILENCE = 1000;
/** A control does not show an unanswered value longer than this. */
const PATIENCE = 3000;
/** A break shorter than this mends itself: what is asked meanwhile waits. After a longer one it is refused. */
const BREAK = 700;

export interface Scene {
  readonly frame: Frame;
  readonly graph: Graph;
  readonly dataset: Dataset;
}

export class Model {
  view: View = $state.raw(BLANK);
  selected: string | null = $state(null);
  hovered: string | null = $state(null);
  /** What the pointer is at, whatever is selected. */
  pointed: string | null = $state(null);
  layers = $state({ structure: true, values: true, gradients: true });
  /** What was asked for and the session has not shown yet. */
  #intent: Intent | null = $state.raw(null);
  /** What a screen reader is told next. */
  announcement = $state("");
  /** The connection has been lost for more than a moment: nothing can be asked. */
  cut = $state(false);
  /** What a look at the host told after attempts in vain. */
  finding: Finding = $state("");
  help = $state(false);
  /** Paths whose notices have a place beside their control, with how many controls show them. */
  readonly places = new SvelteMap<string, number>();
  readonly stopwatch = new Stopwatch();

  readonly document = $derived(this.view.document);
  readonly welcome = $derived(this.view.welcome);
  readonly catalogue = $derived(this.view.welcome?.catalogue ?? null);
  readonly dataset = $derived(this.view.dataset);
  readonly graph = $derived(this.view.graph);
  /** The newest frame that belongs to the structure shown. */
  readonly frame = $derived(current(this.view) ? this.view.frame : null);
  /**
   * The newest picture that is whole: a frame with its structure and its examples. Between an edit of the structure
   * and the first frame of it this is still the picture before.
   */
  readonly scene: Scene | null = $derived.by(() => {
    const { frame, view } = this;
    if (view.frame === null) this.#scene = null;
    else if (frame !== null && view.graph !== null && view.dataset?.revision === frame.revision) {
      this.#scene = { frame, graph: view.graph, dataset: view.dataset };
    }
    return this.#scene;
  });
  readonly palette: Palette | null = $derived(
    this.view.welcome?.palettes.find(
      (each) =>
        each.theme === look.theme && each.sight === taste.sight && each.gradient_scale === taste.scale,
    ) ?? null,
  );
  /** The graph of the code stands in the place of the network. */
  readonly coding = $derived(this.view.script?.shown ?? false);
  readonly playing = $derived(!this.coding && (this.#intent?.playing ?? this.view.frame?.playing ?? false));
  /** Where the pass through what is shown stands. */
  readonly moment = $derived((this.coding ? this.view.numbers : this.frame)?.moment ?? null);
  /** The stages of the pass go by themselves. */
  readonly following = $derived(
    (this.coding ? this.view.numbers : this.view.frame)?.moment.following ?? false,
  );
  readonly tempo = $derived((this.coding ? this.view.script : this.view.document)?.tempo ?? null);
  readonly timeline = $derived((this.coding ? this.view.script : this.view.document)?.timeline ?? []);
  readonly target = $derived(this.selected ?? this.hovered);
  readonly toasts: readonly Notice[] = $derived([
    ...this.view.toasts,
    ...Object.values(this.view.beside).filter(
      (each) =>
        !this.places.get(each.where) &&
        !this.view.toasts.includes(each) &&
        // A remark on a control of the network waits until that is shown again.
        !(this.coding && each.level === "info"),
    ),
  ]);

  readonly code: Code;
  #scene: Scene | null = null;
  #near: readonly string[] = [];
  #draft: Record<string, Setting> = {};
  #flush = 0;
  #stepped = false;
  #said = 0;
  #told: string | null = null;
  #saying: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;
  #asked: string | null = null;
  #cutting: ReturnType<typeof setTimeout> | undefined;
  /** Something was asked while the line was broken, and waits. */
  #unsaid = false;

  constructor(private readonly link: Link) {
    this.code = new Code(
      link,
      () => this.view,
      () => this.#refused(),
    );
    link.on((event) => this.#take(event));
    link.onState((state, finding) => {
      this.view = connected(this.view, state);
      this.finding = finding;
      this.#intent = null;
      this.#watch(state);
    });
  }

  /** What a control shows: the value under way, else the experiment's. */
  value(path: string): Setting | undefined {
    const pending = this.view.edits[path];
    if (pending !== undefined) return pending.value;
    return this.view.document === null ? undefined : held(this.view.document.experiment, path);
  }

  field(path: string): FieldSpec | undefined {
    const catalogue = this.catalogue;
    const own = (catalogue?.menus ?? []).flatMap(
      (menu) => menu.choices.find((each) => each.name === this.value(menu.path))?.fields ?? [],
    );
    return [...(catalogue?.fields ?? []), ...own].find((each) => each.path === path);
  }

  /** The entries that may be chosen at ``path``, with their hyperparameters. */
  menu(path: string): readonly RuleChoice[] {
    return this.catalogue?.menus.find((each) => each.path === path)?.choices ?? [];
  }

  /** Gives a weight or a bias another value. */
  set(target: string, value: number): void {
    if (this.#refused()) return;
    this.link.send({ type: "setparameter", target, value });
  }

  /** Which neurons are shown from inside. */
  open(targets: readonly string[]): void {
    this.#near = targets;
    if (this.view.connection === "open") this.link.send({ type: "open", targets });
  }

  /** Asks for the gradient of a parameter in two other ways. */
  verify(target: string): void {
    if (this.#refused()) return;
    this.link.send({ type: "verify", target });
  }

  notice(path: string): Notice | undefined {
    return this.view.beside[path];
  }

  /** Changes the experiment; what comes within one animation frame goes out as one command. */
  edit(changes: Record<string, Setting>): void {
    if (this.cut) {
      // Shown for a moment, then taken back: so the control itself goes back to what holds.
      this.#pend(changes, 0);
      setTimeout(() => {
        this.view = { ...this.view, edits: {} };
      }, 0);
    }
    if (this.#refused()) return;
    Object.assign(this.#draft, changes);
    this.stopwatch.begin();
    this.#pend(changes, 0);
    this.#flush ||= requestAnimationFrame(() => {
      const draft = this.#draft;
      this.#draft = {};
      this.#flush = 0;
      if (this.#refused()) return;
      this.#pend(draft, this.link.send({ type: "edit", changes: draft }));
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => {
        this.view = { ...this.view, edits: {} };
      }, PATIENCE);
    });
  }

  play(): void {
    if (this.#refused()) return;
    this.#intend(true);
    this.link.send({ type: "play" });
    this.announce(t("page.say.playing"));
  }

  pause(): void {
    if (this.#refused()) return;
    this.#intend(false);
    this.link.send({ type: "pause" });
    this.announce(t("page.say.paused"));
  }

  /** Shows the graph of the code in the place of the network, or the network again. */
  showCode(on: boolean): void {
    this.select(null);
    this.hover(null);
    this.#intent = null;
    this.code.show(on);
  }

  /** A mark in one phrase. */
  describe(target: string): string {
    if (this.coding) return this.code.describe(target);
    return this.graph === null ? target : describe(this.graph, this.dataset, target);
  }

  toggle(): void {
    if (this.coding) {
      this.follow();
      return;
    }
    if (this.playing || this.following) this.pause();
    else this.play();
  }

  step(unit: "batch" | "epoch", back = false): void {
    if (this.coding) {
      this.walk(back);
      return;
    }
    if (this.#refused()) return;
    this.#intent = null;
    this.link.send({ type: "step", unit, back });
    this.#stepped = true;
  }

  /** On, or back, by what counts as a stage. */
  walk(back = false): void {
    if (this.#refused() || this.tempo === null) return;
    this.#intent = null;
    this.link.send({ type: "step", unit: this.tempo.unit, back });
  }

  seek(cursor: number): void {
    if (this.#refused()) return;
    this.#intent = null;
    this.link.send({ type: "seek", cursor });
  }

  /** Goes through the stages of the pass by themselves, or stops. */
  follow(): void {
    if (this.#refused()) return;
    this.#intent = null;
    this.link.send({ type: this.following ? "pause" : "follow" });
  }

  setTempo(changes: Partial<Tempo>): void {
    if (this.#refused() || this.tempo === null) return;
    this.link.send({ type: "settempo", ...this.tempo, ...changes });
  }

  restart(): void {
    if (this.#refused()) return;
    this.link.send({ type: "restart" });
    this.announce(t("page.say.restarted"));
  }

  renew(): void {
    if (this.coding || this.#refused()) return;
    this.link.send({ type: "renew" });
    this.announce(t("page.say.renewed"));
  }

  pace(stepsPerSecond: number): void {
    if (this.#refused()) return;
    this.link.send({ type: "pace", steps_per_second: stepsPerSecond });
  }

  look(example: number | null): void {
    if (this.#refused()) return;
    this.link.send({ type: "look", example });
  }

  select(target: string | null): void {
    this.selected = target;
    this.#told = null;
    if (target !== null) this.hovered = null;
    this.#inspect();
  }

  /** The pointer rests on a mark. While one is selected, its card stays: the stage only lights the other. */
  hover(target: string | null): void {
    this.pointed = target;
    this.hovered = this.selected === null ? target : null;
    this.#inspect();
  }

  /** The frame with this ``seq`` is on the screen. */
  painted(seq: number): void {
    this.link.send({ type: "ack", seq });
    this.stopwatch.painted(seq);
  }

  dismiss(notice: Notice): void {
    this.view = dismissed(this.view, notice);
    // One that no control shows would come back as a toast.
    if (!this.places.get(notice.where)) this.view = dismissed(this.view, notice);
  }

  /** A control that has a place for the notices of ``path`` appears (1) or goes (-1). */
  showing(path: string, change: 1 | -1): void {
    untrack(() => this.places.set(path, (this.places.get(path) ?? 0) + change));
  }

  retry(): void {
    this.link.retry();
  }

  /** Tells a screen reader, at most once a second; of more only the last is told. */
  announce(text: string): void {
    clearTimeout(this.#saying);
    const wait = Math.max(0, this.#said + SILENCE - performance.now());
    this.#saying = setTimeout(() => {
      this.#said = performance.now();
      this.announcement = text;
    }, wait);
  }

  #take(event: Event): void {
    const revision = this.view.graph?.revision ?? -1;
    this.view = reduce(this.view, event, SCHEMA);
    if (event.type === "frame" || event.type === "sketchframe") this.#explain(event.inspection);
    if (event.type === "frame") {
      this.#settle();
      if (this.#stepped && !event.playing) {
        this.#stepped = false;
        this.announce(t("page.say.stepped", { step: event.step, loss: short(event.validation_loss) }));
      }
    } else if (event.type === "document") {
      this.stopwatch.document(event.seq);
    } else if (event.type === "graph") {
      for (const each of ["selected", "hovered", "pointed"] as const) {
        const target = this[each];
        if (target === null) continue;
        const kept = exists(event, target) ? target : null;
        this[each] = event.revision === revision + 1 ? renamed(event, target) : kept;
      }
      this.#inspect();
    } else if (event.type === "script") {
      // The stage of what was shown before is gone, and will paint none of its frames: make room for others.
      this.link.send({ type: "ack", seq: event.seq });
    } else if (event.type === "sketch") {
      for (const each of ["selected", "hovered", "pointed"] as const) {
        const target = this[each];
        if (target !== null && !this.code.exists(target)) this[each] = null;
      }
      this.#inspect();
    } else if (event.type === "welcome") {
      if (this.#unsaid && !event.resumed) this.#regret();
      this.#unsaid = false;
      this.#asked = null;
      if (this.#near.length > 0) this.open(this.#near);
      this.#intent = null;
      this.#inspect();
    } else if (event.type === "notice" && (event.level === "error" || ending(event))) {
      this.#intent = null;
      this.#stepped = false;
      if (ending(event)) this.announce(t("page.say.ended", { step: this.view.frame?.step ?? 0 }));
    }
  }

  /** Tells what is chosen, with its numbers and the terms of its gradient, once. */
  #explain(inspection: Inspection | null): void {
    if (inspection === null || inspection.target !== this.selected || this.#told === this.selected) return;
    this.#told = this.selected;
    this.announce(explained(inspection, (target) => this.describe(target)));
  }

  #watch(state: LinkState): void {
    if (state === "lost") {
      this.#cutting ??= setTimeout(() => {
        this.cut = true;
        this.#intent = null;
        this.view = { ...this.view, edits: {} };
      }, BREAK);
    } else {
      clearTimeout(this.#cutting);
      this.#cutting = undefined;
      this.cut = state === "taken";
    }
  }

  /** Whether nothing can be asked now; then it is said. What is asked in a short break is sent when it has mended. */
  #refused(): boolean {
    if (this.cut) this.#regret();
    else if (this.view.connection === "lost") this.#unsaid = true;
    return this.cut;
  }

  /** Says that what was asked has not reached the session. */
  #regret(): void {
    const code = "page.not_applied";
    const notice = { level: "warning", code, facts: {}, text: t(code), where: "", command: 0 } as const;
    this.view = reduce(this.view, { type: "notice", seq: 0, ...notice }, SCHEMA);
  }

  #intend(playing: boolean): void {
    this.#intent = { playing, since: performance.now(), seq: this.view.frame?.seq ?? 0 };
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), GRACE);
  }

  #settle(): void {
    if (this.#intent !== null && settled(this.#intent, this.view.frame, performance.now()))
      this.#intent = null;
  }

  #inspect(): void {
    const target = this.selected ?? this.hovered;
    if (target === this.#asked) return;
    this.#asked = target;
    this.link.send({ type: "inspect", target });
  }

  #pend(changes: Record<string, Setting>, command: number): void {
    const edits: Edits = Object.fromEntries(
      Object.entries(changes).map(([path, value]) => [path, { value, command }]),
    );
    this.view = edited(this.view, edits);
  }
}

const KEY = Symbol("model");

export function provide(model: Model): void {
  setContext(KEY, model);
}

export function useModel(): Model {
  return getContext<Model>(KEY);
}
