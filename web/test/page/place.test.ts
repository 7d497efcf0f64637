import { expect, test } from "vitest";
import { type Box, placed } from "../../src/page/place";

const CARD = { width: 272, height: 220 };
const ROOM = { width: 744, height: 700 };

const overlap = (at: { x: number; y: number }, box: Box) =>
  at.x < box.x + box.width &&
  box.x < at.x + CARD.width &&
  at.y < box.y + box.height &&
  box.y < at.y + CARD.height;

test("a card hides neither its mark nor the neighbours, wherever the mark is", () => {
  for (let x = 20; x < ROOM.width - 60; x += 90) {
    for (let y = 60; y < ROOM.height - 60; y += 80) {
      const mark = { x, y, width: 46, height: 46 };
      const neighbour = { x: (x + 300) % 680, y: (y + 200) % 640, width: 46, height: 46 };
      const at = placed(CARD, ROOM, mark, [neighbour], []);
      expect(overlap(at, mark)).toBe(false);
      expect(overlap(at, neighbour)).toBe(false);
    }
  }
});

test("a card stays in its room", () => {
  for (const x of [0, 300, 740]) {
    for (const y of [0, 300, 699]) {
      const at = placed(CARD, ROOM, { x, y, width: 14, height: 14 }, [], []);
      expect(at.x).toBeGreaterThanOrEqual(0);
      expect(at.y).toBeGreaterThanOrEqual(0);
      expect(at.x + CARD.width).toBeLessThanOrEqual(ROOM.width);
      expect(at.y + CARD.height).toBeLessThanOrEqual(ROOM.height);
    }
  }
});
