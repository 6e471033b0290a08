// Files by choice, drop or paste: sent from the browser straight to the store, part by part, with their progress shown.
import { draftOf } from "./keep.js";
import { say } from "./say.js";
import { send } from "./sending.js";

const CHECK_MS = 1000;
const MOST_CHECKS = 60;

function listOf(input) {
  return input.closest("form, section, .v-field")?.querySelector(`[data-files-of="${CSS.escape(input.dataset.upload || "")}"]`)
    || input.closest(".v-field, section")?.querySelector("[data-files]")
    || document.querySelector("[data-files]");
}

function line(file) {
  const row = document.createElement("li");
  row.className = "v-file";
  row.setAttribute("data-uploading", "");
  const mark = document.createElement("span");
  mark.className = "v-file-mark";
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = (file.name.split(".").pop() || "").slice(0, 4).toUpperCase();
  const name = document.createElement("span");
  name.className = "v-file-name";
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "v-file-state";
  const bar = document.createElement("progress");
  bar.className = "v-bar";
  bar.max = file.size || 1;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  state.append(bar);
  row.append(mark, name, document.createElement("span"), state);
  return { row, state, bar };
}

// The row of an upload that goes on takes the place of the one that the page was loaded with.
function goOnAs(id, shown) {
  document.querySelectorAll(`[data-file="${CSS.escape(id)}"]`).forEach((each) => each.remove());
  shown.row.dataset.file = id;
}

async function watch(id, shown) {
  for (let turn = 0; turn < MOST_CHECKS; turn += 1) {
    const answer = await fetch(`/files/${id}/row`, { headers: { "HX-Request": "true" } });
    if (answer.ok) {
      const row = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".v-file");
      if (row) {
        const isChecked = !row.querySelector(".v-wait");
        shown.row.toggleAttribute("data-refused", row.hasAttribute("data-refused"));
        shown.row.replaceChildren(...row.childNodes);
        if (isChecked) return shown.row.removeAttribute("data-uploading");
      }
    }
    await new Promise((go) => setTimeout(go, CHECK_MS));
  }
}

async function takeIn(files, input) {
  const list = listOf(input);
  document.querySelector("[data-none]")?.remove();
  const form = input.form;
  if (form?.dataset.autosave && !(await draftOf(form))) return;
  const address = form?.dataset.uploads || (form?.elements.ticket?.value && `/tickets/${form.elements.ticket.value}/uploads`);
  if (!address) return;
  input.value = "";
  for (const file of files) {
    const shown = line(file);
    list.append(shown.row);
    const facts = { internal: form?.elements.internal?.checked || false, parameter: input.dataset.upload || null };
    try {
      const id = await send(file, address, facts, {
        onBegin: (begun) => goOnAs(begun, shown),
        onProgress: (sent) => { shown.bar.value = sent; },
      });
      if (input.dataset.upload) remember(form, input.dataset.upload, id);
      watch(id, shown);
    } catch (error) {
      shown.state.textContent = error.message;
      shown.row.setAttribute("data-refused", "");
      say(`${file.name}: ${error.message}`);
    }
  }
}

// A file that answers a parameter of kind file: its id goes with the form.
function remember(form, name, id) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = name;
  hidden.value = id;
  hidden.toggleAttribute("data-remembered", true);
  form.append(hidden);
}

export function startUploads() {
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file][data-upload]") && event.target.files.length) takeIn([...event.target.files], event.target);
  });
  document.addEventListener("dragover", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (drop) event.preventDefault();
    document.querySelectorAll("[data-drop]").forEach((each) => each.toggleAttribute("data-over", each === drop));
  });
  document.addEventListener("drop", (event) => {
    const drop = event.target.closest("[data-drop]");
    if (!drop) return;
    event.preventDefault();
    drop.removeAttribute("data-over");
    takeIn([...event.dataTransfer.files], drop.querySelector("input[type=file]"));
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files || [])];
    const input = document.querySelector("input[type=file][data-upload]");
    if (files.length && input) takeIn(files, input);
  });
}
