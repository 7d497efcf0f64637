/**
 * The curve of an edge: a cubic with level ends and its handles half-way, so it leaves and enters a node
 * horizontally. Along it both coordinates are monotone, hence its box is the box of its two ends.
 *
 *     x(t) = x1 + (x2 - x1) (3/2 t - 3/2 t² + t³)        y(t) = y1 + (y2 - y1) (3 t² - 2 t³)
 */
export interface Ends {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Which way it leaves and enters: to the right where left out, `down`, or straight across (`free`). */
  way?: Way;
}

export type Way = "right" | "down" | "free";

/** Both Path2D and a canvas context can be traced. */
export type Pen = Pick<CanvasPath, "moveTo" | "bezierCurveTo">;

const SAMPLES = 24;

/** Draw the curve's outline with a pen. */
export function trace(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  const middle = (x1 + x2) / 2;
  pen.moveTo(x1, y1);
  pen.bezierCurveTo(middle, y1, middle, y2, x2, y2);
}

/** The same for any way. */
export function traceEnds(pen: Pen, ends: Ends): void {
  const { x1, y1, x2, y2, way } = ends;
  if (way === undefined || way === "right") trace(pen, x1, y1, x2, y2);
  else if (way === "down") {
    const middle = (y1 + y2) / 2;
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1, middle, x2, middle, x2, y2);
  } else {
    pen.moveTo(x1, y1);
    pen.bezierCurveTo(x1, y1, x2, y2, x2, y2);
  }
}

/** The same outline as the `d` of an SVG path. */
export function outline(ends: Ends): string {
  if (ends.way === "free") return `M${ends.x1},${ends.y1}L${ends.x2},${ends.y2}`;
  if (ends.way === "down") {
    const level = (ends.y1 + ends.y2) / 2;
    return `M${ends.x1},${ends.y1}C${ends.x1},${level} ${ends.x2},${level} ${ends.x2},${ends.y2}`;
  }
  const middle = (ends.x1 + ends.x2) / 2;
  return `M${ends.x1},${ends.y1}C${middle},${ends.y1} ${middle},${ends.y2} ${ends.x2},${ends.y2}`;
}

/** The point at t in [0, 1]. */
export function pointAt(ends: Ends, t: number): { x: number; y: number } {
  const along = t * (1.5 - t * (1.5 - t));
  const across = t * t * (3 - 2 * t);
  if (ends.way === "down")
    return { x: ends.x1 + (ends.x2 - ends.x1) * across, y: ends.y1 + (ends.y2 - ends.y1) * along };
  if (ends.way === "free")
    return { x: ends.x1 + (ends.x2 - ends.x1) * across, y: ends.y1 + (ends.y2 - ends.y1) * across };
  return { x: ends.x1 + (ends.x2 - ends.x1) * along, y: ends.y1 + (ends.y2 - ends.y1) * across };
}

/** Distance from a point to the curve, exact to about a thousandth of its length. */
export function distance(ends: Ends, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let ax = ends.x1;
  let ay = ends.y1;
  for (let i = 1; i <= SAMPLES; i++) {
    const end = pointAt(ends, i / SAMPLES);
    nearest = Math.min(nearest, toSegment(x, y, ax, ay, end.x, end.y));
    ax = end.x;
    ay = end.y;
  }
  return Math.sqrt(nearest);
}

/** Squared distance from (x, y) to the segment a–b. */
function toSegment(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  const ex = ax + t * dx - x;
  const ey = ay + t * dy - y;
  return ex * ex + ey * ey;
}
