/** The code view: what is typed becomes a graph that can be stopped, questioned and changed, and nothing that is typed does harm. */
import type { Page } from "playwright-core";
import { beforeEach, expect, test } from "vitest";
import * as at from "./driver";
import { open, stage, tolerate } from "./harness";

const world = stage();

beforeEach(() => tolerate(/willReadFrequently/));

const told = (page: Page) => page.locator(".told");
const options = (page: Page) => page.locator('[role="tree"] [role="treeitem"]');
const labels = async (page: Page) =>
  (await options(page).allTextContents()).map((text) => text.replace(/[:,].*$/, ""));
const phase = (page: Page) => page.locator("[data-cursor]").getAttribute("data-phase");
const cursor = async (page: Page) => Number(await page.locator("[data-cursor]").getAttribute("data-cursor"));

async function coding(page: Page, text?: string): Promise<void> {
  await at.ready(page);
  await at.press(page, "Code");
  await expect.poll(() => page.locator("[data-nodes]").count(), { timeout: 20_000 }).toBe(1);
  await page.locator(".cm-content").waitFor();
  if (text !== undefined) await write(page, text);
}

/** Types into the editor, in the place of what is there. */
async function write(page: Page, text: string): Promise<void> {
  const before = Number(await page.locator("[data-run]").getAttribute("data-run"));
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
  await expect
    .poll(async () => Number(await page.locator("[data-run]").getAttribute("data-run")))
    .toBeGreaterThan(before);
}

async function done(page: Page, wait = 12_000): Promise<void> {
  await expect
    .poll(() => page.locator("[data-script]").getAttribute("data-script"), { timeout: wait })
    .toBe("done");
}

/** Chooses a value by its name, by the tree that stands for the stage. */
async function choose(page: Page, label: string): Promise<void> {
  await expect.poll(() => labels(page)).toContain(label);
  await page.locator('[role="tree"] [tabindex="0"]').focus();
  await page.keyboard.press("Home");
  const place = (await labels(page)).indexOf(label);
  for (let i = 0; i < place; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".value h2").textContent()).toBe(label);
  await expect.poll(() => page.locator(".value [data-gradient]").count()).toBe(1);
}

/** The derivative of a function of one number, by central differences. */
function slope(f: (x: number) => number, x: number): number {
  const h = 1e-5;
  return (f(x + h) - f(x - h)) / (2 * h);
}

test("the story of a code example: values, the result, 1, and back operation by operation to a sum", async () => {
  const page = await open(world.server.url);
  await coding(page);
  expect(await labels(page)).toEqual(["L", "d", "e", "a", "b", "c", "f"]);
  const f = (a: number, b: number, c: number, g: number) => (a * b + c) * g;
  const wanted: Record<string, [number, number]> = {
    a: [2, slope((x) => f(x, -3, 10, -2), 2)],
    b: [-3, slope((x) => f(2, x, 10, -2), -3)],
    c: [10, slope((x) => f(2, -3, x, -2), 10)],
    f: [-2, slope((x) => f(2, -3, 10, x), -2)],
    e: [-6, slope((x) => (x + 10) * -2, -6)],
    d: [4, slope((x) => x * -2, 4)],
    L: [f(2, -3, 10, -2), 1],
  };
  await page.getByRole("combobox", { name: "What a stage is" }).selectOption("op");
  await page.getByRole("slider", { name: "Stages of a step" }).focus();
  await page.keyboard.press("Home");
  await expect.poll(() => cursor(page)).toBe(1);
  await choose(page, "d");
  const number = (what: string) => page.locator(`.value [data-${what}]`);
  await expect.poll(() => number("value").textContent()).toContain("–");
  await at.press(page, "Next stage");
  await expect.poll(() => phase(page)).toBe("forward");
  await expect.poll(() => at.shown(page, "value").then(({ full }) => full)).toBe(wanted.d![0]);
  await at.press(page, "Next stage");
  await expect.poll(() => phase(page)).toBe("loss");
  await at.press(page, "Next stage");
  await expect.poll(() => phase(page)).toBe("zero");
  await at.press(page, "Next stage");
  await expect.poll(() => phase(page)).toBe("seed");
  const seeded = page.locator("#stage svg text");
  await expect.poll(() => seeded.textContent()).toBe("dL/dL = 1.00");
  await expect.poll(() => number("gradient").textContent()).toBe("–");
  await at.press(page, "Next stage");
  await expect.poll(() => phase(page)).toBe("backward");
  await expect.poll(() => number("gradient").textContent()).toBe("−2.00");
  await page.keyboard.press(",");
  await expect.poll(() => phase(page)).toBe("seed");
  await page.getByRole("slider", { name: "Stages of a step" }).focus();
  await page.keyboard.press("End");
  await expect.poll(() => cursor(page)).toBe(8);
  for (const [name, [value, gradient]] of Object.entries(wanted)) {
    await choose(page, name);
    await expect.poll(() => at.shown(page, "value").then(({ full }) => full)).toBe(value);
    expect((await at.shown(page, "gradient")).full).toBeCloseTo(gradient, 6);
  }
  // an operand: its local derivative, and what flows along it
  await choose(page, "a");
  const term = page.locator("[data-terms] button");
  expect(await term.count()).toBe(1);
  expect(at.read((await term.getAttribute("data-term")) ?? "")).toBe(6);
  await term.click();
  await expect.poll(() => page.locator(".value h2").textContent()).toBe("a → e");
  expect((await at.shown(page, "value")).full).toBe(-3);
  expect((await at.shown(page, "gradient")).full).toBe(6);
});

