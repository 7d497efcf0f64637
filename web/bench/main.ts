/**
 * The stage beside the same scene as SVG elements, in one page: each is given the same changes, one animation frame after
 * the other. What is measured is the time from one animation frame to the next, and the script within it.
 */
import type { Graph, Palette, Sketch, SketchFrame } from "../src/messages";
import { type Numbers, numbersOf, Stage, type Structure, structureOf } from "../src/stage";
import { dense, frameOf, palette } from "../test/stage/networks";
import { SvgScene } from "./svg";

export interface Figures {
  /** Milliseconds from one animation frame to the next. */
  intervals: number[];
  /** Milliseconds of script for one change. */
  scripts: number[];
  drawn: number;
  skipped: number;
}

const host = document.querySelector<HTMLElement>("#host")!;
const next = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
const SETTLE = 20;

/** Something that shows a scene and takes changes. */
interface Shown {
  frame(numbers: Numbers): void;
  /** Moved by so many pixels, zoomed by a factor about the middle. */
  move(dx: number, dy: number, factor: number): void;
  busy(): boolean;
  figures(): { drawn: number; skipped: number };
  end(): void;
}

function onStage(structure: Structure, colours: Palette, marks = 1000): Shown {
  const end = new AbortController();
  let share = 1;
  let seen = -1;
  let asked = -1;
  const stage = new Stage(host, {
    signal: end.signal,
    reducedMotion: true,
    maxMarks: marks,
    throttleMs: 0,
    format: (x) => x.toPrecision(3),
    layerTitle: () => "",
    onHover: () => {},
    onSelect: () => {},
    onPainted: (seq) => {
      seen = seq;
    },
    onProgress: (now) => {
      share = now;
    },
    onView: () => {},
  });
  stage.palette(colours);
  stage.graph(structure);
  const surface = host.firstElementChild!;
  return {
    frame: (numbers) => {
      asked = numbers.seq;
      stage.frame(numbers);
    },
    move: (dx, dy, factor) => {
      const { clientWidth, clientHeight } = host;
      const at = { clientX: clientWidth / 2, clientY: clientHeight / 2, pointerId: 1, button: 0 };
      if (factor !== 1) {
        surface.dispatchEvent(
          new WheelEvent("wheel", { ...at, deltaY: -Math.log(factor) / 0.0015, cancelable: true }),
        );
        return;
      }
      surface.dispatchEvent(new PointerEvent("pointerdown", at));
      surface.dispatchEvent(
        new PointerEvent("pointermove", { ...at, clientX: at.clientX + dx, clientY: at.clientY + dy }),
      );
      surface.dispatchEvent(new PointerEvent("pointercancel", at));
    },
    busy: () => share < 1 || seen < asked,
    figures: () => stage.meter(),
    end: () => end.abort(),
  };
}

function onSvg(structure: Structure, colours: Palette): Shown {
  const scene = new SvgScene(host, structure, colours);
  return {
    frame: (numbers) => scene.frame(numbers),
    move: (dx, dy, factor) => scene.move(dx, dy, factor),
    busy: () => false,
    figures: () => ({ drawn: scene.elements, skipped: 0 }),
    end: () => scene.end(),
  };
}

function show(what: "stage" | "svg", structure: Structure, colours: Palette, marks?: number): Shown {
  return what === "stage" ? onStage(structure, colours, marks) : onSvg(structure, colours);
}

async function settled(shown: Shown): Promise<void> {
  for (let i = 0; i < SETTLE || (shown.busy() && i < 2000); i++) await next();
}

/** `change` once for each animation frame. */
async function measured(shown: Shown, count: number, change: (step: number) => void): Promise<Figures> {
  const intervals: number[] = [];
  const scripts: number[] = [];
  let last = await next();
  for (let step = 0; step < count; step++) {
    const began = performance.now();
    change(step);
    scripts.push(performance.now() - began);
    const now = await next();
    intervals.push(now - last);
    last = now;
  }
  const { drawn, skipped } = shown.figures();
  return { intervals, scripts, drawn, skipped };
}

/** Numbers that move a little in every step, as in training. */
function numbersFor(graph: Graph, seq: number): Numbers {
  const wave = (i: number, phase: number) => Math.sin(i * 1.7 + phase + seq * 0.11);
  const numbers = frameOf(
    graph,
    (p) => 1.5 * wave(p, 0),
    (p) => 0.4 * wave(p, 1),
    (n) => wave(n, 2),
  );
  return { ...numbers, seq };
}

/** Training: new numbers in every animation frame. */
async function training(what: "stage" | "svg", sizes: number[], count: number): Promise<Figures> {
  const graph = dense(sizes);
  const shown = show(what, graph, palette());
  shown.frame(numbersFor(graph, 1));
  await settled(shown);
  const found = await measured(shown, count, (step) => shown.frame(numbersFor(graph, step + 2)));
  shown.end();
  return found;
}

/** Panning to and fro, with nothing else changing. */
async function panning(what: "stage" | "svg", sizes: number[], count: number): Promise<Figures> {
  const graph = dense(sizes);
  const shown = show(what, graph, palette());
  shown.frame(numbersFor(graph, 1));
  await settled(shown);
  // so near that the layers are lines, not heat maps
  shown.move(0, 0, 3);
  await settled(shown);
  const found = await measured(shown, count, (step) => shown.move(step % 40 < 20 ? 6 : -6, 0, 1));
  shown.end();
  return found;
}

/** Opening a large graph of operations: until all of it is drawn, and the animation frames meanwhile. */
async function opening(
  what: "stage" | "svg",
  sketch: Sketch,
  numbers: SketchFrame,
): Promise<Figures & { whole: number }> {
  await next();
  const structure = structureOf(sketch);
  const began = performance.now();
  const shown = show(what, structure, palette());
  shown.frame(numbersOf(numbers));
  const intervals: number[] = [];
  let last = began;
  let idle = 0;
  while (idle < 2 && intervals.length < 3000) {
    const now = await next();
    intervals.push(now - last);
    last = now;
    idle = shown.busy() ? 0 : idle + 1;
  }
  const found = { intervals, scripts: [], ...shown.figures(), whole: performance.now() - began };
  shown.end();
  return found;
}

/** From new numbers, as after an edit, to the whole picture of them, once and again to and fro. */
async function editing(
  what: "stage" | "svg",
  sketch: Sketch,
  frames: readonly SketchFrame[],
  count: number,
): Promise<Figures> {
  const shown = show(what, structureOf(sketch), palette());
  shown.frame(numbersOf(frames[0]!));
  await settled(shown);
  const intervals: number[] = [];
  for (let step = 1; step <= count; step++) {
    const numbers = { ...numbersOf(frames[step % 2]!), seq: 1000 + step };
    const began = await next();
    shown.frame(numbers);
    do await next();
    while (shown.busy());
    await painted();
    intervals.push(performance.now() - began);
    await next();
  }
  const found = { intervals, scripts: [], ...shown.figures() };
  shown.end();
  return found;
}

/** After this animation frame's picture: a message that is posted in a frame is delivered when it has been painted. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

/** Panning over the large graph of operations, from so far that all of it is in view. */
async function flying(
  what: "stage" | "svg",
  sketch: Sketch,
  numbers: SketchFrame,
  count: number,
): Promise<Figures> {
  const shown = show(what, structureOf(sketch), palette());
  shown.frame(numbersOf(numbers));
  await settled(shown);
  const found = await measured(shown, count, (step) => shown.move(step % 40 < 20 ? 6 : -6, 0, 1));
  shown.end();
  return found;
}

Object.assign(globalThis, { training, panning, opening, flying, editing, ready: true });
