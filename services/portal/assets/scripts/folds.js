// Folds and menus: one open at a time, closed by Escape and by a click elsewhere; some ask for their content once they are open.
import htmx from "htmx.org";

const FOLDS = "details.v-menu, details.v-fold";

function isFloating(fold) {
  const inside = fold.querySelector(".v-fold-in, .v-menu-list");
  return inside && getComputedStyle(inside).position !== "static";
}

function closeOthers(kept) {
  document.querySelectorAll(`:is(${FOLDS})[open]`).forEach((fold) => {
    if (!kept || (!fold.contains(kept) && isFloating(fold))) fold.open = false;
  });
}

export function open(id) {
  const fold = document.getElementById(id);
  if (!fold) return false;
  fold.open = true;
  fold.scrollIntoView({ block: "nearest" });
  const field = fold.querySelector("textarea, input:not([type=hidden]), select, button");
  (field || fold.querySelector("summary")).focus();
  return true;
}

// Asked for when a fold is opened, also before the scripts were there, and again when the page around it was renewed.
export function fillOpenFolds() {
  document.querySelectorAll("details[open]").forEach(fill);
}

function fill(fold) {
  fold.querySelectorAll(':scope > [hx-trigger="opened"]').forEach((each) => htmx.trigger(each, "opened"));
}

export function startFolds() {
  const opened = (event) => event.target.open && fill(event.target);
  document.addEventListener("toggle", opened, true); // which does not bubble
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener && open(opener.dataset.opens)) return event.preventDefault();
    closeOthers(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const fold = document.activeElement?.closest(`:is(${FOLDS})[open]`) || document.querySelector(`:is(${FOLDS})[open]`);
    if (!fold) return;
    fold.open = false;
    fold.querySelector("summary").focus();
  });
  document.querySelectorAll(".v-toast").forEach((line) => setTimeout(() => line.setAttribute("data-old", ""), 6000));
}
