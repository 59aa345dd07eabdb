// The quick view of the next row is fetched while this one is read, so that it is there at once. Nobody is said to be on
// a case by it: that is told by the page of the case, once it is shown.
import { here, rows, way } from "./keys.js";

const FRESH = 15_000;
let next = {};

async function ahead() {
  const list = rows();
  const row = list[list.indexOf(here()) + way()];
  const address = here() && row?.querySelector('[hx-target="#glance"]')?.getAttribute("hx-get");
  if (!address || address === next.address) return;
  next = { address };
  const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Target": "glance" }, redirect: "error" }).catch(() => null);
  if (answer?.ok) next = { address, text: await answer.text(), at: Date.now() };
}

document.addEventListener("htmx:afterSwap", ({ detail: { elt } }) => { if (elt.closest("#glance")) ahead(); });

document.addEventListener("htmx:confirm", (event) => {
  const { address, text, at } = next;
  if (event.detail.path !== address) return;
  next = {};
  if (!text || Date.now() - at > FRESH) return;
  event.preventDefault();
  window.htmx.swap("#glance", text, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
});
