/** Where a floating card stands: beside its mark, hiding neither it nor its neighbours. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

const AWAY = 22;
const EDGE = 12;
const STEPS = 5;
/** What hiding a pixel of the mark itself, of a neighbour, of anything else costs, against a pixel of distance. */
const COST = { mark: 60, neighbour: 12, other: 2, distance: 1 };

/** The upper left corner for a card of this size in ``room``. */
export function placed(
  card: Room,
  room: Room,
  mark: Box,
  neighbours: readonly Box[],
  others: readonly Box[],
): { x: number; y: number } {
  const right = Math.max(EDGE, room.width - card.width - EDGE);
  const bottom = Math.max(EDGE, room.height - card.height - EDGE);
  let best = { x: right, y: bottom };
  let least = Number.POSITIVE_INFINITY;
  for (const at of places(card, mark, right, bottom)) {
    const box = {
      x: Math.min(right, Math.max(EDGE, at.x)),
      y: Math.min(bottom, Math.max(EDGE, at.y)),
      width: card.width,
      height: card.height,
    };
    let cost = COST.mark * hidden(box, grown(mark, 6)) + COST.distance * gap(box, mark);
    for (const each of neighbours) cost += COST.neighbour * hidden(box, grown(each, 4));
    for (const each of others) cost += COST.other * hidden(box, each);
    if (cost < least) {
      least = cost;
      best = { x: Math.round(box.x), y: Math.round(box.y) };
    }
  }
  return best;
}

/** Beside, above and below the mark at several offsets, then a grid over the whole room. */
function places(card: Room, mark: Box, right: number, bottom: number): { x: number; y: number }[] {
  const found: { x: number; y: number }[] = [];
  const beside = [mark.x + mark.width + AWAY, mark.x - card.width - AWAY];
  const level = [mark.y + mark.height + AWAY, mark.y - card.height - AWAY];
  for (let i = 0; i <= STEPS; i++) {
    const down = mark.y + mark.height / 2 - (card.height * i) / STEPS;
    const across = mark.x + mark.width / 2 - (card.width * i) / STEPS;
    for (const x of beside) found.push({ x, y: down });
    for (const y of level) found.push({ x: across, y });
    for (let j = 0; j <= STEPS; j++) {
      found.push({ x: EDGE + ((right - EDGE) * i) / STEPS, y: EDGE + ((bottom - EDGE) * j) / STEPS });
    }
  }
  return found;
}

function grown(box: Box, by: number): Box {
  return { x: box.x - by, y: box.y - by, width: box.width + 2 * by, height: box.height + 2 * by };
}

function hidden(card: Box, box: Box): number {
  const across = Math.min(card.x + card.width, box.x + box.width) - Math.max(card.x, box.x);
  const down = Math.min(card.y + card.height, box.y + box.height) - Math.max(card.y, box.y);
  return across > 0 && down > 0 ? across * down : 0;
}

function gap(a: Box, b: Box): number {
  const across = Math.max(0, Math.max(a.x, b.x) - Math.min(a.x + a.width, b.x + b.width));
  const down = Math.max(0, Math.max(a.y, b.y) - Math.min(a.y + a.height, b.y + b.height));
  return Math.hypot(across, down);
}