test("a fork adds up: while the pass goes back the sum grows, and .grad after two calls is twice as much", async () => {
  const page = await open(world.server.url);
  await coding(page);
  await page.getByRole("combobox", { name: "Examples" }).selectOption({ label: "A fork: gradients add up" });
  await expect.poll(() => labels(page)).toEqual(["d", "b", "a", "c"]);
  await choose(page, "a");
  expect((await at.shown(page, "gradient")).full).toBeCloseTo(
    slope((a) => (a + a) * (a * (a + a)), 3),
    3,
  );
  const terms = await page
    .locator("[data-terms] [data-term]")
    .evaluateAll((all) => all.map((each) => each.getAttribute("data-term")));
  expect(terms.map((each) => at.read(each ?? ""))).toEqual([36, 36, 36]);
  expect(await page.locator("[data-paths] [data-path]").count()).toBe(5);
  expect(await page.locator("[data-kept]").count()).toBe(0);
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("d.backward()");
  await expect.poll(() => page.locator("[data-kept]").getAttribute("data-kept")).toBe("216");
  expect(await page.locator(".kept").first().textContent()).toContain("2 times");
});

test("the graph grows while one types, and what was there stays what it is", async () => {
  const page = await open(world.server.url);
  await coding(page, "");
  await expect.poll(() => told(page).textContent()).toContain("No graph yet");
  await page.keyboard.type("a = Value(2)\n");
  await expect.poll(() => labels(page)).toEqual(["a"]);
  const name = await options(page).last().getAttribute("data-target");
  await choose(page, "a");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("b = a * 3\n");
  await expect.poll(() => labels(page)).toEqual(["b", "a", "number"]);
  await page.keyboard.type("c = b.tanh()");
  await expect.poll(() => labels(page)).toEqual(["c", "b", "a", "number"]);
  expect(await options(page).filter({ hasText: /^a:/ }).getAttribute("data-target")).toBe(name);
  expect(await page.locator(".value h2").textContent()).toBe("a");
  await expect
    .poll(() => at.shown(page, "gradient").then(({ full }) => full))
    .toBeCloseTo(
      slope((x) => Math.tanh(3 * x), 2),
      6,
    );
  // what is selected vanishes by an edit: nothing is selected then
  await write(page, "z = Value(1)\ny = z + 1");
  await expect.poll(() => labels(page)).toEqual(["y", "z", "number"]);
  await expect.poll(() => page.locator(".value[data-inspector]").count()).toBe(0);
});

test("an error is marked on its line, and the graph before it stays", async () => {
  const page = await open(world.server.url);
  await coding(page, "a = Value(2)\nb = a * 3\nc = b + oops\n");
  await expect
    .poll(() => told(page).textContent())
    .toContain("Line 3: NameError: name 'oops' is not defined");
  expect(await labels(page)).toContain("b");
  expect(await page.locator(".cm-line.flaw").textContent()).toBe("c = b + oops");
  expect(await page.locator(".squiggle").textContent()).toBe("oops");
  await write(page, "a = Value(2)\nb = (a *\n");
  await expect.poll(() => told(page).textContent()).toMatch(/^Line 2: /);
  expect(await told(page).textContent()).toContain("still that of the last code");
  expect(await labels(page)).toContain("b");
  await write(page, "a = Value(2)\nb = a * 4\n");
  await expect.poll(() => page.locator(".cm-line.flaw").count()).toBe(0);
  await expect.poll(() => told(page).textContent()).toContain("3 values, 1 of them computed");
});

