/** Sessions: a reload goes on, tabs keep apart, a broken line mends. */
import { afterAll, expect, test } from "vitest";
import { type Cable, lay } from "./cable";
import * as at from "./driver";
import { open, stage, tolerate } from "./harness";

const world = stage();
const cables: Cable[] = [];

afterAll(() => Promise.all(cables.map((cable) => cable.close())));

test("a reload goes on where it was", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.write(page, "Learning rate", "0.02");
  await at.press(page, "To the end of the epoch");
  await at.atStep(page, 20);
  const loss = await at.validationLoss(page);
  await page.reload();
  await at.ready(page);
  await at.atStep(page, 20);
  await expect.poll(() => at.validationLoss(page)).toBe(loss);
  expect(at.read(await at.exact(page, "Learning rate").inputValue())).toBe(0.02);
});

test("two tabs do not disturb each other", async () => {
  const one = await open(world.server.url);
  await at.ready(one);
  const two = await one.context().newPage();
  await two.goto(world.server.url);
  await at.ready(two);
  await at.press(one, "Play");
  await at.beyondStep(one, 30);
  expect(await at.step(two)).toBe(0);
  await at.choose(two, "Two circles");
  await at.press(two, "One batch");
  await at.atStep(two, 1);
  await at.pause(one);
  await one.bringToFront();
  const spirals = one.getByRole("radio", { name: "Two spirals" });
  expect(await spirals.getAttribute("aria-checked")).toBe("true");
  expect(await at.step(one)).toBeGreaterThan(30);
});

test("a duplicated tab begins a session of its own", async () => {
  const first = await open(world.server.url);
  await at.ready(first);
  await at.press(first, "To the end of the epoch");
  await at.atStep(first, 20);
  // A window that a page opens gets a copy of its session storage, as a duplicated tab does.
  const [copy] = await Promise.all([
    first.context().waitForEvent("page"),
    first.evaluate(() => void window.open(location.href)),
  ]);
  await at.ready(copy);
  await at.atStep(copy, 0);
  await at.press(copy, "One batch");
  await at.atStep(copy, 1);
  await first.bringToFront();
  await at.press(first, "One batch");
  await at.atStep(first, 21);
});

test("a line that breaks is said to be broken, and mends by itself", async () => {
  const cable = await lay(world.server.port);
  cables.push(cable);
  tolerate(/WebSocket connection/, /ERR_CONNECTION/);
  const page = await open(world.server.url.replace(`:${world.server.port}`, `:${cable.port}`));
  await at.ready(page);
  await at.press(page, "Play");
  await at.beyondStep(page, 30);
  cable.cut();
  const lost = page.getByText("Connection lost", { exact: false });
  await lost.first().waitFor({ timeout: 10_000 });
  const seen = await at.step(page);
  cable.mend();
  await expect.poll(() => lost.count(), { timeout: 20_000 }).toBe(0);
  await at.press(page, "One batch");
  await at.beyondStep(page, seen);
  await at.press(page, "To the end of the epoch");
  const rows = await page.getByText("500 points").count();
  expect(rows).toBeGreaterThan(0);
});
