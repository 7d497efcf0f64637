/** Pictures of the page in web/shots, and the one or two of the documentation in docs/images. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { beforeAll, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();
const folder = fileURLToPath(new URL("../shots/", import.meta.url));
const images = fileURLToPath(new URL("../../docs/images/", import.meta.url));

const SIZES = {
  "1280": { width: 1280, height: 800 },
  "1920": { width: 1920, height: 1080 },
  phone: { width: 390, height: 844 },
} as const;

beforeAll(async () => {
  await mkdir(folder, { recursive: true });
  await mkdir(images, { recursive: true });
});

/** Until the first frame is there, whatever the language. */
async function settled(page: Page): Promise<void> {
  await page.locator('[data-step="0"]').waitFor();
  await page.locator('[role="listbox"] [role="option"]').first().waitFor({ state: "attached" });
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(600);
}

async function keys(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.keyboard.press(name);
}

async function inspect(page: Page): Promise<void> {
  await at.inspect(page, "ArrowRight", "ArrowRight", "Home", "ArrowDown", "ArrowDown", "e", "e");
  await page.waitForTimeout(500);
}

for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const locale of ["en-GB", "zh-CN"] as const) {
      test(`${size} ${colorScheme} ${locale}`, async () => {
        const shot = (name: string) =>
          page.screenshot({ path: `${folder}${size}-${colorScheme}-${locale.slice(0, 2)}-${name}.png` });
        const page = await open(world.server.url, { viewport: SIZES[size], colorScheme, locale });
        await settled(page);
        await shot("1-opened");
        await keys(page, "Space");
        await at.beyondStep(page, 150);
        await shot("2-training");
        await at.beyondStep(page, 500);
        await keys(page, "Space");
        await page.waitForTimeout(500);
        await shot("3-trained");
        await inspect(page);
        await shot("4-inspector");
        await page.locator("[data-term]").first().click();
        await page.locator("[data-verified] button").click();
        await page.locator("[data-by=dual]").waitFor();
        await page.locator("[data-paths]").scrollIntoViewIfNeeded();
        await page.waitForTimeout(300);
        await shot("6-explained");
        await keys(page, "Escape");
        await page.locator(".chips select").selectOption("");
        await page.locator("[data-arrows]").focus();
        await keys(page, "Home");
        await page.waitForTimeout(400);
        for (const [name, count] of [
          ["7-forward", 2],
          ["8-seed", 4],
          ["9-backward", 2],
          ["10-update", 3],
        ] as const) {
          for (let i = 0; i < count; i++) {
            await page.keyboard.press(".");
            await page.waitForTimeout(420);
          }
          await shot(name);
        }
        await keys(page, "ArrowLeft");
        await at.inspect(page, "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "Home", "ArrowRight");
        await keys(page, "i");
        await page.waitForTimeout(900);
        await shot("11-inside");
        await page.locator(".chips select").selectOption("3");
        const sum = page.locator('[data-mark^="z:"]').first();
        await sum.locator("xpath=self::button | .//button").first().focus();
        await keys(page, "Enter");
        await page.waitForTimeout(500);
        await shot("17-inside-sum");
        await keys(page, "Escape", "f");
        await page.locator(".chips select").selectOption("");
        for (let i = 0; i < 4; i++) await keys(page, "+");
        await keys(page, "m");
        await page.waitForTimeout(900);
        await shot("18-tags");
        await keys(page, "m");
      });

      test(`code, ${size} ${colorScheme} ${locale}`, async () => {
        const shot = (name: string) =>
          page.screenshot({ path: `${folder}${size}-${colorScheme}-${locale.slice(0, 2)}-${name}.png` });
        const page = await open(world.server.url, { viewport: SIZES[size], colorScheme, locale });
        await settled(page);
        await keys(page, "c");
        await page.locator(".cm-content").waitFor();
        await page.waitForTimeout(1200);
        await shot("12-code");
        await page.locator('[role="tree"] [tabindex="0"]').focus();
        await keys(page, "Home", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
        await page.locator("[data-verified] button").click();
        await page.locator("[data-by=dual]").waitFor();
        await page.waitForTimeout(300);
        await shot("13-code-explained");
        if (size === "phone") await page.getByRole("tab").first().click();
        await page.locator(".code select").selectOption("mlp");
        await page.waitForTimeout(1500);
        for (const layout of ["down", "radial", "right"]) {
          await page.locator(".area .chips select").selectOption(layout);
          await page.waitForTimeout(900);
          await shot(`14-layout-${layout}`);
        }
        await page.locator(".cm-content").click();
        await keys(page, "Control+End");
        await page.keyboard.type("\nloss = los + 1");
        await page.locator("[data-flaw=error]").waitFor();
        await page.waitForTimeout(400);
        await shot("15-code-error");
      });
    }
  }
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`a dense layer from afar, ${colorScheme}`, async () => {
    const page = await open(world.server.url, { colorScheme });
    await settled(page);
    await at.choose(page, "Digits");
    const box = page.getByRole("textbox", { name: "Neurons in layer 1" });
    await box.fill("60");
    await box.press("Enter");
    await page.waitForTimeout(600);
    await at.press(page, "One batch");
    await page.waitForTimeout(800);
    await page.screenshot({ path: `${folder}1280-${colorScheme}-en-16-heat.png` });
  });
}

