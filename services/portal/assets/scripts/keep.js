// Nothing typed is lost: a copy stays in this tab until it was sent, and drafts go to the server by themselves.
import { seal } from "./seal.js";

const PREFIX = "vez:";
const PAUSE_MS = 1500;

function fields(form) {
  return [...form.elements].filter((each) => each.name && !["hidden", "file", "password", "submit", "button", "fieldset"].includes(each.type));
}

function read(form) {
  const values = {};
  fields(form).forEach((each) => {
    if (each.type === "checkbox" || each.type === "radio") {
      values[`${each.name}=${each.value}`] = each.checked;
    } else if (each.value !== each.defaultValue || each.tagName === "SELECT") {
      values[each.name] = each.value;
    }
  });
  return values;
}

function put(form, values) {
  fields(form).forEach((each) => {
    if (each.type === "checkbox" || each.type === "radio") {
      const kept = values[`${each.name}=${each.value}`];
      if (kept !== undefined) each.checked = kept;
    } else if (values[each.name] !== undefined) {
      each.value = values[each.name];
    }
  });
}

function store(key, value) {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // A full or forbidden store keeps nothing; the form itself still does.
  }
}

function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

export function forget(key) {
  sessionStorage.removeItem(PREFIX + key);
}

function restore(form) {
  const key = form.dataset.keep;
  const kept = stored(key);
  if (!kept) return;
  const wasRefused = document.querySelector(".v-errors");
  if (kept.sent || wasRefused) forget(key);
  else put(form, kept.values);
}

function sayConnection() {
  const line = document.querySelector(".v-offline");
  if (line) line.textContent = navigator.onLine ? "" : line.dataset.words;
}

async function autosave(form) {
  if (!navigator.onLine || form.dataset.sending) return;
  if (form.dataset.saving) {
    form.dataset.again = "yes"; // what was typed while the last copy was under way goes with the next one
    return;
  }
  const subject = form.elements.subject?.value.trim();
  if (!subject) return;
  form.dataset.saving = "yes";
  const body = new FormData(form);
  [...body.keys()].filter((name) => body.get(name) instanceof File).forEach((name) => body.delete(name));
  try {
    const answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "X-Vez-Seal": seal() } });
    if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) saved(form, await answer.json());
  } catch {
    sayConnection();
  } finally {
    delete form.dataset.saving;
  }
  if (form.dataset.again) {
    delete form.dataset.again;
    await autosave(form);
  }
}

function saved(form, answer) {
  form.elements.version.value = answer.version;
  form.elements.written.value = answer.written;
  form.elements.ticket.value = answer.id;
  form.action = answer.action;
  form.dataset.uploads = answer.uploads;
  const line = document.getElementById("saved");
  if (line) line.textContent = answer.said;
  form.dispatchEvent(new CustomEvent("vez:saved", { detail: answer }));
}

// The draft's place on the server, made now where there is none yet: its files need one.
export async function draftOf(form) {
  if (form.elements.ticket?.value) return form.elements.ticket.value;
  if (form.elements.subject && !form.elements.subject.value.trim()) form.elements.subject.value = document.querySelector("[name=type]:checked + span b")?.textContent || "…";
  await autosave(form);
  return form.elements.ticket?.value;
}

export function keepWhatWasTyped() {
  const timers = new WeakMap();
  document.querySelectorAll("form[data-keep]").forEach(restore);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll?.("form[data-keep]").forEach(restore));
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.keep) return;
    store(form.dataset.keep, { values: read(form) });
    clearTimeout(timers.get(form));
    if (form.dataset.autosave) timers.set(form, setTimeout(() => autosave(form), PAUSE_MS));
  });
  document.addEventListener("submit", (event) => {
    const key = event.target.dataset.keep;
    if (key && !event.defaultPrevented && stored(key)) store(key, { ...stored(key), sent: true });
  });
  if (document.querySelector(".v-door")) Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => sessionStorage.removeItem(key));
  window.addEventListener("online", sayConnection);
  window.addEventListener("offline", sayConnection);
  sayConnection();
}
