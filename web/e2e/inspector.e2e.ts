/** The inspector: what it says of a weight is what the engine computes, and it says it of what was chosen. */
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

/** The first weight into the second neuron of layer 1. */
const WEIGHT = ["ArrowRight", "Home", "ArrowDown", "e"] as const;

for (const steps of [0, 23]) {
  test(`value and gradient of a weight at step ${steps} are the engine's`, async () => {
    const page = await open(world.server.url);
    await at.ready(page);
    if (steps > 0) {
      await at.press(page, "To the end of the epoch");
      await at.atStep(page, 20);
      for (let next = 21; next <= steps; next++) {
        await at.press(page, "One batch");
        await at.atStep(page, next);
      }
    }
    const target = await at.inspect(page, ...WEIGHT);
    expect(target).toMatch(/^w:1:1:[01]$/);
    const truth = await at.replay({ steps, target });
    await expect.poll(async () => (await at.shown(page, "gradient")).full).toBeCloseTo(truth.gradient, 10);
    const [value, gradient] = [await at.shown(page, "value"), await at.shown(page, "gradient")];
    expect(Math.abs(value.full - truth.value)).toBeLessThan(1e-9 * Math.abs(truth.value) + 1e-15);
    expect(Math.abs(gradient.full - truth.gradient)).toBeLessThan(1e-9 * Math.abs(truth.gradient) + 1e-15);
    expect(value.short).toBe(Number(truth.value.toPrecision(3)));
    expect(gradient.short).toBe(Number(truth.gradient.toPrecision(3)));
    const direction = truth.gradient > 0 ? "down ↓" : "up ↑";
    await expect.poll(() => page.locator("[data-inspector]").textContent()).toContain(direction);
  });
}

test("the numbers in the inspector follow the training", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.inspect(page, ...WEIGHT);
  const before = await at.shown(page, "value");
  await at.press(page, "To the end of the epoch");
  await at.atStep(page, 20);
  await expect.poll(async () => (await at.shown(page, "value")).full).not.toBe(before.full);
});

test("a pointer on the stage finds a neuron, and a click keeps it", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const box = await page.getByRole("group", { name: "Network", exact: true }).boundingBox();
  if (box === null) throw new Error("the stage has no box");
  const card = page.locator("[data-inspector]");
  let found = "";
  for (let down = 0.2; down < 0.9 && !found.startsWith("n:"); down += 0.03) {
    await page.mouse.move(box.x + box.width * 0.35, box.y + box.height * down);
    for (let right = 0.3; right < 0.7 && !found.startsWith("n:"); right += 0.02) {
      await page.mouse.move(box.x + box.width * right, box.y + box.height * down);
      await page.waitForTimeout(100);
      found = (await card.count()) === 1 ? ((await card.getAttribute("data-inspector")) ?? "") : "";
      if (found.startsWith("n:")) {
        await page.mouse.down();
        await page.mouse.up();
      }
    }
  }
  expect(found).toMatch(/^n:\d:\d+$/);
  await page.mouse.move(box.x + 3, box.y + box.height - 3);
  await page.getByRole("button", { name: "Close the inspector" }).waitFor();
  expect(await card.getAttribute("data-inspector")).toBe(found);
  await page.getByRole("button", { name: "Close the inspector" }).click();
  await expect.poll(() => card.count()).toBe(0);
});

test("what is chosen stays the same neuron when layers before it go, and is let go with its own", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const box = page.getByRole("textbox", { name: "Neurons in layer 1" });
  await box.fill("6"); // layers of other widths are told apart
  await box.press("Enter");
  await expect.poll(() => box.inputValue()).toBe("6");
  await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "ArrowDown", "ArrowDown");
  const target = () => page.locator("[data-inspector]").getAttribute("data-inspector");
  expect(await target()).toBe("n:2:3");
  await at.press(page, "Remove layer 1");
  await expect.poll(target).toBe("n:1:3");
  await expect.poll(() => page.locator("[data-inspector] .sentence").count()).toBe(1);
  await at.press(page, "Remove layer 1");
  await expect.poll(() => page.locator("[data-inspector]").count()).toBe(0);
});
