// Draws what app/ui/charts.py describes, in the colours of the page. SVG, and tooltips without HTML: the CSP allows no style attribute.
import { BarChart, HeatmapChart, LineChart, PieChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, HeatmapChart, LineChart, PieChart, SankeyChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, SVGRenderer]);

const drawn = new Map();

/** Colours as the page has them now, light or dark. */
function colours() {
  const probe = document.body.appendChild(document.createElement("i"));
  const read = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const names = ["ink", "text", "muted", "line", "faint", "sheet", "blue-fill", "heat"];
  const found = Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
  const series = [1, 2, 3, 4, 5, 6].map((n) => read(`--series-${n}`));
  probe.remove();
  return { ...found, series };
}

function dressed({ kind, unit, option }) {
  const c = colours();
  const font = getComputedStyle(document.body).fontFamily;
  const size = 12 * parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const text = { fontFamily: font, fontSize: size, color: c.text };
  const clip = (name) => name.replace(/^[st]:/, "");
  const value = (n) => (n == null ? "—" : `${Number(n).toLocaleString("en")}${unit ? ` ${unit}` : ""}`);
  const axis = (one) => one && {
    ...one, name: "", axisLabel: { ...text, color: c.muted, hideOverlap: true }, axisTick: { show: false },
    axisLine: { show: one.type === "category", lineStyle: { color: c.line } }, splitLine: { show: one.type === "value", lineStyle: { color: c.faint } },
  };
  const tooltip = {
    ...option.tooltip, renderMode: "richText", confine: true, backgroundColor: c.sheet, borderColor: c.line, borderWidth: 1, padding: [6, 10],
    textStyle: text, valueFormatter: value, axisPointer: { type: kind === "bar" ? "shadow" : "line", shadowStyle: { color: c.faint, opacity: 0.6 }, lineStyle: { color: c.line } },
  };
  if (kind === "sankey") tooltip.formatter = ({ dataType, data, name, value: sum }) => (dataType === "edge" ? `${clip(data.source)} → ${clip(data.target)}  ${value(data.value)}` : `${clip(name)}  ${value(sum)}`);
  if (kind === "heatmap") tooltip.formatter = ({ data: [x, y, n] }) => `${option.yAxis.data[y]} · ${option.xAxis.data[x]}  ${value(n)}`;
  const series = option.series.map((one, n) => ({ ...one, ...{
    bar: { barMaxWidth: 22, itemStyle: { color: c.series[n % 6] } },
    line: { symbol: "circle", symbolSize: 5, lineStyle: { width: 2 }, itemStyle: { color: c.series[n % 6] }, connectNulls: false },
    pie: { radius: ["48%", "74%"], label: { ...text, formatter: "{b} {d}%" }, itemStyle: { borderColor: c.sheet, borderWidth: 2 } },
    heatmap: { label: { show: true, ...text, color: c.ink }, itemStyle: { borderColor: c.sheet, borderWidth: 2 } },
    sankey: {
      left: 4, right: "24%", top: 6, bottom: 6, nodeWidth: 9, nodeGap: 10, emphasis: { focus: "adjacency" },
      label: { ...text, formatter: ({ name }) => clip(name) }, lineStyle: { color: c["blue-fill"], opacity: 0.27, curveness: 0.5 },
      levels: [{ depth: 0, itemStyle: { color: c["blue-fill"], borderWidth: 0 } }, { depth: 1, itemStyle: { color: c.series[2], borderWidth: 0 } }],
    },
  }[one.type] }));
  return {
    ...option, series, tooltip, color: c.series, textStyle: text, animation: false,
    aria: { enabled: false }, backgroundColor: "transparent",
    ...(option.xAxis ? {
      xAxis: axis(option.xAxis), yAxis: axis(option.yAxis),
      grid: { left: 4, right: 12, top: option.legend?.show ? 34 : 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    } : {}),
    ...(option.legend ? { legend: { ...option.legend, right: 4, top: 0, icon: "roundRect", itemWidth: 10, itemHeight: 10, textStyle: text } } : {}),
    ...(option.visualMap ? { visualMap: { ...option.visualMap, show: false, inRange: { color: [c.faint, c.heat] } } } : {}),
  };
}

function paint({ chart, told }) { chart.setOption(dressed(told), true); }

export function draw(figure) {
  const plot = figure.querySelector(".plot");
  const told = JSON.parse(figure.dataset.chart);
  const chart = init(plot, null, { renderer: "svg" });
  const entry = { chart, told };
  drawn.set(figure, entry);
  paint(entry);
  if (told.urls.length) chart.on("click", ({ dataIndex }) => { const url = told.urls[dataIndex]; if (url) window.location.assign(url); });
  new ResizeObserver(() => { if (plot.isConnected) chart.resize(); else { chart.dispose(); drawn.delete(figure); } }).observe(plot);
}

const repaint = () => drawn.forEach(paint);
document.addEventListener("hp:display", repaint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