for (const [what, text, says] of [
  ["never ends", "a = Value(1)\nwhile True:\n    pass\n", /Stopped after 5 seconds/],
  ["prints without end", "while True:\n    print('more')\n", /more than 20,000 characters/],
  ["eats memory", "a = [0] * 10**11\n", /more than 1,024 MB/],
  [
    "makes a million values",
    "a = Value(1.0)\nfor _ in range(1_000_000):\n    a = a + 1\n",
    /more than 40,000 values|Stopped after/,
  ],
  ["deletes Value", "del Value\na = Value(1)\n", /Line 2: NameError/],
  ["makes no graph", "x = 1 + 1\n", /No graph yet/],
  ["kills its process", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", /ended without a word/],
] as const) {
  test(`code that ${what} is told, and the page goes on`, async () => {
    const page = await open(world.server.url);
    await coding(page, text);
    await expect.poll(() => told(page).textContent(), { timeout: 20_000 }).toMatch(says);
    await done(page);
    await write(page, "a = Value(5)\nb = a + 1\n");
    await expect.poll(() => labels(page), { timeout: 15_000 }).toEqual(["b", "a", "number"]);
    await page.keyboard.press("Escape");
    await at.press(page, "Code");
    await at.ready(page);
    await at.press(page, "One batch");
    await at.atStep(page, 1);
  });
}

test("a run is stopped by hand while it is under way", async () => {
  const page = await open(world.server.url);
  await coding(page, "while True:\n    pass\n");
  await at.press(page, "Stop");
  await expect.poll(() => told(page).textContent()).toContain("The run was stopped");
  await done(page);
});

test("NaN in the middle of the pass has its own mark, and no number is made up", async () => {
  const page = await open(world.server.url);
  await coding(page, "a = Value(0.0)\nb = a / a\nc = b * 2\nd = Value(3) + c\n");
  await expect.poll(() => labels(page)).toEqual(["d", "number", "c", "b", "a", "number"]);
  await choose(page, "b");
  expect(await page.locator(".value [data-value]").textContent()).toContain("NaN");
  await choose(page, "a");
  expect(await page.locator(".value [data-gradient]").textContent()).toContain("NaN");
  expect(await page.locator(".sentence").textContent()).toContain("where it first arises");
  await expect.poll(() => at.pixels(page, "#e000b0")).toBeGreaterThan(10);
});

test("a graph of 30,000 values opens with its progress, is left half drawn, and goes on", async () => {
  const page = await open(world.server.url);
  await coding(
    page,
    "model = nn.MLP(3, [16, 16, 1])\nxs = [[random.random() for _ in range(3)] for _ in range(40)]\n" +
      "loss = sum((model(x) - 1) ** 2 for x in xs)\nloss.backward()\n",
  );
  const progress = page.getByRole("progressbar", { name: "Drawing" });
  await progress.waitFor({ timeout: 20_000 });
  await at.press(page, "Stop drawing");
  await expect.poll(() => progress.count()).toBe(0);
  expect(await told(page).textContent()).toContain("29,314 values, 27,000 of them computed");
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Chainrule" }).click();
  await page.keyboard.press("+"); // the rest is drawn with the next view
  await page.locator('[role="tree"] [tabindex="0"]').focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".value h2").textContent()).toBe("loss");
  await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBe(1);
});

test("code that learns: a parameter has its history, call by call", async () => {
  const page = await open(world.server.url);
  await coding(
    page,
    "w = Value(3.0)\nfor step in range(4):\n    loss = (w - 1) ** 2\n    w.grad = 0.0\n    loss.backward()\n    w.data -= 0.25 * w.grad\n",
  );
  await expect.poll(() => labels(page)).toContain("w");
  await choose(page, "w");
  const history = page.locator("[data-history]");
  await expect.poll(() => history.getAttribute("data-history")).toBe("4");
  expect(await history.getByRole("img").getAttribute("aria-label")).toContain(
    "value 3.00 to 1.25, gradient 4.00 to 0.500",
  );
  expect(await told(page).textContent()).toContain("computed anew from the leaves");
});

