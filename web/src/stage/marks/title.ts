/** Titles of the columns: they keep to their line at the top and follow their columns sideways. */
import type { Box } from "../view";
import { type Draw, type MarkType, onGlass, type Scenery, textSize } from "./mark";

const GAP = 10;
const HEIGHT = 16;
/** What lies behind a title is covered by the stage's colour, so far beyond the text. */
const BACKING = 4;
/** A guess of a letter's width, where nothing can be measured. */
const LETTER = 6;

const titles: Draw = (context, scenery, layers) => {
  const { theme, titleY } = scenery;
  onGlass(context, scenery);
  context.font = `500 ${textSize(scenery.view.zoom)}px ${theme.sans}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const written: { left: number; right: number }[] = [];
  for (const layer of endsFirst(layers)) {
    const text = scenery.titles[layer]!;
    const x = columnX(scenery, layer);
    const half = context.measureText(text).width / 2;
    if (written.some(({ left, right }) => x - half < right + GAP && x + half > left - GAP)) continue;
    written.push({ left: x - half, right: x + half });
    context.fillStyle = theme.stage;
    context.beginPath();
    context.roundRect(x - half - BACKING, titleY - HEIGHT / 2 - 1, 2 * (half + BACKING), HEIGHT + 2, BACKING);
    context.fill();
    context.fillStyle = theme.ink2;
    context.fillText(text, x, titleY);
  }
};

/** Where there is no room for all titles, those of the first and the last column are the ones to stay. */
export function endsFirst(layers: readonly number[]): number[] {
  return layers.length < 3 ? [...layers] : [layers[0]!, layers.at(-1)!, ...layers.slice(1, -1)];
}

export const title: MarkType = {
  attr(scenery, layer) {
    const { view } = scenery;
    return {
      x: String((columnX(scenery, layer) - view.x) / view.zoom),
      y: String((scenery.titleY - view.y) / view.zoom),
      "text-anchor": "middle",
      "font-size": String(textSize(view.zoom) / view.zoom),
      fill: scenery.theme.ink2,
    };
  },
  draw: { titles },
  bound(scenery, layer): Box {
    const x = columnX(scenery, layer);
    const half = (scenery.titles[layer]!.length * LETTER) / 2;
    return {
      left: x - half,
      top: scenery.titleY - HEIGHT / 2,
      right: x + half,
      bottom: scenery.titleY + HEIGHT / 2,
    };
  },
  pick(scenery, x, y) {
    return scenery.scene.graph.layers.findIndex((_, layer) => {
      const box = title.bound(scenery, layer);
      return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
    });
  },
};

/** Centre of a layer's column on the screen; it glides with the column's first node. */
function columnX({ scene, at, view }: Scenery, layer: number): number {
  const { first } = scene.graph.layers[layer]!;
  return (scene.middle(layer) + at.x[first]! - scene.x[first]!) * view.zoom + view.x;
}
