// Measure the page in a real browser against the real server, and write bench/results/page.md.
//
//     node bench/page.mjs path/to/chainrule        (make bench does it; CHROMIUM names the browser)
//
// Times come from the page's own marks (performance.mark, performance.measure) and from animation frames; memory is
// the proportional set size of the renderer process as the kernel counts it, against a blank tab in the same browser.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "../web/node_modules/playwright-core/index.mjs";

const program = process.argv[2];
const OPENINGS = 9;
const SECONDS = 6;

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const quantile = (numbers, share) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const median = (numbers) => quantile(numbers, 0.5);
const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const kilobytes = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? Number.NaN);
const share = (pid) => kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss") / 1024;
const resident = (pid) => kilobytes(readFileSync(`/proc/${pid}/status`, "utf8"), "VmRSS") / 1024;
const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /, "").split(" ");
  return Number(fields[11]) + Number(fields[12]);
};

function start(...options) {
  const child = spawn(program, ["--no-open", "--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error("the server ended")));
    child.stdout.on("data", (data) => {
      const url = /http:\/\/\S+/.exec(String(data))?.[0];
      if (url) resolve({ url, pid: child.pid, stop: () => child.kill() });
    });
  });
}

async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter((each) => each.type === "renderer").map((each) => each.id);
}

/** A new page and the process that draws it. */
async function tab(browser, url) {
  const before = new Set(await renderers(browser));
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  const page = await context.newPage();
  await page.goto(url);
  const pid = (await renderers(browser)).find((each) => !before.has(each));
  return { page, pid, close: () => context.close() };
}

const firstGraph = (page) =>
  page.waitForFunction(() => performance.getEntriesByName("chainrule:first-graph")[0]?.startTime).then((h) => h.jsonValue());

/** Time between animation frames, and what the page's own code takes of each. */
const frames = (page, seconds) =>
  page.evaluate(
    (duration) =>
      new Promise((resolve) => {
        const gaps = [];
        const begin = performance.now();
        let last;
        const next = (now) => {
          if (last !== undefined) gaps.push(now - last);
          last = now;
          if (now - begin < duration * 1000) requestAnimationFrame(next);
          else resolve(gaps);
        };
        requestAnimationFrame(next);
      }),
    seconds,
  );

async function busy(pid, seconds, work) {
  const before = ticks(pid);
  const began = performance.now();
  const result = await work(seconds);
  return { result, percent: (ticks(pid) - before) / ((performance.now() - began) / 1000) };
}

const rows = [];
const row = (what, target, figure) => {
  rows.push(`| ${what} | ${target} | ${figure} |`);
  console.log(rows.at(-1));
};
const ms = (number) => `${number.toFixed(1)} ms`;
const mb = (number) => `${number.toFixed(0)} MB`;

const server = await start();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
try {
  const times = [];
  for (let at = 0; at <= OPENINGS; at++) {
    const { page, close } = await tab(browser, server.url);
    const time = await firstGraph(page);
    if (at > 0) times.push(time); // the first warms the server up
    await close();
  }
  row("navigation to first graph painted, empty browser cache", "1 s (aim 300 ms)", `${ms(median(times))}, worst of ${times.length} ${ms(Math.max(...times))}`);

  const blank = await tab(browser, "about:blank");
  await wait(2);
  const empty = share(blank.pid);
  const { page, pid } = await tab(browser, server.url);
  await firstGraph(page);
  await wait(1);
  const idle = await busy(pid, 3, wait);
  const idleServer = await busy(server.pid, 3, wait);
  row("processor while nothing moves: page, server", "near zero", `${idle.percent.toFixed(1)} %, ${idleServer.percent.toFixed(1)} %`);

  await page.keyboard.press("Space");
  await wait(1);
  const serverBefore = ticks(server.pid);
  const training = await busy(pid, SECONDS, (seconds) => frames(page, seconds));
  const serverPercent = (ticks(server.pid) - serverBefore) / SECONDS;
  const gaps = training.result;
  row("frame time while training the default network (median, 95th percentile)", "16.7 ms", `${ms(median(gaps))}, ${ms(quantile(gaps, 0.95))}`);
  row("processor at the default pace, of one core: page, server", "under 30 %", `${training.percent.toFixed(0)} %, ${serverPercent.toFixed(0)} %`);

  const slider = page.getByRole("slider", { name: "Learning rate" });
  await slider.focus();
  for (let at = 0; at < 40; at++) {
    await page.keyboard.press(at % 2 ? "ArrowLeft" : "ArrowRight");
    await wait(0.1);
  }
  const latencies = await page.evaluate(() =>
    performance.getEntriesByName("chainrule:slider-to-paint").map((entry) => entry.duration),
  );
  row("slider to changed picture, while training (median, 95th percentile)", "under 100 ms (aim 33 ms)", `${ms(median(latencies))}, ${ms(quantile(latencies, 0.95))} of ${latencies.length}`);

  await wait(10);
  row("memory of the page above a blank tab, after a minute's training", "under 100 MB", mb(share(pid) - empty));
  row("memory of the server", "under 100 MB", mb(resident(server.pid)));
} finally {
  await browser.close();
  server.stop();
}

const text = ["# The page", "", "`make bench` (`node bench/page.mjs`): headless Chromium without a GPU, 1280 × 800, real server, 2 cores shared by",
  "browser and server", "", "| what | target | figure |", "|---|---|---|", ...rows, ""].join("\n");
writeFileSync(fileURLToPath(new URL("results/page.md", import.meta.url)), text);
