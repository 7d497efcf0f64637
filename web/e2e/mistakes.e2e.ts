/** Mistakes: said beside the control, in words that help, and nothing is lost. */
import { expect, test } from "vitest";
import * as at from "./driver";
import { open, stage } from "./harness";

const world = stage();

test("a batch larger than allowed is refused beside its control", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const box = at.exact(page, "Batch size");
  const before = await box.inputValue();
  await at.write(page, "Batch size", "5000");
  const note = page.getByRole("alert").filter({ hasText: "5000" });
  await note.waitFor();
  expect(await box.getAttribute("aria-invalid")).toBe("true");
  expect(await box.getAttribute("aria-describedby")).toBe(await note.getAttribute("id"));
  await at.write(page, "Batch size", "20");
  await expect.poll(() => note.count()).toBe(0);
  await expect.poll(() => box.inputValue()).toBe("20");
  expect(before).toBe("15");
  await at.press(page, "One batch");
  await at.atStep(page, 1);
});

test("a layer over the limit is refused, and the network stays", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const box = page.getByRole("textbox", { name: "Neurons in layer 1" });
  await box.fill("500");
  await box.press("Enter");
  const note = page.getByRole("alert").filter({ hasText: "500" });
  await note.waitFor();
  expect(await note.textContent()).toMatch(/100/);
  await page.getByRole("button", { name: "One neuron more in layer 2" }).click();
  const other = page.getByRole("textbox", { name: "Neurons in layer 2" });
  await expect.poll(() => other.inputValue()).toBe("9");
  await expect.poll(() => box.inputValue()).toBe("8");
});

test("letters in a number change nothing", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  const box = at.exact(page, "Noise");
  const before = await box.inputValue();
  await at.write(page, "Noise", "much");
  await expect.poll(() => box.inputValue()).toBe(before);
  await at.press(page, "One batch");
  await at.atStep(page, 1);
});

test("a neuron more leaves the training where it is", async () => {
  const page = await open(world.server.url);
  await at.ready(page);
  await at.press(page, "To the end of the epoch");
  await at.atStep(page, 20);
  await page.getByRole("button", { name: "One neuron more in layer 1" }).click();
  const box = page.getByRole("textbox", { name: "Neurons in layer 1" });
  await expect.poll(() => box.inputValue()).toBe("9");
  await at.press(page, "One batch");
  await at.atStep(page, 21);
});