test("an error beside its control", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.write(page, "Batch size", "5000");
  await page.getByRole("alert").filter({ hasText: "5000" }).waitFor();
  await page.screenshot({ path: `${folder}1280-light-en-5-error.png` });
});

for (const name of ["Iris", "Penguins", "Digits"]) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`${name} ${colorScheme}`, async () => {
      const page = await open(world.server.url, { colorScheme });
      await at.ready(page);
      await at.choose(page, name);
      await at.press(page, "Play");
      await at.beyondStep(page, 300);
      await at.pause(page);
      await page.screenshot({ path: `${folder}1280-${colorScheme}-en-6-${name.toLowerCase()}.png` });
    });
  }
}

for (const locale of ["en-GB", "zh-CN"] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const size of Object.keys(SIZES) as (keyof typeof SIZES)[]) {
      test(`everything at once, ${size} ${colorScheme} ${locale}`, async () => {
        const page = await open(world.server.url, { viewport: SIZES[size], colorScheme, locale });
        await settled(page);
        if (size === "phone") await page.getByRole("tab").nth(2).click();
        const hills = page.getByRole("radio").nth(8);
        await hills.click();
        await page.waitForTimeout(300);
        for (const feature of await page
          .getByRole("group")
          .filter({ hasText: "sin x₁" })
          .getByRole("button")
          .all()) {
          if ((await feature.getAttribute("aria-pressed")) === "false") await feature.click();
        }
        if (size === "phone") {
          await page.waitForTimeout(300);
          await page.screenshot({ path: `${folder}${size}-${colorScheme}-${locale.slice(0, 2)}-7-data.png` });
          await page.getByRole("tab").nth(4).click();
        }
        for (const option of ["cosine", "elastic", "norm"]) {
          await page.locator(`select:has(option[value="${option}"])`).selectOption(option);
          await page.waitForTimeout(100);
        }
        await keys(page, "Space");
        await at.beyondStep(page, 200);
        await keys(page, "Space");
        await page.waitForTimeout(400);
        await page.screenshot({
          path: `${folder}${size}-${colorScheme}-${locale.slice(0, 2)}-8-everything.png`,
        });
        const panel = page.locator("#training");
        if ((await panel.count()) > 0) await panel.scrollIntoViewIfNeeded();
        await page.locator('select:has(option[value="elastic"])').scrollIntoViewIfNeeded();
        await page.waitForTimeout(200);
        await page.screenshot({
          path: `${folder}${size}-${colorScheme}-${locale.slice(0, 2)}-9-training.png`,
        });
      });
    }
  }
}

test("for the documentation", async () => {
  const page = await open(world.server.url, { viewport: SIZES["1280"], deviceScaleFactor: 1.5 });
  await settled(page);
  await keys(page, "Space");
  await at.beyondStep(page, 400);
  await keys(page, "Space");
  await inspect(page);
  await page.screenshot({ path: `${images}playground.jpg`, quality: 88 });
});

test("where the ten questions are answered", async () => {
  const page = await open(world.server.url);
  const shot = (name: string) => page.screenshot({ path: `${images}${name}.jpg`, quality: 82 });
  await settled(page);
  for (let i = 0; i < 25; i++) await page.keyboard.press("ArrowRight");
  await at.atStep(page, 25);
  const mover = (await page.locator("[data-mover]").first().boundingBox())!;
  await page.mouse.move(mover.x + 20, mover.y + 8);
  await page.waitForTimeout(300);
  await shot("movers");
  await page.mouse.move(2, 2);
  await page.locator("[data-arrows]").focus();
  await keys(page, "Home");
  await page.waitForTimeout(300);
  for (let i = 0; i < 8; i++) {
    await keys(page, ".");
    await page.waitForTimeout(500);
    if (i === 5) await shot("seed");
  }
  await page.locator("[data-arrows]").blur();
  await shot("backward");
  await keys(page, ".", ".");
  await at.inspect(page, "ArrowRight");
  await page.waitForTimeout(500);
  await shot("terms");
  await keys(page, "i");
  await page.waitForTimeout(900);
  await shot("inside");
  await keys(page, "f");
  await page.waitForTimeout(600);
  await at.inspect(page, "ArrowLeft", "ArrowRight", "ArrowRight", "Home", "e");
  await page.locator("[data-term]").first().click();
  await page.locator("[data-verified] button").click();
  await page.locator("[data-by=dual]").waitFor();
  await page.locator("[data-path]").first().click();
  await page.locator("[data-waterfall]").scrollIntoViewIfNeeded();
  await page.waitForTimeout(400);
  await shot("paths");
  await keys(page, "Escape", "c");
  await page.locator(".cm-content").waitFor();
  await page.waitForTimeout(1200);
  await page.locator('[role="tree"] [tabindex="0"]').focus();
  await keys(page, "Home", "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
  await page.waitForTimeout(600);
  await shot("code");
  await keys(page, "Escape");
  await page.locator(".code select").selectOption("fork");
  await page.waitForTimeout(1200);
  await at.press(page, "Stage back");
  await page.waitForTimeout(900);
  await shot("fork");
});
