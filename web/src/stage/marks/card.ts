/** Cards: a value of the code as operator and label above, value and gradient beneath. From afar, the colours of the two numbers. */
import { INVALID } from "../scale";
import { type Draw, inWorld, type MarkType, type Scenery, square } from "./mark";

/** In pixels at zoom 1: corners, the operator's part, the line between the rows, the one between the numbers. */
const CORNER = 7;
const OPERATOR = 36;
const ROW = 21;
const VALUE = 58;
/** The strip at the right end that has the gradient's colour. */
const STRIP = 9;
const PAD = 6;
const TEXT = 11.5;
/** On a card narrower than this on the screen nothing can be read. */
const LEGIBLE = 62;
const SHADOWS = 60;
/** How pale a number is that the pass has not completed. */
const PAST = 0.3;
const OPEN = 0.6;

interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

function place({ scene, at }: Scenery, n: number): Place {
  const width = at.size[n]!;
  const height = width * scene.aspect;
  return { left: at.x[n]! - width / 2, top: at.y[n]! - height / 2, width, height };
}

function legible({ at, view }: Scenery, n: number): boolean {
  return at.size[n]! * view.zoom >= LEGIBLE;
}

const frames: Draw = (context, scenery, nodes) => {
  const { theme, scene, view } = scenery;
  const { sketch } = scene.graph;
  inWorld(context, scenery);
  const line = 1 / view.zoom;
  context.fillStyle = theme.stage;
  if (nodes.length <= SHADOWS) {
    context.shadowColor = "rgba(0,0,0,0.1)";
    context.shadowBlur = 5 * scenery.ratio;
    context.shadowOffsetY = scenery.ratio;
  }
  for (const n of nodes) {
    const { left, top, width, height } = place(scenery, n);
    context.beginPath();
    context.roundRect(left, top, width, height, CORNER);
    context.fill();
  }
  context.shadowColor = "transparent";
  context.shadowBlur = 0;
  context.shadowOffsetY = 0;
  const readable = nodes.length > 0 && legible(scenery, nodes[0]!);
  if (readable && sketch !== undefined) {
    context.fillStyle = theme.soft;
    for (const n of nodes) {
      if (sketch.operators[n] === "") continue;
      const { left, top } = place(scenery, n);
      context.beginPath();
      context.roundRect(left, top, OPERATOR, ROW, [CORNER, 0, 0, 0]);
      context.fill();
    }
    context.strokeStyle = theme.hairline;
    context.lineWidth = line;
    context.beginPath();
    for (const n of nodes) {
      const { left, top, width, height } = place(scenery, n);
      context.moveTo(left, top + ROW);
      context.lineTo(left + width - STRIP, top + ROW);
      context.moveTo(left + VALUE, top + ROW);
      context.lineTo(left + VALUE, top + height);
    }
    context.stroke();
  }
  context.strokeStyle = theme.ink2;
  context.lineWidth = line;
  context.beginPath();
  for (const n of nodes) {
    if (n === scene.result) continue;
    const { left, top, width, height } = place(scenery, n);
    context.roundRect(left, top, width, height, CORNER);
  }
  context.stroke();
  if (nodes.includes(scene.result)) {
    const { left, top, width, height } = place(scenery, scene.result);
    context.strokeStyle = theme.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.roundRect(left, top, width, height, CORNER);
    context.stroke();
  }
  if (readable) names(context, scenery, nodes);
};

/** Operator and label. */
const names: Draw = (context, scenery, nodes) => {
  const { theme, scene } = scenery;
  const { sketch } = scene.graph;
  if (sketch === undefined) return;
  context.textBaseline = "middle";
  context.textAlign = "center";
  context.fillStyle = theme.ink;
  for (const n of nodes) {
    const sign = sketch.operators[n]!;
    if (sign === "") continue;
    const { left, top } = place(scenery, n);
    const size = sign.length > 4 ? 9 : sign.length > 2 ? 10.5 : 14;
    context.font = `${size}px ${theme.sans}`;
    context.fillText(sign, left + OPERATOR / 2, top + ROW / 2 + 0.5, OPERATOR - 4);
  }
  context.textAlign = "left";
  for (const n of nodes) {
    const { left, top, width } = place(scenery, n);
    const from = sketch.operators[n] === "" ? PAD + 2 : OPERATOR + 7;
    const own = !/^v\d+$/.test(sketch.labels[n]!);
    context.font = `${own ? 600 : 400} ${TEXT}px ${theme.sans}`;
    context.fillStyle = own ? theme.ink : theme.ink2;
    const text = shortened(context, sketch.labels[n]!, width - STRIP - from - 4);
    context.fillText(text, left + from, top + ROW / 2 + 0.5);
  }
};

