/**
 * The room between columns, made to suit the host: the layout says how the nodes of a column stand, the stage stretches
 * or tightens the gaps between columns so that the network fills the width it has.
 */
import type { Graph } from "../messages";
import { FIT_ZOOM } from "./view";

const TIGHTEST = 0.5;
const WIDEST = 2;
/** With the other gaps at their tightest, the one before the loss is to have so much room for numbers and labels … */
const LOSS_ROOM = 160;
/** … but it gains no more than this as the others tighten from their natural width to nothing. */
const LOSS_MORE = 76;

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

/** The gap before the loss, `natural` in the layout, when the others are `stretch` times as wide. */
function lossGap(natural: number, stretch: number): number {
  return stretch >= 1 ? natural * stretch : natural + lossMore(natural) * (1 - stretch);
}

function lossMore(natural: number): number {
  return Math.max(0, Math.min(LOSS_MORE, (LOSS_ROOM - natural) / (1 - TIGHTEST)));
}

/** The nodes' x with every gap between columns `stretch` times as wide; the first column stays. */
export function stretched(graph: Graph, stretch: number): Float32Array {
  const x = graph.x.slice();
  let shift = 0;
  let right: number | null = null;
  blocks(graph).forEach((block, place) => {
    const { first, count, kind } = graph.layers[place]!;
    if (right !== null) {
      const gap = Math.max(0, block.left - right);
      shift += (kind === "loss" ? lossGap(gap, stretch) : gap * stretch) - gap;
    }
    right = block.right;
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
  let last = 0;
  blocks(graph).forEach((block, place, all) => {
    solid += block.right - block.left;
    const gap = place > 0 ? Math.max(0, block.left - all[place - 1]!.right) : 0;
    if (graph.layers[place]!.kind === "loss") last = gap;
    else gaps += gap;
  });
  if (gaps + last === 0) return 1;
  const tight = last === 0 ? 0 : lossGap(last, TIGHTEST);
  const zoom = Math.min(FIT_ZOOM, down / Math.max(1, height), across / (solid + gaps * TIGHTEST + tight));
  const room = across / zoom - solid;
  const wide = room / (gaps + last);
  if (wide >= 1 || last === 0) return Math.max(TIGHTEST, Math.min(WIDEST, wide));
  // Solved for the stretch: room = gaps · stretch + lossGap(last, stretch).
  const more = lossMore(last);
  return gaps <= more ? 1 : Math.max(TIGHTEST, Math.min(1, (room - last - more) / (gaps - more)));
}
