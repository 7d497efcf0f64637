/** Neurons: a rounded square with the neuron's map in it and its value beneath. */
import type { Scene } from "../scene";
import type { Theme } from "../theme";
import { type Box, FIT_ZOOM } from "../view";
import { type Draw, type MarkType, onGlass, type Scenery, square, textSize } from "./mark";
import { inside, tagAt, tags } from "./tag";

/** Corner of a 46-pixel node, as a share of its width. */
const CORNER = 9 / 46;
/** Above this many nodes in one go the shadows are left out: they cost more than they tell. */
const SHADOWS = 120;
/** Least width on the screen of a node that has a number beneath, and the free room a line of text needs. */
const TEXT_SIDE = 14;
const TEXT_LINE = 16;
/** A number's type is at least so large, has so much free above and beneath, and so much at its sides. */
const NUMBER_LEAST = 9;
const NUMBER_FREE = 7;
const NUMBER_APART = 6;
/** Letters of the longest number of three digits in common use (-0.00123), and a letter's share of the type size. */
const NUMBER_LETTERS = 8;
const LETTER = 0.6;
const LABEL_GAP = 8;
const LABEL_WIDEST = 120;
/** With less room a class has no label: a letter or two tell nothing. */
const LABEL_LEAST = 24;
/** The stage's colour around a class's label, lest the wire to the loss strike it through. */
const HALO = 4;
const HATCH = 9;
const RIM_OPACITY = 0.16;
/** How opaque the map of a neuron is that the pass has not reached yet. */
const PAST = 0.22;

const frames: Draw = (context, scenery, nodes) => {
  const { theme } = scenery;
  const opacity = context.globalAlpha;
  onGlass(context, scenery);
  context.fillStyle = theme.stage;
  if (nodes.length <= SHADOWS) {
    context.shadowColor = "rgba(0,0,0,0.13)";
    context.shadowBlur = 5 * scenery.ratio;
    context.shadowOffsetY = 1 * scenery.ratio;
  }
  for (const n of nodes) {
    context.beginPath();
    rounded(context, square(scenery, n), 0);
    context.fill();
  }
  context.shadowColor = "transparent";
  context.shadowBlur = 0;
  context.shadowOffsetY = 0;
  context.strokeStyle = theme.ink2;
  context.lineWidth = 1;
  context.beginPath();
  for (const n of nodes) rounded(context, square(scenery, n), 0.5);
  context.stroke();
  context.globalAlpha = opacity;
  labels(context, scenery, nodes);
};

/** The names of inputs to their left; those of several outputs (classes) along the wire to the loss, clear of it. */
const labels: Draw = (context, scenery, nodes) => {
  const { scene, theme, view } = scenery;
  context.font = `${textSize(view.zoom)}px ${theme.sans}`;
  context.fillStyle = theme.ink2;
  for (const n of nodes) {
    const side = labelSide(scenery, n);
    if (side === null) continue;
    const box = square(scenery, n);
    const middle = (box.top + box.bottom) / 2;
    const room = side === "left" ? LABEL_WIDEST : Math.min(LABEL_WIDEST, roomToLoss(scenery, n));
    if (room < LABEL_LEAST) continue;
    const text = shortened(context, scene.graph.labels[n]!, room);
    context.textAlign = side === "left" ? "right" : "left";
    context.textBaseline = side === "left" ? "middle" : "alphabetic";
    if (side === "left") context.fillText(text, box.left - LABEL_GAP, middle);
    else {
      const y = middle + (falls(scene, n) ? -7 : 14);
      context.strokeStyle = theme.stage;
      context.lineWidth = HALO;
      context.lineJoin = "round";
      context.strokeText(text, box.right + LABEL_GAP, y);
      context.fillText(text, box.right + LABEL_GAP, y);
    }
  }
};

/** Pixels between output n and the loss that a label may take. */
function roomToLoss(scenery: Scenery, n: number): number {
  const { scene } = scenery;
  if (scene.loss < 0) return LABEL_WIDEST;
  return square(scenery, scene.loss).left - square(scenery, n).right - 2 * LABEL_GAP;
}

/** Whether the wire from node n to the loss runs level or downwards. */
function falls(scene: Scene, n: number): boolean {
  return scene.loss < 0 || scene.y[n]! <= scene.y[scene.loss]! + 1;
}

const maps: Draw = (context, scenery, nodes) => {
  const { atlas, look, theme, invalid, scene, shades } = scenery;
  const opacity = context.globalAlpha;
  onGlass(context, scenery);
  if (atlas !== null) {
    context.save();
    context.beginPath();
    for (const n of nodes) rounded(context, square(scenery, n), 0);
    context.clip();
    for (const n of nodes) {
      const box = square(scenery, n);
      context.globalAlpha = opacity * (look?.past[n] ? PAST : 1);
      if (look?.invalid[n]) hatch(context, box, invalid, theme.stage);
      else if (look !== null && pixel(scene, n)) {
        context.fillStyle = shades[look.shade[n]!] ?? invalid;
        context.fillRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
      } else if (atlas.has(n))
        atlas.draw(context, n, box.left, box.top, box.right - box.left, box.bottom - box.top);
    }
    context.restore();
    context.globalAlpha = opacity * RIM_OPACITY;
    context.strokeStyle = theme.ink;
    context.lineWidth = 1;
    context.beginPath();
    for (const n of nodes) rounded(context, square(scenery, n), 0.5);
    context.stroke();
    context.globalAlpha = opacity;
  }
  if (look !== null) numbers(context, scenery, tags(context, scenery, nodes));
};