test("by keys alone: the tree opens and closes, an operand is reached, and what is chosen is told", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await page.keyboard.press("c");
  await expect.poll(() => labels(page)).toEqual(["L", "d", "e", "a", "b", "c", "f"]);
  await page.locator('[role="tree"] [tabindex="0"]').focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const here = page.locator('[role="tree"] [tabindex="0"]');
  await expect.poll(() => here.textContent()).toMatch(/^d, \+: value 4.00, gradient −2.00$/);
  expect(await here.getAttribute("aria-level")).toBe("2");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => labels(page)).toEqual(["L", "d", "f"]);
  expect(await here.getAttribute("aria-expanded")).toBe("false");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("e");
  await expect.poll(() => here.textContent()).toBe("from a to e");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.locator(".value h2").textContent()).toBe("a → e");
  await expect
    .poll(() => page.locator("[aria-live=polite].unseen").textContent())
    .toBe("from a to e: local derivative −3.00, handed on +6.00");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect
    .poll(() => page.locator("[aria-live=polite].unseen").textContent())
    .toBe("a: value 2.00, gradient +6.00. The sum of: from a to e +6.00");
});

test("a line lights its values, and a value its line", async () => {
  const page = await open(world.server.url);
  await coding(page);
  const rings = page.locator("#stage svg rect");
  await page.locator(".cm-line", { hasText: "e = a * b" }).hover();
  await expect.poll(() => rings.count()).toBe(1);
  await page.locator(".cm-line", { hasText: "from chainrule" }).hover();
  await expect.poll(() => rings.count()).toBe(0);
  await choose(page, "d");
  await expect.poll(() => page.locator(".cm-line.lit").textContent()).toBe("d = e + c");
  await at.press(page, "Close the inspector");
  await expect.poll(() => page.locator(".cm-line.lit").count()).toBe(0);
  // with the mouse on the stage: somewhere in the middle row a card is met
  const box = (await page.getByRole("group", { name: "Graph of the code" }).boundingBox())!;
  let lit = 0;
  for (let x = 30; x < box.width - 30 && lit === 0; x += 14) {
    await page.mouse.move(box.x + x, box.y + box.height / 2);
    await page.waitForTimeout(30);
    lit = await page.locator(".cm-line.lit").count();
  }
  expect(lit).toBe(1);
});

test("a leaf is given another value: what depends on it follows, and its gradient is verified", async () => {
  const page = await open(world.server.url);
  await coding(page);
  await choose(page, "a");
  const box = page.getByRole("textbox", { name: /value/i }).and(page.locator(".value input"));
  await box.fill("4");
  await box.press("Enter");
  await expect.poll(() => page.locator("[data-recomputed]").getAttribute("data-recomputed")).toBe("3");
  await at.press(page, "Verify this gradient");
  const badge = page.locator("[data-verified]");
  await expect.poll(() => badge.getAttribute("data-verified")).toBe("agree");
  expect(await page.locator("[data-by=dual]").textContent()).toContain("6.00");
  await choose(page, "L");
  expect((await at.shown(page, "value")).full).toBe((4 * -3 + 10) * -2);
});

test("layouts are chosen, and the pass is followed, scrubbed and repeated", async () => {
  const page = await open(world.server.url);
  await coding(page);
  await page.getByRole("combobox", { name: "Examples" }).selectOption("neuron");
  await expect.poll(() => labels(page)).toContain("o");
  for (const layout of ["Top down", "Radial", "Left to right"]) {
    await at.select(page, "Layout", layout);
    await expect.poll(() => labels(page)).toContain("o");
  }
  await page.getByRole("combobox", { name: "Time of a stage" }).selectOption("100");
  await at.press(page, "Follow the stages");
  await expect.poll(() => phase(page)).toBe("forward");
  await expect.poll(() => phase(page)).toBe("backward");
  await at.button(page, "Follow the stages").waitFor(); // it stops at the end of the pass
  await at.press(page, "Repeat this step");
  await page.keyboard.press(" ");
  await expect.poll(() => phase(page)).toBe("forward");
  await expect.poll(() => phase(page)).toBe("backward");
  await expect.poll(() => phase(page)).toBe("forward");
  await at.press(page, "Stop at this stage");
});

test("to the code and back while the network trains: both go on", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  for (let round = 0; round < 3; round++) {
    await at.press(page, "Play");
    await at.beyondStep(page, await at.step(page));
    await at.press(page, "Code");
    await expect.poll(() => labels(page)).toEqual(["L", "d", "e", "a", "b", "c", "f"]);
    await choose(page, "a");
    await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBe(6);
    await at.press(page, "Code");
    await at.button(page, "Play").waitFor(); // it was paused
    const before = await at.step(page);
    await at.press(page, "One batch");
    await at.atStep(page, before + 1);
  }
});

