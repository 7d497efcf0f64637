/** The loss: a circle with an italic L, the loss of the batch beneath. */
import { type Draw, type MarkType, onGlass, square, textSize } from "./mark";
import { NUMBER_BASE, roomBelow } from "./neuron";

const RIM = 2;

const circle: Draw = (context, scenery, nodes) => {
  const { theme } = scenery;
  onGlass(context, scenery);
  for (const n of nodes) {
    const box = square(scenery, n);
    const x = (box.left + box.right) / 2;
    const y = (box.top + box.bottom) / 2;
    const radius = (box.right - box.left) / 2;
    context.fillStyle = theme.stage;
    context.strokeStyle = theme.ink;
    context.lineWidth = Math.min(RIM, radius / 4);
    context.beginPath();
    context.arc(x, y, Math.max(0, radius - context.lineWidth / 2), 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (radius < 5) continue;
    context.fillStyle = theme.ink;
    context.font = `italic 700 ${radius}px Georgia, "Times New Roman", serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("L", x, y + radius * 0.06);
  }
};

const number: Draw = (context, scenery, nodes) => {
  const { look, theme } = scenery;
  if (look === null) return;
  onGlass(context, scenery);
  context.font = `${textSize(scenery.view.zoom)}px ${theme.mono}`;
  context.fillStyle = theme.ink2;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const n of nodes) {
    if (!roomBelow(scenery, n)) continue;
    const box = square(scenery, n);
    context.fillText(look.text[n]!, (box.left + box.right) / 2, box.bottom + NUMBER_BASE);
  }
};

export const loss: MarkType = {
  attr({ at }, n) {
    return { cx: String(at.x[n]!), cy: String(at.y[n]!), r: String(at.size[n]! / 2) };
  },
  draw: { structure: circle, values: number },
  bound: square,
  pick(scenery, x, y) {
    const n = scenery.scene.loss;
    if (n < 0) return -1;
    const box = square(scenery, n);
    const away = Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
    return away <= (box.right - box.left) / 2 ? n : -1;
  },
};
