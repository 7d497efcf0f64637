/** What the page costs: time to the first picture, from a control to the picture, of a frame; memory and processor. */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import * as at from "./driver";
import { engine, open, stage, startServer } from "./harness";
import { memory, processorTime, total } from "./processes";

const world = stage();
const rows: string[] = [];
const MOST_VISITS = 10;

function row(what: string, figure: string, aim: string): void {
  rows.push(`| ${what} | ${figure} | ${aim} |`);
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const spread = (numbers: readonly number[], digits = 0): string =>
  `${quantile(numbers, 0.5).toFixed(digits)} (95 %: ${quantile(numbers, 0.95).toFixed(digits)}) ms`;

/** Notes when a neuron's picture is drawn on the stage: `painted` holds the end of each such animation frame. */
function watchPaint(): void {
  const painted: number[] = [];
  Object.assign(globalThis, { painted });
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  let noted = false;
  CanvasRenderingContext2D.prototype.drawImage = function (
    this: CanvasRenderingContext2D,
    ...given: unknown[]
  ) {
    if (
      !noted &&
      this.canvas instanceof HTMLCanvasElement &&
      this.canvas.closest('[role="group"]') !== null
    ) {
      noted = true;
      // A message that is posted in a frame is delivered after the frame is painted.
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        painted.push(performance.now());
        noted = false;
        channel.port1.close();
      };
      channel.port2.postMessage(null);
    }
    Reflect.apply(draw, this, given);
  } as typeof draw;
}

const paints = (page: Page): Promise<number[]> =>
  page.evaluate(() => (globalThis as unknown as { painted: number[] }).painted);

