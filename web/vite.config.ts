import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const text = new URL("../src/chainrule/text", import.meta.url).pathname;

export default defineConfig({
  base: "./",
  plugins: [svelte()],
  resolve: { alias: { $text: text } },
  worker: { format: "es" },
  build: {
    outDir: "../src/chainrule/hosts/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a strict content security policy: nothing as a data: address
    modulePreload: { polyfill: false },
  },
  server: {
    fs: { allow: [".", text] },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
