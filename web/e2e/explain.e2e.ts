/** One gradient, explained: its terms, its paths, what verifies it, and how it came about. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

const numbers = async (page: Page, name: string) =>
  (
    await page
      .locator(`[data-inspector] [data-${name}]`)
      .evaluateAll((all, attribute) => all.map((each) => each.getAttribute(attribute) ?? ""), `data-${name}`)
  ).map(at.read);
const total = (list: readonly number[]) => list.reduce((sum, each) => sum + each, 0);

/** Choose a neuron of the first hidden layer. */
const neuron = (page: Page) => at.inspect(page, "ArrowRight");

test("a neuron's gradient is the sum over the neurons it feeds, and each term leads to its weight", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await neuron(page);
  await page.getByText("Sum over the neurons it feeds").waitFor();
  const gradient = (await at.shown(page, "gradient")).full;
  const found = [...(await numbers(page, "term")), ...(await numbers(page, "remainder"))];
  expect(found).toHaveLength(7);
  expect(total(found)).toBeCloseTo(gradient, 12);
  const term = page.locator("[data-inspector] [data-term]").first();
  await term.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toMatch(/^w:2:/);
  await page.getByText("Sum over the examples of the batch").waitFor();
});

test("from the batch to one example, and along its paths", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "e");
  expect(name).toMatch(/^w:/);
  const wanted = await at.replay({ steps: 0, target: name });
  const parts = [...(await numbers(page, "term")), ...(await numbers(page, "remainder"))];
  expect(total(parts)).toBeCloseTo(wanted.gradient, 12);
  await page.getByText("Choose one example", { exact: false }).waitFor();
  const part = page.locator("[data-inspector] [data-term]").first();
  const of = at.read((await part.getAttribute("data-term")) ?? "");
  await part.click();
  await expect.poll(async () => (await at.shown(page, "gradient")).full).toBeCloseTo(of, 12);
  await expect.poll(() => page.locator("[data-paths=shown]").count()).toBe(1);
  const paths = [...(await numbers(page, "path")), ...(await numbers(page, "paths-remainder"))];
  expect(total(paths)).toBeCloseTo(of, 12);
  const second = page.getByRole("radio", { name: /^Path / }).nth(1);
  if ((await second.count()) === 1) {
    await second.click();
    const value = at.read((await second.getAttribute("data-path")) ?? "");
    await expect.poll(async () => (await numbers(page, "product")).at(-1)).toBe(value);
  }
});

test("a gradient is verified by dual numbers and differences", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "e");
  const wanted = await at.replay({ steps: 0, target: name });
  await at.press(page, "Verify this gradient");
  await page.getByText("Verified at step 0").waitFor();
  for (const [by, digits] of [
    ["reverse", 12],
    ["dual", 12],
    ["numeric", 7],
  ] as const) {
    const title = await page.locator(`[data-by=${by}]`).getAttribute("title");
    expect(at.read(title ?? "")).toBeCloseTo(wanted.gradient, digits);
  }
});

test("the forecast of the next step is what the next step does", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.write(page, "Batch size", "300"); // the whole training set: the next batch is this one
  await expect.poll(() => at.exact(page, "Batch size").inputValue()).toBe("300");
  await page.waitForTimeout(300);
  const before = await at.figure(page, "batch-loss");
  const actual = await at.figure(page, "actual");
  expect(await at.figure(page, "predicted")).toBeLessThan(0);
  await at.press(page, "One batch");
  await at.atStep(page, 1);
  await expect.poll(() => at.figure(page, "batch-loss")).not.toBe(before);
  expect((await at.figure(page, "batch-loss")) - before).toBeCloseTo(actual, 10);
});

test("history grows with training, and the update shows old and new", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "e");
  await page.getByText("One step so far").waitFor();
  await at.press(page, "One batch");
  await at.atStep(page, 1);
  await expect.poll(() => page.locator("[data-history]").getAttribute("data-history")).toBe("2");
  const old = (await at.shown(page, "value")).full;
  await at.press(page, "Next stage");
  await expect
    .poll(async () => at.read((await page.locator("[data-before]").getAttribute("data-before")) ?? ""))
    .toBe(old);
  expect((await at.shown(page, "value")).full).not.toBe(old);
});

