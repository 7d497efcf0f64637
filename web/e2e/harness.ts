/** What every end-to-end test needs: a real server, a real Chromium, and a page that may not complain. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.CHAINRULE ?? `${repository}.venv/bin/chainrule`;
export const python = program.replace(/chainrule$/, "python");

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Server {
  /** Address with the token, as printed for a person to open. */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Start `chainrule` on a free port (or as `options` say) and wait for the address it prints. */
export async function startServer(...options: string[]): Promise<Server> {
  const child = spawn(program, ["--no-open", "--port", "0", ...options], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (data: Buffer) => {
      said += data.toString();
      const address = /http:\/\/\S+/.exec(said);
      if (address) resolve(address[0]);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    void ended.then(() => reject(new Error(`chainrule ended before it printed its address:\n${said}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    process: child,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

let browser: Browser;
let shared: Server;
const contexts: BrowserContext[] = [];
const complaints: string[] = [];
let tolerated: RegExp[] = [];

/** Complaints of the browser that belong to what a test does (a socket that it cuts itself). */
export function tolerate(...patterns: RegExp[]): void {
  tolerated = patterns;
}

/** A page in a fresh browser profile, at `url`; English, light, 1280 x 800 unless `options` say otherwise. */
export async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    colorScheme: "light",
    ...options,
  });
  contexts.push(context);
  context.on("page", watch);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** The browser that `stage` started. */
export function engine(): Browser {
  return browser;
}

function watch(page: Page): void {
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      complaints.push(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()} for ${response.url()}`);
  });
}

/** Call once in a test file: one server and one browser for its tests, and no complaint in any of them. */
export function stage(...options: string[]): { readonly server: Server } {
  beforeAll(async () => {
    [browser, shared] = await Promise.all([
      chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS }),
      startServer(...options),
    ]);
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    const heard = [...new Set(complaints.splice(0))].filter(
      (text) => !tolerated.some((pattern) => pattern.test(text)),
    );
    tolerated = [];
    expect(heard, "what the browser complained about").toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await shared?.stop();
  });
  return {
    get server() {
      return shared;
    },
  };
}
