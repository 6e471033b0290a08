// What changes elsewhere shows here without loading the page anew: ids come by the stream, the page asks for what it may see.
import htmx from "htmx.org";

import { fillOpenFolds } from "./folds.js";
import { seal } from "./seal.js";

const RETRY_MS = 3000;
const SETTLE_MS = 60;
const PENDING_MS = 700;
const MOST_PENDING = 30;

let waiting = null;

function shownTickets() {
  const one = document.body.dataset.ticket;
  return one ? [one] : [...document.querySelectorAll("[data-row-ticket]")].map((each) => each.dataset.rowTicket).slice(0, 100);
}

// Each place asks for itself, so that what one asks for never takes the turn of another; a line that broke is asked again
// with the next change.
export function get(address, target, swap) {
  return htmx.ajax("GET", address, { source: target, target, swap }).catch(() => {});
}

export function refresh() {
  if (waiting) return;
  waiting = setTimeout(() => {
    waiting = null;
    // A page that answers a form holds what was typed and what became of it: it stays until somebody goes on.
    const target = document.querySelector("[data-refresh]:not([data-still])");
    if (target) get(window.location.href, target, "morph:innerHTML").then(fillOpenFolds);
  }, SETTLE_MS);
}

// Whoever went on to another list meanwhile keeps that one: an answer about the one before is dropped, and asked for anew.
function dropLate(event) {
  const { elt, path } = event.detail.requestConfig;
  if (!elt.matches("[data-refresh]") || path === window.location.href) return;
  event.detail.shouldSwap = false;
  refresh();
}

async function open() {
  if (!document.body.dataset.live || !window.EventSource) return;
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
  stream.addEventListener("changed", refresh);
  stream.addEventListener("reset", refresh);
  stream.addEventListener("notification", () => {
    ring();
    refresh();
  });
  stream.addEventListener("presence", () => document.body.dispatchEvent(new CustomEvent("vez:presence")));
  // The right to listen is good once: a broken stream is opened with a new one.
  stream.addEventListener("error", () => {
    stream.close();
    setTimeout(open, RETRY_MS);
  });
  window.addEventListener("pagehide", () => stream.close(), { once: true });
}

function ring() {
  document.querySelectorAll("[data-bell]:not(:has(.v-dot))").forEach((bell) => {
    const dot = document.createElement("span");
    dot.className = "v-dot";
    bell.append(dot);
  });
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
  document.addEventListener("htmx:beforeSwap", dropLate);
  open();
  watchPending();
}