test("the gradient of a neuron is verified too, of the batch and of one example", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown");
  const by = async (which: string) =>
    at.read((await page.locator(`[data-by=${which}]`).getAttribute("title")) ?? "NaN");
  for (const example of ["", "4"]) {
    await page.locator(".chips select").selectOption(example);
    await expect.poll(() => page.locator("[data-terms] [data-term]").count()).toBeGreaterThan(0);
    if (example !== "") await expect.poll(() => page.locator("[data-verified].stale").count()).toBe(1);
    await at.press(page, "Verify this gradient");
    await expect.poll(() => page.locator("[data-verified=agree]:not(.stale)").count()).toBe(1);
    const shown = (await at.shown(page, "gradient")).full;
    expect(await by("reverse")).toBe(shown);
    expect(await by("dual")).toBeCloseTo(shown, 12);
    expect(await by("numeric")).toBeCloseTo(shown, 7);
  }
});

test("the parameters that the next step moves most are named, and move just so", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "One batch");
  await at.atStep(page, 1);
  const movers = page.locator("[data-mover]");
  await expect.poll(() => movers.count()).toBe(4);
  const name = (await movers.first().getAttribute("data-mover")) ?? "";
  const change = at.read((await movers.first().getAttribute("data-change")) ?? "");
  const sizes = await movers.evaluateAll((all) => all.map((each) => each.getAttribute("data-change") ?? ""));
  const falling = sizes.map((each) => Math.abs(at.read(each)));
  expect(falling).toEqual([...falling].sort((a, b) => b - a));
  await movers.first().click();
  await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(name);
  const before = (await at.shown(page, "value")).full;
  await page.getByRole("heading", { name: "Chainrule" }).click();
  await page.keyboard.press("ArrowRight");
  await at.atStep(page, 2);
  await expect.poll(() => at.shown(page, "value").then(({ full }) => full)).not.toBe(before);
  expect((await at.shown(page, "value")).full - before).toBeCloseTo(change, 12);
});

test("a path is drawn on the stage when it is chosen, by mouse or by key", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.locator(".chips select").selectOption("1");
  await at.inspect(page, "ArrowRight", "Home", "ArrowDown", "e");
  const chips = page.locator("[data-path]");
  await expect.poll(() => chips.count()).toBe(5);
  const lines = page.locator('#stage svg path[stroke="#3b5bfd"]:not([stroke-dasharray])');
  await page.getByRole("heading", { name: "Chainrule" }).click(); // the focus has a line of its own
  await expect.poll(() => lines.count()).toBe(0);
  await chips.nth(2).click();
  await expect.poll(() => lines.count()).toBe(2); // to the output, and between the hidden layers
  const third = await page.locator("[data-waterfall] [data-product]").last().getAttribute("data-product");
  expect(third).toBe(await chips.nth(2).getAttribute("data-path"));
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => chips.nth(3).getAttribute("aria-checked")).toBe("true");
  await at.press(page, "One batch"); // new numbers of the same mark leave the choice as it is
  await at.atStep(page, 1);
  await expect.poll(() => chips.count()).toBe(5);
  await page.waitForTimeout(300); // whatever a new frame would reset has been reset
  expect(await chips.nth(3).getAttribute("aria-checked")).toBe("true");
  await expect.poll(() => lines.count()).toBe(2);
  await page.keyboard.press("Escape");
  await expect.poll(() => lines.count()).toBe(0);
});

test("an example has its target beside it and a ring around its point", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.locator(".chips select").selectOption("2");
  const wanted = page.locator("[data-wanted]");
  await wanted.waitFor();
  const target = at.read((await wanted.getAttribute("data-wanted")) ?? "");
  expect(await wanted.textContent()).toMatch(/^class [01], target [+−]1\.00$/);
  await at.inspect(page, "ArrowRight", "ArrowRight", "ArrowRight");
  const answer = (await at.shown(page, "value")).full;
  await page.keyboard.press("Escape");
  await at.inspect(page, "ArrowRight");
  expect(await page.locator("[data-inspector]").getAttribute("data-inspector")).toBe("loss");
  await expect
    .poll(() => at.shown(page, "value").then(({ full }) => full))
    .toBeCloseTo((answer - target) ** 2, 12);
  expect(Number(await page.locator("[data-row]").getAttribute("data-row"))).toBeGreaterThanOrEqual(0);
});

test("counters of the drawing stand over the stage when they are asked for", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const meter = page.getByRole("group", { name: "Live meter" });
  expect(await meter.count()).toBe(0);
  await page.keyboard.press("m");
  await meter.waitFor();
  await at.press(page, "Play");
  await expect.poll(() => meter.locator("dd").nth(2).textContent()).toBe("109 / 0"); // 20 nodes and 89 lines, all drawn
  await at.pause(page);
  await page.reload();
  await meter.waitFor();
  await page.keyboard.press("m");
  await expect.poll(() => meter.count()).toBe(0);
});
