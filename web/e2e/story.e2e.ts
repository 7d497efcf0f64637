/** The whole story on the default network, as a learner follows it: one gradient from the loss to one weight. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

const slider = (page: Page) => page.getByRole("slider", { name: "Stages of a step" });
const said = (page: Page) => slider(page).getAttribute("aria-valuetext");

async function stageAfter(page: Page, wanted: RegExp): Promise<void> {
  const before = await said(page);
  await page.keyboard.press(".");
  await expect.poll(() => said(page)).not.toBe(before);
  expect(await said(page)).toMatch(wanted);
}

/** Every weight of this neuron by its own line in the list, its gradient as it is shown and by differences. */
async function checked(page: Page, target: string): Promise<void> {
  const shown = await at.shown(page, "gradient");
  const { numeric, value } = await at.replay({ steps: 0, target, numeric: true });
  expect((await at.shown(page, "value")).full).toBe(value);
  // three digits are displayed; differences are good for far more
  expect(Math.abs(shown.full - numeric!)).toBeLessThan(5e-4 * Math.max(Math.abs(shown.full), 1e-3));
  expect(Math.abs(shown.short - numeric!)).toBeLessThan(6e-3 * Math.max(Math.abs(shown.full), 1e-3));
}

test("forward, the loss lit, 1, back layer by layer, into a neuron, to a weight and the sum behind it", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await slider(page).focus();
  await page.keyboard.press("Home");
  await expect.poll(() => said(page)).toMatch(/^Forward · x/i);
  for (const column of [/layer 1/i, /layer 2/i, /output/i]) await stageAfter(page, column);
  await stageAfter(page, /^Loss/);
  const rings = page.locator("#stage svg circle");
  await expect.poll(() => rings.count()).toBe(1); // the loss is lit
  await stageAfter(page, /^Zero/);
  await stageAfter(page, /^Seed/);
  await expect.poll(() => page.locator("#stage svg text").textContent()).toMatch(/= 1(\.0+)?$/);

  // not reached yet: no number; then layer by layer it is there, from the output on
  const weights = ["w:3:0:2", "w:2:4:3", "w:1:5:1"];
  for (const [place, column] of [
    /^Backward · loss/i,
    /^Backward · output/i,
    /layer 2/i,
    /layer 1/i,
  ].entries()) {
    await slider(page).focus();
    await stageAfter(page, column);
    for (const [layer, target] of weights.entries()) {
      await select(page, target);
      const gradient = page.locator("[data-inspector] [data-gradient]");
      if (layer < place) {
        await expect.poll(() => gradient.textContent()).not.toBe("–");
        await checked(page, target);
      } else await expect.poll(() => gradient.textContent()).toBe("–");
      await page.keyboard.press("Escape");
    }
  }

  // into a neuron: its products, bias and sum are what the weights say
  await select(page, "n:2:4");
  await page.keyboard.press("i");
  const inside = page.locator('[data-opened="n:2:4"]');
  await inside.waitFor();
  const rows = await inside
    .locator("[data-cell]")
    .evaluateAll((cells) =>
      cells.map((cell) => [
        cell.getAttribute("data-cell"),
        cell.querySelector("[data-value]")?.getAttribute("data-value"),
      ]),
    );
  const summed = rows
    .filter(([kind]) => kind === "product" || kind === "bias" || kind === "rest")
    .reduce((sum, [, value]) => sum + at.read(value ?? "NaN"), 0);
  expect(summed).toBeCloseTo(at.read(rows.find(([kind]) => kind === "sum")?.[1] ?? "NaN"), 10);

  const bias = await at.replay({ steps: 0, target: "b:2:4", numeric: true });
  // every number that goes into this neuron, one by one, and its gradient by differences
  for (const cell of await inside.locator('button[data-cell="product"], button[data-cell="bias"]').all()) {
    const target = (await cell.getAttribute("data-mark")) ?? "";
    const written = await cell.locator("[data-value]").getAttribute("data-value");
    const flows = await cell.locator("[data-gradient]").getAttribute("data-gradient");
    await cell.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(target);
    await expect.poll(() => page.locator("[data-inspector] .sentence").count()).toBeGreaterThan(0);
    await checked(page, target);
    // what flows back along each line of a sum is the gradient of the bias, 1 being the local derivative of all of them
    expect(at.read(flows ?? "NaN")).toBeCloseTo(bias.numeric!, 6);
    if (target === "b:2:4") expect(at.read(written ?? "NaN")).toBe(bias.value);
  }

  // a weight, and the sum behind its gradient, example by example
  await select(page, "w:2:4:3");
  const gradient = await at.shown(page, "gradient");
  const terms = await page
    .locator("[data-terms] [data-term]")
    .evaluateAll((all) => all.map((each) => each.getAttribute("data-term")));
  const remainder = await page.locator("[data-remainder]").getAttribute("data-remainder");
  const total = [...terms, remainder].reduce((sum, each) => sum + at.read(each ?? "0"), 0);
  expect(total).toBeCloseTo(gradient.full, 12);
  await checked(page, "w:2:4:3");
});

/** Chooses a mark by the list: to the layer, down to the neuron, along its weights. */
async function select(page: Page, target: string): Promise<void> {
  const [kind, layer, neuron, source] = target.split(":");
  await page.locator('[role="listbox"] [tabindex="0"]').focus();
  for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowLeft");
  for (let i = 0; i < Number(layer); i++) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Home");
  for (let i = 0; i < Number(neuron); i++) await page.keyboard.press("ArrowDown");
  if (kind === "w") for (let i = 0; i <= Number(source); i++) await page.keyboard.press("e");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(target);
  await expect.poll(() => page.locator("[data-inspector] .sentence").count()).toBeGreaterThan(0);
}
