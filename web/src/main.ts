import { mount } from "svelte";
import App from "./App.svelte";
import { speech } from "./i18n/language.svelte";
import { SocketLink } from "./link/socket";
import { screen } from "./page/media.svelte";
import { Model } from "./page/model.svelte";
import { taste } from "./page/taste.svelte";
import { look } from "./page/theme.svelte";

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has no #page");

const { signal } = new AbortController();
const address = new URL("socket", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
address.hash = "";

speech.begin();
taste.begin();
look.begin(signal);
screen.begin(signal);
const model = new Model(new SocketLink(address.href, signal));
page.replaceChildren();
mount(App, { target: page, props: { model } });
