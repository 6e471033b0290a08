// What shows that a request comes from this site's own page.
export function seal() {
  return document.querySelector('meta[name="vez-seal"]')?.content || "";
}
