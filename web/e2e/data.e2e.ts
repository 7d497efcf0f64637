/** Data of one's own: a CSV file given on the command line. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const file = join(mkdtempSync(join(tmpdir(), "chainrule-")), "gardens.csv");
const CENTRES = { sunny: [0, 5], shady: [4, 0], wet: [-4, -3] } as const;
const rows = Object.entries(CENTRES).flatMap(([name, [light, water]]) =>
  Array.from({ length: 40 }, (_, n) => `${light + Math.sin(7 * n)},${water + Math.cos(5 * n)},${name}`),
);
writeFileSync(file, ["light,water,kind", ...rows].join("\n"));

const world = stage("--data", file);

test("a file of one's own is what the page opens with, and it is learnt", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const own = page.getByRole("radio", { name: /gardens/i });
  expect(await own.getAttribute("aria-checked")).toBe("true");
  await page.getByText("120 examples").first().waitFor();
  for (const name of ["sunny", "shady", "wet"]) {
    await page.getByText(name, { exact: true }).first().waitFor();
  }
  await at.press(page, "Play");
  await expect.poll(() => at.validationLoss(page), { timeout: 20_000 }).toBeLessThan(0.05);
  await at.pause(page);
});

test("the shipped sets stay at hand beside it", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.choose(page, "Two moons");
  await at.press(page, "One batch");
  await at.atStep(page, 1);
});
