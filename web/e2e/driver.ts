/** The page as a person uses it: what can be pressed and read, by its accessible names. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { python } from "./harness";

const WAIT = 20_000;

/** Until the first frame stands on the screen. */
export async function ready(page: Page): Promise<void> {
  await expect.poll(() => page.locator("[data-step]").count(), { timeout: WAIT }).toBe(1);
  await button(page, "Play").or(button(page, "Pause")).waitFor({ timeout: WAIT });
  await expect.poll(() => button(page, "One batch").isEnabled(), { timeout: WAIT }).toBe(true);
  await expect.poll(() => validationLoss(page), { timeout: WAIT }).toBeGreaterThan(0);
}

export function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

export async function press(page: Page, name: string): Promise<void> {
  await button(page, name).click();
}

export async function step(page: Page): Promise<number> {
  return Number(await page.locator("[data-step]").getAttribute("data-step"));
}

export async function epoch(page: Page): Promise<number> {
  return Number(await page.locator("[data-epoch]").getAttribute("data-epoch"));
}

/** Waits until the counter says so. */
export async function atStep(page: Page, wanted: number): Promise<void> {
  await expect.poll(() => step(page), { timeout: WAIT }).toBe(wanted);
}

export async function beyondStep(page: Page, least: number): Promise<void> {
  await expect.poll(() => step(page), { timeout: WAIT }).toBeGreaterThan(least);
}

/** Stops, and gives the step it stopped at, once nothing moves any more. */
export async function pause(page: Page): Promise<number> {
  await press(page, "Pause");
  await button(page, "Play").waitFor({ timeout: WAIT });
  let before = -1;
  await expect
    .poll(
      async () => {
        const now = await step(page);
        const rests = now === before;
        before = now;
        return rests;
      },
      { timeout: WAIT, interval: 150 },
    )
    .toBe(true);
  return before;
}

export async function choose(page: Page, dataset: string): Promise<void> {
  const radio = page.getByRole("radio", { name: dataset });
  await radio.click();
  await expect.poll(() => radio.getAttribute("aria-checked"), { timeout: WAIT }).toBe("true");
}

/** The box with the exact value of a number's control. */
export function exact(page: Page, name: string): Locator {
  return page.getByRole("textbox", { name: `${name}, exact value` });
}

export async function write(page: Page, name: string, value: string): Promise<void> {
  await exact(page, name).fill(value);
  await exact(page, name).press("Enter");
}

/** Choose from a menu by its label. */
export async function select(page: Page, menu: string, label: string): Promise<void> {
  const box = page.getByRole("combobox", { name: menu, exact: true });
  await box.selectOption({ label });
  await expect.poll(() => box.locator("option:checked").textContent(), { timeout: WAIT }).toBe(label);
}

/** A number that the page carries with every digit, in ``data-name``. */
export async function figure(page: Page, name: string): Promise<number> {
  return read((await page.locator(`[data-${name}]`).getAttribute(`data-${name}`)) ?? "NaN");
}

/** A number as the page writes it. */
export function read(text: string): number {
  return Number(text.replaceAll("−", "-").replaceAll(",", "").replace("∞", "Infinity").replace("%", ""));
}

/** The validation loss that the page shows, from the name of the chart. */
export async function validationLoss(page: Page): Promise<number> {
  const chart = page.getByRole("img", { name: /^Loss over steps/ });
  const label = (await chart.count()) === 1 ? await chart.getAttribute("aria-label") : null;
  return read(/validation ([^\s,]+)/.exec(label ?? "")?.[1] ?? "NaN");
}

/** Choose a mark by the list that stands for the stage, from an input on; gives the mark's name. */
export async function inspect(page: Page, ...keys: readonly string[]): Promise<string> {
  await page.locator(':is([role="listbox"], [role="tree"]) [tabindex="0"]').focus();
  for (const key of [...keys, "Enter"]) await page.keyboard.press(key);
  const card = page.locator("[data-inspector]");
  await card.waitFor();
  return (await card.getAttribute("data-inspector")) ?? "";
}

/** A number of the inspector: as it is written, and with every digit. */
export async function shown(
  page: Page,
  what: "value" | "gradient",
): Promise<{ short: number; full: number }> {
  const place = page.locator(`[data-inspector] [data-${what}]`);
  const box = place.locator("input");
  const text = (await box.count()) === 1 ? await box.inputValue() : await place.textContent();
  return {
    short: read(text?.trim() ?? ""),
    full: read((await place.getAttribute("title")) ?? "NaN"),
  };
}

export interface Replay {
  /** The gradient by central differences, where it was asked for. */
  readonly numeric: number | null;
  readonly value: number;
  readonly gradient: number;
  readonly validation_loss: number;
  readonly penalty: number;
  readonly rate: number;
}

/** The same experiment on the reference machine, without page, session or WebAssembly. */
export async function replay(asked: Readonly<Record<string, unknown>>): Promise<Replay> {
  const script = fileURLToPath(new URL("replay.py", import.meta.url));
  const { stdout } = await promisify(execFile)(python, [script, JSON.stringify(asked)]);
  return JSON.parse(stdout) as Replay;
}

/** How many pixels of the stage's canvases have just this colour. */
export async function pixels(page: Page, hex: string): Promise<number> {
  return page.evaluate((wanted) => {
    const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(wanted.slice(i, i + 2), 16));
    let found = 0;
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>("#stage canvas")) {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4)
        if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found++;
    }
    return found;
  }, hex);
}