test("what was written is there after the page is loaded again", async () => {
  const page = await open(world.server.url);
  await coding(page, "mine = Value(7)\nmore = mine * 2\n");
  await expect.poll(() => labels(page)).toContain("mine");
  await page.reload();
  await expect.poll(() => labels(page), { timeout: 20_000 }).toContain("mine");
  expect(await page.locator(".cm-content").textContent()).toContain("mine = Value(7)");
});

for (const [theme, sight, colours] of [
  ["light", "plain", ["#ff6b6b", "#ffffff", "#4ecdc4"]],
  ["dark", "plain", ["#ff6b6b", "#1b1e23", "#4ecdc4"]],
  ["light", "safe", ["#d55e00", "#ffffff", "#0072b2"]],
  ["dark", "safe", ["#ff8a3d", "#1b1e23", "#56b4e9"]],
] as const) {
  test(`gradients of exactly -1, 0 and +1 have exactly the declared colours: ${theme}, ${sight}`, async () => {
    const page = await open(world.server.url, { colorScheme: theme });
    await coding(page, "p = Value(1.0)\nn = Value(2.0)\nz = Value(3.0)\nr = p - n + z * 0\n");
    await expect.poll(() => labels(page)).toContain("r");
    if (sight === "safe") {
      await at.press(page, "Colours");
      await page.getByRole("checkbox", { name: "Colours for colour-blind sight" }).check();
    }
    await page.waitForTimeout(500);
    for (const [label, colour] of [
      ["n", colours[0]],
      ["z", colours[1]],
      ["p", colours[2]],
    ] as const) {
      await choose(page, label);
      expect(await strip(page), `${label} in ${theme}, ${sight}`).toBe(colour);
    }
  });
}

/** The colour at the right end of the card that is ringed: the middle of its strip, as the canvas has it. */
async function strip(page: Page): Promise<string> {
  await page.waitForTimeout(300);
  return page.evaluate(() => {
    const ring = [...document.querySelectorAll<SVGRectElement>("#stage svg rect")].at(-1)!;
    const box = ring.getBoundingClientRect();
    const hex: string[] = [];
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>("#stage canvas")) {
      const place = canvas.getBoundingClientRect();
      const ratio = canvas.width / place.width;
      const x = Math.round((box.right - 7 - place.left) * ratio);
      const y = Math.round((box.top + box.height / 2 - place.top) * ratio);
      const [r, g, b, a] = canvas.getContext("2d")!.getImageData(x, y, 1, 1).data;
      if (a === 255) hex.push(`#${[r, g, b].map((part) => part!.toString(16).padStart(2, "0")).join("")}`);
    }
    return hex.at(-1) ?? "";
  });
}

test("a number changed on the page is told from the code's, and taken back", async () => {
  const page = await open(world.server.url);
  await coding(page);
  await page.getByRole("combobox", { name: "Examples" }).selectOption({ label: "A fork: gradients add up" });
  await expect.poll(() => labels(page)).toEqual(["d", "b", "a", "c"]); // the example before has an "a" too
  await choose(page, "a");
  expect(await page.locator("[data-written]").count()).toBe(0);
  const box = page.locator(".value input");
  await box.fill("five");
  await box.press("Enter");
  await page.getByRole("alert").filter({ hasText: "five" }).waitFor();
  await box.fill("5");
  await box.press("Enter");
  await expect.poll(() => page.locator("[data-written]").getAttribute("data-written")).toBe("3");
  const f = (a: number) => (a + a) * (a * (a + a));
  await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBeCloseTo(slope(f, 5), 3);
  expect(await page.locator("[data-kept]").textContent()).toContain("you have changed some here");
  await page.getByRole("button", { name: "Take that" }).click();
  await expect.poll(() => page.locator("[data-written]").count()).toBe(0);
  await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBeCloseTo(slope(f, 3), 3);
});

test("values that lead nowhere are part of the graph, and do no harm", async () => {
  const page = await open(world.server.url);
  await coding(page, "x = Value(2.0)\ny = x * x\ny.backward()\n");
  await expect.poll(() => labels(page)).toEqual(["y", "x"]);
  await write(page, "x = Value(2.0)\nunused = Value(7.0)\nw = x.tanh()\ny = x * x\ny.backward()\n");
  await done(page);
  expect(await told(page).textContent()).toContain("values");
  await choose(page, "x");
  await expect.poll(() => at.shown(page, "gradient").then(({ full }) => full)).toBe(4);
});
