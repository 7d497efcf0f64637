/**
 * The stage: a network on three canvases. What it is told marks something as stale; one animation frame then reads
 * what it needs of the page, works out where everything stands, and draws the stale layers. Nothing stale, no frame.
 */
import type { Dataset, Frame, Graph, Palette } from "../messages";
import { listen } from "./gestures";
import { edge } from "./marks/edge";
import { loss } from "./marks/loss";
import type { Layers } from "./marks/mark";
import { labelRoom, neuron } from "./marks/neuron";
import type { Meter, StageOptions, StageText } from "./options";
import { Overlay } from "./overlay";
import { Painter, type Portion } from "./painter";
import { Picture } from "./picture";
import type { Scene } from "./scene";
import { bestStretch } from "./spread";
import { readTheme, type Theme } from "./theme";
import { ease } from "./transition";
import { Twin } from "./twin";
import { type Box, between, fit, type Insets, kept, pan, sameView, type View, zoomAt } from "./view";

const INSETS: Insets = { top: 84, right: 40, bottom: 64, left: 40 };
/** On a narrow host the sides are this share of it. */
const SIDE_SHARE = 0.05;
const SIDE_LEAST = 12;
const STRETCH_STEP = 0.005;
const NUMBER_ROOM = 18;
const TITLE_ABOVE = 28;
const STAY = 80;
const DURATION = 300;
/** An animation frame may come a little early; that is no reason to wait for the next. */
const EARLY = 2;
const HANDLE_BOX = 14;

interface Flight {
  from: View;
  to: View;
  start: number;
}

export class Stage {
  private readonly root: HTMLElement;
  private readonly painter: Painter;
  private readonly overlay: Overlay;
  private readonly twin: Twin;
  private readonly insets: Insets;
  private readonly picture: Picture;
  private theme: Theme | null = null;
  private view: View = { zoom: 1, x: 0, y: 0 };
  private flight: Flight | null = null;
  /** The view follows the graph and the host until a person moves it. */
  private fitted = true;
  private fitStale: "jump" | "glide" | null = null;
  private width = 0;
  private height = 0;
  private ratio = 1;
  private sizeStale = true;
  private pending: Frame | null = null;
  private unpainted = -1;
  private adopted = Number.NEGATIVE_INFINITY;
  private overlayStale = false;
  private pointer: { x: number; y: number } | null = null;
  private pointerStale = false;
  private hovered: string | null = null;
  private highlighted: string | null = null;
  private selected: string | null = null;
  private focused: string | null = null;
  private request = 0;
  private readonly measured: Meter = { drawn: 0, skipped: 0, milliseconds: 0, frames: 0 };

  constructor(
    private readonly host: HTMLElement,
    private readonly options: StageOptions,
  ) {
    this.insets = { ...INSETS, ...options.insets };
    this.root = host.ownerDocument.createElement("div");
    Object.assign(this.root.style, {
      position: "absolute",
      inset: "0",
      overflow: "hidden",
      touchAction: "none",
    });
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    host.append(this.root);
    this.painter = new Painter(this.root);
    this.overlay = new Overlay(this.root);
    this.picture = new Picture(host.ownerDocument, options);
    this.twin = new Twin(
      this.root,
      this.twinText(),
      {
        focus: (target) => this.setFocus(target),
        select: (target) => this.options.onSelect(target),
      },
      options.signal,
    );
    this.listen(options.signal);
    this.wake();
  }

  /** A new structure: what survives glides to its place, the rest fades. Its frames must follow. */
  graph(graph: Graph): void {
    const moving = !this.options.reducedMotion && this.picture.parts <= this.options.maxMarks;
    const small = graph.names.length + graph.source.length <= this.options.maxMarks;
    const first = this.picture.scene === null;
    const start = moving && small ? performance.now() : null;
    const before = this.picture.scene?.stretch ?? 1;
    const stretch = (scene: Scene) => this.stretch(scene, before);
    this.picture.setGraph(graph, start, this.options.duration ?? DURATION, stretch);
    if (!moving || !small) this.painter.forget();
    if (this.pending !== null && this.pending.revision !== graph.revision) this.pending = null;
    this.twin.setScene(this.picture.scene!);
    this.hovered = null;
    this.pointerStale = this.pointer !== null;
    if (this.fitted) this.fitStale = first ? "jump" : "glide";
    this.overlayStale = true;
    this.wake();
  }

