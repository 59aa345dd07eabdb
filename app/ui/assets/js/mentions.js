// Names of colleagues while one is typed after @. The server finds them in what was sent; without this it does so too.
import { element, onContent, all, say } from "./page.js";

const MOST = 6;
const OPEN = /(^|[^\w.-])[@＠]([^\s@＠]{0,20})$/;
let people;

const load = (url) => (people ??= fetch(url, { headers: { Accept: "application/json" } })
  .then((answer) => (answer.ok ? answer.json() : []))
  .catch(() => { people = undefined; return []; }));

onContent((part) => { for (const field of all(part, "textarea[data-mentions]")) watch(field); });

function watch(field) {
  const list = element("ul", { className: "mentions", id: `${field.id}-mentions`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", say("colleagues"));
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let at = 0;

  const before = () => field.value.slice(0, field.selectionStart);
  const close = () => { list.hidden = true; list.replaceChildren(); field.removeAttribute("aria-activedescendant"); };

  async function look() {
    const typed = OPEN.exec(before());
    if (!typed) { close(); return; }
    const all = await load(field.dataset.mentions);
    const now = OPEN.exec(before());
    if (!now) { close(); return; }
    const said = now[2].toLowerCase();
    const fitting = all.filter(([name, login]) => name.toLowerCase().startsWith(said) || login.startsWith(said)).slice(0, MOST);
    if (!fitting.length) { close(); return; }
    list.replaceChildren(...fitting.map(([name, login, role], place) => {
      const twice = all.filter(([other]) => other === name).length > 1;
      const item = element("li", { id: `${list.id}-${place}` }, element("span", { textContent: name }), element("small", { textContent: `${twice ? `${login} · ` : ""}${role}` }));
      item.dataset.word = twice ? login : name;
      item.setAttribute("role", "option");
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(item); });
      return item;
    }));
    list.hidden = false;
    choose(0);
  }

  function choose(place) {
    at = (place + list.childElementCount) % list.childElementCount;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    field.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function take(item) {
    const end = field.selectionStart;
    const start = end - OPEN.exec(before())[2].length;
    field.setRangeText(`${item.dataset.word} `, start, end, "end");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  field.addEventListener("input", (event) => { if (!event.isComposing) look(); });
  field.addEventListener("compositionend", look);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const act = { ArrowDown: () => choose(at + 1), ArrowUp: () => choose(at - 1), Enter: () => take(list.children[at]), Tab: () => take(list.children[at]), Escape: close }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
}
