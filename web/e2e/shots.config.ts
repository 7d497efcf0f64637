import { defineConfig } from "vitest/config";

/** `make shots`: pictures of the page, for people to look at. */
export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  test: {
    include: ["*.shots.ts"],
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
