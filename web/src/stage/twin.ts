/**
 * The stage as a list, for the keyboard and for screen readers: the nodes of one layer at a time as options, arrow
 * keys to move (up and down within a layer, left and right between layers), E through the weights that come in.
 * Only the layer at hand is in the document, so a large graph costs nothing here.
 */
import type { Scene } from "./scene";

/** So many values of a large graph are in the list at a time. */
const WINDOW = 40;

export interface TwinText {
  list: string;
  layer: (place: number) => string;
  mark: (target: string) => string;
}

export interface TwinEvents {
  /** The keyboard is on this mark now; null when it has left the list. */
  focus(target: string | null): void;
  select(target: string): void;
}

/** A step on the graph by key; pure, so that it can be tested without a document. */
export function neighbour(scene: Scene, node: number, key: string): number {
  if (scene.cards) return among(scene, node, key);
  const place = scene.layer[node]!;
  const { first, count, wrap } = scene.graph.layers[place]!;
  const within = (n: number) => Math.max(first, Math.min(first + count - 1, n));
  if (key === "ArrowDown") return node + wrap < first + count ? node + wrap : node;
  if (key === "ArrowUp") return node - wrap >= first ? node - wrap : node;
  if (key === "Home") return first;
  if (key === "End") return within(first + count - 1);
  const aside = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  if (aside === 0) return node;
  const column = (node - first) % wrap;
  if (wrap > 1 && column + aside >= 0 && column + aside < wrap && within(node + aside) === node + aside)
    return node + aside;
  const next = scene.graph.layers[place + aside];
  return next === undefined ? node : level(scene, next.first, next.count, scene.y[node]!);
}

/** In a graph of operations: left to the first operand, right to the first reader, up and down as computed. */
function among(scene: Scene, node: number, key: string): number {
  const { source, target } = scene.graph;
  const [operand, reader] = [scene.incoming(node)[0], scene.outgoing(node)[0]];
  switch (key) {
    case "ArrowLeft":
      return operand === undefined ? node : source[operand]!;
    case "ArrowRight":
      return reader === undefined ? node : target[reader]!;
    case "ArrowUp":
      return Math.max(0, node - 1);
    case "ArrowDown":
      return Math.min(scene.nodes - 1, node + 1);
    case "Home":
      return 0;
    default:
      return scene.nodes - 1;
  }
}

/** Of `count` nodes from `first` on, the one at about the height y. */
function level(scene: Scene, first: number, count: number, y: number): number {
  let best = first;
  for (let n = first; n < first + count; n++) {
    if (Math.abs(scene.y[n]! - y) < Math.abs(scene.y[best]! - y)) best = n;
  }
  return best;
}

/** The nodes around one of a large graph. */
function window(scene: Scene, node: number): { first: number; count: number } {
  const first = Math.max(0, Math.min(node - WINDOW / 2, scene.nodes - WINDOW));
  return { first, count: Math.min(WINDOW, scene.nodes - first) };
}

export class Twin {
  private readonly list: HTMLElement;
  private scene: Scene | null = null;
  private node = 0;
  private edge = -1;
  private place = -1;
  private selected: string | null = null;

  constructor(
    root: HTMLElement,
    private text: TwinText,
    private readonly events: TwinEvents,
    signal: AbortSignal,
  ) {
    this.list = root.ownerDocument.createElement("div");
    this.list.setAttribute("role", "listbox");
    Object.assign(this.list.style, {
      position: "absolute",
      width: "1px",
      height: "1px",
      overflow: "hidden",
      clipPath: "inset(50%)",
      whiteSpace: "nowrap",
    });
    root.append(this.list);
    this.list.addEventListener("keydown", (event) => this.key(event), { signal });
    this.list.addEventListener("focusin", () => this.events.focus(this.target()), { signal });
    this.list.addEventListener("focusout", () => this.events.focus(null), { signal });
  }

  /** Take over a graph; the keyboard stays on the same mark where that survives. */
  setScene(scene: Scene): void {
    const before = this.scene === null ? null : this.scene.graph.names[this.node]!;
    this.scene = scene;
    const kept = scene.resolve(before);
    this.node = kept?.index ?? 0;
    this.edge = -1;
    this.build();
  }

