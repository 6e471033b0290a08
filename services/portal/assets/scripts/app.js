// What scripts add to the pages. Everything here is an enhancement: each form and link works without it.
import htmx from "htmx.org";
import "idiomorph/htmx";

import { keepWhatWasTyped } from "./keep.js";
import { startAnswers } from "./answers.js";
import { answerEarlyChanges } from "./changed.js";
import { startForms } from "./forms.js";
import { fillOpenFolds, startFolds } from "./folds.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startRows } from "./rows.js";
import { startUploads } from "./uploads.js";

window.htmx = htmx;
document.documentElement.classList.add("has-script");

function start(root) {
  root.querySelectorAll("[data-needs-script], [data-print], [data-add-row], [data-drop-row]").forEach((each) => {
    each.hidden = false;
  });
  root.querySelectorAll("[data-without-script]").forEach((each) => {
    each.hidden = true;
  });
  const focus = root.querySelector("[data-focus]");
  if (focus) focus.focus();
}

startForms();
startFolds();
startAnswers();
startKeys();
startRows();
startUploads();
startLive();
keepWhatWasTyped();
start(document);
document.addEventListener("DOMContentLoaded", () => {
  answerEarlyChanges(); // after htmx, which begins to listen then
  fillOpenFolds();
});
// On a narrow screen the console's menu is one line: it begins where the reader is.
document.querySelector("#navs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
