// What changes elsewhere shows here without loading the page anew: ids come by the stream, the page asks for what it may see.
import htmx from "htmx.org";

import { seal } from "./forms.js";

const RETRY_MS = 3000;
const PENDING_MS = 700;
const MOST_PENDING = 30;

let waiting = null;

function shownTickets() {
  const one = document.body.dataset.ticket;
  return one ? [one] : [...document.querySelectorAll("[data-row-ticket]")].map((each) => each.dataset.rowTicket).slice(0, 100);
}

export function refresh() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    const target = document.getElementById("sheet") || document.getElementById("tickets") || document.getElementById("queue");
    if (target) htmx.ajax("GET", window.location.href, { target, swap: "morph:innerHTML" });
  }, 60);
}

async function open() {
  const kind = document.body.dataset.live;
  if (!kind || !window.EventSource) return;
  try {
    const answer = await fetch("/live", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Vez-Seal": seal() },
      body: JSON.stringify({ tickets: shownTickets() }),
    });
    if (!answer.ok) return void setTimeout(open, RETRY_MS * 5);
    listen((await answer.json()).stream);
  } catch {
    setTimeout(open, RETRY_MS);
  }
}

function listen(address) {
  const stream = new EventSource(address);
  const changed = () => refresh();
  stream.addEventListener("message", changed);
  ["ticket", "notification", "flow", "changed"].forEach((name) => stream.addEventListener(name, changed));
  stream.addEventListener("error", () => {
    stream.close();
    setTimeout(open, RETRY_MS);
  });
  window.addEventListener("pagehide", () => stream.close(), { once: true });
}

// An answer of the flow that was not there yet when the page was made: asked for until it is.
function watchPending(turn = 0) {
  if (!document.querySelector("[data-pending]") || turn >= MOST_PENDING) return;
  setTimeout(() => {
    refresh();
    setTimeout(() => watchPending(turn + 1), PENDING_MS / 2);
  }, PENDING_MS);
}

export function startLive() {
  open();
  watchPending();
}
