/** The SVG over the canvases: hover, selection and focus. It holds a handful of elements, set anew when asked. */
import { pointAt } from "./curve";
import { nodeType } from "./marks/any";
import { appearance, edge } from "./marks/edge";
import { cellOf } from "./marks/heat";
import { loss } from "./marks/loss";
import type { Scenery } from "./marks/mark";
import { type Attributes, Pool } from "./pool";
import { onScreen } from "./scale";
import type { Mark } from "./scene";

const SVG = "http://www.w3.org/2000/svg";
const RING_GAP = 2.5;
/** The ring ends before the number beneath begins. */
const FOCUS_GAP = 2;
const RIM = 1.2;
const NEAR_GAP = 1.5;
const HANDLE = 6;
const STROKE = 2;
/** More nodes in a column are not ringed one by one. */
const MOST_RINGS = 64;

export interface Marked {
  /** How the gradient of the loss is written. */
  seeded: ((gradient: number) => string) | null;
  hover: Mark | null;
  selected: Mark | null;
  focus: Mark | null;
  /** Nodes that belong to what is pointed at elsewhere, as a line of code. */
  pointed: readonly number[];
  /** Marks on a way that is to be seen. */
  traced: readonly Mark[];
}

export class Overlay {
  private readonly svg: SVGSVGElement;
  private readonly world: SVGGElement;
  private readonly pool: Pool;

  constructor(root: HTMLElement) {
    const document = root.ownerDocument;
    this.svg = document.createElementNS(SVG, "svg");
    this.world = document.createElementNS(SVG, "g");
    this.pool = new Pool(this.world);
    this.svg.append(this.world);
    this.svg.setAttribute("aria-hidden", "true");
    Object.assign(this.svg.style, {
      position: "absolute",
      left: "0",
      top: "0",
      width: "100%",
      height: "100%",
      pointerEvents: "none",
    });
    root.append(this.svg);
  }

  /** Draw what is marked. Lines keep their width on the screen whatever the zoom. */
  draw(scenery: Scenery | null, marked: Marked): void {
    this.pool.begin();
    if (scenery !== null) this.marks(scenery, marked);
    this.pool.end();
  }

  private marks(scenery: Scenery, marked: Marked): void {
    const { zoom, x, y } = scenery.view;
    this.world.setAttribute("transform", `matrix(${zoom},0,0,${zoom},${x},${y})`);
    this.reached(scenery, marked.seeded);
    const pointed = { stroke: scenery.theme.select, "stroke-width": this.pixels(scenery, STROKE) };
    for (const n of marked.pointed.slice(0, MOST_RINGS)) this.around(scenery, n, NEAR_GAP, pointed);
    for (const mark of marked.traced) this.traced(scenery, mark);
    if (marked.hover !== null) this.hover(scenery, marked.hover);
    if (marked.selected !== null) this.select(scenery, marked.selected);
    if (marked.focus !== null) this.focus(scenery, marked.focus);
  }

