import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const text = new URL("../src/chainrule/text", import.meta.url).pathname;

/** The page's own script is fetched while the first one still runs. */
function preloaded(name: string): Plugin {
  return {
    name: "preloaded",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle }) =>
        Object.values(bundle ?? {})
          .filter((chunk) => chunk.type === "chunk" && chunk.name === name)
          .map(({ fileName }) => ({
            tag: "link",
            attrs: { rel: "modulepreload", crossorigin: true, href: `./${fileName}` },
          })),
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [svelte(), preloaded("main")],
  resolve: { alias: { $text: text } },
  worker: { format: "es" },
  json: { stringify: true }, // the catalogues are read faster as text than as a program
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
