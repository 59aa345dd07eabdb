// Sheets under one word, dialogs, copying, printing.
import { announce, onContent, all, say } from "./page.js";

/** Open a sheet, with the focus on the first thing in it. */
export function unfold(menu) {
  menu.open = true;
  menu.querySelector(".drop :is(a, button)")?.focus();
}

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;

  const opener = event.target.closest("[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
    return;
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  else if (event.target.nodeName === "DIALOG") event.target.close();           // a click on the backdrop

  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard.writeText(copier.dataset.copy).then(() => announce(say("copied"), { tone: "ok" }));

  if (event.target.closest("[data-print]")) {
    event.preventDefault();
    window.print();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    event.preventDefault();
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// An address that names a sheet opens it, one that names a field is where somebody wants to write; once all is there,
// for until then the browser takes the focus to the address.
addEventListener("load", () => {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (named && named.matches("details.menu")) unfold(named);
  else if (named && named.matches("textarea")) named.focus();
});

// What makes sense only with a script is shown only with one.
onContent((part) => {
  for (const button of all(part, "[data-copy]")) button.hidden = !navigator.clipboard;
  for (const button of all(part, "[data-print], [data-pick-all], [data-open][hidden]")) button.hidden = false;
});

// Printed numbers: the tables under the charts are opened for the paper and closed again.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.twin:not([open])")];
  for (const twin of opened) twin.open = true;
  display("paper", "");
});
window.addEventListener("afterprint", () => {
  for (const twin of opened) twin.open = false;
  display("paper", null);
});

/** Black on white while printing, whatever the screen has; the charts are painted again for it. */
function display(name, value) {
  if (value === null) delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = value;
  document.dispatchEvent(new CustomEvent("hp:display"));
}
