/** The pass of a step, stage by stage: what is lit, what is there already, and that each number is the engine's. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

const timeline = (page: Page) => page.locator("[data-cursor]");
const cursor = async (page: Page) => Number(await timeline(page).getAttribute("data-cursor"));
const phase = (page: Page) => timeline(page).getAttribute("data-phase");
const track = (page: Page) => page.getByRole("slider", { name: "Stages of a step" });

async function beginning(page: Page): Promise<void> {
  await track(page).focus();
  await page.keyboard.press("Home");
  await expect.poll(() => cursor(page)).toBe(1);
}

async function next(page: Page, wanted: string, says?: RegExp): Promise<void> {
  const before = await track(page).getAttribute("aria-valuetext");
  await at.press(page, "Next stage");
  await expect.poll(() => track(page).getAttribute("aria-valuetext")).not.toBe(before);
  expect(await phase(page)).toBe(wanted);
  if (says) expect(await track(page).getAttribute("aria-valuetext")).toMatch(says);
}

test("the story of a step: forward, loss, zero, seed is 1, backward layer by layer, update", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const rest = await cursor(page);
  const weight = await at.inspect(page, "ArrowRight", "ArrowRight", "ArrowDown");
  await page.keyboard.press("Escape");
  await beginning(page);
  for (const column of ["layer 1", "layer 2", "output"])
    await next(page, "forward", new RegExp(`Forward · ${column}`, "i"));
  await next(page, "loss");
  await next(page, "zero", /cleared/);
  await next(page, "seed");
  const seeded = page.locator("#stage svg text");
  await expect.poll(() => seeded.textContent()).toMatch(/= 1(\.0+)?$/);
  await next(page, "backward", /^Backward · loss/i);
  expect(await seeded.count()).toBe(0);
  await next(page, "backward", /^Backward · output/i);
  await next(page, "backward", /^Backward · layer 2/i);
  await next(page, "backward", /^Backward · layer 1/i);
  expect(await cursor(page)).toBe(rest);
  expect(await at.step(page)).toBe(0);
  expect(weight).toMatch(/^[nwb]:/);
  await next(page, "update");
  expect(await at.step(page)).toBe(1);
  // and all the way back
  for (const wanted of ["backward", "backward", "backward", "backward", "seed", "zero", "loss", "forward"]) {
    await page.keyboard.press(",");
    await expect.poll(() => phase(page)).toBe(wanted);
    await page.waitForTimeout(60);
  }
  expect(await at.step(page)).toBe(0);
});

test("a gradient is shown when the pass has come to it, and is the one of the reference machine", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "e");
  const wanted = await at.replay({ steps: 0, target: name });
  const number = page.locator("[data-inspector] [data-gradient]");
  await beginning(page);
  await expect.poll(() => number.textContent()).toBe("–");
  expect(await number.getAttribute("title")).toMatch(/not yet/);
  await page.keyboard.press("End");
  await expect.poll(() => phase(page)).toBe("update");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => phase(page)).toBe("backward");
  await expect.poll(() => number.textContent()).not.toBe("–");
  expect((await at.shown(page, "gradient")).full).toBeCloseTo(wanted.gradient, 12);
  expect((await at.shown(page, "value")).full).toBeCloseTo(wanted.value, 12);
});

test("the stages go by themselves at their tempo, are stopped, repeated, and give way to training", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.select(page, "Time of a stage", "100 ms");
  await at.select(page, "What a stage is", "Phase");
  await at.press(page, "Repeat this step");
  await at.press(page, "Follow the stages");
  const seen = new Set<string>();
  await expect.poll(async () => seen.add((await phase(page)) ?? "").size, { interval: 30 }).toBe(5);
  expect(await at.step(page)).toBe(0);
  expect(seen.has("update")).toBe(false);
  await page.keyboard.press("p");
  await at.button(page, "Follow the stages").waitFor();
  const place = await cursor(page);
  await page.waitForTimeout(400);
  expect(await cursor(page)).toBe(place);
  await at.press(page, "Repeat this step");
  await at.press(page, "Follow the stages");
  await at.beyondStep(page, 0);
  await at.press(page, "Play");
  await at.beyondStep(page, 5);
  await at.pause(page);
  expect(await phase(page)).toBe("backward");
});

test("scrubbing with the pointer while it trains stops at that stage", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "Play");
  await at.beyondStep(page, 3);
  const loss = (await page.locator('[data-stretch="loss"]').boundingBox())!;
  const forward = (await page.locator('[data-stretch="forward"]').boundingBox())!;
  await page.mouse.move(loss.x + loss.width / 2, loss.y + 2);
  await page.mouse.down();
  await expect.poll(() => phase(page)).toBe("loss");
  await page.mouse.move(forward.x + 3, forward.y + 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => phase(page)).toBe("forward");
  const step = await at.step(page);
  await page.waitForTimeout(300);
  expect(await at.step(page)).toBe(step);
  await at.button(page, "Play").waitFor();
  // the learning rate may be changed here, and the place stays
  const place = await cursor(page);
  await at.write(page, "Learning rate", "0.1");
  await expect.poll(() => at.exact(page, "Learning rate").inputValue()).toBe("0.100");
  expect(await cursor(page)).toBe(place);
  await at.press(page, "One batch");
  await at.press(page, "One batch");
  await at.atStep(page, step + 1);
  await page.keyboard.press("ArrowLeft");
  await at.atStep(page, step);
});
