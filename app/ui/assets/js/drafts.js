// Drafts of what is written into a form marked data-draft stay in this browser, under this organisation and this page,
// until the server has taken them, the writer discards them or signs out, or a day has passed.
import { all, announce, onContent, say, store } from "./page.js";

const DAY = 24 * 3600 * 1000;
const name = (field) => `draft:${location.pathname}:${field.form.dataset.draft || field.form.id}:${field.name}`;
const SENT = "sent";

for (const key of store.names().filter((one) => one.startsWith("draft:"))) {
  let at = 0;
  try { at = JSON.parse(store.read(key)).at; } catch { /* not ours any more */ }
  if (Date.now() - at > DAY) store.drop(key);
}

// The page after a submission: unless it is the form again, or a refusal, the words have arrived.
const sent = store.read(SENT, sessionStorage);
store.drop(SENT, sessionStorage);
const refused = document.querySelector(".error-summary, meta[name='hp-page'][content='error'], meta[name='hp-page'][content='sign-in']");
if (sent && !refused) for (const key of JSON.parse(sent)) store.drop(key);

onContent((part) => {
  for (const form of all(part, "form[data-draft]")) {
    for (const field of form.querySelectorAll("textarea")) {
      const key = name(field);
      const kept = JSON.parse(store.read(key) || "null");
      if (kept && kept.text !== field.value && !field.value) {
        const before = field.value;
        field.value = kept.text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        const when = new Date(kept.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
        announce(say("restored", { when }), { actions: [{ text: say("discard"), act: () => { field.value = before; store.drop(key); } }] });
      }
      let timer;
      field.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(() => (field.value ? store.write(key, JSON.stringify({ text: field.value, at: Date.now() })) : store.drop(key)), 400);
      });
      if (form.dataset.kept) onServer(form, field, key);
    }
    form.addEventListener("submit", () => {
      const keys = [...form.querySelectorAll("textarea")].map(name);
      store.write(SENT, JSON.stringify(keys), sessionStorage);
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      store.drop(SENT, sessionStorage);
      if (event.detail.successful && event.detail.elt === form) [...form.querySelectorAll("textarea")].map(name).forEach((key) => store.drop(key));
    });
  }
});

/** The same words on the server, for the writer alone: so they are there on the next device, too. */
function onServer(form, field, key) {
  const url = form.dataset.kept;
  let timer, known = "";
  const keep = () => {
    if (field.value === known) return;
    known = field.value;
    const body = new URLSearchParams({ text: known, csrf_token: form.elements.csrf_token.value });
    fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => { known = ""; });
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 1500); });
  form.addEventListener("submit", () => clearTimeout(timer));
  fetch(url, { headers: { "HX-Request": "true" } }).then((answer) => (answer.ok ? answer.json() : { text: "" })).then(({ text, at }) => {
    known = text;
    if (!text || field.value) return;
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    const when = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    announce(say("restored", { when }), { actions: [{ text: say("discard"), act: () => { field.value = ""; store.drop(key); keep(); } }] });
  }).catch(() => { /* what this browser keeps is still there */ });
}

document.addEventListener("submit", (event) => {
  if (!("signout" in event.target.dataset)) return;
  for (const key of store.names().filter((one) => one.startsWith("draft:"))) store.drop(key);
});
