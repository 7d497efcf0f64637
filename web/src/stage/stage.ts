/**
 * The stage: a network on three canvases. What it is told marks something as stale; one animation frame then reads
 * what it needs of the page, works out where everything stands, and draws the stale layers. Nothing stale, no frame.
 */
import type { Dataset, Palette, Sketch, SketchFrame } from "../messages";
import { Camera } from "./camera";
import { type Numbers, numbersOf, type Structure, structureOf } from "./drawn";
import { Flow } from "./flow";
import { listen } from "./gestures";
import { boxOf, targetAt } from "./marks/any";
import type { Layers } from "./marks/mark";
import { near } from "./near";
import type { Meter, StageOptions, StageText } from "./options";
import { Overlay } from "./overlay";
import { Painter, type Portion } from "./painter";
import { Picture } from "./picture";
import type { Scene } from "./scene";
import { readTheme, type Theme } from "./theme";
import { Twin } from "./twin";
import { pan, sameView, type View, zoomAt } from "./view";

const TITLE_ABOVE = 28;
const DURATION = 300;
/** An animation frame may come a little early; that is no reason to wait for the next. */
const EARLY = 2;
const RATIO_CAP = 2;
/** A neuron that is entered is so wide on the screen, where there is room. */
const INSIDE = 560;

export class Stage {
  private readonly options: StageOptions;
  private readonly root: HTMLElement;
  private readonly painter: Painter;
  private readonly overlay: Overlay;
  private readonly flowing: Flow;
  private readonly twin: Twin;
  private readonly picture: Picture;
  private readonly camera: Camera;
  private theme: Theme | null = null;
  private ratio = 1;
  private sizeStale = true;
  private pending: Numbers | null = null;
  private unpainted = -1;
  private adopted = Number.NEGATIVE_INFINITY;
  private overlayStale = false;
  private pointer: { x: number; y: number } | null = null;
  private pointerStale = false;
  private hovered: string | null = null;
  private highlighted: string | null = null;
  private selected: string | null = null;
  private focused: string | null = null;
  private near = "";
  private pointed: readonly number[] = [];
  private traced: readonly string[] = [];
  private share = 1;
  private request = 0;
  private readonly duration: number;
  private readonly measured: Meter = { drawn: 0, skipped: 0, milliseconds: 0, frames: 0 };

