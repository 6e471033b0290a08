// Answers written beforehand: found as one types, put where the cursor is. Placeholders are put into the text likewise.
import { say } from "./say.js";

let lastArea = null;

function fold(text) {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}

function put(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function shown(list) {
  return [...list.querySelectorAll("li:not([hidden]) button")];
}

function find(field) {
  const list = document.getElementById(field.dataset.finds);
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  list.querySelectorAll("li").forEach((each) => {
    const text = fold(each.textContent);
    each.hidden = !words.every((word) => text.includes(word));
  });
  const none = list.parentElement.querySelector("[data-found-none]");
  if (none) none.hidden = shown(list).length > 0;
}

async function insert(button) {
  const area = document.getElementById("msg");
  const around = button.closest("details");
  try {
    const answer = await fetch(button.dataset.answer, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    around.open = false;
    put(area, (await answer.json()).body);
  } catch {
    say(document.querySelector(".v-offline")?.dataset.words);
  }
}

// Down and up walk the answers that were found; up from the first goes back to the search.
function walk(event) {
  const around = event.target.closest(".v-answers");
  const list = around?.querySelector("ul");
  if (!list) return;
  const all = shown(list);
  const at = all.indexOf(document.activeElement);
  if (event.key === "Enter" && event.target.matches("[data-finds]")) {
    event.preventDefault();
    if (all[0]) insert(all[0]);
  } else if (event.key === "ArrowDown" && all.length) {
    event.preventDefault();
    all[Math.min(at + 1, all.length - 1)].focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    event.preventDefault();
    (all[at - 1] || around.querySelector("[data-finds]")).focus();
  }
}

export function startAnswers() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-answer]");
    if (button) {
      event.preventDefault();
      insert(button);
    }
    const holds = event.target.closest("[data-puts]");
    if (holds) put(lastArea?.isConnected ? lastArea : document.getElementById("new-body"), holds.dataset.puts);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches('textarea[name="body"]')) lastArea = event.target;
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-finds]")) find(event.target);
  });
  document.addEventListener("keydown", walk);
}
