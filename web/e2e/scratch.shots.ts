import { fileURLToPath } from "node:url";
import { test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";
const world = stage();
const folder = fileURLToPath(new URL("../shots/", import.meta.url));
for (const [size, w, h] of [["1280", 1280, 800], ["1920", 1920, 1080], ["phone", 390, 844]] as const)
    test(`${size}`, async () => {
      const page = await open(world.server.url, { viewport: { width: w, height: h }, colorScheme: size === "1920" ? "dark" : "light", locale: size === "1920" ? "zh-CN" : "en-GB" });
      page.on("console", (m) => console.log(m.text()));
      await page.waitForTimeout(1200);
      await page.keyboard.press("c");
      await page.waitForTimeout(2500);
      await page.screenshot({ path: `${folder}z-${size}-1.png` });
      await page.locator('[role="listbox"] [tabindex="0"]').focus();
      await page.keyboard.press("Enter");
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${folder}z-${size}-2.png` });
      if (size !== "phone") {
        await page.locator(".code select").selectOption("mlp");
        await page.waitForTimeout(1800);
        await page.screenshot({ path: `${folder}z-${size}-3.png` });
      }
    });
