// Builds ../static from this folder: node build.mjs
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import browsers from "./browsers.mjs";
import { build } from "esbuild";
import { bundleAsync, transform } from "lightningcss";
import postcss from "postcss";
import { ICONS } from "./icons.mjs";
import { tablerKeeps } from "./tabler.mjs";

const OUT = new URL("../static/", import.meta.url);
const here = (path) => new URL(path, import.meta.url);
const file = (url) => decodeURIComponent(url.pathname);

await rm(OUT, { recursive: true, force: true });
await mkdir(new URL("vendor/", OUT), { recursive: true });

// Tabler, only the families of classes the templates may use; its licence comment stays on top.
const tabler = postcss.parse(await readFile(here("node_modules/@tabler/core/dist/css/tabler.css"), "utf8"));
const licence = tabler.first.next().toString();
tabler.walkRules((rule) => {
  if (rule.parent.type === "atrule" && /keyframes$/.test(rule.parent.name)) return;
  const kept = rule.selectors.filter(tablerKeeps);
  if (kept.length) rule.selectors = kept;
  else rule.remove();
});
tabler.walkAtRules((at) => at.nodes?.length === 0 && at.remove());
const trimmed = transform({
  filename: "tabler.css", code: Buffer.from(tabler.toString()), minify: true, targets: browsers, errorRecovery: true,
});
await writeFile(new URL("vendor/tabler.css", OUT), `${licence}\n/* trimmed: see app/ui/assets/tabler.mjs */\n${trimmed.code}\n`);

const theme = await bundleAsync({ filename: file(here("css/hengping.css")), minify: true, targets: browsers });
await writeFile(new URL("hengping.css", OUT), `${theme.code}\n`);

await build({
  entryPoints: { app: file(here("js/app.js")), charts: file(here("js/charts.js")) },
  outdir: file(OUT), bundle: true, minify: true, format: "esm", target: "es2020", legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
});
await cp(here("node_modules/htmx.org/dist/htmx.min.js"), new URL("vendor/htmx.js", OUT));

// One sprite, only the icons that are named.
const symbols = await Promise.all(Object.entries(ICONS).map(async ([name, source]) => {
  const svg = await readFile(here(`node_modules/@tabler/icons/icons/outline/${source}.svg`), "utf8");
  const shapes = svg.replace(/<!--[\s\S]*?-->/, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").replace(/\s+/g, " ");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${shapes.trim()}</symbol>`;
}));
await writeFile(new URL("icons.svg", OUT), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);

await cp(here("images/"), OUT, { recursive: true });

// The licences of everything that is in the built files.
const LICENSED = {
  "@tabler/core": "LICENSES.tabler.txt", "@tabler/icons": "node_modules/@tabler/icons/LICENSE",
  "htmx.org": "node_modules/htmx.org/LICENSE", echarts: "node_modules/echarts/LICENSE", zrender: "node_modules/zrender/LICENSE",
  tslib: "node_modules/tslib/LICENSE.txt",
};
const texts = await Promise.all(Object.entries(LICENSED).map(async ([name, path]) => {
  const { version, license } = JSON.parse(await readFile(here(`node_modules/${name}/package.json`), "utf8"));
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}\n\n${(await readFile(here(path), "utf8")).trim()}\n`;
}));
texts.push(await readFile(here("node_modules/echarts/NOTICE"), "utf8").catch(() => ""));
await writeFile(new URL("vendor/LICENSES", OUT), `${texts.join("\n")}`);

for (const name of (await readdir(OUT, { recursive: true })).sort()) {
  const bytes = await readFile(new URL(name, OUT)).catch(() => null);
  if (bytes) console.log(`${String(bytes.length).padStart(8)}  ${name}`);
}