  /** The stage shows no rows of the data set, only what the network makes of them; a new one ends old frames. */
  dataset(dataset: Dataset): void {
    if (this.pending !== null && this.pending.revision < dataset.revision) this.pending = null;
  }

  frame(frame: Frame): void {
    this.pending = frame;
    this.wake();
  }

  /** Colours of the numbers; the chrome's colours are read from the host anew. */
  palette(palette: Palette): void {
    this.picture.setPalette(palette);
    this.theme = null;
    this.overlayStale = true;
    this.wake();
  }

  show(layers: Layers): void {
    this.picture.show(layers);
    this.painter.show(layers);
    this.overlayStale = true;
    this.wake();
  }

  select(target: string | null): void {
    this.selected = target;
    this.twin.setSelected(target);
    this.overlayStale = true;
    this.wake();
  }

  /** Show a mark and its neighbourhood as if the pointer were on it. */
  highlight(target: string | null): void {
    this.highlighted = target;
    this.overlayStale = true;
    this.wake();
  }

  /** Zoom around the middle. */
  zoom(factor: number): void {
    const from = this.flight?.to ?? this.view;
    this.fly(zoomAt(from, factor, this.width / 2, this.height / 2));
    this.fitted = false;
  }

  fit(): void {
    this.fitted = true;
    this.fitStale = "glide";
    this.wake();
  }

