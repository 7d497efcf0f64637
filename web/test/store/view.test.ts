import { describe, expect, test } from "vitest";
import type { Document, Event, Frame, Graph, Notice, Welcome } from "../../src/messages";
import { breaks, extended, NO_CURVE } from "../../src/store/curve";
import { BLANK, connected, current, dismissed, edited, reduce, type View } from "../../src/store/view";

const SCHEMA = "s1";

const welcome = (resumed: boolean, schema = SCHEMA) =>
  ({ type: "welcome", seq: 1, schema, session: "abc", resumed }) as unknown as Welcome;

function document(rate: number, hidden: number[] = [8, 8]): Document {
  return {
    type: "document",
    seq: 2,
    revision: 1,
    task: "binary",
    parameters: 105,
    pace: 100,
    example: null,
    timeline: [],
    tempo: { unit: "layer", milliseconds: 300, loop: false },
    experiment: {
      seed: 1,
      data: { name: "spirals", points: 500, noise: 0.1, train_share: 0.6, features: ["x1", "x2"] },
      network: { hidden, activation: "tanh", normalisation: "none", dropout: 0, initialiser: "auto" },
      training: {
        optimiser: "adam",
        schedule: "constant",
        regulariser: "none",
        clipping: "none",
        learning_rate: rate,
        hyper: { beta1: 0.9 },
        loss: "mse",
        batch_size: 15,
      },
    },
  };
}

const frame = (revision: number, triples: number[], reset = false) =>
  ({
    type: "frame",
    seq: 9,
    revision,
    curve: Float64Array.from(triples),
    curve_reset: reset,
  }) as unknown as Frame;

const notice = (more: Partial<Notice>): Notice => ({
  type: "notice",
  seq: 5,
  level: "error",
  code: "error.edit_number",
  facts: {},
  text: "",
  where: "",
  command: 0,
  ...more,
});

const after = (...events: Event[]): View =>
  events.reduce((view, event) => reduce(view, event, SCHEMA), BLANK);

describe("a connection", () => {
  test("that resumes keeps what is shown", () => {
    const before = after(welcome(false), document(0.01), frame(1, [0, 1, 2]));
    const view = reduce(before, welcome(true), SCHEMA);
    expect(view.document).toBe(before.document);
    expect(view.curve.length).toBe(1);
  });

  test("to a new session forgets the old one", () => {
    const view = after(welcome(false), document(0.01), frame(1, [0, 1, 2]), welcome(false));
    expect(view.document).toBeNull();
    expect(view.curve.length).toBe(0);
  });

  test("to a host of another protocol asks for a reload, for good", () => {
    const view = after(welcome(false, "other"));
    expect(view.connection).toBe("outdated");
    expect(connected(view, "lost").connection).toBe("outdated");
  });
});

describe("an edit", () => {
  const shown = { "training.learning_rate": { value: 0.03, command: 4 } };

  test("is shown until the document holds it", () => {
    const view = edited(after(welcome(false), document(0.01)), shown);
    expect(reduce(view, document(0.02), SCHEMA).edits).toEqual(shown);
    expect(reduce(view, document(0.03), SCHEMA).edits).toEqual({});
  });

  test("of layers is compared layer by layer", () => {
    const view = edited(after(document(0.01)), { "network.hidden": { value: [8, 9], command: 4 } });
    expect(reduce(view, document(0.01, [8, 8]), SCHEMA).edits).not.toEqual({});
    expect(reduce(view, document(0.01, [8, 9]), SCHEMA).edits).toEqual({});
  });

  test("that is refused gives way to the experiment, with the reason beside its control", () => {
    const view = edited(after(document(0.01)), shown);
    const refused = notice({ where: "training.learning_rate", command: 4 });
    const next = reduce(view, refused, SCHEMA);
    expect(next.edits).toEqual({});
    expect(next.beside).toEqual({ "training.learning_rate": refused });
    expect(next.toasts).toEqual([]);
  });

  test("that is answered does not take back a later one of the same control", () => {
    const view = edited(after(document(0.01)), { "data.noise": { value: 0.2, command: 5 } });
    expect(reduce(view, notice({ command: 4 }), SCHEMA).edits["data.noise"]?.value).toBe(0.2);
  });

  test("takes back what was said of its control, and nothing else", () => {
    const view = after(document(0.01), notice({ where: "data.noise" }), notice({ where: "data.points" }));
    expect(Object.keys(edited(view, { "data.noise": { value: 0, command: 0 } }).beside)).toEqual([
      "data.points",
    ]);
  });
});

