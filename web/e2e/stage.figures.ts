/** The stage against the same scene as SVG elements, in the same page and run: into bench/results/stage.md. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as at from "./driver";
import { engine, open, python, stage } from "./harness";

interface Figures {
  intervals: number[];
  scripts: number[];
  drawn: number;
  skipped: number;
  whole?: number;
}

const world = stage();
const rows: string[] = [];
const ROUNDS = 3;
let vite: ViteDevServer;
let address = "";

const web = fileURLToPath(new URL("..", import.meta.url));

beforeAll(async () => {
  vite = await createServer({
    configFile: `${web}vite.config.ts`,
    root: `${web}bench`,
    server: { port: 0, host: "127.0.0.1", fs: { allow: [web, `${web}../src/chainrule/text`] } },
    logLevel: "error",
  });
  await vite.listen();
  const bound = vite.httpServer?.address();
  if (typeof bound !== "object" || bound === null || bound === undefined)
    throw new Error("no server for the bench");
  address = `http://127.0.0.1:${bound.port}/`;
});

function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const spread = (numbers: readonly number[]): string =>
  `${quantile(numbers, 0.5).toFixed(1)} / ${quantile(numbers, 0.95).toFixed(1)}`;

async function scene(): Promise<Page> {
  const page = await open(address);
  await expect
    .poll(() => page.evaluate(() => (globalThis as unknown as { ready?: boolean }).ready ?? false), {
      timeout: 60_000,
    })
    .toBe(true);
  return page;
}

/** Both ways in turn, several times; the figures of all rounds together. */
async function both(
  run: (what: "stage" | "svg") => Promise<Figures>,
): Promise<Record<"stage" | "svg", Figures>> {
  const found: Partial<Record<"stage" | "svg", Figures>> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const what of ["stage", "svg"] as const) {
      const now = await run(what);
      const before = found[what];
      found[what] =
        before === undefined
          ? now
          : {
              ...now,
              intervals: [...before.intervals, ...now.intervals],
              scripts: [...before.scripts, ...now.scripts],
              whole: Math.min(before.whole ?? Number.NaN, now.whole ?? Number.NaN),
            };
    }
  }
  return found as Record<"stage" | "svg", Figures>;
}

function row(what: string, { stage: ours, svg }: Record<"stage" | "svg", Figures>): void {
  const ratio = quantile(svg.intervals, 0.5) / quantile(ours.intervals, 0.5);
  rows.push(
    `| ${what} | ${spread(ours.intervals)} | ${spread(svg.intervals)} | ${ratio.toFixed(1)} | ${ours.drawn} / ${ours.skipped} | ${svg.drawn} |`,
  );
}

for (const [what, sizes, count] of [
  ["Training, 2-8-8-1 (89 edges), new numbers in every animation frame", [2, 8, 8, 1], 120],
  ["Training, 64-70-50-10 (8,480 edges; heat maps), the same", [64, 70, 50, 10], 60],
] as const) {
  test(what, async () => {
    const page = await scene();
    const found = await both((each) =>
      page.evaluate(
        ([way, shape, frames]) =>
          (globalThis as unknown as { training(...given: unknown[]): Promise<Figures> }).training(
            way,
            shape,
            frames,
          ),
        [each, sizes, count] as const,
      ),
    );
    row(what, found);
  });
}

test("panning 10,000 edges", async () => {
  const page = await scene();
  const found = await both((each) =>
    page.evaluate(
      (way) =>
        (globalThis as unknown as { panning(...given: unknown[]): Promise<Figures> }).panning(
          way,
          [100, 100],
          60,
        ),
      each,
    ),
  );
  row("Panning 100-100 (10,000 edges) as lines, three times as near as fitted", found);
});

/** A page of the bench with the graph of some code at hand. */
async function sketched(...which: readonly string[]): Promise<Page> {
  const given = [`${web}bench/scene.py`, ...which];
  const { stdout } = await promisify(execFile)(python, given, { maxBuffer: 2 ** 28 });
  const page = await scene();
  await page.evaluate((text) => {
    const typed = (each: Record<string, unknown>) =>
      Object.fromEntries(
        Object.entries(each).map(([key, value]) => [
          key,
          Array.isArray(value) && typeof value[0] === "number" ? Float64Array.from(value) : value,
        ]),
      );
    Object.assign(globalThis, { events: (JSON.parse(text) as Record<string, unknown>[]).map(typed) });
  }, stdout);
  return page;
}

for (const [what, which, count] of [
  ["New numbers of 7 values, as after an edit, to the picture", ["small"], 20],
  ["The same of 29,314 values, all in view, to the whole picture", [], 3],
] as const) {
  test(what, async () => {
    const page = await sketched(...which);
    const found = await both((each) =>
      page.evaluate(
        ([way, times]) => {
          const here = globalThis as unknown as Record<string, (...given: unknown[]) => Promise<Figures>> & {
            events: unknown[];
          };
          return here.editing!(way, here.events[0], here.events.slice(1), times);
        },
        [each, count] as const,
      ),
    );
    row(what, found);
  });
}

test("opening 30,000 values", async () => {
  const page = await sketched();
  const run = (name: "opening" | "flying") =>
    both((each) =>
      page.evaluate(
        ([call, way]) => {
          const here = globalThis as unknown as Record<string, (...given: unknown[]) => Promise<Figures>> & {
            events: unknown[];
          };
          return here[call]!(way, here.events[0], here.events[1], 40);
        },
        [name, each] as const,
      ),
    );
  const opened = await run("opening");
  row(
    `Opening 29,314 values and 54,000 edges: whole after ${opened.stage.whole?.toFixed(0)} ms, as SVG ${opened.svg.whole?.toFixed(0)} ms`,
    opened,
  );
  row("Panning the same, all of it in view", await run("flying"));
});

test("from editing a value of the code to the picture", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "Code");
  await expect.poll(() => page.locator("[data-nodes]").count(), { timeout: 20_000 }).toBe(1);
  await at.inspect(page, "End");
  const box = page.locator(".value input");
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    await box.fill(String(i + 3));
    times.push(
      await page.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const field = document.querySelector<HTMLInputElement>(".value input")!;
            const begin = performance.now();
            const look = () => {
              const shown = document.querySelector(".value [data-value]")?.getAttribute("title");
              if (shown === wanted) {
                const channel = new MessageChannel();
                channel.port1.onmessage = () => resolve(performance.now() - begin);
                requestAnimationFrame(() => channel.port2.postMessage(null));
              } else requestAnimationFrame(look);
            };
            field.blur();
            look();
          }),
        String(i + 3),
      ),
    );
    await page.waitForTimeout(150);
  }
  rows.push(
    `| On the page: typing a value of the code (7 values) to the picture with its consequences, server included | ${spread(times)} | – | – | – | – |`,
  );
});

afterAll(async () => {
  await vite.close();
  const processor = cpus()[0]?.model ?? "unknown processor";
  const text = [
    "# The stage against the same scene as SVG elements",
    "",
    "`make bench`, 1280 × 800, in one page and one run, in turn; three rounds. Milliseconds from one animation frame to",
    "the next, median / 95th percentile. Networks without their maps in both. SVG: one element a mark, attributes set",
    "where the looks have changed, one transform for the view. For new numbers: milliseconds from the change to the picture.",
    `Measured on ${cpus().length} cores (${processor}), Chromium ${engine().version()} headless without a graphics processor.`,
    "",
    "| what | stage | SVG | SVG : stage | marks drawn / skipped in the last frame | SVG elements |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
  await writeFile(fileURLToPath(new URL("../../bench/results/stage.md", import.meta.url)), text);
});
