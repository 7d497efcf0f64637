/** Edges: a hairline in the structure; over it a stroke as wide as the weight, coloured by the gradient. */
import { outline, pointAt, trace, traceEnds } from "../curve";
import { INVALID, NEUTRAL, onScreen, WIDTH_STEP } from "../scale";
import { type Draw, inWorld, type MarkType, type Scenery } from "./mark";

const HAIRLINE = 1;
/** The width of an edge when weights are not shown, and of an edge that has no weight. */
const UNIFORM = 2;
/** Colours nearer to the neutral, but not it, than this many entries get a rim, lest they vanish on the stage. */
const PALE = 44;
const RIM = 0.6;
const REACH = 6;
/** Half the side of a sign, in pixels. */
const GLYPH = 4;
const DASH = [4, 3];
/** With more edges than this, rims would hide more than they show, and what is nearly neutral stays a hairline. */
const CROWD = 500;
const FAINT = 16;

const hairlines: Draw = (context, scenery, edges) => {
  const { graph } = scenery.scene;
  inWorld(context, scenery);
  context.strokeStyle = scenery.theme.edge;
  if (scenery.scene.cards) {
    stroke(context, scenery, edges, UNIFORM);
    return;
  }
  stroke(
    context,
    scenery,
    edges.filter((e) => graph.parameter[e]! >= 0),
    HAIRLINE,
  );
  stroke(
    context,
    scenery,
    edges.filter((e) => graph.parameter[e]! < 0),
    UNIFORM,
  );
};

/** Beneath what the canvas already shows: nodes are drawn first, and edges end at their rims. */
const neutral: Draw = (context, scenery, edges) => {
  const { look, shown, scene, theme } = scenery;
  if (look === null || shown.gradients) return;
  inWorld(context, scenery);
  context.globalCompositeOperation = "destination-over";
  context.strokeStyle = theme.edge;
  for (const [step, batch] of batched(edges, (e) => (scene.graph.parameter[e]! < 0 ? -1 : look.width[e]!))) {
    if (step >= 0) stroke(context, scenery, batch, step * WIDTH_STEP);
  }
  context.globalCompositeOperation = "source-over";
};

/**
 * A zero gradient is a plain edge: a band in the neutral colour, the stage's own, would look like a gap.
 * Batched by colour and width, the strongest last, so that a strong gradient is never hidden by a weak one.
 */
const coloured: Draw = (context, scenery, edges) => {
  const { look, scene, theme, colours, invalid, shown } = scenery;
  if (look === null) return;
  const batches = batched(edges, (e) => {
    if (scene.graph.parameter[e]! < 0) return -1;
    const colour = look.colour[e]!;
    return strength(colour) * 0x10000 + colour * 0x100 + (shown.values ? look.width[e]! : 0);
  });
  const crowded = scene.edges > CROWD;
  inWorld(context, scenery);
  for (const [key, batch] of batches) {
    if (key < 0) continue;
    const colour = (key >> 8) & 0xff;
    const strong = key >> 16;
    if (crowded && strong < FAINT) continue;
    const wide = shown.values ? (key & 0xff) * WIDTH_STEP : UNIFORM;
    if (colour === NEUTRAL) {
      context.strokeStyle = theme.edge;
      stroke(context, scenery, batch, wide);
      continue;
    }
    if (strong < PALE && !crowded) {
      context.strokeStyle = theme.edge;
      stroke(context, scenery, batch, wide + 2 * RIM);
    }
    context.strokeStyle = colour === INVALID ? invalid : colours[colour]!;
    if (colour === INVALID) context.setLineDash(DASH.map((pixels) => pixels / scenery.view.zoom));
    stroke(context, scenery, batch, wide);
    context.setLineDash([]);
  }
};

