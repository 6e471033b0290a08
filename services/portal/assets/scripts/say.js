// Says something once, for eyes and for screen readers.
const SHOWN_MS = 5000;

export function say(text) {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const line = document.createElement("p");
  line.className = "v-toast";
  line.textContent = text;
  place.replaceChildren(line);
  fade(line);
}

export function fade(line) {
  setTimeout(() => line.setAttribute("data-old", ""), SHOWN_MS);
  setTimeout(() => line.remove(), SHOWN_MS + 400);
}
