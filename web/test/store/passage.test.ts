import { expect, test } from "vitest";
import type { Moment, Stage } from "../../src/messages";
import { passage, stretches } from "../../src/store/passage";

const stage = (phase: Stage["phase"], layer: number, name = "x"): Stage => ({ phase, layer, name });
const timeline = [
  stage("forward", 0),
  stage("forward", 1, "matmul"),
  stage("forward", 1, "tanh"),
  stage("forward", 2),
  stage("loss", 3),
  stage("zero", 3),
  stage("seed", 3),
  stage("backward", 3),
  stage("backward", 2),
  stage("backward", 1),
  stage("update", 0),
];

const moment = (step: number, cursor: number): Moment => ({
  step,
  cursor,
  phase: timeline[Math.max(0, cursor - 1)]!.phase,
  layer: timeline[Math.max(0, cursor - 1)]!.layer,
  name: "",
  resting: cursor === 10,
  following: false,
  values_to: 0,
  gradients_from: 9,
  cleared: false,
});

test("the layers gone through on the way forward", () => {
  expect(passage(moment(3, 1), moment(3, 3), timeline)).toEqual({ phase: "forward", layers: [1] });
  expect(passage(moment(3, 1), moment(3, 4), timeline)).toEqual({ phase: "forward", layers: [1, 2] });
});

test("of several phases the last counts, and a new pass begins at its beginning", () => {
  expect(passage(moment(3, 4), moment(3, 9), timeline)).toEqual({ phase: "backward", layers: [3, 2] });
  expect(passage(moment(3, 11), moment(4, 1), timeline)).toEqual({ phase: "forward", layers: [0] });
});

test("nothing passes on the way back, at rest, or over a leap", () => {
  expect(passage(moment(3, 5), moment(3, 4), timeline)).toBeNull();
  expect(passage(moment(3, 5), moment(3, 5), timeline)).toBeNull();
  expect(passage(moment(3, 5), moment(2, 11), timeline)).toBeNull();
  expect(passage(moment(3, 5), moment(9, 2), timeline)).toBeNull();
  expect(passage(null, moment(3, 2), timeline)).toBeNull();
});

test("stretches of a phase know where a layer is complete", () => {
  expect(stretches(timeline)).toEqual([
    { phase: "forward", first: 0, count: 4, ticks: [1, 3] },
    { phase: "loss", first: 4, count: 1, ticks: [] },
    { phase: "zero", first: 5, count: 1, ticks: [] },
    { phase: "seed", first: 6, count: 1, ticks: [] },
    { phase: "backward", first: 7, count: 3, ticks: [1, 2] },
    { phase: "update", first: 10, count: 1, ticks: [] },
  ]);
  expect(stretches([])).toEqual([]);
});
