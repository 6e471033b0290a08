// Sends one file to the store, part by part, whatever comes between: addresses that end, a connection that is lost, a page
// that is loaded anew. What the store has already is never sent again.
import { seal } from "./seal.js";

const PREFIX = "vez:upload:";
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;
const MOST_TRIES = 10;
const LIFETIME_MS = 240000;
const MARGIN = 0.1;

// What a service said no to: trying again cannot help.
class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

async function ask(address, body) {
  const headers = body ? { "Content-Type": "application/json", "X-Vez-Seal": seal() } : {};
  const answer = await fetch(address, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  if (answer.ok) return { ...(await answer.json()), told: answer.headers.get("Date") };
  if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  throw new Refused(answer.status, page.querySelector("main p")?.textContent || page.querySelector("h1")?.textContent || String(answer.status));
}

function back() {
  return navigator.onLine ? Promise.resolve() : new Promise((go) => { window.addEventListener("online", go, { once: true }); });
}

// Tries again what failed for no reason of its own, with growing pauses; time without a connection does not count.
async function patiently(act) {
  for (let turn = 1; ; turn += 1) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Refused || turn >= MOST_TRIES) throw error;
      await new Promise((go) => { setTimeout(go, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (turn - 1))); });
      await back();
    }
  }
}

// An upload under way: which parts the store has, and until when the addresses of the others are good.
class Upload {
  constructor(told) {
    this.id = told.id;
    this.take(told);
  }

  take(told) {
    this.parts = [...told.parts].sort((a, b) => a.number - b.number);
    const lifetime = told.told ? Date.parse(told.expires_at) - Date.parse(told.told) : LIFETIME_MS;
    this.goodUntil = performance.now() + lifetime * (1 - MARGIN);
  }

  get next() {
    return this.parts.find((part) => !part.etag);
  }

  get sent() {
    return this.parts.reduce((sum, part) => sum + (part.etag ? part.size : 0), 0);
  }

  startOf(wanted) {
    return this.parts.filter((part) => part.number < wanted.number).reduce((sum, part) => sum + part.size, 0);
  }

  async renew() {
    this.take(await ask(`/files/uploads/${this.id}`));
  }
}

function put(part, content, onProgress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", part.url);
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      if (request.status < 300) done((request.getResponseHeader("ETag") || "").replaceAll('"', ""));
      else failed(new Error(String(request.status)));
    });
    request.addEventListener("error", () => failed(new Error(document.querySelector(".v-offline")?.dataset.words || "")));
    request.send(content);
  });
}

async function sendParts(upload, file, onProgress) {
  let isFresh = true;
  while (upload.next) {
    const before = upload.sent;
    await patiently(async () => {
      if (!isFresh || performance.now() > upload.goodUntil) await upload.renew();
      isFresh = false;
      const part = upload.next;
      if (!part) return;
      const start = upload.startOf(part);
      onProgress(before);
      part.etag = await put(part, file.slice(start, start + part.size), (loaded) => onProgress(before + loaded));
      isFresh = true;
    });
  }
}

function nameOf(file, address) {
  return `${PREFIX}${address}|${file.name}|${file.size}|${file.lastModified}`;
}

function remembered(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key, id) {
  try {
    if (id) sessionStorage.setItem(key, id);
    else sessionStorage.removeItem(key);
  } catch {
    // Without a store of its own the page starts anew after it was loaded anew.
  }
}

// The upload that this tab began with the same file before, else a new one.
async function begun(file, address, facts, key) {
  const id = remembered(key);
  if (id) {
    try {
      return new Upload(await patiently(() => ask(`/files/uploads/${id}`)));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      remember(key, null);
    }
  }
  const told = { name: file.name, size: file.size, content_type: file.type, key: `${Date.now()}-${Math.random()}`, ...facts };
  return new Upload(await patiently(() => ask(address, told)));
}

// Sends a file to the upload that `address` begins; its id. `onBegin` hears the id, `onProgress` the bytes there are.
export async function send(file, address, facts, { onBegin, onProgress }) {
  const key = nameOf(file, address);
  const upload = await begun(file, address, facts, key);
  remember(key, upload.id);
  onBegin(upload.id);
  await sendParts(upload, file, onProgress);
  const parts = upload.parts.map((part) => ({ number: part.number, etag: part.etag }));
  try {
    await patiently(() => ask(`/files/uploads/${upload.id}/complete`, { parts }));
  } catch (error) {
    if (error.status !== 409) throw error; // an answer that was lost: the upload is complete
  }
  remember(key, null);
  return upload.id;
}
