/** What is to be drawn: the graph, how its last frame looks, what of it is stale, and how it moves. */
import type { Palette } from "../messages";
import { Atlas } from "./atlas";
import type { Numbers, Structure } from "./drawn";
import { Look } from "./look";
import { heated, single } from "./marks/heat";
import type { Layers, Scenery } from "./marks/mark";
import type { StageOptions } from "./options";
import type { Fade, Sight } from "./painter";
import { cssColours, mapColours, rgb, words } from "./scale";
import { type Geometry, nearestFirst, Scene, sameStructure } from "./scene";
import type { Theme } from "./theme";
import { Transition } from "./transition";
import { type View, visible } from "./view";

const MARGIN = 24;
const EDGE_WIDTH = 2;

interface Past {
  scene: Scene;
  look: Look | null;
  atlas: Atlas | null;
  titles: string[];
  operations: string[];
}

export class Picture {
  scene: Scene | null = null;
  titles: string[] = [];
  private operations: string[] = [];
  shown: Layers = { structure: true, values: true, gradients: true };
  /** Whether the sign of each gradient is written on its line. */
  signs = false;
  /** A context to measure text with. */
  readonly ruler: CanvasRenderingContext2D;
  private look: Look | null = null;
  private atlas: Atlas | null = null;
  private palette: Palette | null = null;
  private colours: string[] = [];
  private shades: string[] = [];
  private pixels = new Uint32Array(256);
  private slopeWords = new Uint32Array(256);
  private shadeWords = new Uint32Array(256);
  private last: Numbers | null = null;
  private transition: Transition | null = null;
  private opacity = 1;
  private past: Past | null = null;
  private stale: Layers = { structure: true, values: true, gradients: true };
  private seen: Sight | null = null;

  constructor(
    private readonly document: Document,
    private readonly options: StageOptions,
  ) {
    this.ruler = document.createElement("canvas").getContext("2d")!;
  }

  /** How many marks the graph has. */
  get parts(): number {
    return this.scene === null ? 0 : this.scene.nodes + this.scene.edges;
  }

  /** Whether a frame could be taken over. */
  get ready(): boolean {
    return this.scene !== null && this.palette !== null;
  }

  get moving(): boolean {
    return this.transition !== null;
  }

  /** The gradients shown are left over from the pass before. */
  get leftovers(): boolean {
    return this.look?.left ?? false;
  }

  get anythingStale(): boolean {
    return this.stale.structure || this.stale.values || this.stale.gradients;
  }

  /** Take a graph that differs from the one shown by its revision only; false where there is more to do. */
  renew(graph: Structure): boolean {
    const { scene } = this;
    if (scene === null || this.transition !== null || !sameStructure(scene.graph, graph)) return false;
    scene.graph = graph;
    return true;
  }

  /** `start`: when the move from the graph before it begins, null to jump. `stretch` is asked of the new scene. */
  setGraph(
    graph: Structure,
    start: number | null,
    duration: number,
    stretch: (scene: Scene) => number,
  ): void {
    const { scene: earlier, look, atlas, titles, operations } = this;
    const before = this.transition?.at ?? earlier;
    this.scene = new Scene(graph);
    this.scene.place(stretch(this.scene));
    this.look = null;
    this.atlas = null;
    this.last = null;
    this.setText();
    this.past = null;
    this.transition = null;
    if (start !== null && earlier !== null && before !== null && duration > 0) {
      this.transition = new Transition(earlier, before, this.scene, start, duration);
      this.past = { scene: earlier, look, atlas, titles, operations };
      this.opacity = this.transition.advance(start);
    }
    this.repaint();
  }

  setText(): void {
    const { scene, options } = this;
    const layers = scene?.graph.layers ?? [];
    this.titles = layers.map((layer) => options.layerTitle(layer));
    this.operations = layers.map((layer) => options.operation?.(layer) ?? "");
    if (this.last !== null) this.setFrame(this.last);
    this.repaint();
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.colours = cssColours(palette.gradient);
    this.shades = cssColours(palette.value);
    this.pixels = mapColours(palette.value, rgb(palette.invalid));
    this.slopeWords = words(palette.gradient, rgb(palette.invalid));
    this.shadeWords = words(palette.value, rgb(palette.invalid));
    this.repaint();
    if (this.last !== null) this.setFrame(this.last, true);
  }

