// Two minutes before the session ends for want of activity: a word, and a button that keeps it. Tabs of one
// organisation share the clock.
import { announce, presence, say, signIn, store } from "./page.js";

const { sessionEnds } = document.body.dataset;
const WARNING = 120_000;
const SEEN = "seen";

if (sessionEnds) {
  const limit = Number(sessionEnds) * 1000;
  let note = null;
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
    if (idle() < limit - WARNING) { note?.remove(); note = null; }
    else if (!note) note = announce(say("expiring"), { tone: "warn", actions: [{ text: say("stay"), act: stay }] });
  }, 5000);
}
