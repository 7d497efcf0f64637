import { describe, expect, it } from "vitest";
import { Look } from "../../src/stage/look";
import { edge } from "../../src/stage/marks/edge";
import type { Scenery } from "../../src/stage/marks/mark";
import { cssColours } from "../../src/stage/scale";
import { Scene } from "../../src/stage/scene";
import { dense, frameOf, palette } from "./networks";

const graph = dense([2, 6, 5, 1]);

interface Stroke {
  colour: string;
  width: number;
  curves: number;
  dashed: boolean;
  over: string;
}

/** A context that writes down its strokes. */
function recorder() {
  const strokes: Stroke[] = [];
  let curves = 0;
  let dashed = false;
  const context = {
    strokeStyle: "",
    lineWidth: 1,
    globalCompositeOperation: "source-over",
    setTransform: () => {},
    setLineDash: (dash: number[]) => {
      dashed = dash.length > 0;
    },
    beginPath: () => {
      curves = 0;
    },
    moveTo: () => {},
    bezierCurveTo: () => {
      curves++;
    },
    stroke: () => {
      const { strokeStyle: colour, lineWidth: width, globalCompositeOperation: over } = context;
      strokes.push({ colour, width, curves, dashed, over });
    },
  };
  return { strokes, context: context as unknown as CanvasRenderingContext2D };
}

function scenery(weight: (p: number) => number, gradient: (p: number) => number, shown = {}): Scenery {
  const scene = new Scene(graph);
  const look = new Look(scene);
  look.update(frameOf(graph, weight, gradient), palette(), 2, String);
  const theme = {
    stage: "stage",
    ink: "ink",
    ink2: "ink2",
    hairline: "",
    edge: "grey",
    select: "",
    soft: "#ecebe6",
    sans: "",
    mono: "",
  };
  return {
    scene,
    at: scene,
    view: { zoom: 1, x: 0, y: 0 },
    ratio: 1,
    look,
    atlas: null,
    theme,
    colours: cssColours(palette().gradient),
    shades: [],
    invalid: "#e000b0",
    slopeWords: new Uint32Array(256),
    shadeWords: new Uint32Array(256),
    heated: new Set<number>(),
    shown: { structure: true, values: true, gradients: true, ...shown },
    titleY: 0,
    signs: false,
    titles: [],
    operations: [],
  };
}

function strokes(layer: "structure" | "values" | "gradients", from: Scenery): Stroke[] {
  const { strokes, context } = recorder();
  edge.draw[layer]!(context, from, [...graph.source.keys()]);
  return strokes;
}

const WEIGHTED = 2 * 6 + 6 * 5 + 5;

describe("edges on the gradient layer", () => {
  it("make one stroke for each colour and width", () => {
    const drawn = strokes(
      "gradients",
      scenery(
        (p) => (p % 2 ? 1 : 3),
        (p) => (p % 2 ? 1 : -1),
      ),
    );
    expect(drawn.map(({ colour, width }) => [colour, width])).toEqual([
      ["rgb(255,0,0)", 4.5],
      ["rgb(0,0,255)", 2],
    ]);
    expect(drawn.reduce((sum, { curves }) => sum + curves, 0)).toBe(WEIGHTED);
  });

  it("come weakest first, so that a strong gradient lies on top", () => {
    const drawn = strokes(
      "gradients",
      scenery(
        () => 1,
        (p) => (p + 1) / 100,
      ),
    );
    const strong = drawn
      .filter(({ colour }) => colour !== "grey")
      .map(({ colour }) => Number(/\d+/.exec(colour)![0]));
    expect(strong).toEqual([...strong].sort((a, b) => b - a));
  });

  it("are plain, as wide as the weight and without rims, where the gradient is zero", () => {
    const drawn = strokes(
      "gradients",
      scenery(
        () => 1,
        () => 0,
      ),
    );
    expect(drawn.map(({ colour, width }) => [colour, width])).toEqual([["grey", 2]]);
  });

  it("have a rim where the gradient is pale but not zero", () => {
    const drawn = strokes(
      "gradients",
      scenery(
        () => 1,
        () => 0.1,
      ),
    );
    expect(drawn.map(({ colour }) => colour === "grey")).toEqual([true, false]);
    expect(drawn[0]!.width).toBeGreaterThan(drawn[1]!.width);
  });

  it("are dashed in a colour of their own where a number is none", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const inGradient = strokes(
        "gradients",
        scenery(
          () => 1,
          (p) => (p === 3 ? bad : 1),
        ),
      );
      expect(inGradient.at(-1)).toMatchObject({ colour: "#e000b0", dashed: true, curves: 1 });
      const inWeight = strokes(
        "gradients",
        scenery(
          (p) => (p === 3 ? bad : 1),
          () => 1,
        ),
      );
      expect(inWeight.at(-1)).toMatchObject({ colour: "#e000b0", dashed: true, curves: 1 });
    }
  });

  it("are equally wide when values are not shown", () => {
    const drawn = strokes(
      "gradients",
      scenery(
        (p) => p,
        () => 1,
        { values: false },
      ),
    );
    expect(drawn).toHaveLength(1);
  });
});

describe("edges on the other layers", () => {
  it("are hairlines in the structure, the one to the loss a plain line", () => {
    const drawn = strokes(
      "structure",
      scenery(
        () => 5,
        () => 1,
      ),
    );
    expect(drawn.map(({ width, curves }) => [width, curves])).toEqual([
      [1, WEIGHTED],
      [2, 1],
    ]);
  });

  it("are grey, as wide as the weight and beneath the nodes, only while gradients are not shown", () => {
    expect(
      strokes(
        "values",
        scenery(
          () => 3,
          () => 1,
        ),
      ),
    ).toEqual([]);
    const drawn = strokes(
      "values",
      scenery(
        () => 3,
        () => 1,
        { gradients: false },
      ),
    );
    expect(drawn).toEqual([
      { colour: "grey", width: 4.5, curves: WEIGHTED, dashed: false, over: "destination-over" },
    ]);
  });
});

describe("a new frame", () => {
  it("redraws only the layers that look different", () => {
    const look = new Look(new Scene(graph));
    const update = (weight: number, gradient: number, value: number) =>
      look.update(
        frameOf(
          graph,
          () => weight,
          () => gradient,
          () => value,
        ),
        palette(),
        2,
        (x) => x.toFixed(1),
      );
    expect(update(1, 0.5, 0.25)).toEqual({ values: true, gradients: true });
    expect(update(1, 0.5, 0.25)).toEqual({ values: false, gradients: false });
    expect(update(1.001, 0.5, 0.251)).toEqual({ values: false, gradients: false });
    expect(update(1, 0.9, 0.25)).toEqual({ values: false, gradients: true });
    expect(update(1, 0.9, 0.75)).toEqual({ values: true, gradients: false });
    expect(update(2, 0.9, 0.75)).toEqual({ values: true, gradients: true });
  });
});
