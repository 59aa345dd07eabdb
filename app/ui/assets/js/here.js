// Who else is on this case: asked while somebody is at the screen. Whoever has left it is not kept signed in by it.
const EVERY = 20_000;
const AWAY = 120_000;
let active = Date.now();

for (const kind of ["keydown", "pointerdown", "wheel"]) document.addEventListener(kind, () => { active = Date.now(); }, { passive: true });
setInterval(() => {
  if (document.hidden || Date.now() - active > AWAY) return;
  for (const place of document.querySelectorAll("[data-here]")) place.dispatchEvent(new Event("here"));
}, EVERY);
