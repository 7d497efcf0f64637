/** The view and how it moves: fitted to the graph until a person takes it in hand, flown or turned at once. */
import { labelRoom } from "./marks/neuron";
import type { Scene } from "./scene";
import { bestStretch } from "./spread";
import type { Theme } from "./theme";
import { ease } from "./transition";
import {
  between,
  fit,
  type Insets,
  inView,
  kept,
  pan,
  sameView,
  type View,
  visible,
  ZOOM_LEAST,
  zoomAt,
} from "./view";

const INSETS: Insets = { top: 84, right: 40, bottom: 64, left: 40 };
/** On a narrow host the sides are this share of it, but never less than SIDE_LEAST. */
const SIDE_SHARE = 0.05;
const SIDE_LEAST = 12;
const NUMBER_ROOM = 18;
/** A stretch of columns that differs by less is not worth standing anew. */
const STRETCH_STEP = 0.005;
/** So many pixels of the graph, and this share of the host's shorter side, stay on it however it is dragged. */
const STAY = 80;
const STAY_SHARE = 0.3;
/** Nothing is gained by zooming out further than to this share of the fitted view, or to this zoom. */
const LEAST_SHARE = 0.5;
const LEAST_CAP = 0.5;
/** With less of a new structure in view than this, the view follows it. */
const LOST = 1 / 3;

interface Flight {
  from: View;
  to: View;
  start: number;
}

export class Camera {
  view: View = { zoom: 1, x: 0, y: 0 };
  width = 0;
  height = 0;
  readonly insets: Insets;
  /** The view follows the graph and the host. */
  fitted = true;
  /** Zooming out ends here. */
  least = ZOOM_LEAST;
  private unbounded = true;
  private due: "jump" | "glide" | null = null;
  private flight: Flight | null = null;

  /** `duration` of a flight in milliseconds, 0 to jump; `ruler` measures text. */
  constructor(
    insets: Partial<Insets> | undefined,
    private readonly duration: number,
    private readonly ruler: CanvasRenderingContext2D,
  ) {
    this.insets = { ...INSETS, ...insets };
  }

  /** Whether it has somewhere to go. */
  get moving(): boolean {
    return this.flight !== null || this.due !== null || this.unbounded;
  }

  /** The host has another size: what was in the middle stays there, or the view is fitted again. */
  resize(width: number, height: number): void {
    if (this.fitted || this.width === 0) this.due = "jump";
    else this.view = pan(this.view, (width - this.width) / 2, (height - this.height) / 2);
    this.width = width;
    this.height = height;
    this.unbounded = true;
  }

  /** Fit at the next advance, if the view is still following. */
  refit(how: "jump" | "glide"): void {
    if (this.fitted && this.due !== "jump") this.due = how;
  }

  /** The graph has another structure: a view in hand that shows little of it is fitted again. */
  meet(scene: Scene): void {
    this.unbounded = true;
    if (!this.fitted && inView(this.view, scene.box, this.width, this.height) < LOST) this.fitted = true;
    this.refit("glide");
  }

  /** Follow the graph again. */
  follow(): void {
    this.fitted = true;
    this.refit("glide");
  }

  /** A person moves the view. */
  hold(scene: Scene | null, view: View): void {
    this.fitted = false;
    this.flight = null;
    this.due = null;
    this.turn(scene, view);
  }

  /** Zoom around the middle, in flight. */
  zoom(factor: number, now: number): void {
    const from = this.flight?.to ?? this.view;
    this.fitted = false;
    this.fly(zoomAt(from, factor, this.width / 2, this.height / 2, this.least), now);
  }

  /** Bring a box of the host (its pixels) clear of the sides, if it sticks out. */
  reveal(box: { x: number; y: number; width: number; height: number }, now: number): void {
    const { x, y, width, height } = box;
    if (this.fitted) return; // all of it is in view, or will be
    if (x >= 0 && y >= 0 && x + width <= this.width && y + height <= this.height) return;
    const { left, right, top, bottom } = this.insets;
    const dx = Math.max(0, left - x) - Math.max(0, x + width + right - this.width);
    const dy = Math.max(0, top - y) - Math.max(0, y + height + bottom - this.height);
    this.fitted = false;
    this.fly(pan(this.view, dx, dy), now);
  }

