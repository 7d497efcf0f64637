/**
 * The stage as a list, for the keyboard and for screen readers: the nodes of one layer at a time as options, arrow
 * keys to move (up and down within a layer, left and right between layers), E through the weights that come in.
 * Only the layer at hand is in the document, so a large graph costs nothing here. A graph of operations is a tree.
 */
import { Branches, type Item } from "./branches";
import type { Scene } from "./scene";

/** So many values of a large graph are in the tree at a time, around the one at hand. */
const WINDOW = 60;
/** Milliseconds of rest after which the values are named anew. */
const RETELL = 120;

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

/** Of `count` nodes from `first` on, the one at about the height y. */
function level(scene: Scene, first: number, count: number, y: number): number {
  let best = first;
  for (let n = first; n < first + count; n++) {
    if (Math.abs(scene.y[n]! - y) < Math.abs(scene.y[best]! - y)) best = n;
  }
  return best;
}

export class Twin {
  private readonly list: HTMLElement;
  private scene: Scene | null = null;
  private node = 0;
  private edge = -1;
  private place = -1;
  private selected: string | null = null;
  private tree: Branches | null = null;
  private readonly turned = new Set<string>();
  private retelling: ReturnType<typeof setTimeout> | undefined;

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
    this.tree = scene.cards ? new Branches(scene, this.turned) : null;
    this.list.setAttribute("role", this.tree === null ? "listbox" : "tree");
    this.node = kept?.index ?? (this.tree === null ? 0 : Math.max(0, scene.nodes - 1));
    this.edge = -1;
    this.build();
  }

  /** The numbers are others: the names of values in the tree hold them. Told again when they have come to rest. */
  setNumbers(): void {
    if (this.tree === null) return;
    clearTimeout(this.retelling);
    this.retelling = setTimeout(() => {
      for (const option of this.list.querySelectorAll<HTMLElement>("[data-target]"))
        option.textContent = this.text.mark(option.dataset.target!);
    }, RETELL);
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
      this.go(
        this.tree === null ? neighbour(scene, this.node, event.key) : this.along(this.tree, event.key),
        -1,
      );
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

  /** A step on the tree: up and down what is seen, right into a branch, left out of it. */
  private along(tree: Branches, key: string): number {
    const { node } = this;
    if (key === "ArrowRight") {
      if (tree.isOpen(node)) return tree.first(node);
      if (tree.first(node) >= 0) tree.turn(node);
      return node;
    }
    if (key === "ArrowLeft") {
      if (!tree.isOpen(node)) return tree.above(node) < 0 ? node : tree.above(node);
      tree.turn(node);
      return node;
    }
    const seen = tree.visible();
    const at = seen.findIndex((item) => item.node === node);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0 }[key] ?? seen.length - 1;
    return seen[Math.max(0, Math.min(seen.length - 1, to))]!.node;
  }

  /** Write the branches around the value at hand, and the operand at hand after it. */
  private branch(scene: Scene, tree: Branches): void {
    const focused = this.holdsFocus();
    tree.reveal(this.node);
    const seen = tree.visible();
    const at = seen.findIndex((item) => item.node === this.node);
    const from = Math.max(0, Math.min(at - WINDOW / 2, seen.length - WINDOW));
    const items = seen.slice(from, from + WINDOW).map((item) => this.item(scene, item));
    if (this.edge >= 0) {
      const operand = this.option(scene.edgeName(this.edge)!);
      operand.setAttribute("role", "treeitem");
      operand.setAttribute("aria-level", String(seen[at]!.level + 1));
      items.splice(at - from + 1, 0, operand);
    }
    this.list.replaceChildren(...items);
    this.refresh();
    if (focused) this.list.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  private item(scene: Scene, { node, level, place, among, open }: Item): HTMLElement {
    const item = this.option(scene.graph.names[node]!);
    item.setAttribute("role", "treeitem");
    item.setAttribute("aria-level", String(level));
    item.setAttribute("aria-posinset", String(place));
    item.setAttribute("aria-setsize", String(among));
    if (open !== null) item.setAttribute("aria-expanded", String(open));
    return item;
  }

  /** Write the options of the layer at hand, and of the edge at hand after its neuron. */
  private build(): void {
    const scene = this.scene!;
    if (this.tree !== null && scene.nodes > 0) {
      this.branch(scene, this.tree);
      return;
    }
    const place = scene.layer[this.node] ?? -1;
    const layer = scene.graph.layers[place];
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
    this.refresh();
    if (focused) this.list.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
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
    const layer = this.tree === null ? `: ${this.text.layer(Math.max(0, this.place))}` : "";
    this.list.setAttribute("aria-label", `${this.text.list}${layer}`);
    for (const option of this.list.querySelectorAll<HTMLElement>("[data-target]")) {
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