  /** Where a mark is on the host, in its pixels; null when there is no such mark. */
  anchor(target: string): { x: number; y: number; width: number; height: number } | null {
    const mark = this.picture.scene?.resolve(target) ?? null;
    const scenery = this.scenery();
    if (mark === null || scenery === null) return null;
    if (mark.kind === "edge") {
      const box = edge.bound(scenery, mark.index);
      const x = (box.left + box.right - HANDLE_BOX) / 2;
      const y = (box.top + box.bottom - HANDLE_BOX) / 2;
      return { x, y, width: HANDLE_BOX, height: HANDLE_BOX };
    }
    const box = (mark.index === scenery.scene.loss ? loss : neuron).bound(scenery, mark.index);
    return { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  }

  meter(): Meter {
    return { ...this.measured };
  }

  /** The language has changed. */
  setText(text: StageText): void {
    Object.assign(this.options, text);
    this.picture.setText();
    this.twin.setText(this.twinText());
    this.wake();
  }

  private wake(): void {
    if (this.request === 0 && !this.options.signal.aborted)
      this.request = requestAnimationFrame((now) => this.tick(now));
  }

  /** One animation frame: read, work out, write. */
  private tick(now: number): void {
    this.request = 0;
    const began = performance.now();
    this.read();
    const scene = this.picture.scene;
    if (scene === null || this.theme === null || this.width === 0) {
      this.overlay.draw(null, { hover: null, selected: null, focus: null });
      return;
    }
    this.move(now);
    const wait = this.adopt(now);
    if (this.pointerStale) this.pick();
    const { drawn, left, rough } = this.paint();
    if (rough) this.picture.touchGradients();
    this.painter.place(this.view);
    if (this.overlayStale) this.drawOverlay();
    if (this.unpainted >= 0 && !this.painter.busy) {
      const seq = this.unpainted;
      this.unpainted = -1;
      this.options.onPainted(seq);
    }
    const { measured } = this;
    measured.drawn = drawn;
    measured.skipped = Math.max(left, this.picture.parts - drawn);
    measured.milliseconds = performance.now() - began;
    measured.frames++;
    if (wait || left > 0 || this.flight !== null || this.picture.moving || this.fitStale !== null)
      this.wake();
    else if (this.picture.anythingStale || this.overlayStale || this.pointerStale) this.wake();
  }

  private read(): void {
    if (this.theme === null) {
      this.theme = readTheme(this.host);
      this.picture.repaint();
    }
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (!this.sizeStale && ratio === this.ratio) return;
    this.sizeStale = false;
    const { clientWidth, clientHeight } = this.host;
    const first = this.width === 0;
    if (!first && !this.fitted) {
      this.view = pan(this.view, (clientWidth - this.width) / 2, (clientHeight - this.height) / 2);
    }
    this.width = clientWidth;
    this.height = clientHeight;
    this.ratio = ratio;
    this.painter.resize(this.width, this.height, ratio);
    this.picture.repaint();
    this.overlayStale = true;
    if (this.fitted) this.fitStale = "jump";
  }

  /** Where everything stands at this moment. */
  private move(now: number): void {
    if (this.fitStale !== null) {
      const how = this.fitStale;
      this.fitStale = null;
      const to = this.fitting();
      if (how === "glide") this.fly(to);
      else {
        this.flight = null;
        this.turn(to);
      }
    }
    if (this.flight !== null) {
      const { from, to, start } = this.flight;
      const t = Math.min(1, Math.max(0, (now - start) / (this.options.duration ?? DURATION)));
      if (t >= 1 || this.options.reducedMotion) this.flight = null;
      this.turn(this.flight === null ? to : between(from, to, ease(t), this.width, this.height));
    }
    if (this.picture.moving) {
      this.picture.advance(now);
      this.overlayStale = true;
    }
  }

  /** Take over the newest frame unless a picture is still unfinished or it is too early; true: later. */
  private adopt(now: number): boolean {
    const frame = this.pending;
    if (frame === null || !this.picture.ready) return false;
    if (this.painter.busy) return true;
    if (now - this.adopted < this.options.throttleMs - EARLY) return true;
    this.pending = null;
    this.adopted = now;
    this.unpainted = frame.seq;
    if (this.picture.setFrame(frame)) this.overlayStale = true;
    return false;
  }

  private paint(): Portion {
    const portion = this.options.maxMarks;
    if (!this.painter.busy && this.picture.anythingStale) {
      const scenery = this.scenery()!;
      const fade = this.picture.fade(scenery);
      const sight = this.picture.sight(this.view, this.width, this.height, portion);
      this.painter.begin(
        scenery,
        this.picture.takeStale(),
        sight,
        fade,
        fade === null ? portion : sight.nodes.length + sight.edges.length,
      );
    }
    return this.painter.advance(portion);
  }

  private drawOverlay(): void {
    this.overlayStale = false;
    const scene = this.picture.scene!;
    const hover = scene.resolve(this.highlighted ?? this.hovered);
    this.painter.dim(hover !== null && hover.kind !== "edge" && this.picture.shown.gradients);
    this.overlay.draw(this.scenery(), {
      hover,
      selected: scene.resolve(this.selected),
      focus: scene.resolve(this.focused),
    });
  }

  private scenery() {
    const titleY = Math.max(12, this.insets.top - TITLE_ABOVE);
    return this.theme === null ? null : this.picture.scenery(this.theme, this.view, this.ratio, titleY);
  }

  private fitting(): View {
    const scene = this.picture.scene!;
    const stretch = this.stretch(scene, scene.stretch);
    if (Math.abs(stretch - scene.stretch) > STRETCH_STEP) {
      scene.place(stretch);
      this.picture.repaint();
      this.overlayStale = true;
    }
    return fit(scene.box, this.width, this.height, this.room(scene));
  }

  /** How wide the gaps between columns are to be; as before while a person has the view in hand. */
  private stretch(scene: Scene, before: number): number {
    if (!this.fitted || this.theme === null || this.width === 0) return before;
    const { left, right, top, bottom } = this.room(scene);
    const { box, graph } = scene;
    return bestStretch(graph, box.bottom - box.top, this.width - left - right, this.height - top - bottom);
  }

  /** What fitting leaves free: narrow sides on a narrow host, the names of the inputs, the numbers of the last row. */
  private room(scene: Scene): Insets {
    const side = (pixels: number) => Math.max(SIDE_LEAST, Math.min(pixels, this.width * SIDE_SHARE));
    const labels = this.theme === null ? 0 : labelRoom(this.picture.ruler, scene, this.theme);
    return {
      top: this.insets.top,
      right: side(this.insets.right),
      bottom: this.insets.bottom + NUMBER_ROOM,
      left: Math.max(side(this.insets.left), SIDE_LEAST + labels),
    };
  }

  private fly(to: View): void {
    if (this.options.reducedMotion || this.picture.scene === null) this.turn(to);
    else if (!sameView(this.view, to)) this.flight = { from: this.view, to, start: performance.now() };
    this.wake();
  }

  private turn(view: View): void {
    const scene = this.picture.scene;
    const box: Box = scene?.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
    const next = kept(view, box, this.width, this.height, STAY);
    if (sameView(next, this.view)) return;
    const zoomed = next.zoom !== this.view.zoom;
    this.view = next;
    this.picture.repaint();
    this.overlayStale = true;
    this.pointerStale = this.pointer !== null;
    if (zoomed) this.options.onView(next.zoom);
    this.wake();
  }

  private setFocus(target: string | null): void {
    this.focused = target;
    this.overlayStale = true;
    const at = target === null ? null : this.anchor(target);
    if (at !== null) {
      const dx =
        Math.max(0, this.insets.left - at.x) - Math.max(0, at.x + at.width + this.insets.right - this.width);
      const dy =
        Math.max(0, this.insets.top - at.y) -
        Math.max(0, at.y + at.height + this.insets.bottom - this.height);
      const outside = at.x < 0 || at.y < 0 || at.x + at.width > this.width || at.y + at.height > this.height;
      if (outside) {
        this.fitted = false;
        this.fly(pan(this.view, dx, dy));
      }
    }
    this.wake();
  }

  /** The mark under a point of the host: nodes before edges. */
  private at(x: number, y: number): string | null {
    const scenery = this.scenery();
    if (scenery === null || this.picture.scene === null) return null;
    const { scene } = scenery;
    if (loss.pick(scenery, x, y) >= 0) return scene.graph.names[scene.loss]!;
    const n = neuron.pick(scenery, x, y);
    if (n >= 0 && n !== scene.loss) return scene.graph.names[n]!;
    const e = edge.pick(scenery, x, y);
    return e >= 0 ? scene.edgeName(e) : null;
  }

  private pick(): void {
    this.pointerStale = false;
    const target = this.pointer === null ? null : this.at(this.pointer.x, this.pointer.y);
    if (target === this.hovered) return;
    this.hovered = target;
    this.root.style.cursor = target === null ? "" : "pointer";
    this.overlayStale = true;
    this.options.onHover(target);
  }

  private listen(signal: AbortSignal): void {
    const hand = (view: View) => {
      this.flight = null;
      this.fitted = false;
      this.turn(view);
    };
    listen(
      this.root,
      {
        pan: (dx, dy) => hand(pan(this.view, dx, dy)),
        zoom: (factor, x, y) => hand(zoomAt(this.view, factor, x, y)),
        hover: (point) => {
          this.pointer = point;
          this.pointerStale = true;
          this.wake();
        },
        tap: (x, y) => this.options.onSelect(this.at(x, y)),
        double: (x, y) => {
          if (this.at(x, y) === null) this.fit();
        },
      },
      signal,
    );
    const resized = new ResizeObserver(() => {
      this.sizeStale = true;
      this.wake();
    });
    resized.observe(this.host);
    const fonts = this.host.ownerDocument.fonts;
    fonts.addEventListener(
      "loadingdone",
      () => {
        this.picture.repaint();
        if (this.fitted && this.fitStale === null) this.fitStale = "jump";
        this.wake();
      },
      { signal },
    );
    signal.addEventListener("abort", () => {
      resized.disconnect();
      cancelAnimationFrame(this.request);
      this.root.remove();
    });
  }

  private twinText() {
    const { options } = this;
    return {
      list: options.listLabel?.() ?? "",
      layer: (place: number) => this.picture.titles[place] ?? "",
      mark: (target: string) => options.describe?.(target) ?? target,
    };
  }
}
