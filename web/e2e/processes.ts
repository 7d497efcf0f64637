/** Memory and time of processes, as Linux counts them. */
import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";

/** Proportional memory in MB: pages that processes share are counted once, divided among them. */
export async function memory(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1]) / 1024;
}

/** Seconds of processor time used so far. */
export async function processorTime(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Summed over the processes of a browser: all of them, or those of one type (`renderer` draws the pages). */
export async function total(
  browser: Browser,
  of: (pid: number) => Promise<number>,
  type?: string,
): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const asked = processInfo.filter((each) => type === undefined || each.type === type);
  const each = await Promise.all(asked.map(({ id }) => of(id).catch(() => 0))); // it may have just ended
  return each.reduce((sum, one) => sum + one, 0);
}
