/** What every type of mark can do, and what it may read to do it. */
import type { Atlas } from "../atlas";
import type { Look } from "../look";
import type { Geometry, Scene } from "../scene";
import type { Theme } from "../theme";
import type { Box, View } from "../view";

export type LayerName = "structure" | "values" | "gradients";
export type Layers = Record<LayerName, boolean>;

/** The canvases: a layer's own each, and the titles of the structure above them all. */
export type SheetName = LayerName | "titles";

export interface Scenery {
  scene: Scene;
  /** Where the nodes stand just now (on their way, during a transition). */
  at: Geometry;
  view: View;
  /** Device pixels to a CSS pixel. */
  ratio: number;
  /** Null until the first frame of this graph. */
  look: Look | null;
  atlas: Atlas | null;
  theme: Theme;
  /** CSS colours of the gradient ramp's entries. */
  colours: readonly string[];
  /** CSS colours of the value ramp's entries. */
  shades: readonly string[];
  /** The pixels of both ramps by entry, that of what is no number among them. */
  slopeWords: Uint32Array;
  shadeWords: Uint32Array;
  invalid: string;
  /** The layers whose weights are a heat map. */
  heated: ReadonlySet<number>;
  shown: Layers;
  /** The sign of each gradient stands on its line. */
  signs: boolean;
  /** The middle of the titles' line, in pixels from the top of the host. */
  titleY: number;
  /** The title of a layer by its place in the graph, and what its neurons make of their sums. */
  titles: readonly string[];
  operations: readonly string[];
}

export type Draw = (context: CanvasRenderingContext2D, scenery: Scenery, marks: readonly number[]) => void;

/**
 * One type of mark. Indices are the type's own: edges by edge, neurons by node, titles by layer.
 * `bound` and `pick` speak screen pixels of the host.
 */
export interface MarkType {
  /** The mark as attributes of an SVG element, in world coordinates. */
  attr(scenery: Scenery, mark: number): Record<string, string>;
  /** How the given marks appear on each canvas; a canvas left out shows nothing of them. */
  draw: Partial<Record<SheetName, Draw>>;
  bound(scenery: Scenery, mark: number): Box;
  /** The mark at a point, -1 for none. */
  pick(scenery: Scenery, x: number, y: number): number;
}

/** Size of the text around marks, in pixels: a caption's, a little larger where the drawing is. */
export function textSize(zoom: number): number {
  return Math.round(Math.max(11, Math.min(13, 11 * Math.sqrt(zoom))));
}

/** From here on the context draws in world coordinates. */
export function inWorld(context: CanvasRenderingContext2D, { view, ratio }: Scenery): void {
  context.setTransform(ratio * view.zoom, 0, 0, ratio * view.zoom, ratio * view.x, ratio * view.y);
}

/** From here on the context draws in CSS pixels of the host. */
export function onGlass(context: CanvasRenderingContext2D, { ratio }: Scenery): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** A node's square on the screen, on whole device pixels so that its rim is sharp. */
export function square(scenery: Pick<Scenery, "scene" | "view" | "at" | "ratio">, n: number): Box {
  const { at, view, ratio, scene } = scenery;
  const side = Math.max(1, Math.round(at.size[n]! * view.zoom * ratio)) / ratio;
  const tall = Math.max(1, Math.round(at.size[n]! * scene.aspect * view.zoom * ratio)) / ratio;
  const left = Math.round((at.x[n]! * view.zoom + view.x - side / 2) * ratio) / ratio;
  const top = Math.round((at.y[n]! * view.zoom + view.y - tall / 2) * ratio) / ratio;
  return { left, top, right: left + side, bottom: top + tall };
}
