/** One lasting conversation over sockets that may break: says hello, resumes where it stopped, tries again. */

import type { Command, Event } from "../messages";
import { delay } from "./backoff";
import type { Finding, LinkState } from "./link";
import { decode, encode } from "./wire";

/** What is kept for the other side while the line is down; more than a person does in a moment is not meant. */
const MOST_WAITING = 32;
/** A line that stays silent this long while opening is given up. */
const PATIENCE = 10_000;
/** After so many attempts in vain it is asked why. */
const IN_VAIN = 2;
/** The host's code when another page has taken the session over. */
const TAKEN_OVER = 4001;

export interface Surroundings {
  open(address: string): WebSocket;
  /** ``buffer`` is what the event's arrays are views of. */
  event(event: Event, buffer: ArrayBuffer): void;
  state(state: LinkState, finding: Finding): void;
  /** Looks what has become of the host. */
  look(): Promise<Finding>;
  chance(): number;
}

export class Connection {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  /** Attempts since the last welcome that led nowhere. */
  #vain = 0;
  #finding: Finding = "";
  #seq = 0;
  #welcomed = false;
  #taken = false;
  #waiting: Command[] = [];

  constructor(
    private readonly address: string,
    private session: string,
    private readonly around: Surroundings,
  ) {
    this.#open();
  }

  send(command: Command): void {
    if (this.#welcomed) {
      this.#socket?.send(encode(command));
    } else if (command.type !== "ack") {
      this.#waiting.push(command);
      this.#waiting = this.#waiting.slice(-MOST_WAITING);
    }
  }

  /** Does not wait any longer for the next attempt. ``claim``: also takes a session back from another page. */
  retry(claim: boolean): void {
    if (this.#socket !== null || (this.#taken && !claim)) return;
    this.#taken = false;
    clearTimeout(this.#timer);
    this.#open();
  }

  #open(): void {
    const socket = this.around.open(this.address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => socket.close(), PATIENCE);
    socket.addEventListener("open", () => {
      socket.send(encode({ type: "hello", id: 1, session: this.session, seq: this.#seq }));
    });
    socket.addEventListener("message", (message) => this.#take(message.data, socket));
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  #take(data: unknown, socket: WebSocket): void {
    if (socket !== this.#socket || !(data instanceof ArrayBuffer)) return;
    const event = decode(data);
    if (event.type === "welcome") this.#greet(event.session, event.resumed);
    if (event.seq > this.#seq) this.#seq = event.seq;
    this.around.event(event, data);
  }

  #greet(session: string, resumed: boolean): void {
    clearTimeout(this.#timer);
    this.#attempt = 0;
    this.#vain = 0;
    this.#finding = "";
    this.#welcomed = true;
    if (!resumed) this.#seq = 0;
    // What was meant for a session that is gone is not said to another.
    const waiting = resumed || this.session === "" ? this.#waiting : [];
    this.session = session;
    this.#waiting = [];
    this.around.state("open", "");
    for (const command of waiting) this.send(command);
  }

  #lost(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    if (!this.#welcomed) this.#vain += 1;
    this.#welcomed = false;
    clearTimeout(this.#timer);
    if (code === TAKEN_OVER) {
      this.#taken = true;
      this.around.state("taken", "");
      return;
    }
    const wait = delay(this.#attempt, this.around.chance());
    this.#attempt += 1;
    this.around.state("lost", this.#finding);
    this.#timer = setTimeout(() => this.#open(), wait);
    if (this.#vain >= IN_VAIN) void this.around.look().then((finding) => this.#found(finding));
  }

  #found(finding: Finding): void {
    if (this.#welcomed || this.#taken || this.#vain < IN_VAIN || finding === this.#finding) return;
    this.#finding = finding;
    this.around.state("lost", finding);
  }
}