  setText(text: TwinText): void {
    this.text = text;
    if (this.scene !== null) this.build();
  }

  /** Where the next Tab into the list lands. */
  setSelected(target: string | null): void {
    this.selected = target;
    const mark = this.scene?.resolve(target) ?? null;
    if (mark === null || this.scene === null || this.holdsFocus()) {
      this.refresh();
      return;
    }
    this.node = mark.kind === "edge" ? this.scene.graph.target[mark.index]! : mark.index;
    this.edge = mark.kind === "edge" ? mark.index : -1;
    this.build();
  }

  private key(event: KeyboardEvent): void {
    const scene = this.scene;
    if (scene === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") this.events.select(this.target()!);
    else if (event.key === "e" || event.key === "E") this.nextEdge(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && this.edge >= 0) this.go(this.node, -1);
    else if (/^(Arrow(Up|Down|Left|Right)|Home|End)$/.test(event.key)) {
      this.go(neighbour(scene, this.node, event.key), -1);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private nextEdge(step: 1 | -1): void {
    const scene = this.scene!;
    const edges = [...scene.incoming(this.node)].filter((e) => scene.edgeName(e) !== null);
    if (edges.length === 0) return;
    const at = edges.indexOf(this.edge);
    const next = at < 0 ? (step === 1 ? 0 : edges.length - 1) : (at + step + edges.length) % edges.length;
    this.go(this.node, edges[next]!);
  }

  private go(node: number, edge: number): void {
    this.node = node;
    this.edge = edge;
    this.build();
    this.list.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  private target(): string | null {
    if (this.scene === null) return null;
    return this.edge >= 0 ? this.scene.edgeName(this.edge) : (this.scene.graph.names[this.node] ?? null);
  }

  /** Write the options of the layer at hand, and of the edge at hand after its neuron. */
  private build(): void {
    const scene = this.scene!;
    const place = scene.layer[this.node] ?? -1;
    const layer = scene.cards ? window(scene, this.node) : scene.graph.layers[place];
    if (layer === undefined) {
      this.list.replaceChildren();
      return;
    }
    const focused = this.holdsFocus();
    const targets = scene.graph.names.slice(layer.first, layer.first + layer.count);
    const edge = this.edge >= 0 ? scene.edgeName(this.edge) : null;
    if (edge !== null) targets.splice(this.node - layer.first + 1, 0, edge);
    this.place = place;
    this.list.replaceChildren(...targets.map((target) => this.option(target)));
    if (scene.cards) this.number(layer.first, edge === null ? -1 : this.node - layer.first + 1);
    this.refresh();
    if (focused) this.list.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  /** Only a part of a large graph is in the list: where each option stands in all of it. `edge`: one that is no node. */
  private number(first: number, edge: number): void {
    const nodes = [...this.list.children].filter((_, at) => at !== edge);
    nodes.forEach((option, at) => {
      option.setAttribute("aria-posinset", String(first + at + 1));
      option.setAttribute("aria-setsize", String(this.scene!.nodes));
    });
  }

  private option(target: string): HTMLElement {
    const option = this.list.ownerDocument.createElement("div");
    option.setAttribute("role", "option");
    option.dataset.target = target;
    return option;
  }

  /** Names are asked for anew only for the option at hand: they hold numbers, which change all the time. */
  private refresh(): void {
    const at = this.target();
    this.list.setAttribute("aria-label", `${this.text.list}: ${this.text.layer(Math.max(0, this.place))}`);
    for (const option of this.list.querySelectorAll<HTMLElement>('[role="option"]')) {
      const target = option.dataset.target!;
      option.tabIndex = target === at ? 0 : -1;
      option.setAttribute("aria-selected", String(target === this.selected));
      if (target === at || option.textContent === "") option.textContent = this.text.mark(target);
    }
  }

  private holdsFocus(): boolean {
    return this.list.contains(this.list.ownerDocument.activeElement);
  }
}