async function visit(url: string): Promise<Page> {
  const page = await open("about:blank");
  await page.addInitScript(watchPaint);
  await page.goto(url);
  await expect.poll(async () => (await paints(page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  return page;
}

test("from navigation to the first graph", async () => {
  const cold = await startServer();
  const first = await visit(cold.url);
  row(
    "Navigation to first graph painted, server just started",
    `${(await paints(first))[0]?.toFixed(0)} ms`,
    "≤ 1000 ms",
  );
  await cold.stop();
  const times: number[] = [];
  for (let visits = 0; visits < MOST_VISITS; visits++) {
    const page = await visit(world.server.url);
    times.push((await paints(page))[0] ?? Number.NaN);
    await page.context().close();
  }
  row("Navigation to first graph painted, server warm", spread(times), "≤ 300 ms");
});

/** Milliseconds from the input event of a slider to the next picture of the stage, the page otherwise at rest. */
async function latencies(page: Page, name: string, moves: number): Promise<number[]> {
  const slider = page.getByRole("slider", { name });
  await slider.evaluate((element) => {
    const moved: number[] = [];
    Object.assign(globalThis, { moved });
    element.addEventListener("input", () => moved.push(performance.now()));
  });
  const found: number[] = [];
  for (let move = 0; move < moves; move++) {
    await page.waitForTimeout(500);
    const before = (await paints(page)).length;
    await slider.press(move % 2 === 0 ? "ArrowRight" : "ArrowLeft");
    await expect.poll(async () => (await paints(page)).length, { interval: 20 }).toBeGreaterThan(before);
    const start = await page.evaluate(() => (globalThis as unknown as { moved: number[] }).moved.at(-1));
    found.push(((await paints(page))[before] ?? Number.NaN) - (start ?? Number.NaN));
  }
  return found;
}

/** Digits 64-70-50-10: 8,610 parameters, near the limits. */
async function enlarge(page: Page): Promise<void> {
  await at.choose(page, "Digits");
  for (const [layer, neurons] of [
    [1, "70"],
    [2, "50"],
  ] as const) {
    const box = page.getByRole("textbox", { name: `Neurons in layer ${layer}` });
    await box.fill(neurons);
    await box.press("Enter");
    await expect.poll(() => box.inputValue()).toBe(neurons);
  }
}

test("from a slider to the changed picture", async () => {
  const page = await visit(world.server.url);
  await at.ready(page);
  row(
    "Noise slider to changed picture, default network",
    spread(await latencies(page, "Noise", 20)),
    "≤ 100 ms",
  );
  await enlarge(page);
  const share = await latencies(page, "Training share", 20);
  row(
    "Training share slider to changed picture, digits 64-70-50-10 (8,610 parameters)",
    spread(share),
    "≤ 100 ms",
  );
});

/** Intervals between animation frames, and how many pictures of the stage came with them, over some seconds. */
async function frames(page: Page, seconds: number): Promise<{ intervals: number[]; pictures: number }> {
  const before = (await paints(page)).length;
  const intervals = await page.evaluate(
    (milliseconds) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        let last = performance.now();
        const end = last + milliseconds;
        requestAnimationFrame(function next() {
          const now = performance.now();
          found.push(now - last);
          last = now;
          if (now < end) requestAnimationFrame(next);
          else resolve(found);
        });
      }),
    seconds * 1000,
  );
  return { intervals, pictures: ((await paints(page)).length - before) / seconds };
}

test("frames, memory and processor while the default network trains", async () => {
  const page = await open("about:blank");
  await page.addInitScript(watchPaint);
  await page.waitForTimeout(2000);
  const empty = await total(engine(), memory);
  const bare = await total(engine(), memory, "renderer");
  await page.goto(world.server.url);
  await at.ready(page);
  await at.press(page, "Play");
  await at.beyondStep(page, 50);
  const { intervals, pictures } = await frames(page, 5);
  row("Animation frame while training, default network and pace", spread(intervals, 1), "≤ 16.7 ms");
  row("Pictures of the stage in a second meanwhile", pictures.toFixed(0), "60");

  const training = await busy(page);
  row("Processor while training, of one core: server", training.server, "≤ 30 %");
  row(
    "Processor while training, of one core: browser, drawing without a graphics processor",
    training.browser,
    "≤ 30 %",
  );
  await at.pause(page);
  const resting = await busy(page);
  row("Processor at rest: server, browser", `${resting.server}, ${resting.browser}`, "near 0");
  const own = (await total(engine(), memory, "renderer")) - bare;
  const whole = (await total(engine(), memory)) - empty;
  row("Memory of the page above a blank tab", `${own.toFixed(0)} MB`, "≤ 100 MB");
  row("The same with the process that stands in for a graphics processor", `${whole.toFixed(0)} MB`, "–");
  row("Memory of the server", `${(await memory(world.server.process.pid ?? 0)).toFixed(0)} MB`, "≤ 100 MB");
});

/** Shares of one core over five seconds. */
async function busy(page: Page): Promise<{ server: string; browser: string }> {
  const used = async () => [
    await processorTime(world.server.process.pid ?? 0),
    await total(engine(), processorTime),
  ];
  const [before, start] = [await used(), performance.now()];
  await page.waitForTimeout(5000);
  const [after, seconds] = [await used(), (performance.now() - start) / 1000];
  const share = (place: 0 | 1) =>
    `${((((after[place] ?? 0) - (before[place] ?? 0)) / seconds) * 100).toFixed(0)} %`;
  return { server: share(0), browser: share(1) };
}

test("frames at the network limits", async () => {
  const page = await visit(world.server.url);
  await at.ready(page);
  await enlarge(page);
  await at.press(page, "Play");
  await at.beyondStep(page, 20);
  const { intervals, pictures } = await frames(page, 5);
  row("Animation frame while training, digits 64-70-50-10", spread(intervals, 1), "≤ 33 ms");
  row("Pictures of the stage in a second meanwhile", pictures.toFixed(0), "30");
});

afterAll(async () => {
  const processor = cpus()[0]?.model ?? "unknown processor";
  const machine = `${cpus().length} cores (${processor}), Chromium ${engine().version()} headless without a graphics processor`;
  const text = [
    "# What the page costs",
    "",
    "`make bench`, 1280 × 800, light theme; median and 95th percentile.",
    `Measured on ${machine}; server, browser and test share the cores.`,
    "",
    "| what | measured | aim |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  await writeFile(fileURLToPath(new URL("../../bench/results/page.md", import.meta.url)), text);
});