  /** Where the pass has just come to, in the middle of it: the nodes it has computed, the loss, the loss's own 1. */
  private reached(scenery: Scenery, seeded: Marked["seeded"]): void {
    const { scene, look, theme } = scenery;
    const moment = look?.moment ?? null;
    if (moment === null || moment.resting || look === null) return;
    const line = { stroke: theme.select, "stroke-width": this.pixels(scenery, STROKE) };
    if (scene.cards && (moment.phase === "forward" || moment.phase === "backward")) {
      const now = moment.phase === "forward" ? moment.values_to : moment.gradients_from;
      let rings = 0;
      for (let n = 0; n < scene.nodes && rings < MOST_RINGS; n++) {
        if (scene.order[n] !== now) continue;
        this.around(scenery, n, NEAR_GAP, line);
        rings++;
      }
      return;
    }
    if (moment.phase === "forward") {
      const { first, count } = scene.graph.layers[moment.layer] ?? { first: 0, count: 0 };
      for (let n = first; n < first + Math.min(count, MOST_RINGS); n++)
        this.around(scenery, n, NEAR_GAP, { ...line, "stroke-opacity": "0.75" });
    }
    if (scene.result < 0 || (moment.phase !== "loss" && moment.phase !== "seed")) return;
    this.around(scenery, scene.result, RING_GAP, line);
    if (moment.phase !== "seed" || seeded === null) return;
    const half = scenery.at.size[scene.result]! / 2;
    const size = 12 / scenery.view.zoom;
    const attributes = {
      x: String(scenery.at.x[scene.result]! + half), // towards the network: at the side there may be no room
      y: String(scenery.at.y[scene.result]! - half * scene.aspect - size),
      "text-anchor": "end",
      "font-size": String(size),
      "font-weight": "600",
      fill: theme.ink,
      stroke: theme.stage,
      "stroke-width": String(size / 3),
      "paint-order": "stroke",
    };
    this.pool.add("text", attributes, seeded(look.seed));
  }

  /** A station of a way: a line as wide as it is, within a rim; a node, ringed. */
  private traced(scenery: Scenery, mark: Mark): void {
    const { theme } = scenery;
    const line = { stroke: theme.select, "stroke-width": this.pixels(scenery, STROKE) };
    if (mark.kind !== "edge") {
      this.around(scenery, mark.index, NEAR_GAP, line);
      return;
    }
    if (this.cell(scenery, mark.index, line)) return;
    const { colour, width } = appearance(scenery, mark.index);
    const drawn = edge.attr(scenery, mark.index);
    const around = onScreen(width, scenery.view.zoom) + 2 * STROKE;
    this.add("path", { ...drawn, stroke: theme.select, "stroke-width": this.pixels(scenery, around) });
    this.add("path", { ...drawn, stroke: colour });
  }

  private hover(scenery: Scenery, mark: Mark): void {
    const { scene, theme } = scenery;
    const { source, target } = scene.graph;
    const near = { stroke: theme.ink2, "stroke-width": this.pixels(scenery, 1) };
    const ring = { stroke: theme.ink, "stroke-width": this.pixels(scenery, 1.5) };
    if (mark.kind === "edge" && this.cell(scenery, mark.index, ring)) {
      this.around(scenery, source[mark.index]!, NEAR_GAP, near);
      this.around(scenery, target[mark.index]!, NEAR_GAP, near);
      return;
    }
    if (mark.kind === "edge") {
      const { colour, width } = appearance(scenery, mark.index);
      const around = onScreen(width, scenery.view.zoom) + 3;
      const drawn = edge.attr(scenery, mark.index);
      this.add("path", { ...drawn, stroke: theme.ink, "stroke-width": this.pixels(scenery, around) });
      this.add("path", { ...drawn, stroke: colour });
      this.around(scenery, source[mark.index]!, NEAR_GAP, near);
      this.around(scenery, target[mark.index]!, NEAR_GAP, near);
      return;
    }
    const incoming = scene.incoming(mark.index);
    const outgoing = scene.outgoing(mark.index);
    this.rimmed(scenery, [...incoming, ...outgoing]);
    for (const e of incoming) this.around(scenery, source[e]!, NEAR_GAP, near);
    for (const e of outgoing) this.around(scenery, target[e]!, NEAR_GAP, near);
    this.around(scenery, mark.index, RING_GAP, ring);
  }

  private select(scenery: Scenery, mark: Mark): void {
    const { theme, scene, at } = scenery;
    const line = { stroke: theme.select, "stroke-width": this.pixels(scenery, STROKE) };
    if (mark.kind === "edge" && this.cell(scenery, mark.index, line)) return;
    if (mark.kind === "edge") {
      const drawn = edge.attr(scenery, mark.index);
      this.add("path", drawn);
      this.add("path", { ...drawn, ...line, "stroke-dasharray": this.dashes(scenery, 2, 2) });
      this.handle(scenery, pointAt(scene.ends(mark.index, at), 0.5), line);
      return;
    }
    if (mark.kind === "bias") {
      const half = at.size[mark.index]! / 2;
      this.around(scenery, mark.index, RING_GAP, { ...line, "stroke-dasharray": this.dashes(scenery, 2, 2) });
      this.handle(scenery, { x: at.x[mark.index]! - half, y: at.y[mark.index]! + half }, line);
      return;
    }
    this.around(scenery, mark.index, RING_GAP, line);
  }

