/** What the page shows is so: after a run that ends at once, after the last step, and while nobody answers. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage, startServer, tolerate } from "./harness";

const settings = join(mkdtempSync(join(tmpdir(), "chainrule-")), "chainrule.yaml");
writeFileSync(settings, "network_limits:\n  max_training_steps: 10000\n");
const world = stage("--config", settings);

const toasts = (page: Page) => page.getByRole("region", { name: "Messages" }).locator(".toast");

test("a run that ends at once leaves Play to be pressed, and says so", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Iris");
  await page.getByRole("combobox", { name: "Activation" }).selectOption({ label: "linear" });
  await page.getByRole("combobox", { name: "Optimiser" }).selectOption({ label: "Momentum" });
  await at.write(page, "Learning rate", "10");
  for (let layer = 3; layer <= 8; layer++) {
    await page.getByRole("button", { name: "Add a hidden layer" }).click();
    await page.getByRole("textbox", { name: `Neurons in layer ${layer}` }).waitFor();
  }
  await page.getByRole("combobox", { name: "Pace" }).selectOption("1000");
  await at.press(page, "Play");
  await at.beyondStep(page, 0);
  await at.button(page, "Play").waitFor({ timeout: 5000 });
  const live = page.locator(".unseen[aria-live]");
  await expect.poll(() => live.textContent()).toMatch(/^Training has stopped at step \d+/);
  await expect.poll(() => toasts(page).allTextContents()).toHaveLength(1);
  expect(await toasts(page).textContent()).toMatch(/no longer a finite number/);
  const accuracy = page.locator("[data-validation-accuracy]");
  expect((await accuracy.textContent())?.trim()).toBe("validation accuracy –");
  await page.getByText("this picture means nothing").waitFor();
  await at.write(page, "Learning rate", "0.01");
  await at.press(page, "Start again with the same weights");
  await at.atStep(page, 0);
  await expect.poll(() => toasts(page).count()).toBe(0);
  await expect.poll(() => accuracy.textContent()).toMatch(/\d %/);
});

test("the end of the steps is said once, and is forgotten by a new run", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.getByRole("combobox", { name: "Pace" }).selectOption("1000");
  await at.press(page, "Play");
  await expect.poll(() => at.step(page), { timeout: 40_000 }).toBe(10_000);
  await at.button(page, "Play").waitFor();
  await expect.poll(() => toasts(page).textContent()).toContain("all 10,000 steps are used up");
  await at.press(page, "Play");
  await expect.poll(() => toasts(page).allTextContents()).toHaveLength(1);
  await at.button(page, "Play").waitFor();
  await at.press(page, "Start again with the same weights");
  await at.atStep(page, 0);
  await expect.poll(() => toasts(page).count()).toBe(0);
});

test("a page whose server is gone says so, and says it when another one runs in its place", async () => {
  tolerate(/WebSocket connection/, /ERR_CONNECTION/, /403/);
  const first = await startServer();
  const page = await open(first.url);
  await at.ready(page);
  await first.stop();
  await page.getByText("Chainrule is not running", { exact: false }).waitFor({ timeout: 20_000 });
  expect(await at.button(page, "Play").isDisabled()).toBe(true);
  await at.write(page, "Learning rate", "0.5");
  await expect.poll(() => toasts(page).textContent()).toContain("not applied");
  await expect.poll(() => at.exact(page, "Learning rate").inputValue()).not.toBe("0.5");
  await page.getByRole("button", { name: "Structure" }).click();
  const second = await startServer("--port", String(first.port));
  try {
    await page.getByText("Chainrule was started anew", { exact: false }).waitFor({ timeout: 20_000 });
    const other = await page.context().newPage();
    await other.goto(second.url);
    await at.ready(other);
    await page.bringToFront();
    await expect.poll(() => at.button(page, "Play").isEnabled(), { timeout: 20_000 }).toBe(true);
    await at.press(page, "One batch");
    await at.atStep(page, 1);
  } finally {
    await second.stop();
  }
});

test("the card of a selected mark stays while the pointer passes over others", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const name = await at.inspect(page, "ArrowRight");
  const box = (await page
    .getByRole("group", { name: /network/i })
    .first()
    .boundingBox())!;
  for (let i = 1; i < 20; i++) {
    await page.mouse.move(box.x + (box.width * i) / 20, box.y + box.height / 2);
    if (i % 5 === 0) await page.waitForTimeout(200);
    expect(await page.locator("[data-inspector]").getAttribute("data-inspector")).toBe(name);
  }
});