  constructor(
    private readonly host: HTMLElement,
    given: StageOptions,
  ) {
    const options = { ...given };
    this.options = options;
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
    this.flowing = new Flow(this.root);
    this.overlay = new Overlay(this.root);
    this.picture = new Picture(host.ownerDocument, options);
    this.duration = options.reducedMotion ? 0 : (options.duration ?? DURATION);
    this.camera = new Camera(options.insets, this.duration, this.picture.ruler);
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
  graph(graph: Structure): void {
    const { picture, camera, options } = this;
    if (picture.renew(graph)) {
      this.passOver(graph.revision);
      return;
    }
    const first = picture.scene === null;
    const before = picture.scene?.stretch ?? 1;
    const many = Math.max(picture.parts, graph.names.length + graph.source.length) > options.maxMarks;
    const glides = this.duration > 0 && !many;
    picture.setGraph(graph, glides ? performance.now() : null, this.duration, (scene) =>
      camera.fitted ? camera.stretch(scene, this.theme) : before,
    );
    if (!glides) this.painter.forget();
    this.passOver(graph.revision);
    this.twin.setScene(picture.scene!);
    this.pointerStale = this.pointer !== null;
    if (!first) camera.meet(picture.scene!);
    else camera.refit("jump");
    this.overlayStale = true;
    this.wake();
  }

  /** A graph of operations, in the place of a network. */
  sketch(sketch: Sketch): void {
    this.graph(structureOf(sketch));
  }

  /** The numbers of a graph of operations. */
  numbers(frame: SketchFrame): void {
    this.frame(numbersOf(frame));
  }

  /** The stage shows no rows of the data set, only what the network makes of them; a new one ends old frames. */
  dataset(dataset: Dataset): void {
    this.passOver(dataset.revision);
  }

  frame(frame: Numbers): void {
    this.pending = frame;
    this.wake();
  }

  /** The pass has gone along the edges that lead into `layers`: show it, for so many milliseconds. */
  flow(layers: readonly number[], back: boolean, milliseconds: number): void {
    if (this.options.reducedMotion) return;
    this.flowing.start(layers, back, performance.now(), milliseconds);
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

  /** Mark the sign of each gradient on its line. */
  signs(on: boolean): void {
    this.picture.signs = on;
    this.picture.touchGradients();
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

  /** Draw a way through the graph: the marks that lie on it. */
  trace(targets: readonly string[]): void {
    if (targets.length === 0 && this.traced.length === 0) return;
    this.traced = targets;
    this.overlayStale = true;
    this.wake();
  }

  /** Ring nodes that belong to what is pointed at elsewhere. */
  point(nodes: readonly number[]): void {
    if (nodes.length === 0 && this.pointed.length === 0) return;
    this.pointed = nodes;
    this.overlayStale = true;
    this.wake();
  }

  /** Leave a large picture as far as it is drawn. */
  stop(): void {
    this.painter.stop();
    this.picture.takeStale();
    this.wake();
  }

  /** Zoom around the middle. */
  zoom(factor: number): void {
    this.camera.zoom(factor, performance.now());
    this.wake();
  }

  /** Fly to a neuron until it can be looked into. */
  enter(target: string): void {
    const { scene } = this.picture;
    const mark = scene?.resolve(target) ?? null;
    if (scene === null || mark === null || mark.kind === "edge" || mark.index === scene.loss) return;
    const n = mark.index;
    const pixels = Math.min(INSIDE, (0.8 * this.camera.height) / scene.aspect, 0.9 * this.camera.width);
    this.camera.enter({ x: scene.x[n]!, y: scene.y[n]!, side: scene.size[n]! }, pixels, performance.now());
    this.wake();
  }

  fit(): void {
    this.camera.follow();
    this.wake();
  }

  /** Where a mark is on the host, in its pixels; null when there is no such mark. */
  anchor(target: string): { x: number; y: number; width: number; height: number } | null {
    const mark = this.picture.scene?.resolve(target) ?? null;
    const scenery = this.scenery();
    if (mark === null || scenery === null) return null;
    const { left, top, right, bottom } = boxOf(scenery, mark);
    return { x: left, y: top, width: right - left, height: bottom - top };
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

  /** A waiting frame of an earlier revision will not be painted; it counts as painted, so that others follow. */
  private passOver(revision: number): void {
    if (this.pending === null || this.pending.revision >= revision) return;
    this.unpainted = this.pending.seq;
    this.pending = null;
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
    const { picture, camera, painter } = this;
    if (picture.scene === null || this.theme === null || camera.width === 0) return;
    this.move(picture.scene, this.theme, now);
    const earlier = this.adopted;
    const wait = this.adopt(now);
    if (this.pointerStale) this.pick();
    const { drawn, left, rough } = this.paint();
    if (rough) picture.touchGradients();
    painter.place(camera.view);
    if (this.overlayStale) {
      this.drawOverlay();
      this.look();
    }
    this.flowing.draw(this.scenery()!, now);
    if (this.unpainted >= 0 && !painter.busy) {
      const seq = this.unpainted;
      this.unpainted = -1;
      this.options.onPainted(seq);
    }
    this.measured.frames++;
    if (painter.done !== this.share) {
      this.share = painter.done;
      this.options.onProgress?.(this.share);
    }
    if (drawn > 0 || earlier !== this.adopted) {
      this.measured.drawn = drawn;
      this.measured.skipped = picture.parts - drawn;
      this.measured.milliseconds = performance.now() - began;
    }
    const stale = picture.anythingStale || this.overlayStale || this.pointerStale;
    if (wait || left > 0 || stale || camera.moving || picture.moving || this.flowing.moving) this.wake();
  }

  private read(): void {
    if (this.theme === null) {
      this.theme = readTheme(this.host);
      this.picture.repaint();
    }
    const ratio = Math.min(RATIO_CAP, window.devicePixelRatio || 1);
    if (!this.sizeStale && ratio === this.ratio) return;
    this.sizeStale = false;
    this.ratio = ratio;
    this.camera.resize(this.host.clientWidth, this.host.clientHeight);
    this.painter.resize(this.camera.width, this.camera.height, ratio);
    this.flowing.resize(this.camera.width, this.camera.height, ratio);
    this.picture.repaint();
    this.overlayStale = true;
  }

  /** Where everything stands at this moment. */
  private move(scene: Scene, theme: Theme, now: number): void {
    const before = this.camera.view;
    const stretched = this.camera.advance(scene, theme, now);
    this.viewed(before);
    if (!stretched && !this.picture.moving) return;
    if (stretched) this.picture.repaint();
    this.picture.advance(now);
    this.overlayStale = true;
    this.options.onView(this.camera.view.zoom);
  }

  /** What follows from a view that is no longer `before`. */
  private viewed(before: View): void {
    const { view } = this.camera;
    if (sameView(view, before)) return;
    this.picture.repaint();
    this.overlayStale = true;
    this.pointerStale = this.pointer !== null;
    this.options.onView(view.zoom);
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
    if (this.picture.setFrame(frame)) {
      this.overlayStale = true;
      this.twin.setNumbers();
    }
    return false;
  }

  private paint(): Portion {
    const portion = this.options.maxMarks;
    const { view, width, height } = this.camera;
    if (!this.painter.busy && this.picture.anythingStale) {
      const scenery = this.scenery()!;
      const sight = this.picture.sight(view, width, height, portion);
      this.painter.begin(scenery, this.picture.takeStale(), sight, this.picture.fade(scenery), portion);
    }
    return this.painter.advance(portion);
  }

  private look(): void {
    const { scene } = this.picture;
    if (scene === null || this.options.onNear === undefined) return;
    const found = near(scene, this.camera.view, this.camera.width, this.camera.height);
    if (found.join() === this.near) return;
    this.near = found.join();
    this.options.onNear(found);
  }

  private drawOverlay(): void {
    this.overlayStale = false;
    const scene = this.picture.scene!;
    const hover = scene.resolve(this.highlighted ?? this.hovered);
    const aside = (hover !== null && hover.kind !== "edge") || this.traced.length > 0;
    this.painter.dim((aside || this.picture.leftovers) && this.picture.shown.gradients);
    this.overlay.draw(this.scenery(), {
      hover,
      selected: scene.resolve(this.selected),
      focus: scene.resolve(this.focused),
      seeded: this.options.seeded ?? null,
      pointed: this.pointed,
      traced: this.traced.map((target) => scene.resolve(target)).filter((mark) => mark !== null),
    });
  }

  private scenery() {
    const titleY = Math.max(12, this.camera.insets.top - TITLE_ABOVE);
    return this.theme === null
      ? null
      : this.picture.scenery(this.theme, this.camera.view, this.ratio, titleY);
  }

  private setFocus(target: string | null): void {
    this.focused = target;
    this.overlayStale = true;
    const box = target === null ? null : this.anchor(target);
    if (box !== null) this.camera.reveal(box, performance.now());
    this.wake();
  }

  private at(x: number, y: number): string | null {
    const scenery = this.scenery();
    return this.options.over?.(x, y) ?? (scenery === null ? null : targetAt(scenery, x, y));
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
    const hold = (view: View) => {
      const before = this.camera.view;
      this.camera.hold(this.picture.scene, view);
      this.viewed(before);
      this.wake();
    };
    listen(
      this.root,
      {
        pan: (dx, dy) => hold(pan(this.camera.view, dx, dy)),
        zoom: (factor, x, y) => hold(zoomAt(this.camera.view, factor, x, y, this.camera.least)),
        hover: (point) => {
          this.pointer = point;
          this.pointerStale = true;
          this.wake();
        },
        tap: (x, y) => this.options.onSelect(this.at(x, y)),
        double: (x, y) => {
          const target = this.at(x, y);
          if (target === null) this.fit();
          else this.enter(target);
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
        this.camera.refit("jump");
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
