import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { delay } from "../../src/link/backoff";
import { Connection } from "../../src/link/connection";
import type { Event } from "../../src/messages";

/** The other end of a socket, played by the test. */
class Line extends EventTarget {
  binaryType = "";
  readonly sent: { type: string; session?: string; seq?: number }[] = [];

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.end(1000);
  }

  begin(): void {
    this.dispatchEvent(new globalThis.Event("open"));
  }

  end(code: number): void {
    this.dispatchEvent(Object.assign(new globalThis.Event("close"), { code }));
  }

  say(event: Record<string, unknown>): void {
    const text = new TextEncoder().encode(JSON.stringify(event));
    const bytes = new Uint8Array(8 + text.length);
    new DataView(bytes.buffer).setUint32(0, text.length, true);
    bytes.set(text, 8);
    this.dispatchEvent(Object.assign(new globalThis.Event("message"), { data: bytes.buffer }));
  }
}

let lines: Line[];
let events: Event[];
let states: string[];
let looks: number;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  events = [];
  states = [];
  looks = 0;
  connection = new Connection("ws://here/socket", "", {
    open: () => {
      const line = new Line();
      lines.push(line);
      return line as unknown as WebSocket;
    },
    event: (event) => events.push(event),
    state: (state, finding) => states.push(finding === "" ? state : `${state} ${finding}`),
    chance: () => 0,
    look: () => {
      looks += 1;
      return Promise.resolve("refused");
    },
  });
});

afterEach(() => {
  vi.useRealTimers();
});

function welcome(resumed: boolean, session = "abc"): void {
  lines.at(-1)!.begin();
  lines.at(-1)!.say({ type: "welcome", seq: 1, session, resumed });
}

test("says hello first, and sends what waited once it is welcome", () => {
  connection.send({ type: "play", id: 2 });
  connection.send({ type: "ack", id: 3, seq: 1 });
  lines[0]!.begin();
  expect(lines[0]!.sent).toEqual([{ type: "hello", id: 1, session: "", seq: 0 }]);
  lines[0]!.say({ type: "welcome", seq: 1, session: "abc", resumed: false });
  expect(lines[0]!.sent.slice(1)).toEqual([{ type: "play", id: 2 }]);
  expect(events.map((event) => event.type)).toEqual(["welcome"]);
  expect(states).toEqual(["open"]);
});

test("after a break it resumes its session at the last event seen, with what was said meanwhile", () => {
  welcome(false);
  lines[0]!.say({ type: "frame", seq: 41 });
  lines[0]!.end(1006);
  connection.send({ type: "pause", id: 5 });
  vi.advanceTimersByTime(200);
  expect(lines).toHaveLength(2);
  lines[1]!.begin();
  expect(lines[1]!.sent).toEqual([{ type: "hello", id: 1, session: "abc", seq: 41 }]);
  lines[1]!.say({ type: "welcome", seq: 42, session: "abc", resumed: true });
  expect(lines[1]!.sent.slice(1)).toEqual([{ type: "pause", id: 5 }]);
  expect(states).toEqual(["open", "lost", "open"]);
});

test("a new session is not told what was meant for the lost one", () => {
  welcome(false);
  lines[0]!.end(1006);
  connection.send({ type: "restart", id: 5 });
  vi.advanceTimersByTime(200);
  welcome(false, "def");
  expect(lines[1]!.sent.map((each) => each.type)).toEqual(["hello"]);
});

test("a session that another page has taken is not fought for, but can be claimed back", () => {
  welcome(false);
  lines[0]!.end(4001);
  vi.advanceTimersByTime(60_000);
  connection.retry(false);
  expect(lines).toHaveLength(1);
  expect(states.at(-1)).toBe("taken");
  connection.retry(true);
  expect(lines).toHaveLength(2);
});

test("a line that stays silent while opening is given up", () => {
  vi.advanceTimersByTime(10_000);
  expect(states).toEqual(["lost"]);
});

test("attempts come later and later, up to eight seconds, never two pages at the same moment", () => {
  expect([0, 1, 2, 10].map((attempt) => delay(attempt, 1))).toEqual([250, 500, 1000, 8000]);
  expect(delay(3, 0)).toBeLessThan(delay(3, 0.9));
  expect(delay(10, 0)).toBeGreaterThanOrEqual(4000);
});

test("after two attempts in vain it looks why, and says what it found until it is welcome again", async () => {
  welcome(false);
  lines[0]!.end(1006);
  await vi.advanceTimersByTimeAsync(200);
  lines[1]!.end(1006);
  expect(looks).toBe(0);
  await vi.advanceTimersByTimeAsync(400);
  lines[2]!.end(1006);
  await vi.advanceTimersByTimeAsync(0);
  expect(looks).toBe(1);
  expect(states.at(-1)).toBe("lost refused");
  await vi.advanceTimersByTimeAsync(4000);
  welcome(false);
  expect(states.at(-1)).toBe("open");
  lines.at(-1)!.end(1006);
  expect(states.at(-1)).toBe("lost");
});
