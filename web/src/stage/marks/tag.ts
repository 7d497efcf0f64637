/**
 * Tags: what a neuron is, its value and its gradient, in one line under its map where it is near enough to be read so,
 * in the manner of micrograd's nodes. From afar a single number stands there, from inside there are cards.
 */
import { WIDE } from "../near";
import { INVALID } from "../scale";
import type { Scene } from "../scene";
import type { Box } from "../view";
import { onGlass, type Scenery, square } from "./mark";

/** A neuron so wide on the screen has a tag. */
const FROM = 72;
/** In pixels for such a neuron; a wider one has a larger tag, up to a limit. */
const WIDTH = 164;
const HEIGHT = 22;
const GAP = 6;
const NUMBER = 54;
const STRIP = 6;
const PAD = 6;
const TEXT = 10.5;
const CORNER = 6;
const GROWN = 1.25;
/** What stays free between neighbours. */
const APART = 8;
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** Whether a node is so near that its numbers stand inside. */
export function inside({ at, view }: Pick<Scenery, "at" | "view">, n: number): boolean {
  return at.size[n]! * view.zoom >= WIDE;
}

type Place = Pick<Scenery, "scene" | "view" | "at" | "ratio">;

/** Where the tag of node n stands, with the factor that its measures have; null where it has none. */
export function tagOf(scenery: Place, n: number): (Box & { scale: number }) | null {
  const { scene, view, at } = scenery;
  if (scene.cards || n === scene.loss) return null;
  const side = at.size[n]! * view.zoom;
  if (side < FROM || inside(scenery, n)) return null;
  const scale = Math.min(GROWN, side / FROM);
  const { across, down } = scene.pitch(n);
  if (across * view.zoom < WIDTH * scale + APART || down * view.zoom - side < HEIGHT * scale + GAP + APART)
    return null;
  const box = square(scenery, n);
  const left = Math.round((box.left + box.right - WIDTH * scale) / 2);
  const top = Math.round(box.bottom + GAP);
  return { left, top, right: left + WIDTH * scale, bottom: top + HEIGHT * scale, scale };
}

/** The node whose tag is at a point, -1 for none. */
export function tagAt(scenery: Scenery, x: number, y: number): number {
  const { scene, view } = scenery;
  const wide = (WIDTH * GROWN) / 2 / view.zoom;
  const tall = (HEIGHT * GROWN + GAP) / view.zoom;
  const wx = (x - view.x) / view.zoom;
  const wy = (y - view.y) / view.zoom;
  const near = scene.nodesIn({ left: wx - wide, top: wy - tall, right: wx + wide, bottom: wy });
  const found = near.find((n) => {
    const box = tagOf(scenery, n);
    return box !== null && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  });
  return found ?? -1;
}

/** The symbol that formulas have for a node: what an input is called, a with an index for what a neuron gives. */
export function symbolOf(scene: Scene, n: number): string {
  const layer = scene.graph.layers[scene.layer[n]!]!;
  const label = scene.graph.labels[n]!;
  if (layer.kind === "input" || (layer.kind === "output" && layer.count > 1)) return label;
  return `a${String(n - layer.first + 1).replace(/\d/g, (digit) => SUBSCRIPTS[Number(digit)]!)}`;
}

/** The tags of those of `nodes` that have one; gives the others. */
export function tags(
  context: CanvasRenderingContext2D,
  scenery: Scenery,
  nodes: readonly number[],
): readonly number[] {
  const { look, theme, colours, invalid, operations, scene, shown } = scenery;
  if (look === null) return nodes;
  onGlass(context, scenery);
  context.textBaseline = "middle";
  const others: number[] = [];
  for (const n of nodes) {
    const box = tagOf(scenery, n);
    if (box === null) {
      others.push(n);
      continue;
    }
    const { left, top, right, bottom, scale } = box;
    const middle = (top + bottom) / 2 + 0.5;
    const [value, gradient] = [right - (STRIP + 2 * NUMBER) * scale, right - (STRIP + NUMBER) * scale];
    context.fillStyle = theme.stage;
    context.strokeStyle = theme.ink2;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1, CORNER * scale);
    context.fill();
    if (shown.gradients && look.graded[n]) {
      context.save();
      context.clip();
      context.fillStyle = look.tint[n] === INVALID ? invalid : colours[look.tint[n]!]!;
      context.fillRect(right - STRIP * scale, top, STRIP * scale, bottom - top);
      context.restore();
      context.beginPath();
      context.roundRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1, CORNER * scale);
    }
    context.stroke();
    context.strokeStyle = theme.hairline;
    context.beginPath();
    for (const x of [value, gradient, right - STRIP * scale]) {
      context.moveTo(Math.round(x) + 0.5, top + 1);
      context.lineTo(Math.round(x) + 0.5, bottom - 1);
    }
    context.stroke();
    const room = value - left - PAD * scale;
    const symbol = symbolOf(scene, n);
    context.textAlign = "left";
    context.font = `600 ${(TEXT + 1) * scale}px ${theme.sans}`;
    context.fillStyle = theme.ink;
    context.fillText(symbol, left + PAD * scale, middle, room);
    const taken = context.measureText(`${symbol} `).width;
    context.font = `${(TEXT - 0.5) * scale}px ${theme.sans}`;
    const operation = operations[scene.layer[n]!] ?? "";
    if (taken + context.measureText(operation).width < room) {
      context.fillStyle = theme.ink2;
      context.fillText(operation, left + PAD * scale + taken, middle);
    }
    context.font = `${TEXT * scale}px ${theme.mono}`;
    context.textAlign = "right";
    context.fillStyle = look.invalid[n] ? invalid : theme.ink;
    context.fillText(look.text[n] || "–", gradient - 4 * scale, middle, (NUMBER - 6) * scale);
    const slope = shown.gradients && look.graded[n] ? look.slope[n]! : "–";
    context.fillStyle = look.tint[n] === INVALID && slope !== "–" ? invalid : theme.ink;
    context.fillText(slope, right - (STRIP + 4) * scale, middle, (NUMBER - 6) * scale);
  }
  return others;
}
