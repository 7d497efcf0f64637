/** Who may import whom in the page, and who may touch the document. */
import { describe, expect, test } from "vitest";

const files = import.meta.glob<string>("../src/**/*.{ts,svelte}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Sources by their path under src, as `stage/view.ts`. */
const sources = new Map(
  Object.entries(files).map(([path, text]) => [path.replace("../src/", ""), text] as const),
);

/** The parts of the page (first folder under src) that a source imports. */
function parts(path: string, text: string): Set<string> {
  const found = new Set<string>();
  for (const match of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const target = new URL(match[1] ?? "", `file:///${path}`).pathname.slice(1);
    found.add(target.split("/")[0] ?? "");
  }
  return found;
}

const FORBIDDEN: Record<string, readonly string[]> = {
  stage: ["link", "panels", "page"],
  panels: ["link", "stage"],
  store: ["link", "stage", "panels", "page"],
  link: ["stage", "panels", "page"],
  code: ["link", "store", "stage", "panels", "page"],
  i18n: ["link", "store", "stage", "panels", "page"],
};

/** The one panel that holds the stage. */
const MEETING = "panels/StageHost.svelte -> stage";

/** Code only: a comment may speak of the document. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

describe("parts of the page", () => {
  test.each(Object.keys(FORBIDDEN))("%s has sources to check", (part) => {
    expect([...sources.keys()].some((path) => path.startsWith(`${part}/`))).toBe(true);
  });

  test.each(Object.entries(FORBIDDEN))("%s imports none of %s", (part, forbidden) => {
    const crossings = [...sources]
      .filter(([path]) => path.startsWith(`${part}/`))
      .flatMap(([path, text]) => [...parts(path, text)].map((other) => `${path} -> ${other}`))
      .filter((crossing) => forbidden.includes(crossing.split(" -> ")[1] ?? "") && crossing !== MEETING);
    expect(crossings).toEqual([]);
  });

  test("the store knows no document", () => {
    const touching = [...sources]
      .filter(([path]) => path.startsWith("store/"))
      .filter(([, text]) =>
        /\b(document|window|navigator|localStorage)\.|\bHTML\w*Element\b/.test(code(text)),
      )
      .map(([path]) => path);
    expect(touching).toEqual([]);
  });
});
