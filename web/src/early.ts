/**
 * The first script of the page. It makes the link to the session before the page's own script has come: while that is
 * read, the socket opens, and the first events wait for whoever listens.
 */
import { SocketLink } from "./link/socket";

const { signal } = new AbortController();
const address = new URL("socket", location.href);
address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
address.search = "";
address.hash = "";
const link = new SocketLink(address.href, signal);

void import("./main").then(({ start }) => start(link, signal));