  /** Move on to `now`. A due fit may first stretch the scene's columns; true when it did. */
  advance(scene: Scene, theme: Theme, now: number): boolean {
    let stretched = false;
    if (this.due !== null) {
      const how = this.due;
      this.due = null;
      const stretch = this.stretch(scene, theme);
      stretched = Math.abs(stretch - scene.stretch) > STRETCH_STEP;
      if (stretched) scene.place(stretch);
      const to = fit(scene.box, this.width, this.height, this.room(scene, theme));
      if (how === "glide") this.fly(to, now);
      else {
        this.flight = null;
        this.turn(scene, to);
      }
    }
    if (this.unbounded) this.bound(scene, theme);
    if (this.flight !== null) {
      const { from, to, start } = this.flight;
      const t = this.duration <= 0 ? 1 : Math.min(1, Math.max(0, (now - start) / this.duration));
      if (t === 1) this.flight = null;
      this.turn(scene, between(from, to, ease(t), this.width, this.height));
    }
    return stretched;
  }

  /** How wide the gaps between columns are to be; as they are while a person has the view in hand. */
  stretch(scene: Scene, theme: Theme | null): number {
    if (!this.fitted || theme === null || this.width === 0 || scene.cards) return scene.stretch;
    const { left, right, top, bottom } = this.room(scene, theme);
    const { box, graph } = scene;
    return bestStretch(graph, box.bottom - box.top, this.width - left - right, this.height - top - bottom);
  }

  /** Bring a place of the world so near that `side` of it measures `pixels`, in the middle of the host. */
  enter(at: { x: number; y: number; side: number }, pixels: number, now: number): void {
    const zoom = pixels / at.side;
    this.fitted = false;
    this.fly({ zoom, x: this.width / 2 - at.x * zoom, y: this.height / 2 - at.y * zoom }, now);
  }

  private fly(to: View, now: number): void {
    this.flight = sameView(this.view, to) ? null : { from: this.view, to, start: now };
  }

  private turn(scene: Scene | null, view: View): void {
    const box = scene?.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
    const { width, height } = this;
    const stay = Math.max(STAY, STAY_SHARE * Math.min(width, height));
    this.view = kept(view, box, width, height, stay);
    if (scene !== null) this.view = this.found(scene, this.view);
  }

  /** How far zooming out goes here; a view in hand that lies beyond, or beside the graph, is brought back. */
  private bound(scene: Scene, theme: Theme): void {
    this.unbounded = false;
    const { width, height } = this;
    this.least = Math.min(
      LEAST_CAP,
      LEAST_SHARE * fit(scene.box, width, height, this.room(scene, theme)).zoom,
    );
    if (!this.fitted) this.turn(scene, zoomAt(this.view, 1, width / 2, height / 2, this.least));
  }

  /** The view, moved by the least that brings a node clear of the sides where neither node nor edge is in sight. */
  private found(scene: Scene, view: View): View {
    const { width, height } = this;
    if (scene.nodes === 0 || width === 0) return view;
    const { left, top, right, bottom } = visible(view, width, height, -STAY / 2);
    if (left > right || top > bottom || scene.nodesIn({ left, top, right, bottom }).length > 0) return view;
    const x = (left + right) / 2;
    const y = (top + bottom) / 2;
    if (scene.edgeAt(x, y, Math.min(right - left, bottom - top) / 2) >= 0) return view;
    let move = { x: 0, y: 0 };
    let nearest = Number.POSITIVE_INFINITY;
    for (let n = 0; n < scene.nodes; n++) {
      const half = scene.size[n]! / 2;
      const tall = half * scene.aspect;
      const dx = Math.max(0, left - scene.x[n]! - half) - Math.max(0, scene.x[n]! - half - right);
      const dy = Math.max(0, top - scene.y[n]! - tall) - Math.max(0, scene.y[n]! - tall - bottom);
      const away = Math.hypot(dx, dy);
      if (away < nearest) {
        nearest = away;
        move = { x: dx, y: dy };
      }
    }
    return pan(view, move.x * view.zoom, move.y * view.zoom);
  }

  /** What fitting leaves free: narrow sides on a narrow host, the names of the inputs, the numbers of the last row. */
  private room(scene: Scene, theme: Theme): Insets {
    const side = (pixels: number) => Math.max(SIDE_LEAST, Math.min(pixels, this.width * SIDE_SHARE));
    const { insets } = this;
    return {
      top: insets.top,
      right: side(insets.right),
      bottom: insets.bottom + NUMBER_ROOM,
      left: Math.max(side(insets.left), SIDE_LEAST + labelRoom(this.ruler, scene, theme)),
    };
  }
}
