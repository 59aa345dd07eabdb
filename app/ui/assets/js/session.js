// Two minutes before the session ends: a word, and where it ends for want of activity, a button that keeps it. Tabs of
// one organisation share that clock; the other one runs out whatever happens.
import { announce, presence, say, signIn, store } from "./page.js";

const { sessionEnds, sessionOver } = document.body.dataset;
const WARNING = 120_000;
const SEEN = "seen";

if (sessionEnds) {
  const limit = Number(sessionEnds) * 1000;
  const over = Date.now() + Number(sessionOver) * 1000;
  let note = null, last = false;
  const seen = () => store.write(SEEN, String(Date.now()));
  const idle = () => Date.now() - Number(store.read(SEEN) || Date.now());

  async function stay() {
    const wrong = await presence();
    if (!wrong) { seen(); announce(say("stayed"), { tone: "ok" }); }
    else announce(say(wrong), { tone: "red", actions: wrong === "signedOut" ? [signIn] : [] });
  }

  seen();
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) seen(); });
  setInterval(() => {
    if (last) return;
    if (over - Date.now() < WARNING) {
      note?.remove();
      last = true;
      announce(say("ending"), { tone: "red" });
    } else if (idle() < limit - WARNING) { note?.remove(); note = null; }
    else if (!note) note = announce(say("expiring"), { tone: "warn", actions: [{ text: say("stay"), act: stay }] });
  }, 5000);
}
