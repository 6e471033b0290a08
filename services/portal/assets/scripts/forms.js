// Forms: sent once however often they are clicked, asked about before they destroy something, busy while they wait.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/htmx";

import { isChanged } from "./changed.js";
import { forget } from "./keep.js";
import { say } from "./say.js";
import { seal } from "./seal.js";

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.historyCacheSize = 0;
htmx.config.refreshOnHistoryMiss = true;
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4(03|04|09|12|22)", swap: true },
  { code: "[45]..", swap: false, error: true },
];

// What somebody has typed and not sent yet is never replaced by what comes from the server, and folds stay as they are.
// Nor is what asks for its own content: the page around it comes with none.
function isKept(element) {
  if (element === document.activeElement && element.matches("input, textarea, select")) return true;
  return isChanged(element) || element.matches("[data-files] > [data-uploading], [data-fills-itself], fieldset[data-touched]");
}

Idiomorph.defaults.ignoreActiveValue = true;
Idiomorph.defaults.callbacks.beforeNodeMorphed = (old) => !(old instanceof Element && isKept(old));
Idiomorph.defaults.callbacks.beforeNodeRemoved = (old) => !(old instanceof Element && old.matches("[data-uploading], [data-remembered]"));
// What scripts and readers have set on an element stays: an opened fold, the chosen row, what only scripts show.
const KEPT = {
  open: "details",
  hidden: "[data-needs-script], [data-without-script], [data-unmark], [data-print], [data-add-row], [data-drop-row], [data-found], [data-found-none]",
  "aria-selected": "tr",
  "data-checked": "tr",
  "data-any": "[data-bulk]",
  "data-sending": "form",
  "aria-busy": "button",
};
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) => !(KEPT[name] && element.matches(KEPT[name]));

function busy(form, submitter) {
  if (form.dataset.sending) return false;
  form.dataset.sending = "yes";
  const button = submitter || form.querySelector("[type=submit]");
  if (button) button.setAttribute("aria-busy", "true");
  if (form.dataset.busy) say(form.dataset.busy);
  return true;
}

export function rest(form) {
  delete form.dataset.sending;
  form.querySelectorAll('[aria-busy="true"]').forEach((each) => each.removeAttribute("aria-busy"));
  if (form.id) document.querySelectorAll(`[form="${form.id}"][aria-busy="true"]`).forEach((each) => each.removeAttribute("aria-busy"));
}

function onSubmit(event) {
  const form = event.target;
  const submitter = event.submitter;
  const question = submitter?.dataset.confirm || form.dataset.confirm;
  if (question && !window.confirm(question)) return event.preventDefault();
  if (!navigator.onLine) {
    event.preventDefault();
    return event.stopImmediatePropagation();
  }
  if (form.method === "post" && !form.hasAttribute("hx-post") && !busy(form, submitter)) event.preventDefault();
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 320)}px`;
}

export function startForms() {
  document.addEventListener("submit", onSubmit, true);
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(rest));
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-grows]")) grow(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
      event.target.form?.requestSubmit();
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-Vez-Seal"] = seal();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches("form[hx-post]") && !busy(form)) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (form.matches("form")) rest(form);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (form?.matches("form[data-clears]") && event.detail.xhr.status < 300) {
      if (form.dataset.keep) forget(form.dataset.keep);
      form.reset();
      form.querySelectorAll("textarea").forEach((each) => each.blur());
    }
  });
  document.addEventListener("htmx:sendError", () => say(document.querySelector(".v-offline")?.dataset.words || ""));
  document.addEventListener("htmx:responseError", (event) => {
    const words = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html").querySelector("h1");
    say(words ? words.textContent : String(event.detail.xhr.status));
  });
}
