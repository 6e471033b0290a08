// The keyboard: a slash goes to the search everywhere; the attendants' console has a key for everything.
import { open } from "./folds.js";
import { get } from "./live.js";

const QUEUE_ROWS = "#rows tr[data-row-ticket]";

function rows() {
  return [...document.querySelectorAll(QUEUE_ROWS)];
}

function chosen() {
  return document.querySelector(`${QUEUE_ROWS}[aria-selected="true"]`);
}

function choose(row) {
  if (!row) return;
  rows().forEach((each) => each.toggleAttribute("aria-selected", false));
  row.setAttribute("aria-selected", "true");
  row.scrollIntoView({ block: "nearest" });
  row.querySelector(".v-subj a")?.focus({ preventScroll: true });
  const preview = document.getElementById("preview");
  if (preview && preview.offsetParent) get(row.dataset.preview, preview, "innerHTML");
}

function step(by) {
  const all = rows();
  const at = all.indexOf(chosen());
  choose(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
}

export function showBulk() {
  const bar = document.querySelector("[data-bulk]");
  if (!bar) return;
  const marked = document.querySelectorAll('#bulk [name="marked"]:checked').length;
  bar.toggleAttribute("data-any", marked > 0);
  const words = bar.querySelector("[data-marked]");
  words.textContent = words.dataset.marked.replace("%d", marked);
  rows().forEach((row) => row.toggleAttribute("data-checked", row.querySelector('[name="marked"]')?.checked || false));
}

function toggle(row) {
  const box = row?.querySelector('[name="marked"]');
  if (!box) return;
  box.checked = !box.checked;
  showBulk();
}

function press(key) {
  const button = [...document.querySelectorAll(`[data-key="${key}"]`)].find((each) => each.offsetParent !== null);
  if (!button) return false;
  if (button.matches("summary")) return open(button.parentElement.id);
  if (button.matches("textarea")) button.focus();
  else button.click();
  return true;
}

function write(isNote) {
  const note = document.querySelector('#composer [name="visibility"][value="internal"]');
  const all = document.querySelector('#composer [name="visibility"][value="public"]');
  if (note && all) (isNote ? note : all).checked = true;
  const field = document.getElementById("msg");
  if (!field) return false;
  field.focus();
  field.scrollIntoView({ block: "center" });
  return true;
}

function go(anchor) {
  const row = chosen();
  if (row) window.location.href = `${row.querySelector(".v-subj a").href}${anchor}`;
  return Boolean(row);
}

function anyMarked() {
  return Boolean(document.querySelector("[data-bulk][data-any]"));
}

const QUEUE = {
  j: () => step(1),
  k: () => step(-1),
  x: () => toggle(chosen()),
  a: () => go("#work"),
  t: () => (anyMarked() ? open("bulk-transfer") : go("#transfer")),
  r: () => (anyMarked() ? open("bulk-reply") : go("#msg")),
  n: () => go("#msg"),
  s: () => (anyMarked() ? open("bulk-schedule") : go("#schedule")),
  g: () => press("g") || go(""),
  d: () => (anyMarked() ? open("bulk-decide") : go("#decide")),
  f: () => press("f"),
};

const TICKET = {
  a: () => press("a"),
  t: () => press("t"),
  s: () => press("s"),
  g: () => press("g"),
  e: () => press("e"),
  c: () => press("c"),
  r: () => write(false),
  n: () => write(true),
  u: () => {
    window.location.href = document.body.dataset.queue;
  },
  j: () => window.scrollBy({ top: 120 }),
  k: () => window.scrollBy({ top: -120 }),
};

function sheet() {
  const dialog = document.getElementById("keys");
  if (dialog?.showModal && !dialog.open) dialog.showModal();
}

function search() {
  const field = [...document.querySelectorAll('form[role="search"] input[type="search"]')].find((each) => each.offsetParent);
  field?.focus();
  return Boolean(field);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]");
  if (field) {
    if (event.key === "Escape" && !field.matches("dialog")) field.blur();
    return;
  }
  const kind = document.body.dataset.keys;
  if (event.key === "/" && search()) return event.preventDefault();
  if (!kind) return;
  if (event.key === "?") return sheet();
  if (/^[1-9]$/.test(event.key)) {
    document.querySelectorAll("#views a.v-view")[Number(event.key) - 1]?.click();
    return;
  }
  const deed = (kind === "queue" ? QUEUE : TICKET)[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
}

// A ticket opened by a key of the queue goes on where that key pointed.
function arrive() {
  const anchor = window.location.hash.slice(1);
  if (["transfer", "schedule", "wait"].includes(anchor)) open(anchor);
  if (anchor === "msg") write(false);
}

export function startKeys() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-mark-all]")) {
      document.querySelectorAll('#bulk [name="marked"]').forEach((each) => {
        each.checked = event.target.checked;
      });
    }
    if (event.target.closest("#bulk")) showBulk();
    if (event.target.matches("select[data-submit-on-change]")) event.target.form.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-unmark]")) {
      document.querySelectorAll('#bulk [name="marked"], [data-mark-all]').forEach((each) => {
        each.checked = false;
      });
      showBulk();
    }
    const row = event.target.closest(QUEUE_ROWS);
    if (row && !event.target.closest("a, input")) choose(row);
  });
  document.querySelectorAll("[data-unmark]").forEach((each) => {
    each.hidden = false;
  });
  showBulk();
  if (document.body.dataset.keys === "queue" && rows().length) choose(rows()[0]);
  arrive();
}
