// What somebody chose or typed, told apart from what the server wrote; what was chosen before the scripts ran counts too.

// A list in which the server marked nothing begins with its first option.
function first(select) {
  const options = [...select.options];
  return options.find((each) => each.defaultSelected) || options.find((each) => !each.disabled);
}

export function isChanged(element) {
  if (element.matches("input[type=hidden]")) return false;
  if (element.matches("input[type=checkbox], input[type=radio]")) return element.checked !== element.defaultChecked;
  if (element.matches("input, textarea")) return element.value !== element.defaultValue;
  if (!element.matches("select")) return false;
  if (!element.multiple) return element.selectedOptions[0] !== first(element);
  return [...element.options].some((each) => each.selected !== each.defaultSelected);
}

function answer(element) {
  const controls = element.matches("form") ? [...element.elements] : [element];
  const changed = controls.find(isChanged);
  if (!changed) return;
  if (element.matches('[hx-trigger^="change"]')) changed.dispatchEvent(new Event("change", { bubbles: true }));
  else element.requestSubmit();
}

// On a slow line a page is read, and chosen in, before its scripts are there: what waits for a change gets it now.
export function answerEarlyChanges() {
  document.querySelectorAll('form[hx-trigger^="change"], form[hx-trigger^="input"], :is(input, select)[hx-trigger^="change"]').forEach(answer);
}
