/** A notice as a sentence in the language of the page, with its names as the page writes them. */

import { nameOf, say, speech } from "../i18n/language.svelte";
import { count, full } from "../i18n/numbers";
import type { Notice } from "../messages";

const NAMED = {
  data: "dataset",
  dataset: "dataset",
  loss: "loss",
  optimiser: "optimiser",
  activation: "activation",
} as const;

export function sentence(notice: Notice): string {
  const facts = Object.fromEntries(
    Object.entries(notice.facts).map(([name, fact]) => [name, named(name, fact)]),
  );
  return say(notice.code, facts, notice.text);
}

function named(name: string, fact: string | number): string | number {
  if (typeof fact !== "string")
    return Number.isInteger(fact) && fact >= 10_000 ? count(fact, speech.language) : full(fact);
  if (name === "path") return say(`page.field.${fact}`, {}, fact);
  return name in NAMED ? nameOf(NAMED[name as keyof typeof NAMED], fact) : fact;
}
