/** From one graph to the next: nodes that both have glide to their new places, the others fade. */
import type { Geometry, Scene } from "./scene";

export class Transition {
  readonly at: Geometry;
  /** The earlier graph's geometry, its surviving nodes moving along. */
  readonly ghostAt: Geometry;
  readonly leavingNodes: number[] = [];
  readonly leavingEdges: number[] = [];
  private readonly origin: Geometry;
  private readonly from: Int32Array;

  /** `start` and `duration` in milliseconds; `before` is where the earlier nodes stand on the screen just now. */
  constructor(
    earlier: Scene,
    before: Geometry,
    private readonly later: Scene,
    private readonly start: number,
    private readonly duration: number,
  ) {
    this.from = later.origins(earlier);
    const there = new Int32Array(earlier.nodes).fill(-1);
    this.from.forEach((old, n) => {
      if (old >= 0) there[old] = n;
    });
    this.origin = { x: later.x.slice(), y: later.y.slice(), size: later.size.slice() };
    this.from.forEach((old, n) => {
      if (old < 0) return;
      this.origin.x[n] = before.x[old]!;
      this.origin.y[n] = before.y[old]!;
      this.origin.size[n] = before.size[old]!;
    });
    this.at = { x: this.origin.x.slice(), y: this.origin.y.slice(), size: this.origin.size.slice() };
    this.ghostAt = { x: before.x.slice(), y: before.y.slice(), size: before.size.slice() };
    there.forEach((now, n) => {
      if (now < 0) this.leavingNodes.push(n);
    });
    const { source, target } = earlier.graph;
    const met = pairs(later);
    for (let e = 0; e < earlier.edges; e++) {
      if (!met.has(pair(there[source[e]!]!, there[target[e]!]!, later.nodes))) this.leavingEdges.push(e);
    }
    const known = pairs(earlier);
    this.newEdge = Uint8Array.from(later.graph.source, (s, e) =>
      known.has(pair(this.from[s]!, this.from[later.graph.target[e]!]!, earlier.nodes)) ? 0 : 1,
    );
  }

  private readonly newEdge: Uint8Array;

  /** Move the geometries on to `now`; the share of the way done, eased, 1 at the end. */
  advance(now: number): number {
    const linear = Math.min(1, Math.max(0, (now - this.start) / this.duration));
    const t = ease(linear);
    const { at, origin, later } = this;
    for (let n = 0; n < later.nodes; n++) {
      at.x[n] = origin.x[n]! + (later.x[n]! - origin.x[n]!) * t;
      at.y[n] = origin.y[n]! + (later.y[n]! - origin.y[n]!) * t;
      at.size[n] = origin.size[n]! + (later.size[n]! - origin.size[n]!) * t;
      const old = this.from[n]!;
      if (old < 0) continue;
      this.ghostAt.x[old] = at.x[n]!;
      this.ghostAt.y[old] = at.y[n]!;
      this.ghostAt.size[old] = at.size[n]!;
    }
    return t;
  }

  entering(kind: "node" | "edge", mark: number): boolean {
    return kind === "node" ? this.from[mark]! < 0 : this.newEdge[mark] === 1;
  }
}

/** Starts fast, ends gently. */
export function ease(t: number): number {
  return 1 - (1 - t) ** 3;
}

function pairs(scene: Scene): Set<number> {
  const found = new Set<number>();
  const { source, target } = scene.graph;
  for (let e = 0; e < scene.edges; e++) found.add(pair(source[e]!, target[e]!, scene.nodes));
  return found;
}

/** One number for an edge's two nodes; -1 when one of them is missing. */
function pair(source: number, target: number, nodes: number): number {
  return source < 0 || target < 0 ? -1 : source * nodes + target;
}
