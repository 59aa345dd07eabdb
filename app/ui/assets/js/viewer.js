// A picture to look at: made larger, turned, moved about. Its keys are those of its buttons, as everywhere.
import { all, onContent } from "./page.js";

const STEP = 1.5, LARGEST = 12;

function picture(stage, image) {
  const canvas = image.parentElement;
  const tools = document.querySelector("[data-tools]");
  let scale = 1, turned = 0, held = null;

  function paint() {
    const [wide, high] = turned % 180 ? [image.naturalHeight, image.naturalWidth] : [image.naturalWidth, image.naturalHeight];
    if (!wide) return;
    const by = scale * Math.min((stage.offsetWidth - 2) / wide, (stage.offsetHeight - 2) / high, 1);
    // What is in the middle stays there.
    const [x, y] = [(stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth, (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight];
    canvas.classList.add("sized");
    Object.assign(canvas.style, { width: `${wide * by}px`, height: `${high * by}px` });
    Object.assign(image.style, { width: `${image.naturalWidth * by}px`, height: `${image.naturalHeight * by}px`, transform: `translate(-50%, -50%) rotate(${turned}deg)` });
    stage.classList.toggle("large", scale > 1);
    stage.scrollTo(x * stage.scrollWidth - stage.clientWidth / 2, y * stage.scrollHeight - stage.clientHeight / 2);
    tools.querySelector("output").value = `${Math.round(by * 100)}%`;
  }

  const acts = {
    larger() { scale = Math.min(scale * STEP, LARGEST); },
    smaller() { scale = Math.max(scale / STEP, 1); },
    whole() { scale = 1; },
    turn() { turned = (turned + 90) % 360; },
  };
  const act = (name) => { acts[name](); paint(); };

  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-look]");
    if (pressed) act(pressed.dataset.look);
  });
  stage.addEventListener("dblclick", () => act(scale > 1 ? "whole" : "larger"));
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    act(event.deltaY < 0 ? "larger" : "smaller");
  }, { passive: false });

  // Moved about with the mouse; fingers move it as they move everything, and so do the arrows where it has the focus.
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button || scale === 1) return;
    held = [event.clientX, event.clientY];
    stage.setPointerCapture(event.pointerId);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!held) return;
    stage.scrollBy(held[0] - event.clientX, held[1] - event.clientY);
    held = [event.clientX, event.clientY];
  });
  for (const over of ["pointerup", "pointercancel"]) stage.addEventListener(over, () => { held = null; });
  image.draggable = false;
  stage.addEventListener("keydown", (event) => { if (scale > 1 && event.key.startsWith("Arrow")) event.stopPropagation(); });

  image.addEventListener("load", paint);
  new ResizeObserver(paint).observe(stage);
}

onContent((part) => {
  for (const stage of all(part, "[data-stage]")) {
    const shown = stage.querySelector("img, audio, video");
    if (!shown) {  // a PDF, or the words in its place where the browser has no viewer of its own
      stage.classList.toggle("low", navigator.pdfViewerEnabled === false);
      continue;
    }
    const fault = () => { stage.parentElement.querySelector("[data-fault]").hidden = false; };
    shown.addEventListener("error", fault);
    if (shown.error || (shown.complete && !shown.naturalWidth)) fault();
    if (shown.matches("img")) picture(stage, shown);
  }
});
