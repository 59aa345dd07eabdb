// Two minutes before the session ends for want of activity: a word, and a button that keeps it. Tabs of one
// organisation share the clock.
import { announce, say, store } from "./page.js";

const { sessionEnds, keepalive } = document.body.dataset;
const WARNING = 120_000;
const SEEN = "seen";

if (sessionEnds) {
  const limit = Number(sessionEnds) * 1000;
  let note = null;
  const seen = () => store.write(SEEN, String(Date.now()));
  const idle = () => Date.now() - Number(store.read(SEEN) || Date.now());

  async function stay() {
    const token = document.querySelector("input[name=csrf_token]")?.value ?? "";
    const answer = await fetch(keepalive, { method: "POST", headers: { "X-CSRFToken": token, "HX-Request": "true" }, redirect: "error" }).catch(() => null);
    if (answer?.ok) { seen(); announce(say("stayed"), { tone: "ok" }); }
    else announce(say("signedOut"), { tone: "red", actions: [{ text: say("signIn"), act: () => window.open(`${document.body.dataset.root}/sign-in`) }] });
  }

  seen();
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) seen(); });
  setInterval(() => {
    if (idle() < limit - WARNING) { note?.remove(); note = null; }
    else if (!note) note = announce(say("expiring"), { tone: "warn", actions: [{ text: say("stay"), act: stay }] });
  }, 5000);
}
