/** For everybody: by keyboard alone, in both languages and themes, on a phone, without a violation that axe can find. */
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds, in words. The checker runs inside the page by the debugger, past the content security policy. */
async function violations(page: Page): Promise<string[]> {
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(axe, "utf8"));
  return page.evaluate(async () => {
    const checker = (
      globalThis as unknown as {
        axe: {
          run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      }
    ).axe;
    const found = await checker.run();
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`),
    );
  });
}

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } } as const;

for (const colorScheme of ["light", "dark"] as const) {
  for (const locale of ["en-GB", "zh-CN"] as const) {
    for (const size of ["desktop", "phone"] as const) {
      test(`axe finds nothing: ${colorScheme}, ${locale}, ${size}`, async () => {
        const page = await open(world.server.url, { colorScheme, locale, viewport: SIZES[size] });
        await expect
          .poll(() => page.locator("[data-step]").getAttribute("data-step"), { timeout: 20_000 })
          .toBe("0");
        await expect.poll(() => page.locator('[role="listbox"] [role="option"]').count()).toBeGreaterThan(0);
        expect(await violations(page)).toEqual([]);
        await at.inspect(page, "ArrowRight");
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press("c");
        await expect.poll(() => page.locator("[data-nodes]").count(), { timeout: 20_000 }).toBe(1);
        await expect.poll(() => page.locator('[role="treeitem"]').count()).toBe(7);
        await page.locator(".cm-content").waitFor();
        expect(await violations(page)).toEqual([]);
        await at.inspect(page, "ArrowDown");
        expect(await violations(page)).toEqual([]);
      });
    }
  }
}

test("everything can be done by keys alone", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.keyboard.press("Space");
  await at.button(page, "Pause").waitFor();
  await at.beyondStep(page, 10);
  await page.keyboard.press("Space");
  await at.button(page, "Play").waitFor();
  await page.keyboard.press("r");
  await at.atStep(page, 0);
  await page.keyboard.press("ArrowRight");
  await at.atStep(page, 1);
  await page.keyboard.press("Shift+ArrowRight");
  await expect.poll(() => at.epoch(page)).toBe(1);
  await page.keyboard.press("n");
  await at.atStep(page, 0);
  await page.keyboard.press("?");
  const help = page.getByRole("dialog");
  await help.waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => help.isVisible()).toBe(false);
});

test("Tab reaches every control, always with a focus that can be seen", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const reached: string[] = [];
  const unseen: string[] = [];
  for (let presses = 0; presses < 90; presses++) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      if (element === null || element === document.body) return null;
      const own =
        element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
      const { x, y, width, height } = element.getBoundingClientRect();
      return { name: own?.trim() ?? "", box: { x, y, width, height }, option: element.role === "option" };
    });
    if (focus === null) break;
    reached.push(focus.name);
    if (!(await differs(page, focus.option ? null : focus.box))) unseen.push(focus.name);
  }
  for (const name of ["Play", "One batch", "Pace", "Help", "Learning rate", "Activation", "Optimiser"]) {
    expect(reached, `Tab reaches ${name}`).toContain(name);
  }
  expect(reached.some((name) => /^(input|neuron)/.test(name))).toBe(true);
  expect(unseen, "focus that cannot be seen").toEqual([]);
});

/** Whether the page looks different there with the focus and without; the list's focus is shown on the stage. */
async function differs(page: Page, box: { x: number; y: number; width: number; height: number } | null) {
  const around = box ?? (await page.getByRole("group", { name: "Network", exact: true }).boundingBox());
  if (around === null) return false;
  const clip = {
    x: Math.max(0, around.x - 6),
    y: Math.max(0, around.y - 6),
    width: around.width + 12,
    height: around.height + 12,
  };
  await page.waitForTimeout(30);
  const focused = await page.screenshot({ clip });
  const left = await page.evaluateHandle(() => {
    const element = document.activeElement as HTMLElement;
    element.blur();
    return element;
  });
  await page.waitForTimeout(30);
  const blurred = await page.screenshot({ clip });
  await left.evaluate((element) => element.focus());
  return !focused.equals(blurred);
}

test("the language changes at once and stays", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.getByRole("button", { name: /Chinese/ }).click();
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("zh-CN");
  expect(await page.getByRole("button", { name: "Play", exact: true }).count()).toBe(0);
  await page.reload();
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("zh-CN");
  const untranslated = await page.locator("body").textContent();
  expect(untranslated).not.toMatch(/page\.|\{\w+\}/);
});

test("the theme follows the system until it is chosen, then stays as chosen", async () => {
  const page = await open(world.server.url, { colorScheme: "dark" });
  await at.ready(page);
  const theme = () => page.locator("html").getAttribute("data-theme");
  expect(await theme()).toBe("dark");
  await at.press(page, "Light theme");
  await expect.poll(theme).toBe("light");
  await page.reload();
  await at.ready(page);
  expect(await theme()).toBe("light");
});
