import { defineConfig } from "vitest/config";

/** End to end: the real server, the real page, a real Chromium. One file after the other: they share two cores. */
export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  test: {
    include: ["*.e2e.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } }, // a slow machine is no failure
    hookTimeout: 60_000,
    reporters: ["verbose"],
  },
});
