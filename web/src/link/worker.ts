/** The worker that holds the socket: it decodes events and hands their buffers over without a copy. */

import type { Event } from "../messages";
import { Connection } from "./connection";
import type { FromWorker, ToWorker } from "./link";

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
      state: (state, retryInSeconds) => scope.postMessage({ kind: "state", state, retryInSeconds }),
      chance: Math.random,
    });
  } else if (data.kind === "send") connection?.send(data.command);
  else connection?.retry(data.claim);
});
