import { expect, test } from "vitest";
import type { Frame, Notice } from "../../src/messages";
import { ending, GRACE, settled } from "../../src/store/intent";

const frame = (seq: number, playing: boolean) => ({ type: "frame", seq, playing }) as unknown as Frame;
const play = { playing: true, since: 1000, seq: 7 };

test("a frame that shows what was asked answers at once", () => {
  expect(settled(play, frame(8, true), 1001)).toBe(true);
});

test("a frame that was under way does not answer", () => {
  expect(settled(play, frame(8, false), 1020)).toBe(false);
});

test("a run that ended within its first slice does not leave the question open", () => {
  expect(settled(play, frame(8, false), 1000 + GRACE)).toBe(true);
});

test("as long as no frame has come the question stays, however long it takes", () => {
  expect(settled(play, frame(7, false), 60_000)).toBe(false);
  expect(settled(play, null, 60_000)).toBe(false);
});

test("a run says by a notice that it has stopped", () => {
  const notice = (code: string) => ({ code }) as unknown as Notice;
  expect(
    ["notice.not_finite", "notice.steps_used_up", "notice.other"].map((code) => ending(notice(code))),
  ).toEqual([true, true, false]);
});
