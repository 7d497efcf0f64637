/** The page: a model of the session behind `link`, and what shows it. */
import { mount } from "svelte";
import App from "./App.svelte";
import { speech } from "./i18n/language.svelte";
import type { Link } from "./link/link";
import { screen } from "./page/media.svelte";
import { Model } from "./page/model.svelte";
import { taste } from "./page/taste.svelte";
import { look } from "./page/theme.svelte";

/** The page is drawn once, with what the session tells; where nothing comes for so many milliseconds, without. */
const HELD = 400;

export function start(link: Link, signal: AbortSignal): void {
  const page = document.getElementById("page");
  if (page === null) throw new Error("index.html has no #page");
  speech.begin();
  taste.begin();
  look.begin(signal);
  screen.begin(signal);
  const model = new Model(link);
  const pictured = new Promise<void>((resolve) => {
    link.on((event) => event.type === "frame" && resolve());
  });
  void Promise.race([pictured, new Promise((resolve) => setTimeout(resolve, HELD))]).then(() => {
    page.replaceChildren();
    mount(App, { target: page, props: { model } });
  });
}
