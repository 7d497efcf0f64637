/** Training: it learns, stops, steps, starts again, and takes changes while it runs. */
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

test("a page that has just opened shows step 0 with real numbers", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  expect(await at.step(page)).toBe(0);
  const truth = await at.replay({ steps: 0, target: "w:1:0:0" });
  expect(await at.validationLoss(page)).toBeCloseTo(truth.validation_loss, 2);
});

test("play makes the validation loss of the moons fall below 0.1", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Two moons");
  await at.press(page, "Play");
  await expect.poll(() => at.validationLoss(page), { timeout: 30_000 }).toBeLessThan(0.1);
  await at.pause(page);
});

test("pause stops at once and for good", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "Play");
  await at.beyondStep(page, 20);
  const stopped = await at.pause(page);
  await page.waitForTimeout(1500);
  expect(await at.step(page)).toBe(stopped);
});

test("one batch is one step, and an epoch ends where the training set ends", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "One batch");
  await at.atStep(page, 1);
  await at.press(page, "One batch");
  await at.atStep(page, 2);
  expect(await at.epoch(page)).toBe(0);
  await at.press(page, "To the end of the epoch");
  await expect.poll(() => at.epoch(page)).toBe(1);
  // 300 of 500 points train, in batches of 15.
  await at.atStep(page, 20);
});

test("starting again gives the same numbers, starting anew gives others", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const begin = await at.validationLoss(page);
  await at.press(page, "To the end of the epoch");
  await at.atStep(page, 20);
  const first = await at.validationLoss(page);

  await at.press(page, "Start again with the same weights");
  await at.atStep(page, 0);
  await expect.poll(() => at.validationLoss(page)).toBe(begin);
  await at.press(page, "To the end of the epoch");
  await at.atStep(page, 20);
  await expect.poll(() => at.validationLoss(page)).toBe(first);

  await at.press(page, "New weights");
  await at.atStep(page, 0);
  await expect.poll(() => at.validationLoss(page)).not.toBe(begin);
});

test("a learning rate moved while it trains takes effect without a reset", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const weight = await at.inspect(page, "ArrowRight", "e");
  await at.press(page, "Play");
  await at.beyondStep(page, 30);
  const before = await at.step(page);
  const slider = page.getByRole("slider", { name: "Learning rate" });
  await slider.press("Home");
  await expect
    .poll(async () => at.read(await at.exact(page, "Learning rate").inputValue()))
    .toBeLessThan(1e-3);
  const rate = at.read(await at.exact(page, "Learning rate").inputValue());
  await at.beyondStep(page, before + 30);

  // Adam moves a weight by about the rate in a step, never by many times as much.
  const [from, first] = [await at.step(page), (await at.shown(page, "value")).full];
  await at.beyondStep(page, from + 60);
  const [to, last] = [await at.step(page), (await at.shown(page, "value")).full];
  expect(Math.abs(last - first)).toBeLessThan(10 * rate * (to - from + 20));
  expect(last).not.toBe(first);

  await at.pause(page);
  await page.reload();
  await at.ready(page);
  expect(await at.step(page)).toBeGreaterThan(to - 1);
  expect(at.read(await at.exact(page, "Learning rate").inputValue())).toBe(rate);
  expect(weight).toMatch(/^w:1:/);
});

for (const [name, accuracy] of [
  ["Iris", 0.9],
  ["Penguins", 0.9],
  ["Digits", 0.9],
] as const) {
  test(`${name} is learnt to more than ${accuracy * 100} % of the validation examples`, async () => {
    const page = await open(world.server.url);
    await at.ready(page);
    await at.choose(page, name);
    await page.getByRole("combobox", { name: "Pace" }).selectOption("300");
    await at.press(page, "Play");
    const shown = page.getByText("validation accuracy").first();
    await expect
      .poll(
        async () => {
          const around = await shown.locator("xpath=..").textContent();
          return at.read(/([\d.]+)\s*%/.exec(around ?? "")?.[1] ?? "0") / 100;
        },
        { timeout: 40_000 },
      )
      .toBeGreaterThan(accuracy);
    await at.pause(page);
  });
}
