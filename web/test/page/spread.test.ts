import { expect, test } from "vitest";
import type { FieldSpec } from "../../src/messages";
import { spread } from "../../src/page/spread";

const field = (more: Partial<FieldSpec>): FieldSpec => ({
  path: "",
  kind: "number",
  low: 0,
  high: 1,
  step: 0,
  scale: "linear",
  choices: [],
  ...more,
});

const FIELDS = [
  field({ high: 0.5, step: 0.01 }),
  field({ low: 0.1, high: 0.9, step: 0.05 }),
  field({ kind: "integer", low: 1, high: 300, step: 1 }),
  field({ kind: "integer", low: 20, high: 2000, step: 10, scale: "log" }),
  field({ low: 1e-5, high: 10, scale: "log" }),
  field({ high: 0.999 }),
];

test("a slider's ends are the field's, and no stop leaves it", () => {
  for (const each of FIELDS) {
    const { stops, value } = spread(each);
    expect(value(0)).toBe(each.low);
    expect(value(stops)).toBe(each.high);
    for (let stop = 0; stop <= stops; stop++) {
      expect(value(stop)).toBeGreaterThanOrEqual(each.low);
      expect(value(stop)).toBeLessThanOrEqual(each.high);
      if (each.kind === "integer") expect(Number.isInteger(value(stop))).toBe(true);
    }
  }
});

test("values grow with the stops", () => {
  for (const each of FIELDS) {
    const { stops, value } = spread(each);
    for (let stop = 1; stop <= stops; stop++) expect(value(stop)).toBeGreaterThanOrEqual(value(stop - 1));
  }
});

test("a stop finds itself again where steps are even", () => {
  const { stops, at, value } = spread(FIELDS[0]!);
  for (let stop = 0; stop <= stops; stop++) expect(at(value(stop))).toBe(stop);
});

test("numbers at stops are what a person would write", () => {
  const { stops, value } = spread(FIELDS[0]!);
  for (let stop = 0; stop <= stops; stop++) expect(String(value(stop)).length).toBeLessThanOrEqual(4);
});
