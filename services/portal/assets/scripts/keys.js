// The keyboard: a slash goes to the search everywhere; the attendants' console has a key for everything.
export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, [contenteditable]")) return;
    if (event.key === "/") {
      const search = [...document.querySelectorAll('form[role="search"] input')].find((each) => each.offsetParent);
      if (!search) return;
      event.preventDefault();
      search.focus();
    }
  });
}
