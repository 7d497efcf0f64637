/**
 * Dense layers from afar: where single lines cannot be told apart, the weights that lead into a layer are a heat map
 * between its columns, one row a neuron, one column an input, coloured by their gradients, or else by their values.
 */
import { INVALID } from "../scale";
import type { Geometry, Scene } from "../scene";
import type { Box } from "../view";
import { type Draw, type MarkType, onGlass, type Scenery } from "./mark";

/** Fewer lines are told apart; so are those that have more room than this on the screen, in square pixels each. */
const FEWEST = 400;
const ROOM = 28;
/** What the map leaves free of the gap between the columns on each side, as a share, and its greatest width. */
const FREE = 0.16;
const RIM = 1;

/** The places of the layers whose weights are a heat map at this zoom. */
export function heated(scene: Scene, zoom: number): ReadonlySet<number> {
  const found = new Set<number>();
  if (scene.cards) return found;
  scene.graph.layers.forEach((layer, place) => {
    const before = scene.graph.layers[place - 1];
    if (before === undefined || layer.kind === "loss" || layer.count * before.count < FEWEST) return;
    const { left, right, top, bottom } = gap(scene, scene, place);
    if ((right - left) * (bottom - top) * zoom * zoom < ROOM * layer.count * before.count) found.add(place);
  });
  return found;
}

/** Of these edges those that are lines at this zoom: the others are part of a heat map, and no marks of their own. */
export function single(scene: Scene, zoom: number, edges: readonly number[]): readonly number[] {
  const maps = heated(scene, zoom);
  return maps.size === 0 ? edges : edges.filter((e) => !maps.has(scene.layer[scene.graph.target[e]!]!));
}

/** Where the map of a layer stands in the world. */
function place({ scene, at }: Pick<Scenery, "scene" | "at">, layer: number): Box {
  const { left, right, top, bottom } = gap(scene, at, layer);
  const free = (right - left) * FREE;
  return { left: left + free, top, right: right - free, bottom };
}

/** The room between a layer and the one before it, as high as the layer. */
function gap(scene: Scene, at: Geometry, layer: number): Box {
  const { first, count } = scene.graph.layers[layer]!;
  const before = scene.graph.layers[layer - 1]!;
  let left = Number.NEGATIVE_INFINITY;
  for (let n = before.first; n < before.first + before.count; n++)
    left = Math.max(left, at.x[n]! + at.size[n]! / 2);
  let right = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (let n = first; n < first + count; n++) {
    const half = at.size[n]! / 2;
    right = Math.min(right, at.x[n]! - half);
    top = Math.min(top, at.y[n]! - half);
    bottom = Math.max(bottom, at.y[n]! + half);
  }
  return { left, top, right, bottom };
}

/** The first of the edges that lead into a layer: they stand neuron by neuron, input by input. */
function firstEdge(scene: Scene, layer: number): number {
  return scene.incoming(scene.graph.layers[layer]!.first)[0] ?? -1;
}

let sheet: HTMLCanvasElement | null = null;

const maps: Draw = (context, scenery, layers) => {
  const { look, scene, theme, view } = scenery;
  if (look === null) return;
  onGlass(context, scenery);
  sheet ??= context.canvas.ownerDocument.createElement("canvas");
  for (const layer of layers) {
    const rows = scene.graph.layers[layer]!.count;
    const columns = scene.graph.layers[layer - 1]!.count;
    sheet.width = columns;
    sheet.height = rows;
    const inner = sheet.getContext("2d")!;
    const image = inner.createImageData(columns, rows);
    const words = new Uint32Array(image.data.buffer);
    const { table, entries } = scenery.shown.gradients
      ? { table: scenery.slopeWords, entries: look.colour }
      : { table: scenery.shadeWords, entries: look.weight };
    const from = firstEdge(scene, layer);
    for (let i = 0; i < words.length; i++) words[i] = table[entries[from + i] ?? INVALID]!;
    inner.putImageData(image, 0, 0);
    const box = place(scenery, layer);
    const x = box.left * view.zoom + view.x;
    const y = box.top * view.zoom + view.y;
    const width = (box.right - box.left) * view.zoom;
    const height = (box.bottom - box.top) * view.zoom;
    context.imageSmoothingEnabled = false;
    context.drawImage(sheet, x, y, width, height);
    context.imageSmoothingEnabled = true;
    context.strokeStyle = theme.ink2;
    context.lineWidth = RIM;
    context.strokeRect(x - RIM / 2, y - RIM / 2, width + RIM, height + RIM);
  }
};

/** The weight at a point of a map, -1 for none. */
export function weightAt(scenery: Scenery, x: number, y: number): number {
  const { scene, view } = scenery;
  const wx = (x - view.x) / view.zoom;
  const wy = (y - view.y) / view.zoom;
  for (const layer of scenery.heated) {
    const { left, top, right, bottom } = place(scenery, layer);
    if (wx < left || wx >= right || wy < top || wy >= bottom) continue;
    const rows = scene.graph.layers[layer]!.count;
    const columns = scene.graph.layers[layer - 1]!.count;
    const row = Math.floor(((wy - top) / (bottom - top)) * rows);
    const column = Math.floor(((wx - left) / (right - left)) * columns);
    return firstEdge(scene, layer) + row * columns + column;
  }
  return -1;
}

/** The place of a weight in its map, on the screen; null where its layer has none. */
export function cellOf(scenery: Scenery, e: number): Box | null {
  const { scene, view } = scenery;
  const layer = scene.layer[scene.graph.target[e]!]!;
  if (!scenery.heated.has(layer)) return null;
  const { left, top, right, bottom } = place(scenery, layer);
  const rows = scene.graph.layers[layer]!.count;
  const columns = scene.graph.layers[layer - 1]!.count;
  const at = e - firstEdge(scene, layer);
  const wide = (right - left) / columns;
  const tall = (bottom - top) / rows;
  const x = (left + (at % columns) * wide) * view.zoom + view.x;
  const y = (top + Math.floor(at / columns) * tall) * view.zoom + view.y;
  return { left: x, top: y, right: x + wide * view.zoom, bottom: y + tall * view.zoom };
}

export const heat: MarkType = {
  attr(scenery, layer) {
    const { left, top, right, bottom } = place(scenery, layer);
    return { x: String(left), y: String(top), width: String(right - left), height: String(bottom - top) };
  },
  draw: { gradients: maps, values: maps },
  bound: place,
  pick: (scenery, x, y) => {
    const e = weightAt(scenery, x, y);
    return e < 0 ? -1 : scenery.scene.layer[scenery.scene.graph.target[e]!]!;
  },
};
