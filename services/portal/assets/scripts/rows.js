// Rows of a table that is a parameter, added from its template and taken out in place; cells of the matrix.
export function startRows() {
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add.closest("fieldset"));
    const drop = event.target.closest("[data-drop-row]");
    if (drop) dropRow(drop.closest("tr"));
    (add || drop)?.closest("fieldset").toggleAttribute("data-touched", true); // its rows are the person's now
  });
  document.addEventListener("change", (event) => {
    const cell = event.target.closest(".v-cell");
    if (cell) showCell(cell, event.target);
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

// A cell of the matrix shows what was chosen; it is ringed while that is not what is published.
function showCell(cell, select) {
  cell.dataset.v = select.value;
  cell.title = select.selectedOptions[0].textContent;
  cell.toggleAttribute("data-changed", !select.selectedOptions[0].defaultSelected);
  cell.querySelectorAll("[data-picture]").forEach((picture) => {
    picture.hidden = picture.dataset.picture !== select.value;
  });
}