describe("a notice", () => {
  test("of no control is a toast, once, and can be dismissed", () => {
    const view = after(notice({ code: "a" }), notice({ code: "b" }), notice({ code: "a", seq: 8 }));
    expect(view.toasts.map((each) => each.code)).toEqual(["b", "a"]);
    expect(dismissed(view, view.toasts[0]!).toasts.map((each) => each.code)).toEqual(["a"]);
  });
});

describe("what a run says of its end", () => {
  const at = (step: number, loss: number) =>
    ({ ...frame(1, []), step, training_loss: loss, batch_loss: loss }) as Frame;
  const spent = (level: "info" | "error", code: string) => notice({ level, code, facts: { limit: 10_000 } });

  test("is one toast, whether it is told or answered", () => {
    const view = after(spent("info", "notice.steps_used_up"), spent("error", "error.steps_used_up"));
    expect(view.toasts.map((each) => each.code)).toEqual(["error.steps_used_up"]);
  });

  test("stays while no step is left, and goes with the first frame of a new run", () => {
    const view = after(at(10_000, 1), spent("info", "notice.steps_used_up"));
    expect(reduce(view, at(10_000, 1), SCHEMA).toasts).toHaveLength(1);
    expect(reduce(view, at(0, 1), SCHEMA).toasts).toEqual([]);
  });

  test("that its loss is no number is told twice, until it is one again", () => {
    const lost = notice({ level: "warning", code: "notice.not_finite", where: "training.learning_rate" });
    const view = after(document(10), at(9, Number.NaN), lost);
    expect([view.toasts, Object.values(view.beside)]).toEqual([[lost], [lost]]);
    expect(reduce(view, at(9, Number.NaN), SCHEMA).toasts).toHaveLength(1);
    const closed = dismissed(view, lost);
    expect([closed.toasts, Object.values(closed.beside)]).toEqual([[], [lost]]);
    const again = reduce(view, at(0, 0.7), SCHEMA);
    expect([again.toasts, Object.values(again.beside)]).toEqual([[], []]);
  });
});

describe("a frame", () => {
  test("of an older structure is not current", () => {
    const graph = { type: "graph", revision: 2 } as unknown as Graph;
    expect(current(after(graph, frame(1, [])))).toBe(false);
    expect(current(after(graph, frame(2, [])))).toBe(true);
  });
});

describe("a curve", () => {
  test("grows, and one taken earlier does not change", () => {
    let curve = NO_CURVE;
    for (let step = 0; step < 5000; step++) curve = extended(curve, Float64Array.of(step, 1, 2), false);
    const before = curve;
    const next = extended(curve, Float64Array.of(5000, 0.5, 0.6, 5001, 0.4, 0.5), false);
    expect(before.length).toBe(5000);
    expect(next.length).toBe(5002);
    expect(next.steps[5001]).toBe(5001);
    expect(next.validation[5001]).toBe(0.5);
    expect(next.steps[4999]).toBe(4999);
  });

  test("forgets at a reset, and the old one stays whole", () => {
    const old = extended(NO_CURVE, Float64Array.of(0, 1, 2, 1, 3, 4), false);
    const fresh = extended(old, Float64Array.of(0, 9, 8), true);
    expect([fresh.length, fresh.training[0]]).toEqual([1, 9]);
    expect([old.length, old.training[0]]).toEqual([2, 1]);
  });

  test("is broken where nothing was measured, not where the pace changes", () => {
    const steps = (...ways: number[]) => {
      let step = 0;
      return Float64Array.of(
        0,
        ...ways.map((way) => {
          step += way;
          return step;
        }),
      );
    };
    expect(breaks(steps(5, 5, 5, 3000, 5, 5))).toEqual([3]);
    expect(breaks(steps(5, 5, 5, 3000, 4000, 5, 5, 5))).toEqual([3, 4]);
    expect(breaks(steps(1, 1, 1, 1, 50, 50, 50, 50))).toEqual([]);
    expect(breaks(steps(50, 50, 50, 1, 1, 1))).toEqual([]);
    expect(breaks(steps(5, 5, 3000))).toEqual([]);
    expect(breaks(new Float64Array(0))).toEqual([]);
  });
});
