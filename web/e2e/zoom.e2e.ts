/** From the network into a neuron: what it computes, with the engine's numbers, and back to where one was. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

const inside = (page: Page, name: string) => page.locator(`[data-opened="${name}"]`);

async function cells(page: Page, name: string, kind: string) {
  return inside(page, name)
    .locator(`[data-cell=${kind}]`)
    .evaluateAll((rows) =>
      rows.map((row) => ({
        value: row.querySelector("[data-value]")?.getAttribute("data-value") ?? "",
        gradient: row.querySelector("[data-gradient]")?.getAttribute("data-gradient") ?? "",
      })),
    )
    .then((all) =>
      all.map(({ value, gradient }) => ({ value: at.read(value), gradient: at.read(gradient) })),
    );
}

test("a neuron opens into products, bias, sum and activation, and one comes back to the whole", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight");
  expect(name).toMatch(/^n:1:/);
  expect(await page.locator("[data-opened]").count()).toBe(0);
  await at.press(page, "Enter this neuron");
  await inside(page, name).waitFor();
  await expect.poll(() => cells(page, name, "product")).toHaveLength(2);
  const products = await cells(page, name, "product");
  const [bias, sum, made] = await Promise.all(
    ["bias", "sum", "activation"].map(async (kind) => (await cells(page, name, kind))[0]!),
  );
  expect(products[0]!.value + products[1]!.value + bias!.value).toBeCloseTo(sum!.value, 12);
  expect(made!.value).toBe((await at.shown(page, "value")).full);
  expect(made!.gradient).toBe((await at.shown(page, "gradient")).full);
  const reference = await at.replay({ steps: 0, target: `b${name.slice(1)}` });
  expect(bias!.value).toBeCloseTo(reference.value, 12);
  expect(bias!.gradient).toBeCloseTo(reference.gradient, 12);
  await page.keyboard.press("f");
  await expect.poll(() => page.locator("[data-opened]").count()).toBe(0);
  expect(await page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(name);
});

test("inside a neuron the numbers come with the pass, and follow the training", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight");
  await page.keyboard.press("i");
  await inside(page, name).waitFor();
  await page.getByRole("slider", { name: "Stages of a step" }).focus();
  await page.keyboard.press("Home");
  const written = () => inside(page, name).locator("[data-cell=sum] td").allTextContents();
  await expect.poll(async () => (await written()).map((each) => each.trim())).toEqual(["–", "–"]);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await written()).join("")).not.toContain("–");
  const before = await cells(page, name, "product");
  await at.press(page, "One batch");
  await at.atStep(page, 1);
  await expect.poll(() => cells(page, name, "product")).not.toEqual(before);
});

test("from afar a dense layer is a heat map, each weight in its place, near by it is lines", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Digits");
  for (const [layer, neurons] of [
    [1, "40"],
    [2, "20"],
  ] as const) {
    const box = page.getByRole("textbox", { name: `Neurons in layer ${layer}` });
    await box.fill(neurons);
    await box.press("Enter");
    await expect.poll(() => box.inputValue()).toBe(neurons);
  }
  await page.getByRole("heading", { name: "Chainrule" }).click();
  await page.keyboard.press("r"); // surviving weights are kept by edits; these are all drawn anew
  await page.keyboard.press("f");
  await page.waitForTimeout(800);
  // the list chooses a weight; its ring is a cell of the map, and the mouse finds the same weight there
  const name = await at.inspect(page, ...Array<string>(8).fill("ArrowRight"), "e", "e", "e");
  expect(name).toMatch(/^w:1:/);
  const cell = page.locator("#stage svg rect").last();
  const box = (await cell.boundingBox())!;
  expect(box.width).toBeLessThan(16);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(name);
  const shown = await at.shown(page, "gradient");
  const wanted = await at.replay({
    steps: 0,
    target: name,
    data: { name: "digits" },
    network: { hidden: [40, 20] },
    training: { loss: "cross_entropy" },
  });
  expect(shown.full).toBeCloseTo(wanted.gradient, 9);
  // near by the weight is a line again
  for (let i = 0; i < 12; i++) await page.keyboard.press("+");
  await page.waitForTimeout(600);
  expect(await page.locator("#stage svg path").count()).toBeGreaterThan(0);
});
