// Phrases that are kept: one is chosen in a sheet, and goes in where the cursor stands. What is typed stays, and the
// browser can take it back like anything typed.
import { all, announce, onContent, say } from "./page.js";

const visited = new WeakSet(); // where nobody has been yet, it goes to the end
let wanted = null;

document.addEventListener("focusin", ({ target }) => { if (target.matches("textarea")) visited.add(target); });

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-phrases]");
  if (opener) wanted = document.getElementById(opener.dataset.phrases);
  const button = event.target.closest("[data-phrase]");
  if (!button) return;
  button.closest("dialog")?.close();
  const field = button.dataset.into ? document.getElementById(button.dataset.into) : wanted;
  if (field) insert(field, button.dataset.phrase);
});

function insert(field, text) {
  const at = visited.has(field) ? field.selectionEnd : field.value.length;
  field.focus();
  field.setSelectionRange(at, at);
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, at, at, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  announce(say("inserted"), { tone: "ok" });
}

// A button is of use where there is a field for it; in the sheet the first one has the focus.
onContent((part) => {
  const buttons = all(part, "[data-phrase]").filter((one) => one.dataset.into || one.closest("dialog"));
  for (const button of buttons) button.hidden = false;
  buttons.find((one) => one.closest("dialog"))?.focus();
});

// What did not come is said beside the field, not behind an empty sheet.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ detail: { elt } }) => {
    if (elt?.matches?.("[data-phrases]")) document.getElementById(elt.dataset.open)?.close();
  });
}
