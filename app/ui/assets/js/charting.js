// The chart library comes only to pages that have a chart.
import { all, onContent } from "./page.js";

const source = document.querySelector("script[data-charts]")?.dataset.charts;

onContent(async (part) => {
  const figures = all(part, "[data-chart]:not(.drawn)");
  if (!figures.length || !source) return;
  for (const figure of figures) {
    figure.classList.add("drawn");
    const twin = figure.querySelector("details.twin");
    if (twin && !("keep" in twin.dataset)) twin.open = false;
  }
  const { draw } = await import(source);
  for (const figure of figures) draw(figure);
});
