/** The worker that holds the socket: it decodes events and hands their buffers over without a copy. */

import type { Event } from "../messages";
import { Connection } from "./connection";
import type { Finding, FromWorker, ToWorker } from "./link";

const scope = self as unknown as {
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (message: MessageEvent<ToWorker>) => void): void;
};

let connection: Connection | null = null;

scope.addEventListener("message", ({ data }) => {
  if (data.kind === "open") {
    connection = new Connection(data.address, data.session, {
      open: (address) => new WebSocket(address),
      event: (event: Event, buffer: ArrayBuffer) => scope.postMessage({ kind: "event", event }, [buffer]),
      state: (state, finding) => scope.postMessage({ kind: "state", state, finding }),
      look,
      chance: Math.random,
    });
  } else if (data.kind === "send") connection?.send(data.command);
  else connection?.retry(data.claim);
});

/** Asks the host for the page: a socket that fails does not tell why. */
async function look(): Promise<Finding> {
  try {
    const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return answer.status === 403 ? "refused" : "";
  } catch {
    return "silent";
  }
}
