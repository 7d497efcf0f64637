/** A cable between page and server that a test can cut: a TCP relay on a port of its own. */
import { createConnection, createServer, type Socket } from "node:net";

export interface Cable {
  readonly port: number;
  /** Break every connection, at once and without a farewell, and refuse new ones. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** The server checks Host and Origin, so requests that come this way carry the address it knows. */
export async function lay(serverPort: number): Promise<Cable> {
  const ends = new Set<Socket>();
  let broken = false;
  let port = 0;
  const relay = createServer((near) => {
    if (broken) {
      near.resetAndDestroy();
      return;
    }
    const far = createConnection(serverPort, "127.0.0.1");
    for (const end of [near, far]) {
      ends.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        ends.delete(end);
        near.destroy();
        far.destroy();
      });
    }
    let upgraded = false;
    near.on("data", (data) => {
      if (upgraded) {
        far.write(data);
        return;
      }
      const head = data.toString("latin1");
      upgraded = /^upgrade: websocket/im.test(head);
      far.write(head.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${serverPort}`), "latin1");
    });
    far.pipe(near);
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const address = relay.address();
  port = typeof address === "object" && address ? address.port : 0;
  return {
    port,
    cut: () => {
      broken = true;
      for (const end of ends) end.resetAndDestroy();
    },
    mend: () => {
      broken = false;
    },
    close: () =>
      new Promise((resolve) => {
        for (const end of ends) end.destroy();
        relay.close(() => resolve());
      }),
  };
}