const numbers: Draw = (context, scenery, nodes) => {
  const { look, theme } = scenery;
  let size = 0;
  context.fillStyle = theme.ink2;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const n of nodes) {
    const fitting = numberSize(scenery, n);
    if (fitting === 0 || inside(scenery, n)) continue;
    if (fitting !== size) context.font = `${fitting}px ${theme.mono}`;
    size = fitting;
    const box = square(scenery, n);
    context.fillText(look!.text[n]!, (box.left + box.right) / 2, box.bottom + numberBase(size));
  }
};

export const neuron: MarkType = {
  attr(scenery, n) {
    const { at } = scenery;
    const side = at.size[n]!;
    return {
      x: String(at.x[n]! - side / 2),
      y: String(at.y[n]! - side / 2),
      width: String(side),
      height: String(side),
      rx: String(side * CORNER),
    };
  },
  draw: { structure: frames, values: maps },
  bound: square,
  pick(scenery, x, y) {
    const { view, scene } = scenery;
    const wx = (x - view.x) / view.zoom;
    const wy = (y - view.y) / view.zoom;
    return scene.nodesIn({ left: wx, top: wy, right: wx, bottom: wy })[0] ?? tagAt(scenery, x, y);
  },
};

/** Whether node n is a point of a picture: it shows its value, so that all of them together show the picture. */
function pixel(scene: Scene, n: number): boolean {
  const { kind, wrap } = scene.graph.layers[scene.layer[n]!]!;
  return kind === "input" && wrap > 1;
}

/**
 * Size of the type of the number under node n, such that it neither touches its neighbours nor dwarfs the node;
 * 0 where even the smallest does. The loss always has its number.
 */
export function numberSize({ scene, view }: Pick<Scenery, "scene" | "view">, n: number): number {
  const side = scene.size[n]! * view.zoom;
  const { across, down } = scene.pitch(n);
  const size = Math.min(
    textSize(view.zoom),
    Math.floor((across * view.zoom - NUMBER_APART) / (NUMBER_LETTERS * LETTER)),
    Math.floor(down * view.zoom - side - NUMBER_FREE),
  );
  if (n === scene.loss) return Math.max(NUMBER_LEAST, size);
  return side < TEXT_SIDE || size < NUMBER_LEAST ? 0 : size;
}

/** From a node's bottom to the base line of its number. */
export function numberBase(size: number): number {
  return size + 3;
}

/** On which side node n's label stands, null for a node without a visible label. */
export function labelSide(
  { scene, view }: Pick<Scenery, "scene" | "view">,
  n: number,
): "left" | "right" | null {
  const layer = scene.graph.layers[scene.layer[n]!]!;
  if (layer.wrap > 1 || scene.graph.labels[n] === "") return null;
  if (scene.pitch(n).down * view.zoom < TEXT_LINE) return null;
  if (layer.kind === "input") return "left";
  return layer.kind === "output" && layer.count > 1 ? "right" : null;
}

/** How much room the labels of the inputs take to their left, in pixels. */
export function labelRoom(context: CanvasRenderingContext2D, scene: Scene, theme: Theme): number {
  const inputs = scene.graph.layers.find((layer) => layer.kind === "input");
  if (inputs === undefined || inputs.wrap > 1) return 0;
  context.font = `${textSize(FIT_ZOOM)}px ${theme.sans}`;
  let widest = 0;
  for (let n = inputs.first; n < inputs.first + inputs.count; n++) {
    const text = shortened(context, scene.graph.labels[n]!, LABEL_WIDEST);
    widest = Math.max(widest, context.measureText(text).width);
  }
  return widest === 0 ? 0 : widest + LABEL_GAP;
}

function rounded(context: CanvasRenderingContext2D, box: Box, inset: number): void {
  const side = box.right - box.left - 2 * inset;
  if (side <= 0) return;
  context.roundRect(box.left + inset, box.top + inset, side, side, Math.max(0, side * CORNER - inset / 2));
}

/** A value that is no number: hatched, in the colour that stands for nothing else. */
function hatch(context: CanvasRenderingContext2D, box: Box, colour: string, ground: string): void {
  const side = box.right - box.left;
  context.fillStyle = ground;
  context.fillRect(box.left, box.top, side, side);
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (let x = -side; x < side; x += HATCH) {
    context.moveTo(box.left + x, box.bottom);
    context.lineTo(box.left + x + side, box.top);
    context.moveTo(box.left + x, box.top);
    context.lineTo(box.left + x + side, box.bottom);
  }
  context.stroke();
}

function shortened(context: CanvasRenderingContext2D, text: string, widest: number): string {
  if (context.measureText(text).width <= widest) return text;
  let kept = text;
  while (kept.length > 1 && context.measureText(`${kept}…`).width > widest) kept = kept.slice(0, -1);
  return `${kept}…`;
}
