// Single keys: declared on links and buttons with data-key ("n", or "g c" for two in a row). Silent while somebody
// types or composes Chinese, and they can be switched off (WCAG 2.1.4).
import { unfold } from "./menus.js";
import { announce, element, nameOf, say, store, textOf } from "./page.js";

const SWITCH = "keys";
const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const PATIENCE = 1200;

const on = () => store.read(SWITCH) !== "off";
export const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
export const here = () => document.activeElement?.closest?.("[data-row]");
const link = (row) => row.querySelector("a.ti, .ti a, a");
const glance = document.getElementById("glance");
let first = null, since = 0, anchor = null, last = 1;

/** Whether the rows are walked down (1) or up (-1). */
export const way = () => last;

function show() { document.body.classList.toggle("keys-off", !on()); }

function step(by) {
  const list = rows();
  if (!list.length) return;
  last = by;
  const at = list.indexOf(here());
  const row = list[at < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(Math.max(at + by, 0), list.length - 1)];
  link(row)?.focus();
  row.scrollIntoView({ block: "nearest" });
  if (glance?.childElementCount) row.querySelector('[data-key="v"]')?.click();
}

function choose(range) {
  const list = rows();
  const at = list.indexOf(here());
  const box = list[at]?.querySelector("input[type=checkbox]");
  if (!box) return;
  const wanted = !box.checked;
  const from = range && anchor !== null ? anchor : at;
  for (let n = Math.min(from, at); n <= Math.max(from, at); n += 1) {
    const one = list[n].querySelector("input[type=checkbox]");
    if (one && one.checked !== wanted) {
      one.checked = wanted;
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
  anchor = at;
}

// What is looked at beside the list goes again, and the focus is in its row as before.
function shut() {
  glance.replaceChildren();
  if (!here()) link(rows()[0] ?? document.body)?.focus();
}
document.addEventListener("click", (event) => { if (event.target.closest("[data-shut]")) shut(); });

// One box for all rows of the page.
document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-pick-all] input");
  if (!box) return;
  for (const row of rows()) {
    const one = row.querySelector("input[type=checkbox]");
    if (one) one.checked = box.checked;
  }
});

function act(target) {
  if (target.matches(TYPING)) {
    target.focus();
    target.select?.();
  } else if (target.matches("details.menu > summary")) unfold(target.parentElement);
  else target.click();
}

/** Where rows are chosen, a key may mean all of them: what is to be done to them, in the form that they are in. */
function ofChosen(key) {
  const action = document.querySelector(`option[data-chosen="${CSS.escape(key)}"]`);
  return action?.closest("form").querySelector("[data-row] input:checked") ? action : null;
}

function takeUp(action) {
  action.selected = true;
  const form = action.closest("form");
  form.requestSubmit(form.querySelector(".bulk [type=submit]"));
}

/** The thing that answers to `key`: in the row where the focus is, else on the page. */
function bound(key) {
  const places = [here(), document.getElementById("main"), document].filter(Boolean);
  for (const place of places) {
    const found = [...place.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
    if (found) return found;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest(TYPING)) {
    if (event.key === "Escape" && event.target.type === "search") event.target.blur();
    return;
  }
  if (event.target.closest("audio, video, object")) return;  // it has keys of its own
  if (event.key === "Escape" && glance?.childElementCount) { shut(); return; }
  if (!on() || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;

  const sequence = first && Date.now() - since < PATIENCE ? bound(`${first} ${key}`) : null;
  first = null;
  if (sequence) { event.preventDefault(); act(sequence); return; }
  if (key === "j" || key === "k") { event.preventDefault(); step(key === "j" ? 1 : -1); return; }
  if (key === "x" && here()) { event.preventDefault(); choose(event.shiftKey); return; }
  const many = ofChosen(key);
  if (many) { event.preventDefault(); takeUp(many); return; }
  const target = bound(key);
  if (target) { event.preventDefault(); act(target); return; }
  if (document.querySelector(`[data-key^="${CSS.escape(key)} "]`)) [first, since] = [key, Date.now()];
});

// The help lists what this very page answers to; a key of every row is called what it does, not by the first row.
const help = document.getElementById("keys");
const listed = help?.querySelector(".keys");
const fixed = listed ? listed.children.length : 0;
const CAPS = { ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
document.addEventListener("click", (event) => {
  if (!event.target.closest('[data-open="keys"]')) return;
  while (listed.children.length > fixed) listed.lastElementChild.remove();
  const seen = new Set(["/", "?"]);
  for (const one of document.querySelectorAll("[data-key], [data-chosen]")) {
    const { key = one.dataset.chosen } = one.dataset;
    if (seen.has(key) && !one.dataset.chosen) continue;
    seen.add(key);
    const caps = key.split(" ").flatMap((cap) => [element("kbd", { textContent: CAPS[cap] ?? cap.toUpperCase() }), " "]);
    listed.append(element("dt", {}, ...caps), element("dd", { textContent: (one.closest("[data-row]") && textOf(one)) || nameOf(one) }));
  }
}, true);

const toggle = help?.querySelector("[data-keys-switch]");
if (toggle) {
  toggle.checked = on();
  toggle.addEventListener("change", () => {
    store.write(SWITCH, toggle.checked ? "on" : "off");
    show();
    announce(say(toggle.checked ? "keysOn" : "keysOff"));
  });
}
show();
