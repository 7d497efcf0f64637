/** The loss: a circle with an italic L, the loss of the batch beneath. */
import { type Draw, type MarkType, onGlass, square } from "./mark";
import { numberBase, numberSize } from "./neuron";

const RIM = 2;
/** In a smaller circle the L is upright, and as large as the circle holds. */
const SMALL = 9;
const UPRIGHT_MOST = 10;

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
    context.lineWidth = Math.min(RIM, radius / (radius < SMALL ? 6 : 4));
    context.beginPath();
    context.arc(x, y, Math.max(0, radius - context.lineWidth / 2), 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (radius < 5) continue;
    context.fillStyle = theme.ink;
    context.font =
      radius < SMALL
        ? `700 ${Math.min(UPRIGHT_MOST, radius * 1.35)}px ${theme.sans}`
        : `italic 700 ${radius}px Georgia, "Times New Roman", serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("L", x, y + radius * 0.06);
  }
};

const number: Draw = (context, scenery, nodes) => {
  const { look, theme, shown } = scenery;
  if (look === null || !shown.structure) return;
  onGlass(context, scenery);
  context.fillStyle = theme.ink2;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const n of nodes) {
    const size = numberSize(scenery, n);
    const box = square(scenery, n);
    context.font = `${size}px ${theme.mono}`;
    context.fillText(look.text[n]!, (box.left + box.right) / 2, box.bottom + numberBase(size));
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
