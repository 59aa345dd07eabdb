// The families of Tabler's classes that our templates may use. Everything else (carousels, modals, navbars, avatars,
// colour palettes …) is cut: the shell, lists, panels and clocks are our own, see css/.
const FAMILIES = [
  "row", "col", "container", "g", "gx", "gy", "offset", "order",
  "d", "flex", "align", "justify", "gap", "float", "position", "overflow", "sticky", "top", "start", "end", "z",
  "m", "mx", "my", "mt", "mb", "ms", "me", "p", "px", "py", "pt", "pb", "ps", "pe", "w", "h", "mw", "vh", "vw", "min", "max",
  "text", "fw", "fs", "lh", "font", "small", "lead", "h1", "h2", "h3", "h4", "h5", "h6", "border", "rounded", "opacity",
  "visually", "visible", "invisible", "collapse", "active", "disabled", "show", "required",
  "btn", "form", "input", "is", "was", "valid", "invalid", "col", "label", "switch", "alert", "link", "list", "table", "spinner",
  "focus",
];
// Parts of kept families that nothing here needs.
const CUT = /^(btn-(?!primary|secondary|success|danger|warning|link|outline-(primary|secondary|danger)|ghost|sm|lg|icon|list|close|check|group|square|toolbar|loading|block|action)|form-(colorinput|imagecheck|selectgroup)|text-bg|text-(blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan)|border-(blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan)|link-(blue|azure|indigo|purple|pink|red|orange|yellow|lime|green|teal|cyan)|switch-icon|table-(primary|secondary|success|info|warning|danger|light|dark)|btn-outline-(?!primary|secondary|danger)|list-group-item-\w)/;

export function tablerKeeps(selector) {
  const classes = [...selector.matchAll(/\.((?:\\.|[\w-])+)/g)].map(([, name]) => name.replace(/\\/g, ""));
  if (/\[data-bs-theme|\[dir|:root,\s*\[/.test(selector) && selector !== ":root") return false;
  return classes.every((name) => FAMILIES.includes(name.split("-")[0]) && !CUT.test(name));
}
