/** Colours of gradients: exactly those that are declared, on the canvas, in every theme; and never colour alone. */
import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import * as at from "./driver";
import { open, stage, tolerate } from "./harness";

const world = stage();

/** Reading pixels back is what these tests are about. */
beforeEach(() => tolerate(/willReadFrequently/));

/** Weights so large that some gradients are beyond -1 and +1. */
async function steep(page: Page): Promise<void> {
  await at.choose(page, "Plane: a");
  await at.select(page, "Activation", "linear");
  await at.select(page, "Initial weights", "Too large (wrong)");
  await page.waitForTimeout(400);
}

for (const [theme, sight, ends] of [
  ["light", "plain", ["#ff6b6b", "#4ecdc4"]],
  ["dark", "plain", ["#ff6b6b", "#4ecdc4"]],
  ["light", "safe", ["#d55e00", "#0072b2"]],
  ["dark", "safe", ["#ff8a3d", "#56b4e9"]],
] as const) {
  test(`at -1 and beyond, and at +1, the colours are the declared ones: ${theme}, ${sight}`, async () => {
    const page = await open(world.server.url, { colorScheme: theme });
    await at.ready(page);
    await steep(page);
    if (sight === "safe") {
      await at.press(page, "Colours");
      await page.getByRole("checkbox", { name: "Colours for colour-blind sight" }).check();
    }
    for (const end of ends) await expect.poll(() => at.pixels(page, end)).toBeGreaterThan(20);
    const others = sight === "safe" ? ["#ff6b6b", "#4ecdc4"] : ["#d55e00", "#0072b2"];
    for (const other of others) expect(await at.pixels(page, other)).toBe(0);
  });
}

test("signs and the linear scale are chosen in the legend, and remembered", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const legend = page.locator("#stage dl").first();
  expect(await legend.textContent()).toContain("symmetric log");
  const before = await at.pixels(page, "#1d2129");
  await at.press(page, "Colours");
  await page.getByRole("checkbox", { name: "Signs on the lines" }).check();
  await expect.poll(() => at.pixels(page, "#1d2129")).toBeGreaterThan(before + 50);
  await page.getByRole("combobox", { name: "Gradient scale" }).selectOption("linear");
  await expect.poll(() => legend.textContent()).toContain("linear");
  await page.keyboard.press("Escape");
  await expect.poll(() => page.getByRole("checkbox").count()).toBe(0);
  await page.reload();
  await at.ready(page);
  await expect.poll(() => legend.textContent()).toContain("linear");
});
