/** What can be chosen is chosen by hand, and the numbers on the screen are those of the engine. */
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

test("schedule, regulariser, clipping, normalisation and dropout train as the reference does", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Two moons");
  await at.select(page, "Optimiser", "Nesterov");
  await at.select(page, "Schedule", "Linear warm-up");
  await at.select(page, "Regularisation", "Elastic net");
  await at.write(page, "Strength λ", "0.01");
  await at.select(page, "Gradient clipping", "By norm");
  await at.write(page, "Largest norm", "0.5");
  await at.select(page, "Normalisation", "Layer");
  await at.select(page, "Initial weights", "He, normal");
  await at.write(page, "Dropout", "0.2");
  await expect.poll(() => at.figure(page, "penalty")).toBeGreaterThan(0);
  await at.press(page, "Start again with the same weights");
  for (let i = 0; i < 3; i++) await at.press(page, "One batch");
  await at.atStep(page, 3);
  const target = await at.inspect(page, "ArrowRight", "e");
  expect(target).toMatch(/^w:1:/);
  const wanted = await at.replay({
    data: { name: "moons" },
    network: { normalisation: "layer", initialiser: "he_normal", dropout: 0.2 },
    training: {
      optimiser: "nesterov",
      schedule: "warmup",
      regulariser: "elastic",
      clipping: "norm",
      hyper: { strength: 0.01, clip_norm: 0.5 },
    },
    steps: 3,
    target,
  });
  await expect.poll(async () => (await at.shown(page, "value")).full).toBeCloseTo(wanted.value, 9);
  await expect.poll(async () => (await at.shown(page, "gradient")).full).toBeCloseTo(wanted.gradient, 9);
  expect(await at.figure(page, "validation-loss")).toBeCloseTo(wanted.validation_loss, 9);
  expect(await at.figure(page, "penalty")).toBeCloseTo(wanted.penalty, 9);
  expect(await at.figure(page, "rate")).toBeCloseTo(wanted.rate, 12);
});

test("a value over the plane is learned from engineered features, and its R² is shown", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Sine wave");
  const features = page.getByRole("group", { name: "Inputs" });
  const feature = (name: string) => features.getByRole("button", { name, exact: true });
  await feature("x₂").click();
  await expect.poll(() => feature("x₁").isDisabled()).toBe(true);
  await feature("sin x₁").click();
  await expect.poll(() => feature("x₁").isDisabled()).toBe(false);
  await expect.poll(() => page.getByRole("option", { name: /sin x₁/ }).count()).toBeGreaterThan(0);
  await at.press(page, "Play");
  await expect.poll(() => at.figure(page, "validation-r2"), { timeout: 20_000 }).toBeGreaterThan(0.5);
  await at.pause(page);
  const r2 = await at.figure(page, "validation-r2");
  expect((await page.locator("[data-validation-r2]").textContent())?.trim()).toMatch(/^R² 0\.\d/);
  expect(r2).toBeLessThanOrEqual(1);
  await page.getByRole("combobox", { name: "Loss", exact: true }).selectOption({ label: "Huber" });
  await at.choose(page, "Two moons");
  await expect.poll(() => page.locator("[data-validation-accuracy]").count()).toBe(1);
});

test("a weight is given another value, and only what depends on it is computed again", async () => {
  const page = await open(world.server.url, { viewport: { width: 1920, height: 1080 } });
  await at.ready(page);
  const target = await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "e", "e");
  const layer = Number(target.split(":")[1]);
  const box = page.getByRole("textbox", { name: "Value, to be changed" });
  const loss = await at.figure(page, "batch-loss");
  await box.fill("1.25");
  await box.press("Enter");
  await expect.poll(async () => (await at.shown(page, "value")).full).toBe(1.25);
  await expect.poll(() => at.figure(page, "batch-loss")).not.toBe(loss);
  // Two hidden layers of eight, one output, the loss.
  expect(await at.figure(page, "recomputed")).toBe([8 + 8 + 1 + 1, 8 + 1 + 1, 1 + 1][layer - 1]);
  await box.fill("nonsense");
  await box.press("Enter");
  await expect.poll(() => box.inputValue()).toBe("1.25");
});
