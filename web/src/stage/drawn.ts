/** What the stage draws: a network, or the graph of operations of a piece of code in the same terms. */
import type { Frame, Graph, Sketch, SketchFrame } from "../messages";

/** A graph with, where it is one of operations, what a network does not have. */
export type Structure = Graph & { readonly sketch?: Sketch };

/** The numbers that the stage shows of a frame. */
export type Numbers = Pick<
  Frame,
  | "seq"
  | "revision"
  | "moment"
  | "example"
  | "parameters"
  | "gradients"
  | "values"
  | "adjoints"
  | "map_width"
  | "map_height"
  | "maps"
>;

const NO_MAPS = new Int8Array(0);

/** Every operand is an edge with a weight of its own, its local derivative. */
export function structureOf(sketch: Sketch): Structure {
  const { seq, revision, names, labels, x, y, source, target } = sketch;
  return {
    type: "graph",
    seq,
    revision,
    layers: [],
    names,
    labels,
    x,
    y,
    size: new Float32Array(names.length).fill(sketch.width),
    bias: new Int32Array(names.length).fill(-1),
    source,
    target,
    parameter: Int32Array.from(source.keys()),
    width: sketch.width,
    height: sketch.height,
    came: [],
    sketch,
  };
}

export function numbersOf(frame: SketchFrame): Numbers {
  const { seq, revision, moment, slopes, carried, values, adjoints } = frame;
  return {
    seq,
    revision,
    moment,
    example: 0,
    parameters: slopes,
    gradients: carried,
    values,
    adjoints,
    map_width: 0,
    map_height: 0,
    maps: NO_MAPS,
  };
}
