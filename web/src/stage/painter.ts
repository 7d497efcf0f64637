/**
 * Puts marks on the three canvases. A picture that holds more marks than one animation frame may draw is painted
 * in portions, nearest to the middle first: unseen, behind the picture before it, which meanwhile is only moved.
 */
import { nodeType } from "./marks/any";
import { edge, weakestFirst } from "./marks/edge";
import { heat } from "./marks/heat";
import { loss } from "./marks/loss";
import type { Draw, Layers, Scenery, SheetName } from "./marks/mark";
import { title } from "./marks/title";
import { shift, type View } from "./view";

/** From bottom to top. */
const SHEETS: readonly SheetName[] = ["structure", "gradients", "values", "titles"];

export interface Sight {
  nodes: readonly number[];
  edges: readonly number[];
}

/** Marks that come or go during a transition, and how opaque they are. */
export interface Fade {
  entering: (kind: "node" | "edge", mark: number) => boolean;
  opacity: number;
  ghost: Scenery;
  leaving: Sight;
}

export interface Portion {
  drawn: number;
  left: number;
  /** The picture grew before the eyes, so its marks lie in the order they came: the edges are worth a second go. */
  rough: boolean;
}

interface Sheet {
  canvas: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  behind: CanvasRenderingContext2D | null;
}

interface Job {
  scenery: Scenery;
  stale: Layers;
  sight: Sight;
  fade: Fade | null;
  next: number;
  direct: boolean;
  rough: boolean;
}

export class Painter {
  private readonly sheets: Record<SheetName, Sheet>;
  private job: Job | null = null;
  private painted: View | null = null;

  constructor(private readonly root: HTMLElement) {
    const sheet = (): Sheet => {
      const canvas = root.ownerDocument.createElement("canvas");
      Object.assign(canvas.style, { position: "absolute", left: "0", top: "0", transformOrigin: "0 0" });
      root.append(canvas);
      return { canvas, context: canvas.getContext("2d")!, behind: null };
    };
    this.sheets = { structure: sheet(), gradients: sheet(), values: sheet(), titles: sheet() };
  }

  /** Whether a picture is still unfinished. */
  get busy(): boolean {
    return this.job !== null;
  }

  /** A new size forgets every picture. */
  resize(width: number, height: number, ratio: number): void {
    for (const { canvas } of this.eachSheet()) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    for (const sheet of this.eachSheet()) sheet.behind = null;
    this.forget();
  }

  /** What is on the canvases has no bearing on what comes next. */
  forget(): void {
    this.job = null;
    this.painted = null;
  }

  show(layers: Layers): void {
    for (const name of SHEETS) this.sheets[name].canvas.style.display = has(layers, name) ? "" : "none";
  }

  /** Let the coloured edges step back, so that those drawn over them stand out. */
  dim(on: boolean): void {
    this.sheets.gradients.canvas.style.opacity = on ? "0.25" : "";
  }

  /** Begin a picture of the stale layers; `portion` marks at most are drawn at a time. */
  begin(scenery: Scenery, stale: Layers, sight: Sight, fade: Fade | null, portion: number): void {
    const whole = sight.nodes.length + sight.edges.length <= portion;
    const direct = whole || this.painted === null;
    // Unseen, the order is free: what is strong comes last, as it does in a picture painted in one go.
    const seen = direct ? sight : { nodes: sight.nodes, edges: weakestFirst(scenery, sight.edges) };
    this.job = { scenery, stale: { ...stale }, sight: seen, fade, next: 0, direct, rough: direct && !whole };
  }

