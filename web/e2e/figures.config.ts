import { defineConfig } from "vitest/config";

/** Part of `make bench`: what the page costs, into bench/results/page.md. */
export default defineConfig({
  root: new URL(".", import.meta.url).pathname,
  test: {
    include: ["*.figures.ts"],
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 60_000,
  },
});
