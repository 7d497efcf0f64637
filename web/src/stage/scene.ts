/** The graph as the stage needs it: who is whose neighbour, what a name means, what lies where. */
import Flatbush from "flatbush";
import { distance, type Ends, type Way } from "./curve";
import type { Structure } from "./drawn";
import { stretched } from "./spread";
import type { Box } from "./view";

const ALONE = { across: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
/** The share of a card's side that edges enter over, and the most that two of them are apart. */
const ENTRY = 0.6;
const ENTRY_MOST = 10;
const LATE = 2 ** 30;

/** Where nodes stand: centres and widths, by node, in pixels at zoom 1. */
export interface Geometry {
  x: Float32Array;
  y: Float32Array;
  size: Float32Array;
}

/** What a name on the stage means: a node, an edge, or the bias of a node. */
export interface Mark {
  kind: "node" | "edge" | "bias";
  index: number;
}

/** Edges by one of their ends: those of node n are `edge[start[n]] … edge[start[n + 1] - 1]`. */
interface Adjacency {
  start: Int32Array;
  edge: Int32Array;
}

export class Scene implements Geometry {
  x: Float32Array;
  readonly y: Float32Array;
  readonly size: Float32Array;
  /** How much wider than the layout's are the gaps between columns. */
  stretch = 1;
  readonly nodes: number;
  readonly edges: number;
  /** The loss's node, -1 without one. */
  readonly loss: number;
  /** The node whose gradients are shown: the loss, or what the code computes. */
  readonly result: number;
  box: Box;
  /** The place in `graph.layers` of each node's layer. */
  readonly layer: Int32Array;
  /** When the pass computes each node: its layer, or its stage in a graph of operations. */
  readonly order: Int32Array;
  /** The height of a node as a share of its width. */
  readonly aspect: number;
  /** A graph of operations: nodes are cards. */
  readonly cards: boolean;
  /** When the pass first reads a node: in the next layer; in a graph of operations beyond the end where nothing does. */
  readonly read: Int32Array;
  private readonly way: Way;
  /** How far off the middle of its target an edge ends, so that two operands that are the same node are two lines. */
  private readonly aside: Float32Array;
  private readonly byName = new Map<string, number>();
  private readonly into: Adjacency;
  private readonly outOf: Adjacency;
  private pitches: { across: number; down: number }[] = [];
  private nodeIndex: Flatbush | null;
  private edgeIndex: Flatbush | null;

  constructor(public graph: Structure) {
    this.x = graph.x;
    this.y = graph.y;
    this.size = graph.size;
    this.nodes = graph.names.length;
    this.edges = graph.source.length;
    graph.names.forEach((name, n) => {
      this.byName.set(name, n);
    });
    this.loss = this.byName.get("loss") ?? -1;
    this.result = graph.sketch === undefined ? this.loss : this.nodes - 1;
    this.layer = new Int32Array(this.nodes);
    graph.layers.forEach((layer, place) => {
      this.layer.fill(place, layer.first, layer.first + layer.count);
    });
    const { sketch } = graph;
    this.cards = sketch !== undefined;
    this.aspect = sketch === undefined ? 1 : sketch.height / sketch.width;
    this.way = sketch?.way ?? "right";
    this.order = sketch?.stages ?? this.layer;
    this.pitches = pitchesOf(this);
    this.into = adjacency(graph.target, this.nodes);
    this.outOf = adjacency(graph.source, this.nodes);
    this.aside = new Float32Array(this.cards ? this.edges : 0);
    this.read = this.cards
      ? new Int32Array(this.nodes).fill(LATE)
      : this.layer.map((place) => {
          const layer = graph.layers[place];
          // The outputs of a classifier show the gradients of their sums, which come with their own layer.
          return layer?.operation === "log_softmax" ? place : place + 1;
        });
    if (this.cards) this.wire();
    this.box = bounds(this);
    this.nodeIndex = indexed(this.nodes, (n) => nodeBox(this, n));
    this.edgeIndex = indexed(this.edges, (e) => edgeBox(this.ends(e)));
  }

  /** Where each operand of an operation ends, and who is read first by whom. */
  private wire(): void {
    const { graph, way } = this;
    const room = (way === "down" ? graph.width : graph.height) * ENTRY;
    for (let n = 0; n < this.nodes; n++) {
      const edges = this.incoming(n);
      const apart = Math.min(ENTRY_MOST, edges.length > 1 ? room / (edges.length - 1) : 0);
      edges.forEach((e, place) => {
        this.aside[e] = way === "free" ? 0 : (place - (edges.length - 1) / 2) * apart;
        const s = graph.source[e]!;
        this.read[s] = Math.min(this.read[s]!, this.order[n]!);
      });
    }
    if (this.nodes > 0) this.read[this.nodes - 1] = this.order[this.nodes - 1]! + 1;
  }

  /** Stand with the gaps between columns `stretch` times as wide as in the layout. */
  place(stretch: number): void {
    this.stretch = stretch;
    this.x = stretched(this.graph, stretch);
    this.pitches = pitchesOf(this);
    this.box = bounds(this);
    this.nodeIndex = indexed(this.nodes, (n) => nodeBox(this, n));
    this.edgeIndex = indexed(this.edges, (e) => edgeBox(this.ends(e)));
  }

  /** The middle of a layer's column. */
  middle(layer: number): number {
    const { first, x } = this.graph.layers[layer]!;
    return x + this.x[first]! - this.graph.x[first]!;
  }

  /** The edge's ends: the right side of its source, the left side of its target. */
  ends(e: number, at: Geometry = this): Ends {
    const s = this.graph.source[e]!;
    const t = this.graph.target[e]!;
    if (this.cards) return this.wires(at, s, t, e);
    return {
      x1: at.x[s]! + at.size[s]! / 2,
      y1: at.y[s]!,
      x2: at.x[t]! - at.size[t]! / 2,
      y2: at.y[t]!,
    };
  }

  private wires(at: Geometry, s: number, t: number, e: number): Ends {
    const { way, aspect } = this;
    const aside = this.aside[e]!;
    if (way === "down") {
      const y1 = at.y[s]! + (at.size[s]! * aspect) / 2;
      return { x1: at.x[s]!, y1, x2: at.x[t]! + aside, y2: at.y[t]! - (at.size[t]! * aspect) / 2, way };
    }
    if (way === "free") return { x1: at.x[s]!, y1: at.y[s]!, x2: at.x[t]!, y2: at.y[t]!, way };
    return {
      x1: at.x[s]! + at.size[s]! / 2,
      y1: at.y[s]!,
      x2: at.x[t]! - at.size[t]! / 2,
      y2: at.y[t]! + aside,
    };
  }

  /**
   * Distance from node n to its neighbours, sideways (in its row, or in the next columns) and downwards in its column;
   * infinite where there are none.
   */
  pitch(n: number): { across: number; down: number } {
    return this.pitches[this.layer[n]!] ?? ALONE;
  }

  incoming(n: number): Int32Array {
    return this.into.edge.subarray(this.into.start[n], this.into.start[n + 1]);
  }

  outgoing(n: number): Int32Array {
    return this.outOf.edge.subarray(this.outOf.start[n], this.outOf.start[n + 1]);
  }

  /** The name of an edge's weight (`w:2:0:3`); null for an edge that has none. */
  edgeName(e: number): string | null {
    if (this.graph.parameter[e]! < 0) return null;
    const target = this.graph.names[this.graph.target[e]!]!;
    if (this.cards) return `a${target.slice(1)}:${e - this.incoming(this.graph.target[e]!)[0]!}`;
    const source = this.graph.names[this.graph.source[e]!]!;
    return `w${target.slice(1)}${source.slice(source.lastIndexOf(":"))}`;
  }

  /** What a target means here; null when this graph has no such mark. */
  resolve(target: string | null): Mark | null {
    if (target === null) return null;
    const node = this.byName.get(target);
    if (node !== undefined) return { kind: "node", index: node };
    const [letter, layer, neuron, input] = target.split(":");
    if (this.cards) {
      const child = letter === "a" ? this.byName.get(`v:${layer}`) : undefined;
      const found = child === undefined ? undefined : this.incoming(child)[Number(neuron)];
      return found === undefined ? null : { kind: "edge", index: found };
    }
    const owner = this.byName.get(`n:${layer}:${neuron}`);
    if (owner === undefined) return null;
    if (letter === "z") return { kind: "node", index: owner };
    if (letter === "b" && this.graph.bias[owner]! >= 0) return { kind: "bias", index: owner };
    if (letter !== "w") return null;
    for (const e of this.incoming(owner)) {
      const source = this.graph.names[this.graph.source[e]!]!;
      if (this.graph.parameter[e]! >= 0 && source.endsWith(`:${input}`)) return { kind: "edge", index: e };
    }
    return null;
  }

  nodesIn(box: Box): number[] {
    return this.nodeIndex?.search(box.left, box.top, box.right, box.bottom) ?? [];
  }

  edgesIn(box: Box): number[] {
    return this.edgeIndex?.search(box.left, box.top, box.right, box.bottom) ?? [];
  }

  /** The weighted edge whose curve is nearest to (x, y), if nearer than `reach`; -1 for none. */
  edgeAt(x: number, y: number, reach: number): number {
    let best = -1;
    let nearest = reach;
    for (const e of this.edgesIn({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach })) {
      if (this.graph.parameter[e]! < 0) continue;
      const away = distance(this.ends(e), x, y);
      if (away <= nearest) {
        nearest = away;
        best = e;
      }
    }
    return best;
  }

  /**
   * Where each node stood in `earlier`, as its index there, or -1: under its name, or, of the graph just before this
   * one, under the name that it had before the edit.
   */
  origins(earlier: Scene): Int32Array {
    const { came, names, revision } = this.graph;
    const next = earlier.graph.revision === revision - 1;
    return Int32Array.from(names, (name) => earlier.byName.get(next ? former(name, came) : name) ?? -1);
  }
}

/** The name of a node before the edit that made this graph; of one that was none, no name. */
function former(name: string, came: readonly number[]): string {
  const [letter, layer, neuron] = name.split(":");
  if (letter !== "n" || came.length === 0) return name;
  const before = came[Number(layer)] ?? -1;
  return before < 0 ? "" : `n:${before}:${neuron}`;
}

/** Sort marks (numbers below 2^20) by how far they are from a point, nearest first, to a sixteenth of a pixel. */
export function nearestFirst(marks: readonly number[], away: (mark: number) => number): number[] {
  const room = 2 ** 20;
  const keys = Float64Array.from(marks, (mark) => Math.round(away(mark) * 16) * room + mark);
  return Array.from(keys.sort(), (key) => key % room);
}

function adjacency(end: Int32Array, nodes: number): Adjacency {
  const start = new Int32Array(nodes + 1);
  for (const n of end) start[n + 1]!++;
  for (let n = 0; n < nodes; n++) start[n + 1]! += start[n]!;
  const next = start.slice(0, nodes);
  const edge = new Int32Array(end.length);
  end.forEach((n, e) => {
    edge[next[n]!++] = e;
  });
  return { start, edge };
}

/** By layer. Columns that stand several nodes a row count from their outermost. */
function pitchesOf({ graph, x }: Scene): { across: number; down: number }[] {
  const columns = graph.layers.map(({ first, count, wrap }) => ({
    left: x[first]!,
    right: x[first + Math.min(count, wrap) - 1]!,
  }));
  return graph.layers.map(({ first, count, wrap }, place) => {
    const { left, right } = columns[place]!;
    const before = columns[place - 1]?.right ?? Number.NEGATIVE_INFINITY;
    const after = columns[place + 1]?.left ?? Number.POSITIVE_INFINITY;
    const within = wrap > 1 && count > 1 ? x[first + 1]! - left : Number.POSITIVE_INFINITY;
    return {
      across: Math.min(within, left - before, after - right),
      down: count > wrap ? graph.y[first + wrap]! - graph.y[first]! : Number.POSITIVE_INFINITY,
    };
  });
}

function nodeBox(at: Scene, n: number): Box {
  const half = at.size[n]! / 2;
  const tall = half * at.aspect;
  return { left: at.x[n]! - half, top: at.y[n]! - tall, right: at.x[n]! + half, bottom: at.y[n]! + tall };
}

function edgeBox(ends: Ends): Box {
  return {
    left: Math.min(ends.x1, ends.x2),
    top: Math.min(ends.y1, ends.y2),
    right: Math.max(ends.x1, ends.x2),
    bottom: Math.max(ends.y1, ends.y2),
  };
}

function bounds(scene: Scene): Box {
  const box = { left: 0, top: 0, right: 0, bottom: 0 };
  for (let n = 0; n < scene.nodes; n++) {
    const node = nodeBox(scene, n);
    if (n === 0) Object.assign(box, node);
    box.left = Math.min(box.left, node.left);
    box.top = Math.min(box.top, node.top);
    box.right = Math.max(box.right, node.right);
    box.bottom = Math.max(box.bottom, node.bottom);
  }
  return box;
}

function indexed(count: number, box: (mark: number) => Box): Flatbush | null {
  if (count === 0) return null;
  const index = new Flatbush(count, 16, Float32Array);
  for (let i = 0; i < count; i++) {
    const b = box(i);
    index.add(b.left, b.top, b.right, b.bottom);
  }
  index.finish();
  return index;
}

/** Whether two graphs have the same marks in the same places: only their revisions differ. */
export function sameStructure(a: Structure, b: Structure): boolean {
  return (
    JSON.stringify([a.sketch?.operators, a.sketch?.way]) ===
      JSON.stringify([b.sketch?.operators, b.sketch?.way]) &&
    (a.sketch?.stages.every((stage, n) => stage === b.sketch?.stages[n]) ?? true) &&
    JSON.stringify([a.layers, a.names, a.labels]) === JSON.stringify([b.layers, b.names, b.labels]) &&
    (["x", "y", "size", "bias", "source", "target", "parameter"] as const).every(
      (column) =>
        a[column].length === b[column].length && a[column].every((entry, at) => entry === b[column][at]),
    )
  );
}