  private focus(scenery: Scenery, mark: Mark): void {
    const { theme, scene, at, view } = scenery;
    const line = { stroke: theme.select, "stroke-width": this.pixels(scenery, STROKE + 1) };
    if (mark.kind !== "edge") {
      this.around(scenery, mark.index, FOCUS_GAP, line);
      return;
    }
    if (this.cell(scenery, mark.index, line)) return;
    const drawn = edge.attr(scenery, mark.index);
    const { colour, width } = appearance(scenery, mark.index);
    const around = onScreen(width, view.zoom) + 5;
    this.add("path", { ...drawn, stroke: theme.select, "stroke-width": this.pixels(scenery, around) });
    this.add("path", { ...drawn, stroke: colour });
    this.handle(scenery, pointAt(scene.ends(mark.index, at), 0.5), line);
  }

  /** Ring a weight in its heat map; false where it is a line. */
  private cell(scenery: Scenery, e: number, line: Attributes): boolean {
    const found = cellOf(scenery, e);
    if (found === null) return false;
    const { x, y, zoom } = scenery.view;
    const away = NEAR_GAP;
    this.add("rect", {
      x: String((found.left - x - away) / zoom),
      y: String((found.top - y - away) / zoom),
      width: String((found.right - found.left + 2 * away) / zoom),
      height: String((found.bottom - found.top + 2 * away) / zoom),
      fill: "none",
      ...line,
    });
    return true;
  }

  /** Edges drawn anew, with rims that show them even where their colour is pale. */
  private rimmed(scenery: Scenery, edges: readonly number[]): void {
    const rim = { stroke: scenery.theme.ink2, "stroke-opacity": "0.45" };
    for (const e of edges) {
      const around = onScreen(appearance(scenery, e).width, scenery.view.zoom) + RIM;
      this.add("path", { ...edge.attr(scenery, e), ...rim, "stroke-width": this.pixels(scenery, around) });
    }
    for (const e of edges) this.add("path", edge.attr(scenery, e));
  }

  private handle(scenery: Scenery, { x, y }: { x: number; y: number }, line: Attributes): void {
    const r = this.pixels(scenery, HANDLE - STROKE / 2);
    this.add("circle", { cx: String(x), cy: String(y), r, fill: scenery.theme.stage, ...line });
  }

  /** A ring around node n, `gap` pixels off its rim. */
  private around(scenery: Scenery, n: number, gap: number, line: Attributes): void {
    const away = gap / scenery.view.zoom;
    if (n === scenery.scene.loss) {
      const { cx, cy, r } = loss.attr(scenery, n);
      this.add("circle", { cx: cx!, cy: cy!, r: String(Number(r) + away), fill: "none", ...line });
      return;
    }
    const { x, y, width, height, rx } = nodeType(scenery).attr(scenery, n);
    this.add("rect", {
      x: String(Number(x) - away),
      y: String(Number(y) - away),
      width: String(Number(width) + 2 * away),
      height: String(Number(height) + 2 * away),
      rx: String(Number(rx) + away),
      fill: "none",
      ...line,
    });
  }

  private pixels({ view }: Scenery, pixels: number): string {
    return String(pixels / view.zoom);
  }

  private dashes(scenery: Scenery, on: number, off: number): string {
    return `${this.pixels(scenery, on)} ${this.pixels(scenery, off)}`;
  }

  private add(name: string, attributes: Attributes): void {
    this.pool.add(name, attributes);
  }
}