  /** Draw the next portion; zero left means that the picture is finished and shown. */
  advance(portion: number): Portion {
    const job = this.job;
    if (job === null) return { drawn: 0, left: 0, rough: false };
    const { nodes, edges } = job.sight;
    const total = nodes.length + edges.length;
    const from = job.next;
    const to = Math.min(total, from + portion);
    // Lines pass behind cards, so those come after them; the rims of neurons are where their lines end.
    const last = job.scenery.scene.cards;
    const [one, other] = last ? [edges, nodes] : [nodes, edges];
    const begun = one.slice(from, to);
    const rest = other.slice(Math.max(0, from - one.length), Math.max(0, to - one.length));
    const part: Sight = last ? { nodes: rest, edges: begun } : { nodes: begun, edges: rest };
    for (const name of SHEETS) {
      if (!has(job.stale, name) || !has(job.scenery.shown, name)) continue;
      const context = job.direct ? this.sheets[name].context : this.behind(this.sheets[name]);
      if (from === 0) clear(context);
      if (job.fade === null) paint(context, name, job.scenery, part, from === 0);
      else paintFading(context, name, job, job.fade);
    }
    job.next = to;
    if (job.direct) this.painted = job.scenery.view;
    if (to === total) this.finish(job);
    return { drawn: to - from, left: total - to, rough: job.rough && to === total };
  }

  /** Leave an unfinished picture as it is. */
  stop(): void {
    this.job = null;
  }

  /** How much of an unfinished picture is done, 1 when nothing is. */
  get done(): number {
    if (this.job === null) return 1;
    const { nodes, edges } = this.job.sight;
    return this.job.next / Math.max(1, nodes.length + edges.length);
  }

  /** Move what is painted to where `view` has it. */
  place(view: View): void {
    const transform = this.painted === null ? "none" : shift(this.painted, view);
    for (const { canvas } of this.eachSheet()) canvas.style.transform = transform;
  }

  private finish(job: Job): void {
    this.job = null;
    this.painted = job.scenery.view;
    if (job.direct) return;
    for (const name of SHEETS) {
      const { context, behind } = this.sheets[name];
      if (!has(job.stale, name) || !has(job.scenery.shown, name) || behind === null) continue;
      clear(context);
      context.drawImage(behind.canvas, 0, 0);
    }
  }

  private behind(sheet: Sheet): CanvasRenderingContext2D {
    if (sheet.behind === null) {
      const canvas = this.root.ownerDocument.createElement("canvas");
      canvas.width = sheet.canvas.width;
      canvas.height = sheet.canvas.height;
      sheet.behind = canvas.getContext("2d")!;
    }
    return sheet.behind;
  }

  private eachSheet(): Sheet[] {
    return SHEETS.map((name) => this.sheets[name]);
  }
}

/** What holds of a layer holds of its canvas; the titles belong to the structure. */
function has(layers: Layers, name: SheetName): boolean {
  return layers[name === "titles" ? "structure" : name];
}

function paint(
  context: CanvasRenderingContext2D,
  name: SheetName,
  scenery: Scenery,
  part: Sight,
  first: boolean,
): void {
  const circle = scenery.scene.loss;
  const squares = part.nodes.filter((n) => n !== circle);
  const run = (draw: Draw | undefined, marks: readonly number[]) => {
    if (draw !== undefined && marks.length > 0) draw(context, scenery, marks);
  };
  const { heated, shown } = scenery;
  const edges = () => run(edge.draw[name], part.edges);
  // A map has the colours of the gradients where they are shown, else those of the weights.
  if (first && heated.size > 0 && name === (shown.gradients ? "gradients" : "values"))
    run(heat.draw[name], [...heated]);
  if (name !== "values") edges();
  run(nodeType(scenery).draw[name], squares);
  if (squares.length < part.nodes.length) run(loss.draw[name], [circle]);
  if (name === "values") edges();
  if (first) run(title.draw[name], [...scenery.titles.keys()]);
}

function paintFading(context: CanvasRenderingContext2D, name: SheetName, job: Job, fade: Fade): void {
  const { nodes, edges } = job.sight;
  context.globalAlpha = 1 - fade.opacity;
  paint(context, name, fade.ghost, fade.leaving, false);
  context.globalAlpha = 1;
  paint(
    context,
    name,
    job.scenery,
    {
      nodes: nodes.filter((n) => !fade.entering("node", n)),
      edges: edges.filter((e) => !fade.entering("edge", e)),
    },
    true,
  );
  context.globalAlpha = fade.opacity;
  paint(
    context,
    name,
    job.scenery,
    {
      nodes: nodes.filter((n) => fade.entering("node", n)),
      edges: edges.filter((e) => fade.entering("edge", e)),
    },
    false,
  );
  context.globalAlpha = 1;
}

function clear(context: CanvasRenderingContext2D): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
}
