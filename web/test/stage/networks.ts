/** Graphs and frames of dense networks for the stage's tests. */
import type { Frame, Graph, GraphLayer, Palette } from "../../src/messages";

const ROW = 84;
const COLUMN = 190;
const NODE = 46;

/** Inputs, hidden layers and outputs, then the loss; columns of 46-pixel nodes, 190 apart. */
export function dense(sizes: readonly number[], revision = 1): Graph {
  const layers: GraphLayer[] = [];
  const names: string[] = [];
  const labels: string[] = [];
  const x: number[] = [];
  const y: number[] = [];
  const bias: number[] = [];
  const source: number[] = [];
  const target: number[] = [];
  const parameter: number[] = [];
  let next = 0;
  [...sizes, 1].forEach((count, index) => {
    const first = names.length;
    const kind =
      index === 0
        ? "input"
        : index === sizes.length
          ? "loss"
          : index === sizes.length - 1
            ? "output"
            : "hidden";
    layers.push({ index, kind, operation: "", first, count, wrap: 1, x: index * COLUMN });
    for (let j = 0; j < count; j++) {
      names.push(kind === "loss" ? "loss" : `n:${index}:${j}`);
      labels.push(kind === "input" ? `x${j + 1}` : "");
      x.push(index * COLUMN);
      y.push((j - (count - 1) / 2) * ROW);
      const before = index === 0 ? 0 : layers[index - 1]!.count;
      for (let i = 0; i < before; i++) {
        source.push(first - before + i);
        target.push(first + j);
        parameter.push(kind === "loss" ? -1 : next++);
      }
    }
    for (let j = 0; j < count; j++) bias.push(kind === "input" || kind === "loss" ? -1 : next++);
  });
  return {
    type: "graph",
    seq: 1,
    revision,
    layers,
    names,
    labels,
    x: Float32Array.from(x),
    y: Float32Array.from(y),
    size: Float32Array.from(names, (name) => (name === "loss" ? 30 : NODE)),
    bias: Int32Array.from(bias),
    source: Int32Array.from(source),
    target: Int32Array.from(target),
    parameter: Int32Array.from(parameter),
    width: layers.length * COLUMN,
    height: Math.max(...sizes) * ROW,
    came: [...sizes.keys()],
  };
}

/** A frame of the graph: every weight, gradient and value as given by index. */
export function frameOf(
  graph: Graph,
  weight: (p: number) => number,
  gradient: (p: number) => number,
  value: (n: number) => number = () => 0,
): Frame {
  const parameters = Math.max(-1, ...graph.parameter, ...graph.bias) + 1;
  const numbers = (count: number, of: (i: number) => number) =>
    Float64Array.from({ length: count }, (_, i) => of(i));
  return {
    type: "frame",
    seq: 1,
    revision: graph.revision,
    step: 0,
    epoch: 0,
    playing: false,
    moment: {
      cursor: 0,
      step: 0,
      phase: "backward",
      layer: 1,
      name: "outer",
      resting: true,
      following: false,
      values_to: 99,
      gradients_from: 1,
      cleared: true,
    },
    example: null,
    batch: 1,
    batch_loss: 0,
    training_loss: 0,
    validation_loss: 0,
    training_accuracy: 0,
    validation_accuracy: 0,
    training_r2: Number.NaN,
    validation_r2: Number.NaN,
    penalty: 0,
    rate: 0.03,
    predicted_change: Number.NaN,
    actual_change: Number.NaN,
    movers: [],
    row: -1,
    wanted: [],
    recomputed: 0,
    parameters: numbers(parameters, weight),
    gradients: numbers(parameters, gradient),
    values: numbers(graph.names.length, value),
    adjoints: numbers(graph.names.length, () => 0),
    map_width: 0,
    map_height: 0,
    maps: new Int8Array(0),
    confusion: new Float64Array(0),
    curve: new Float64Array(0),
    curve_reset: false,
    inspection: null,
    opened: [],
  };
}

/** Red below, white at and blue above zero; entry 127 + k from |x| = k / 127 on. */
export function palette(): Palette {
  const colours = new Uint8Array(255 * 3);
  for (let i = 0; i < 255; i++) {
    const share = Math.abs(i - 127) / 127;
    const pale = Math.round(255 * (1 - share));
    colours.set(i < 127 ? [255, pale, pale] : [pale, pale, 255], i * 3);
  }
  const ramp = { colours, thresholds: Float64Array.from({ length: 127 }, (_, k) => (k + 1) / 127) };
  return {
    theme: "light",
    sight: "plain",
    gradient: ramp,
    gradient_scale: "linear",
    gradient_limit: 1,
    value: ramp,
    value_limit: 1,
    invalid: "#e000b0",
    classes: new Uint8Array(0),
  };
}