/** The end of a long name tells more than its beginning. */
function shortened(context: CanvasRenderingContext2D, label: string, room: number): string {
  if (context.measureText(label).width <= room) return label;
  let kept = label;
  while (kept.length > 1 && context.measureText(`…${kept}`).width > room) kept = kept.slice(1);
  return `…${kept}`;
}

const values: Draw = (context, scenery, nodes) => {
  const { look, theme, shades, invalid } = scenery;
  if (look === null) return;
  inWorld(context, scenery);
  const opacity = context.globalAlpha;
  if (nodes.length > 0 && !legible(scenery, nodes[0]!)) {
    for (const n of nodes) {
      if (look.past[n]) continue;
      const { left, top, width, height } = place(scenery, n);
      context.fillStyle = look.invalid[n] ? invalid : (shades[look.shade[n]!] ?? invalid);
      context.fillRect(left, top, width / 2, height);
    }
    return;
  }
  context.font = `${TEXT}px ${theme.mono}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const n of nodes) {
    const { left, top, height } = place(scenery, n);
    context.globalAlpha = opacity * (look.past[n] ? PAST : 1);
    context.fillStyle = look.invalid[n] ? invalid : theme.ink;
    context.fillText(look.past[n] ? "–" : look.text[n]!, left + VALUE - PAD, top + (ROW + height) / 2, 48);
  }
  context.globalAlpha = opacity;
};

const gradients: Draw = (context, scenery, nodes) => {
  const { look, theme, colours, invalid, ratio, scene } = scenery;
  if (look === null) return;
  // The lines that cross a card on this canvas would strike it through.
  inWorld(context, scenery);
  context.globalCompositeOperation = "destination-out";
  context.fillStyle = "#000";
  for (const n of nodes) {
    const { left, top, width, height } = place(scenery, n);
    context.fillRect(left, top, width, height);
  }
  context.globalCompositeOperation = "source-over";
  const readable = nodes.length > 0 && legible(scenery, nodes[0]!);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const n of nodes) {
    // On whole pixels, so that the colour is the ramp's own up to the rim.
    const box = square(scenery, n);
    const wide = readable
      ? Math.max(2, Math.round(((STRIP * (box.right - box.left)) / scene.size[n]!) * ratio) / ratio)
      : (box.right - box.left) / 2;
    context.globalAlpha = look.graded[n] ? 1 : OPEN;
    context.fillStyle = look.tint[n] === INVALID ? invalid : colours[look.tint[n]!]!;
    context.beginPath();
    const corner = (CORNER * (box.right - box.left)) / scene.size[n]!;
    context.roundRect(box.right - wide, box.top, wide, box.bottom - box.top, [0, corner, corner, 0]);
    context.fill();
    if (!readable) continue;
    context.globalAlpha = 1;
    context.strokeStyle = theme.ink2;
    context.lineWidth = 1;
    context.stroke();
  }
  context.globalAlpha = 1;
  if (!readable) return;
  inWorld(context, scenery);
  context.font = `${TEXT}px ${theme.mono}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const n of nodes) {
    const { left, top, width, height } = place(scenery, n);
    context.globalAlpha = look.graded[n] ? 1 : OPEN;
    context.fillStyle = look.tint[n] === INVALID ? invalid : theme.ink;
    context.fillText(look.slope[n] || "–", left + width - STRIP - 4, top + (ROW + height) / 2, 50);
  }
  context.globalAlpha = 1;
};

export const card: MarkType = {
  attr(scenery, n) {
    const { left, top, width, height } = place(scenery, n);
    return {
      x: String(left),
      y: String(top),
      width: String(width),
      height: String(height),
      rx: String(CORNER),
    };
  },
  draw: { structure: frames, values, gradients },
  bound: square,
  pick(scenery, x, y) {
    const { view, scene } = scenery;
    const wx = (x - view.x) / view.zoom;
    const wy = (y - view.y) / view.zoom;
    return scene.nodesIn({ left: wx, top: wy, right: wx, bottom: wy })[0] ?? -1;
  },
};
