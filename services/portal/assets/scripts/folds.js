// Folds and menus: one open at a time, closed by Escape and by a click elsewhere.
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

export function startFolds() {
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
