// htmx: what happens when the answer is not the part that was asked for. A refusal is said beside the control that
// asked, what was typed stays, and a sign-in page never lands inside a panel.
import { announce, element, say, signIn } from "./page.js";

const SAYS = { 403: "refused", 404: "gone", 409: "conflict", 410: "gone", 429: "tooMany" };

const PLAIN = /<meta name="hp-page" content="([\w-]+)"/;

export function beside(control, text, { actions = [] } = {}) {
  const place = control?.closest?.("form, [data-row], .panel") ?? null;
  place?.querySelector(":scope > .note.answer")?.remove();
  if (!place || place.matches("tr")) { announce(text, { tone: "red", actions }); return; }
  const note = element("div", { className: "note red answer" }, element("p", { textContent: text }));
  note.setAttribute("role", "alert");
  for (const { text: label, act } of actions) {
    const button = element("button", { type: "button", className: "btn btn-sm", textContent: label });
    button.addEventListener("click", () => { note.remove(); act(); });
    note.append(button);
  }
  const head = place.querySelector(":scope > header");
  if (head) head.after(note);
  else place.prepend(note);
}

const again = (control) => ({ text: say("again"), act: () => (control.matches("form") ? control.requestSubmit() : control.click()) });

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig: { elt } } = event.detail;
  const [, kind] = PLAIN.exec(xhr.responseText) ?? [];
  if (!kind && !(/^\s*<!doctype/i.test(xhr.responseText) && !elt.closest("[hx-select]"))) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  if (kind === "sign-in" || xhr.status === 401) beside(elt, say("signedOut"), { actions: [signIn] });
  else if (xhr.status < 400) window.location.assign(xhr.responseURL);              // a whole page: go there
  else beside(elt, say(SAYS[xhr.status] ?? "failed"), { actions: [again(elt)] });
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  if (xhr.status === 401) beside(elt, say("signedOut"), { actions: [signIn] });
  else beside(elt, say(SAYS[xhr.status] ?? "failed"), { actions: [again(elt)] });
});
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => beside(elt, say("offline"), { actions: [again(elt)] }));
document.addEventListener("htmx:timeout", ({ detail: { elt } }) => beside(elt, say("timeout"), { actions: [again(elt)] }));

document.addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  elt.closest("form, .panel")?.querySelector(":scope > .note.answer")?.remove();
  target?.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", ({ detail: { target } }) => target?.removeAttribute("aria-busy"));

// The page's CSRF token goes with every request that htmx sends.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const token = document.querySelector("input[name=csrf_token]")?.value;
  if (token && detail.verb !== "get") detail.headers["X-CSRFToken"] = token;
});

// A swap that moved the reader's place is said aloud once; polling is not.
document.addEventListener("htmx:afterSwap", ({ detail: { elt, requestConfig } }) => {
  if (elt.querySelector?.("[role=alert], [role=status]") || requestConfig?.elt?.matches?.("[data-here], [hx-trigger*='every']")) return;
  const live = document.getElementById("live");
  const word = element("p", { className: "visually-hidden", textContent: say("updated") });
  live?.append(word);
  setTimeout(() => word.remove(), 3000);
});
