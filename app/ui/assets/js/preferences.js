// Large text, colours, density: the links work alone; here they act at once and keep what is typed.
const YEAR = 365 * 24 * 3600;

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-prefer]");
  if (!link || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { prefer, value, values } = link.dataset;
  const page = document.documentElement;
  const next = value ?? values.split(" ").find((one) => one !== page.dataset[prefer]);
  document.cookie = `hp-${prefer}=${next}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
  page.dataset[prefer] = next;
  if (values) [link.textContent, link.dataset.other] = [link.dataset.other ?? link.textContent, link.textContent];
  else for (const other of document.querySelectorAll(`[data-prefer="${prefer}"]`)) other.toggleAttribute("aria-current", other === link);
  document.dispatchEvent(new CustomEvent("hp:display"));
});
