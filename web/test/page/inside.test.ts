import { describe, expect, it } from "vitest";
import type { Cell } from "../../src/messages";
import { arranged } from "../../src/page/inside";

const cell = (kind: Cell["kind"], label: string = kind): Cell => ({
  kind,
  target: "",
  label,
  weight: Number.NaN,
  input: Number.NaN,
  value: 0,
  gradient: 0,
  local: 1,
});

const neuron = (products: number, ...between: Cell["kind"][]) => [
  ...Array.from({ length: products }, (_, i) => cell("product", `w${i}`)),
  cell("bias"),
  cell("sum"),
  ...between.map((kind) => cell(kind)),
  cell("activation"),
];

const joined = (cells: Cell[]) =>
  arranged(cells, 560)!.wires.map(
    ({ from, to }) => `${from?.cell.label ?? "rim"} → ${to?.cell.label ?? "rim"}`,
  );

describe("the operations inside a neuron", () => {
  it("are joined as they are computed", () => {
    expect(joined(neuron(2))).toEqual([
      "rim → w0",
      "rim → w1",
      "w0 → sum",
      "w1 → sum",
      "bias → sum",
      "sum → activation",
      "activation → rim",
    ]);
  });

  it("pass through the normalisation where there is one", () => {
    expect(joined(neuron(1, "normal")).slice(3)).toEqual([
      "sum → normal",
      "normal → activation",
      "activation → rim",
    ]);
  });

  it("end in a quotient for a probability", () => {
    expect(joined(neuron(1, "exponential", "partition")).slice(3)).toEqual([
      "sum → exponential",
      "exponential → partition",
      "exponential → activation",
      "partition → activation",
      "activation → rim",
    ]);
  });

  it("stand clear of each other within the neuron, however many", () => {
    for (const cells of [neuron(1), neuron(8, "normal"), neuron(8, "exponential", "partition")]) {
      const { slots } = arranged(cells, 560)!;
      expect(slots.map((slot) => slot.cell)).toEqual(cells);
      for (const [i, a] of slots.entries()) {
        expect(Math.min(a.x, a.y, 560 - a.x - a.width, 560 - a.y - a.height)).toBeGreaterThan(0);
        for (const b of slots.slice(i + 1)) {
          const apart =
            a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
          expect(apart).toBe(true);
        }
      }
    }
  });

  it("have no graph where their type would be too small", () => {
    expect(arranged(neuron(2), 300)).toBeNull();
    expect(arranged(neuron(2), 420)).not.toBeNull();
  });
});
