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

test("each operation inside a neuron is asked by mouse or key, and its number is the sum behind it", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight");
  await page.keyboard.press("i");
  await inside(page, name).waitFor();
  const card = (kind: string) => inside(page, name).locator(`button[data-cell=${kind}]`);
  await expect.poll(() => card("product").count()).toBe(2);
  await page.waitForTimeout(500); // it stands still
  const target = () => page.locator("[data-inspector]").getAttribute("data-inspector");
  const click = async (kind: string) => {
    const box = (await card(kind).first().boundingBox())!;
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  };
  const owner = name.slice(1);
  for (const [kind, wanted] of [
    ["product", `w${owner}:0`],
    ["bias", `b${owner}`],
    ["sum", `z${owner}`],
    ["activation", name],
  ] as const) {
    await click(kind);
    await expect.poll(target).toBe(wanted);
  }
  // the gradient of the sum is that of the bias, which finite differences give
  await card("sum").focus();
  await page.keyboard.press("Enter");
  await expect.poll(target).toBe(`z${owner}`);
  const { numeric } = await at.replay({ steps: 0, target: `b${owner}`, numeric: true });
  await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBeCloseTo(numeric!, 6);
  const terms = await page
    .locator("[data-terms] [data-term]")
    .evaluateAll((all) => all.map((each) => each.getAttribute("data-term")));
  const rest = await page.locator("[data-remainder]").getAttribute("data-remainder");
  const total = [...terms, rest].reduce((sum, each) => sum + at.read(each ?? "0"), 0);
  expect(total).toBeCloseTo((await at.shown(page, "gradient")).full, 12);
  // of one example it is a single product, written on the line between sum and activation
  await page.locator(".chips select").selectOption("2");
  await expect.poll(() => page.locator("[data-terms] [data-term]").count()).toBe(1);
  const local = at.read((await page.locator("[data-local]").getAttribute("data-local")) ?? "");
  const [activation, sum] = [await cells(page, name, "activation"), await cells(page, name, "sum")];
  expect(activation[0]!.gradient * local).toBeCloseTo(sum[0]!.gradient, 12);
  expect(1 - activation[0]!.value ** 2).toBeCloseTo(local, 10);
  expect(Math.tanh(sum[0]!.value)).toBeCloseTo(activation[0]!.value, 12);
  await page.locator("[data-terms] [data-term]").click();
  await expect.poll(target).toBe(name);
});

test("nearer than the whole and farther than inside, a neuron has a tag that is the neuron too", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight", "ArrowRight");
  await page.keyboard.press("Escape");
  for (let i = 0; i < 4; i++) await page.keyboard.press("+");
  await page.waitForTimeout(600);
  await at.inspect(page, "Home", "ArrowDown", "ArrowDown", "ArrowDown");
  await page.waitForTimeout(500); // it has been brought into view
  const ring = (await page.locator("#stage svg rect").last().boundingBox())!;
  expect(ring.width).toBeGreaterThan(72);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.mouse.click(ring.x + ring.width / 2, ring.y + ring.height + 14);
  await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toMatch(/^n:2:3$/);
  expect(name).toMatch(/^n:2:/);
});

test("inside a neuron the numbers come with the pass, and follow the training", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight");
  await page.keyboard.press("i");
  await inside(page, name).waitFor();
  await page.getByRole("slider", { name: "Stages of a step" }).focus();
  await page.keyboard.press("Home");
  const written = () => inside(page, name).locator("[data-cell=sum] .numbers b").allTextContents();
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
