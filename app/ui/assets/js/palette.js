// The command palette: Ctrl+K. The server finds; here the keys move, and a control of this page is pressed.
import { nameOf, store } from "./page.js";

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const found = document.getElementById("palette-found");
let controls = [];

const targets = () => [...found.querySelectorAll("a, button")];

function open() {
  controls = [...document.querySelectorAll("#main [data-key]")].filter((one) => one.matches("a, button") && !one.closest("[data-row]") && nameOf(one));
  dialog.showModal();
  field.value = "";
  field.dispatchEvent(new Event("fill"));
  field.focus();
}

if (dialog) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (event.key.toLowerCase() !== "k" || store.read("keys") === "off") return;
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) open();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt === field) event.detail.parameters.here = controls.map(nameOf);
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const list = targets();
    const at = list.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? field : list[Math.min(next, list.length - 1)])?.focus();
    } else if (event.key === "Enter" && document.activeElement === field) {
      event.preventDefault();
      list[0]?.click();
    }
  });
  dialog.querySelector("[data-palette]").addEventListener("submit", (event) => event.preventDefault());

  found.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-press]");
    if (!pressed) return;
    dialog.close();
    controls[Number(pressed.dataset.press)]?.click();
  });
}