/** Plus or minus at the middle of each line, so that colour is not the only sign. */
const glyphs: Draw = (context, scenery, edges) => {
  const { look, scene, theme, view } = scenery;
  if (look === null || !scenery.signs) return;
  inWorld(context, scenery);
  const size = GLYPH / view.zoom;
  context.lineWidth = 1.4 / view.zoom;
  for (const e of edges) {
    const colour = look.colour[e]!;
    if (scene.graph.parameter[e]! < 0 || colour === NEUTRAL || colour === INVALID) continue;
    // Not all in one row: lines that meet have their signs at different places.
    const { x, y } = pointAt(scene.ends(e, scenery.at), 0.34 + 0.32 * ((e * 0.618) % 1));
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fillStyle = theme.stage;
    context.fill();
    context.strokeStyle = theme.ink;
    context.beginPath();
    context.moveTo(x - size * 0.65, y);
    context.lineTo(x + size * 0.65, y);
    if (colour > NEUTRAL) {
      context.moveTo(x, y - size * 0.65);
      context.lineTo(x, y + size * 0.65);
    }
    context.stroke();
  }
};

const withSigns: Draw = (context, scenery, edges) => {
  coloured(context, scenery, edges);
  if (scenery.scene.edges <= CROWD) glyphs(context, scenery, edges);
};

/** How far an entry of the ramp is from the neutral; what is no number is stronger than all. */
function strength(colour: number): number {
  return colour === INVALID ? NEUTRAL + 1 : Math.abs(colour - NEUTRAL);
}

/** The edges, weakest gradient first. */
export function weakestFirst(scenery: Scenery, edges: readonly number[]): readonly number[] {
  const { look } = scenery;
  if (look === null) return edges;
  const ranks: number[][] = Array.from({ length: NEUTRAL + 2 }, () => []);
  for (const e of edges) ranks[strength(look.colour[e]!)]!.push(e);
  return ranks.flat();
}

/** How an edge is drawn now: its colour and its width in pixels at zoom 1. */
export function appearance(scenery: Scenery, e: number): { colour: string; width: number } {
  const { look, scene, shown, theme } = scenery;
  const weighted = look !== null && scene.graph.parameter[e]! >= 0;
  const width = weighted && shown.values ? look.width[e]! * WIDTH_STEP : UNIFORM;
  if (!weighted || !shown.gradients) return { colour: theme.edge, width };
  const colour = look.colour[e]!;
  if (colour === NEUTRAL) return { colour: theme.edge, width };
  return { colour: colour === INVALID ? scenery.invalid : scenery.colours[colour]!, width };
}

export const edge: MarkType = {
  attr(scenery, e) {
    const { colour, width } = appearance(scenery, e);
    return {
      d: outline(scenery.scene.ends(e, scenery.at)),
      fill: "none",
      stroke: colour,
      "stroke-width": String(onScreen(width, scenery.view.zoom) / scenery.view.zoom),
    };
  },
  draw: { structure: hairlines, values: neutral, gradients: withSigns },
  bound(scenery, e) {
    const { view } = scenery;
    const ends = scenery.scene.ends(e, scenery.at);
    return {
      left: Math.min(ends.x1, ends.x2) * view.zoom + view.x,
      top: Math.min(ends.y1, ends.y2) * view.zoom + view.y,
      right: Math.max(ends.x1, ends.x2) * view.zoom + view.x,
      bottom: Math.max(ends.y1, ends.y2) * view.zoom + view.y,
    };
  },
  pick(scenery, x, y) {
    const { view, scene } = scenery;
    return scene.edgeAt((x - view.x) / view.zoom, (y - view.y) / view.zoom, REACH / view.zoom);
  },
};

function stroke(
  context: CanvasRenderingContext2D,
  scenery: Scenery,
  edges: readonly number[],
  pixels: number,
) {
  if (edges.length === 0) return;
  const { at, scene, view } = scenery;
  const { source, target } = scene.graph;
  context.lineWidth = onScreen(pixels, view.zoom) / view.zoom;
  context.beginPath();
  if (scene.cards) {
    for (const e of edges) traceEnds(context, scene.ends(e, at));
    context.stroke();
    return;
  }
  for (const e of edges) {
    const s = source[e]!;
    const t = target[e]!;
    trace(context, at.x[s]! + at.size[s]! / 2, at.y[s]!, at.x[t]! - at.size[t]! / 2, at.y[t]!);
  }
  context.stroke();
}

/** Edges grouped by key, lowest key first. */
function batched(edges: readonly number[], key: (e: number) => number): [number, number[]][] {
  const groups = new Map<number, number[]>();
  for (const e of edges) {
    const k = key(e);
    const group = groups.get(k);
    if (group) group.push(e);
    else groups.set(k, [e]);
  }
  return [...groups].sort(([a], [b]) => a - b);
}
