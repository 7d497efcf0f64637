/** What passes along the edges when the pass moves on: dots that run with the computation, forward or back. */
import { pointAt } from "./curve";
import { appearance } from "./marks/edge";
import { inWorld, type Scenery } from "./marks/mark";

/** More edges at once are not told apart: the strongest stand for all. */
const MOST = 400;
const DOTS = 2;
const RADIUS = 2.6;

interface Run {
  layers: ReadonlySet<number>;
  back: boolean;
  began: number;
  lasts: number;
}

export class Flow {
  readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private run: Run | null = null;
  private drawn = false;

  constructor(root: HTMLElement) {
    this.canvas = root.ownerDocument.createElement("canvas");
    Object.assign(this.canvas.style, { position: "absolute", left: "0", top: "0", pointerEvents: "none" });
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d")!;
    root.append(this.canvas);
  }

  get moving(): boolean {
    return this.run !== null;
  }

  resize(width: number, height: number, ratio: number): void {
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  /** Let the edges that lead into `layers` carry dots for so many milliseconds. */
  start(layers: readonly number[], back: boolean, now: number, lasts: number): void {
    this.run = layers.length === 0 ? null : { layers: new Set(layers), back, began: now, lasts };
  }

  stop(): void {
    this.run = null;
  }

  /** One picture of it; when it is over, the canvas is clear. */
  draw(scenery: Scenery, now: number): void {
    const { context, canvas, run } = this;
    if (this.drawn) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      this.drawn = false;
    }
    if (run === null) return;
    const t = (now - run.began) / run.lasts;
    if (t >= 1) {
      this.run = null;
      return;
    }
    const { scene, at, theme, view } = scenery;
    inWorld(context, scenery);
    const radius = RADIUS / Math.min(1.6, Math.max(0.6, view.zoom));
    for (const e of chosen(scenery, run.layers)) {
      const ends = scene.ends(e, at);
      const { colour } = appearance(scenery, e);
      context.fillStyle = run.back ? colour : theme.ink2;
      context.strokeStyle = theme.ink2;
      context.lineWidth = 0.8 / view.zoom;
      for (let i = 0; i < DOTS; i++) {
        const along = eased(t * (1 + 0.25 * (DOTS - 1)) - 0.25 * i);
        if (along <= 0 || along >= 1) continue;
        const { x, y } = pointAt(ends, run.back ? 1 - along : along);
        context.beginPath();
        context.arc(x, y, radius, 0, 2 * Math.PI);
        context.fill();
        if (run.back) context.stroke();
      }
    }
    this.drawn = true;
  }
}

function eased(t: number): number {
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

function chosen({ scene, look }: Scenery, layers: ReadonlySet<number>): number[] {
  const found: number[] = [];
  for (let e = 0; e < scene.edges; e++) {
    if (layers.has(scene.order[scene.graph.target[e]!]!)) found.push(e);
  }
  if (found.length <= MOST || look === null) return found.slice(0, MOST);
  return found.sort((a, b) => look.width[b]! - look.width[a]!).slice(0, MOST);
}
