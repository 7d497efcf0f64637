/**
 * A graph of operations as a tree, for the keyboard and for screen readers: the result, beneath it what it was made of,
 * each value once, beneath the one that reads it with the fewest steps to the result. What does not lead to the result
 * stands beside it.
 */
import type { Scene } from "./scene";

/** A graph no larger than this begins with all its branches open. */
const SMALL = 200;

export interface Item {
  node: number;
  level: number;
  place: number;
  among: number;
  /** Null where there is nothing beneath. */
  open: boolean | null;
}

export class Branches {
  private readonly parent: Int32Array;
  private readonly members: number[][];
  private readonly roots: number[] = [];
  private readonly small: boolean;

  /** `turned`: names of the nodes whose branch is not as it was at the beginning. */
  constructor(
    private readonly scene: Scene,
    private readonly turned: Set<string>,
  ) {
    const { nodes } = scene;
    this.small = nodes <= SMALL;
    this.parent = new Int32Array(nodes).fill(-1);
    this.members = Array.from({ length: nodes }, () => []);
    const seen = new Uint8Array(nodes);
    // The last of what is left reads, and is not read by what was left before it.
    for (let root = nodes - 1; root >= 0; root--) {
      if (seen[root] === 1) continue;
      this.roots.push(root);
      seen[root] = 1;
      const queue = [root];
      for (let next = 0; next < queue.length; next++) {
        const node = queue[next]!;
        for (const e of scene.incoming(node)) {
          const operand = scene.graph.source[e]!;
          if (seen[operand] === 1) continue;
          seen[operand] = 1;
          this.parent[operand] = node;
          this.members[node]!.push(operand);
          queue.push(operand);
        }
      }
    }
  }

  /** What is to be seen, from the top. */
  visible(): Item[] {
    const found: Item[] = [];
    const waiting: Item[] = this.items(this.roots, 1).reverse();
    while (waiting.length > 0) {
      const item = waiting.pop()!;
      found.push(item);
      if (item.open) waiting.push(...this.items(this.members[item.node]!, item.level + 1).reverse());
    }
    return found;
  }

  above(node: number): number {
    return this.parent[node]!;
  }

  first(node: number): number {
    return this.members[node]![0] ?? -1;
  }

  isOpen(node: number): boolean {
    const turned = this.turned.has(this.scene.graph.names[node]!);
    return this.members[node]!.length > 0 && (this.small || this.parent[node] === -1) !== turned;
  }

  turn(node: number): void {
    const name = this.scene.graph.names[node]!;
    if (!this.turned.delete(name)) this.turned.add(name);
  }

  /** Open every branch on the way to a node. */
  reveal(node: number): void {
    for (let at = this.parent[node]!; at >= 0; at = this.parent[at]!) if (!this.isOpen(at)) this.turn(at);
  }

  private items(nodes: readonly number[], level: number): Item[] {
    return nodes.map((node, at) => ({
      node,
      level,
      place: at + 1,
      among: nodes.length,
      open: this.members[node]!.length === 0 ? null : this.isOpen(node),
    }));
  }
}