  /** Take over a frame of this graph; false when it is of another one, or looks no different. */
  setFrame(frame: Numbers, recoloured = false): boolean {
    const { scene, palette, options } = this;
    if (scene === null || palette === null || frame.revision !== scene.graph.revision) return false;
    const first = this.look === null;
    this.last = frame;
    this.look ??= new Look(scene);
    this.atlas ??= new Atlas(this.document);
    const before = this.look.moment;
    const changed = this.look.update(frame, palette, options.edgeWidth ?? EDGE_WIDTH, (x) =>
      options.format(x),
    );
    const mapped = this.atlas.update(frame, this.pixels, recoloured);
    if (first || mapped || changed.values) this.stale.values = true;
    if (first || changed.gradients) this.stale.gradients = true;
    const elsewhere = before?.cursor !== frame.moment.cursor || before.step !== frame.moment.step;
    return first || mapped || changed.values || changed.gradients || elsewhere;
  }

  show(layers: Layers): void {
    this.shown = { ...layers };
    this.repaint();
  }

  /** Every layer is stale: the view, the size, the theme or the graph has changed. */
  repaint(): void {
    this.stale = { structure: true, values: true, gradients: true };
    this.seen = null;
  }

  touchGradients(): void {
    this.stale.gradients = true;
  }

  /** The stale layers, which from now on count as fresh. */
  takeStale(): Layers {
    const taken = this.stale;
    this.stale = { structure: false, values: false, gradients: false };
    return taken;
  }

  /** Move on; when it is over, the earlier graph is forgotten. */
  advance(now: number): void {
    if (this.transition === null) return;
    this.opacity = this.transition.advance(now);
    this.repaint();
    if (this.opacity < 1) return;
    this.transition = null;
    this.past = null;
  }

  scenery(theme: Theme, view: View, ratio: number, titleY: number): Scenery | null {
    const { scene, look, atlas, titles, operations } = this;
    if (scene === null) return null;
    const at: Geometry = this.transition?.at ?? scene;
    const { colours, shades, shown, slopeWords, shadeWords } = this;
    const invalid = this.palette?.invalid ?? theme.ink;
    const { signs } = this;
    return {
      scene,
      at,
      view,
      ratio,
      look,
      atlas,
      theme,
      colours,
      shades,
      slopeWords,
      shadeWords,
      invalid,
      heated: heated(scene, view.zoom),
      shown,
      signs,
      titleY,
      titles,
      operations,
    };
  }

  /** What fades in and out during a transition. */
  fade(scenery: Scenery): Fade | null {
    const { transition, past } = this;
    if (transition === null || past === null) return null;
    return {
      entering: (kind, mark) => transition.entering(kind, mark),
      opacity: this.opacity,
      ghost: { ...scenery, ...past, at: transition.ghostAt },
      leaving: {
        nodes: transition.leavingNodes,
        edges: single(past.scene, scenery.view.zoom, transition.leavingEdges),
      },
    };
  }

  /** The marks in view; if there are more than `portion`, those nearest to the middle of the host first. */
  sight(view: View, width: number, height: number, portion: number): Sight {
    const scene = this.scene!;
    if (this.seen !== null) return this.seen;
    const lines = (edges: number[]) => single(scene, view.zoom, edges);
    const everything = () => ({
      nodes: [...scene.layer.keys()],
      edges: lines([...scene.graph.source.keys()]),
    });
    if (this.transition !== null) return everything();
    const box = visible(view, width, height, MARGIN);
    const whole =
      box.left <= scene.box.left &&
      box.top <= scene.box.top &&
      box.right >= scene.box.right &&
      box.bottom >= scene.box.bottom;
    const sight = whole ? everything() : { nodes: scene.nodesIn(box), edges: lines(scene.edgesIn(box)) };
    if (sight.nodes.length + sight.edges.length > portion) {
      const x = (box.left + box.right) / 2;
      const y = (box.top + box.bottom) / 2;
      sight.nodes = nearestFirst(sight.nodes, (n) => Math.hypot(scene.x[n]! - x, scene.y[n]! - y));
      sight.edges = nearestFirst(sight.edges, (e) => {
        const { x1, y1, x2, y2 } = scene.ends(e);
        return Math.hypot((x1 + x2) / 2 - x, (y1 + y2) / 2 - y);
      });
    }
    this.seen = sight;
    return sight;
  }
}
