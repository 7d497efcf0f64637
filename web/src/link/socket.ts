/** The link over a WebSocket. The socket lives in a worker, so that decoding never delays the page. */

import type { Event } from "../messages";
import { remember, remembered } from "./identity";
import type { Finding, FromWorker, Link, LinkState, Request, ToWorker } from "./link";

export class SocketLink implements Link {
  readonly #worker: Worker;
  readonly #listeners: ((event: Event) => void)[] = [];
  readonly #watchers: ((state: LinkState, finding: Finding) => void)[] = [];
  #last = 1; // 1 is the worker's hello
  /** What has come before anybody listens. */
  #early: FromWorker[] | null = [];

  /** ``address`` of the socket; ``signal`` ends the link. */
  constructor(address: string, signal: AbortSignal) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.#worker.addEventListener("message", (message: MessageEvent<FromWorker>) => this.#take(message.data));
    this.#worker.addEventListener("error", () => this.#take({ kind: "state", state: "lost", finding: "" }));
    signal.addEventListener("abort", () => this.#worker.terminate());
    // What asks for the network again may find it there sooner than the next attempt.
    const again = () => document.hidden || this.#post({ kind: "retry", claim: false });
    addEventListener("online", again, { signal });
    document.addEventListener("visibilitychange", again, { signal });
    void remembered().then((session) => this.#post({ kind: "open", address, session }));
  }

  send(request: Request): number {
    this.#last += 1;
    this.#post({ kind: "send", command: { ...request, id: this.#last } });
    return this.#last;
  }

  on(listener: (event: Event) => void): void {
    this.#listeners.push(listener);
    queueMicrotask(() => {
      const early = this.#early ?? [];
      this.#early = null;
      for (const message of early) this.#take(message);
    });
  }

  onState(listener: (state: LinkState, finding: Finding) => void): void {
    this.#watchers.push(listener);
  }

  retry(): void {
    this.#post({ kind: "retry", claim: true });
  }

  #take(message: FromWorker): void {
    if (this.#early !== null) {
      this.#early.push(message);
      return;
    }
    if (message.kind === "state") {
      this.#tell(message.state, message.finding);
      return;
    }
    const { event } = message;
    if (event.type === "welcome") void remember(event.session);
    for (const listener of this.#listeners) listener(event);
  }

  #tell(state: LinkState, finding: Finding): void {
    for (const watcher of this.#watchers) watcher(state, finding);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
