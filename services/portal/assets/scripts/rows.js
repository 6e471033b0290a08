// Rows of a table that is a parameter: added from its template, taken out in place.
export function startRows() {
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add.closest("fieldset"));
    const drop = event.target.closest("[data-drop-row]");
    if (drop) dropRow(drop.closest("tr"));
  });
}

function addRow(field) {
  const body = field.querySelector("tbody[data-rows]");
  const index = Number(body.dataset.rows);
  body.dataset.rows = index + 1;
  const row = field.querySelector("template[data-row]").content.cloneNode(true);
  row.querySelectorAll("[name]").forEach((each) => {
    each.name = each.name.replace("{row}", index);
    if (each.id) each.id = each.name;
  });
  row.querySelectorAll("[hidden]").forEach((each) => {
    each.hidden = false;
  });
  body.append(row);
  body.lastElementChild.querySelector("input, select")?.focus();
}

function dropRow(row) {
  row.querySelectorAll("input, select").forEach((each) => {
    each.value = "";
  });
  row.hidden = true;
  row.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
}
