/** What a frame makes each mark look like: steps of width and colour by edge, a line of text by node. */
import type { Moment, Palette } from "../messages";
import type { Numbers } from "./drawn";
import { graded, valued } from "./reach";
import { coarse, entry, INVALID, NEUTRAL, width, widthStep } from "./scale";
import type { Scene } from "./scene";

/** Above this many edges the colours are rounded to fewer steps, so that the batches stay few. */
const FINE_EDGES = 2000;
const COARSE_LEVELS = 24;

/** Which layers a new frame has to draw again. */
export interface Changed {
  values: boolean;
  gradients: boolean;
}

export class Look {
  /** Ramp entry of each edge's gradient; NEUTRAL for an edge without a weight. */
  readonly colour: Uint8Array;
  /** Width step of each edge's weight. */
  readonly width: Uint8Array;
  /** Ramp entry of each edge's weight itself. */
  readonly weight: Uint8Array;
  /** The number under each node. */
  readonly text: string[];
  /** 1 where a node's value is not a finite number. */
  readonly invalid: Uint8Array;
  /** Ramp entry of each node's value. */
  readonly shade: Uint8Array;
  /** 1 where a node's value is not one of the pass that is under way. */
  readonly past: Uint8Array;
  /** Each node's gradient as it is written and coloured, and 1 where it is one of this pass. */
  readonly slope: string[];
  readonly tint: Uint8Array;
  readonly graded: Uint8Array;
  /** The gradient of the loss itself. */
  seed = 0;
  /** Where the pass stands. */
  moment: Moment | null = null;

  /** The gradients shown are those of the pass before. */
  left = false;

  constructor(private readonly scene: Scene) {
    this.colour = new Uint8Array(scene.edges).fill(NEUTRAL);
    this.width = new Uint8Array(scene.edges);
    this.weight = new Uint8Array(scene.edges).fill(NEUTRAL);
    this.text = new Array<string>(scene.nodes).fill("");
    this.invalid = new Uint8Array(scene.nodes);
    this.shade = new Uint8Array(scene.nodes).fill(NEUTRAL);
    this.past = new Uint8Array(scene.nodes);
    this.slope = new Array<string>(scene.nodes).fill("");
    this.tint = new Uint8Array(scene.nodes).fill(NEUTRAL);
    this.graded = new Uint8Array(scene.nodes);
  }

  /** Take over a frame's numbers; `unit` is the width at |w| = 1. Says which layers look different now. */
  update(frame: Numbers, palette: Palette, unit: number, format: (x: number) => string): Changed {
    const { moment } = frame;
    const changed = { values: false, gradients: false };
    const { parameter } = this.scene.graph;
    const thresholds = palette.gradient.thresholds;
    const fine = this.scene.edges <= FINE_EDGES;
    // What is left of the pass before means something as a whole only, not example by example.
    const left = !moment.cleared && frame.example === null;
    if (left !== this.left) changed.gradients = true;
    this.left = left;
    this.moment = moment;
    this.seed = this.scene.result < 0 ? 0 : frame.adjoints[this.scene.result]!;
    for (let e = 0; e < this.scene.edges; e++) {
      const p = parameter[e]!;
      if (p < 0) continue;
      const weight = frame.parameters[p]!;
      const reached = left || graded(moment, this.scene.order[this.scene.graph.target[e]!]!);
      const exact = !reached
        ? NEUTRAL
        : Number.isFinite(weight)
          ? entry(thresholds, frame.gradients[p]!)
          : INVALID;
      const colour = fine ? exact : coarse(exact, COARSE_LEVELS);
      const step = widthStep(width(weight, unit));
      if (colour !== this.colour[e]) changed.gradients = true;
      if (step !== this.width[e]) changed.values = changed.gradients = true;
      this.colour[e] = colour;
      this.width[e] = step;
      this.weight[e] = entry(palette.value.thresholds, weight);
    }
    for (let n = 0; n < this.scene.nodes; n++) {
      const value = frame.values[n]!;
      const past = valued(moment, this.scene.order[n]!) ? 0 : 1;
      const text = past === 1 ? "" : format(value);
      if (past !== this.past[n]) changed.values = true;
      this.past[n] = past;
      if (text !== this.text[n]) changed.values = true;
      this.text[n] = text;
      this.invalid[n] = Number.isFinite(value) || past === 1 ? 0 : 1;
      this.shade[n] = entry(palette.value.thresholds, value);
    }
    if (this.grade(frame, palette, format)) {
      if (this.scene.cards) changed.gradients = true;
      else changed.values = true; // a neuron's gradient is written beside its value
    }
    return changed;
  }

  /** The gradients of nodes, those of operations as far as they have been added up; whether they look different. */
  private grade(frame: Numbers, palette: Palette, format: (x: number) => string): boolean {
    const { moment } = frame;
    const { thresholds } = palette.gradient;
    let changed = false;
    for (let n = 0; n < this.scene.nodes; n++) {
      const gradient = frame.adjoints[n]!;
      const text = moment.cleared ? format(gradient) : "";
      const tint = moment.cleared ? entry(thresholds, gradient) : NEUTRAL;
      const complete = graded(moment, this.scene.read[n]!) ? 1 : 0;
      if (text !== this.slope[n] || tint !== this.tint[n] || complete !== this.graded[n]) changed = true;
      this.slope[n] = text;
      this.tint[n] = tint;
      this.graded[n] = complete;
    }
    return changed;
  }
}
