/**
 * The room between columns, made to suit the host: the layout says how the nodes of a column stand, the stage stretches
 * or tightens the gaps between columns so that the network fills the width it has.
 */
import type { Graph } from "../messages";
import { FIT_ZOOM } from "./view";

const TIGHTEST = 0.5;
const WIDEST = 2;

interface Block {
  left: number;
  right: number;
}

/** The columns' extents by layer, as the layout has them. */
function blocks(graph: Graph): Block[] {
  return graph.layers.map(({ first, count }) => {
    const block = { left: Number.POSITIVE_INFINITY, right: Number.NEGATIVE_INFINITY };
    for (let n = first; n < first + count; n++) {
      block.left = Math.min(block.left, graph.x[n]! - graph.size[n]! / 2);
      block.right = Math.max(block.right, graph.x[n]! + graph.size[n]! / 2);
    }
    return block;
  });
}

/** The nodes' x with every gap between columns `stretch` times as wide; the first column stays. */
export function stretched(graph: Graph, stretch: number): Float32Array {
  const x = graph.x.slice();
  let shift = 0;
  let right: number | null = null;
  blocks(graph).forEach((block, place) => {
    if (right !== null) shift += Math.max(0, block.left - right) * (stretch - 1);
    right = block.right;
    const { first, count } = graph.layers[place]!;
    for (let n = first; n < first + count; n++) x[n] = x[n]! + shift;
  });
  return x;
}

/**
 * The stretch that fills `across` × `down` pixels best: nodes as large as the height allows, or as the width allows
 * with the gaps at their tightest; then the gaps as wide as there is room, within bounds.
 */
export function bestStretch(graph: Graph, height: number, across: number, down: number): number {
  let solid = 0;
  let gaps = 0;
  blocks(graph).forEach((block, place, all) => {
    solid += block.right - block.left;
    if (place > 0) gaps += Math.max(0, block.left - all[place - 1]!.right);
  });
  if (gaps === 0) return 1;
  const zoom = Math.min(FIT_ZOOM, down / Math.max(1, height), across / (solid + gaps * TIGHTEST));
  return Math.max(TIGHTEST, Math.min(WIDEST, (across / zoom - solid) / gaps));
}
