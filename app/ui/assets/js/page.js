// What the server said about this page, and the small things the other modules share.
export const { slug = "", root = "", keepalive = "" } = document.body.dataset;
const PATIENCE = 8_000;
const words = JSON.parse(document.body.dataset.words || "{}");

export const say = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Browser storage of this organisation only: two organisations may be open in two tabs. */
export const store = {
  key: (name) => `hp:${slug}:${name}`,
  read(name, shelf = localStorage) { try { return shelf.getItem(this.key(name)); } catch { return null; } },
  write(name, value, shelf = localStorage) { try { shelf.setItem(this.key(name), value); } catch { /* full or forbidden: we go on without */ } },
  drop(name, shelf = localStorage) { try { shelf.removeItem(this.key(name)); } catch { /* nothing to drop */ } },
  names(shelf = localStorage) {
    const prefix = this.key("");
    try { return Object.keys(shelf).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)); } catch { return []; }
  },
};

/** Runs `work(part)` for the page now and for everything htmx puts into it later. */
export function onContent(work) {
  work(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) work(event.target); });
}

export const all = (part, selector) => [...(part.matches?.(selector) ? [part] : []), ...part.querySelectorAll(selector)];

/** What a control is called: by its label, else by its own words without those of what is in it. */
export const textOf = (one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
export const nameOf = (one) => one.getAttribute("aria-label") ?? (one.labels?.[0]?.textContent.trim() || textOf(one));

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const live = document.getElementById("live");

/** A word to the reader in the live region. Stays until closed when it has buttons or is bad news. */
export function announce(text, { tone = "", actions = [], stay = tone === "red" || actions.length > 0 } = {}) {
  if (!live) return null;
  const note = element("div", { className: `note ${tone}` }, element("p", { textContent: text }));
  if (tone === "red") note.setAttribute("role", "alert");
  for (const { text: label, act } of actions) {
    const button = element("button", { type: "button", className: "btn btn-sm", textContent: label });
    button.addEventListener("click", () => { note.remove(); act(); });
    note.append(button, " ");
  }
  live.append(note);
  if (!stay) setTimeout(() => note.remove(), 5000);
  return note;
}

/** Asks the server whether we are still signed in, and gives the forms of this page the token that holds now.
    Resolves to nothing when all is well, else to the key of what to say. */
export async function presence() {
  const answer = await fetch(keepalive, { headers: { "HX-Request": "true" }, redirect: "error", signal: AbortSignal.timeout(PATIENCE) })
    .catch((fault) => ({ fault: fault.name === "TimeoutError" ? "timeout" : "offline" }));
  if (answer.fault) return answer.fault;
  if (!answer.ok) return answer.status === 401 ? "signedOut" : "failed";
  const { token } = await answer.json();
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return "";
}

/** In a tab of its own, so that what was typed stays in this one. */
export const signIn = { text: say("signIn"), act: () => window.open(`${root}/sign-in`, "_blank") };
