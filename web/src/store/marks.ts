/** Names of marks: ``n:L:J`` a neuron, ``w:L:J:I`` a weight, ``b:L:J`` a bias, ``z:L:J`` a sum, ``loss`` the loss. */

import type { Frame, Graph } from "../messages";

export type Mark =
  | { readonly kind: "neuron" | "bias" | "sum"; readonly layer: number; readonly neuron: number }
  | { readonly kind: "weight"; readonly layer: number; readonly neuron: number; readonly source: number }
  | { readonly kind: "loss" };

export function parsed(target: string): Mark | null {
  if (target === "loss") return { kind: "loss" };
  const [letter, ...rest] = target.split(":");
  const [layer, neuron, source] = rest.map(Number);
  if (layer === undefined || neuron === undefined) return null;
  if (letter === "n") return { kind: "neuron", layer, neuron };
  if (letter === "z" && layer > 0) return { kind: "sum", layer, neuron };
  if (letter === "b") return { kind: "bias", layer, neuron };
  if (letter === "w" && source !== undefined) return { kind: "weight", layer, neuron, source };
  return null;
}

/** By graph, the parameter of each weight by the two nodes that it joins; a graph that is gone takes its own along. */
const weights = new WeakMap<Graph, Map<number, number>>();

function weightOf(graph: Graph, source: number, target: number): number {
  const key = (from: number, to: number) => from * graph.names.length + to;
  let found = weights.get(graph);
  if (found === undefined) {
    found = new Map();
    for (let e = 0; e < graph.source.length; e++)
      found.set(key(graph.source[e]!, graph.target[e]!), graph.parameter[e]!);
    weights.set(graph, found);
  }
  return found.get(key(source, target)) ?? -1;
}

/** The number of a node in the graph, -1 where there is none. */
export function nodeOf(graph: Graph, target: string): number {
  const mark = parsed(target);
  if (mark === null) return -1;
  if (mark.kind === "loss") return graph.layers.find((layer) => layer.kind === "loss")?.first ?? -1;
  const layer = graph.layers[mark.layer];
  return layer !== undefined && layer.kind !== "loss" && mark.neuron < layer.count
    ? layer.first + mark.neuron
    : -1;
}

/** The parameter of a weight or a bias, -1 where there is none. */
export function parameterOf(graph: Graph, target: string): number {
  const mark = parsed(target);
  if (mark?.kind === "bias") return graph.bias[nodeOf(graph, target)] ?? -1;
  if (mark?.kind !== "weight") return -1;
  const to = graph.layers[mark.layer];
  const from = graph.layers[mark.layer - 1];
  if (to === undefined || from === undefined || mark.neuron >= to.count || mark.source >= from.count)
    return -1;
  return weightOf(graph, from.first + mark.source, to.first + mark.neuron);
}

/** What a mark of the graph before is called in this one; null where the edit has taken it away. */
export function renamed(graph: Graph, target: string): string | null {
  const mark = parsed(target);
  if (mark === null) return null;
  if (mark.kind === "loss") return target;
  const place = (before: number) => graph.came.indexOf(before);
  const layer = place(mark.layer);
  if (layer < 0 || (mark.kind === "weight" && place(mark.layer - 1) !== layer - 1)) return null;
  const name = target.replace(/:\d+/, `:${layer}`);
  return exists(graph, name) ? name : null;
}

/** Whether the graph has this mark. */
export function exists(graph: Graph, target: string): boolean {
  const mark = parsed(target);
  if (mark === null) return false;
  if (mark.kind === "weight" || mark.kind === "bias") return parameterOf(graph, target) >= 0;
  return nodeOf(graph, target) >= 0;
}

/** Value and gradient of a mark in a frame. */
export function numbersOf(
  graph: Graph,
  frame: Frame,
  target: string,
): { value: number; gradient: number } | null {
  const p = parameterOf(graph, target);
  if (p >= 0) return { value: frame.parameters[p] ?? Number.NaN, gradient: frame.gradients[p] ?? Number.NaN };
  const n = nodeOf(graph, target);
  // Of a sum a frame has no numbers: its inspection does.
  if (n < 0 || target.startsWith("b:") || target.startsWith("z:")) return null;
  return { value: frame.values[n] ?? Number.NaN, gradient: frame.adjoints[n] ?? Number.NaN };
}

/** The nodes that stand nearest in the computation: the ends of a weight, the inputs and consumers of a neuron. */
export function neighbours(graph: Graph, target: string): string[] {
  const mark = parsed(target);
  if (mark === null) return [];
  if (mark.kind === "weight") {
    return [`n:${mark.layer}:${mark.neuron}`, `n:${mark.layer - 1}:${mark.source}`];
  }
  if (mark.kind === "bias" || mark.kind === "sum") return [`n:${mark.layer}:${mark.neuron}`];
  const n = nodeOf(graph, target);
  const found: string[] = [];
  for (let e = 0; e < graph.source.length; e++) {
    if (graph.source[e] === n) found.push(graph.names[graph.target[e]!]!);
    else if (graph.target[e] === n) found.push(graph.names[graph.source[e]!]!);
  }
  return found;
}
