// Nothing typed is lost and nothing is sent twice. The server stays the judge of both: it knows the submission key.
import { all, element, keepalive, onContent, presence, say, signIn } from "./page.js";
import { beside } from "./requests.js";

const RELEASE = 10_000;
let leaving = false;

const state = (form) => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
const clean = new WeakMap();
const dirty = (form) => clean.has(form) && form.isConnected && clean.get(form) !== state(form);
const unsaved = (except) => [...document.querySelectorAll("form[data-guard]")].some((form) => form !== except && dirty(form));

onContent((part) => {
  // What a refusal gave back is nowhere but here.
  for (const form of all(part, "form[data-guard]")) clean.set(form, form.querySelector(":scope > .error-summary") ? null : state(form));

  for (const field of all(part, "[data-limit]")) {
    const limit = Number(field.dataset.limit);
    const counter = element("p", { className: "counter", id: `${field.id}-left` });
    counter.setAttribute("aria-live", "polite");
    field.after(counter);
    const count = () => {
      const left = limit - [...field.value.replace(/\r/g, "")].length;
      counter.textContent = left > limit / 4 && limit > 80 ? "" : say(left < 0 ? "over" : "left", { n: Math.abs(left) });
      counter.classList.toggle("over", left < 0);
    };
    field.addEventListener("input", count);
    count();
  }

  part.querySelector("[data-focus]")?.focus();
});

// An error on top leads to its field, scrolled clear of the sticky bar and focused.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.focus({ preventScroll: true });
  (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
});

window.addEventListener("beforeunload", (event) => { if (!leaving && unsaved()) event.preventDefault(); });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.heard) { delete form.dataset.heard; return; }
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) { event.preventDefault(); return; }
  if (form.method === "get" || form.method === "dialog") return;
  if (form.dataset.sending) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  if ("once" in form.dataset) {
    form.dataset.sending = "yes";
    const button = event.submitter;
    button?.setAttribute("aria-busy", "true");
    // Not `disabled`: the button's own name and value must still be sent.
    setTimeout(() => release(form), RELEASE);
  }
  if (!form.matches("[hx-post], [hx-put], [hx-patch]")) leaving = !unsaved(form) || window.confirm(say("leave"));
  if (form.matches("[hx-post], [hx-put], [hx-patch]")) return;
  if (!leaving) { event.preventDefault(); release(form); }
  else if (keepalive && form.matches("[data-guard]") && dirty(form)) { event.preventDefault(); event.stopImmediatePropagation(); hear(form, event.submitter); }
}, true);

// Nobody leaves what they typed for a page that does not come: first a word with the server, then the form.
async function hear(form, submitter) {
  form.querySelector(":scope > .note.answer")?.remove();
  const wrong = await presence();
  if (!wrong) { form.dataset.heard = "yes"; form.requestSubmit(submitter); return; }
  leaving = false;
  release(form);
  beside(form, say(wrong), { actions: wrong === "signedOut" ? [signIn] : [] });
}

function release(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

// Back from the next page, or htmx has its answer: the form may be sent again.
window.addEventListener("pageshow", () => { leaving = false; document.querySelectorAll("form[data-sending]").forEach(release); });
// What is merely looked up beside a form sends nothing of it.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!form?.matches?.("form")) return;
  release(form);
  if (event.detail.successful) clean.set(form, state(form));
});

// htmx is about to replace a part in which something was typed.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  const sender = requestConfig?.elt?.closest?.("form");
  const lost = target && all(target, "form[data-guard]").some((form) => form !== sender && dirty(form));
  if (lost && !window.confirm(say("leave"))) event.detail.shouldSwap = false;
});
