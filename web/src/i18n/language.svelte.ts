/** The language of the page: every sentence by key, switched at run time, remembered. */

import en from "$text/en.json";
import zh from "$text/zh-CN.json";

export type Key = keyof typeof en;
export type Language = "en" | "zh-CN";
export type Facts = Record<string, string | number>;

const TABLES: Record<Language, Record<string, string>> = { en, "zh-CN": zh };
const STORED = "chainrule.language";

export const LANGUAGES: readonly Language[] = ["en", "zh-CN"];

/** The language to begin with: the stored one, else the first of the browser's that we speak. */
export function preferred(stored: string | null, browser: readonly string[]): Language {
  if (stored === "en" || stored === "zh-CN") return stored;
  for (const tag of browser) {
    if (tag.toLowerCase().startsWith("zh")) return "zh-CN";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

const HAN_FIRST = /^\p{Script=Han}/u;
const HAN_LAST = /\p{Script=Han}$/u;

/**
 * Fills ``{named}`` places; a place without a fact stays visible, which is how a missing fact is found. A space between
 * Chinese and a place falls away where the fact is Chinese on that side.
 */
export function fill(sentence: string, facts: Facts): string {
  return sentence.replace(
    /((?<=\p{Script=Han}) )?\{(\w+)[^}]*\}( (?=\p{Script=Han}))?/gu,
    (whole, before: string | undefined, name: string, after: string | undefined) => {
      if (!(name in facts)) return whole;
      const fact = String(facts[name]);
      return `${HAN_FIRST.test(fact) ? "" : (before ?? "")}${fact}${HAN_LAST.test(fact) ? "" : (after ?? "")}`;
    },
  );
}

class Speech {
  language: Language = $state("en");

  /** Takes up the remembered or the browser's language. */
  begin(): void {
    let stored: string | null = null;
    try {
      stored = localStorage.getItem(STORED);
    } catch {
      // Storage can be forbidden; the browser's language then decides.
    }
    this.language = preferred(stored, navigator.languages);
    document.documentElement.lang = this.language;
  }

  change(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    try {
      localStorage.setItem(STORED, language);
    } catch {
      // Remembering is a courtesy.
    }
  }
}

export const speech = new Speech();

/** The sentence for ``key`` in the language of the page. */
export function t(key: Key, facts: Facts = {}): string {
  return fill(TABLES[speech.language][key] ?? key, facts);
}

/** The sentence for a key known only at run time; ``otherwise`` when the catalogue has none. */
export function say(key: string, facts: Facts = {}, otherwise = key): string {
  const sentence = TABLES[speech.language][key];
  return sentence === undefined ? otherwise : fill(sentence, facts);
}

/** What has entries with names. */
export type Named =
  | "dataset"
  | "feature"
  | "activation"
  | "normalisation"
  | "initialiser"
  | "optimiser"
  | "schedule"
  | "loss"
  | "regulariser"
  | "clipping";

/** The name of something the catalogue of the session lists: a data set, an optimiser … raw when it is the user's. */
export function nameOf(kind: Named, name: string): string {
  return say(`page.${kind}.${name}`, {}, name);
}
