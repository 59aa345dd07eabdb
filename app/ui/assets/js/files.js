// A chooser that lists what was chosen, says what is too big before it is sent, and takes drops and pasted pictures.
import { all, element, onContent, say } from "./page.js";

const size = (bytes) => (bytes >= 2 ** 20 ? `${(bytes / 2 ** 20).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);

onContent((part) => {
  for (const box of all(part, "[data-files]")) {
    const input = box.querySelector("input[type=file]");
    const list = box.querySelector(".filelist");
    const most = Number(box.dataset.maxBytes) || Infinity;
    const count = Number(box.dataset.maxFiles) || Infinity;
    let chosen = [];

    const show = () => {
      const kept = new DataTransfer();
      chosen.forEach((file) => kept.items.add(file));
      input.files = kept.files;
      const wrong = chosen.length > count ? say("tooManyFiles", { limit: count }) : chosen.some((file) => file.size > most) ? say("tooBig", { limit: size(most) }) : "";
      input.setCustomValidity(wrong);
      list.replaceChildren(...chosen.map((file) => {
        const remove = element("button", { type: "button", className: "btn btn-sm btn-link", textContent: say("remove") });
        remove.setAttribute("aria-label", `${say("remove")} ${file.name}`);
        remove.addEventListener("click", () => { chosen = chosen.filter((other) => other !== file); show(); input.focus(); });
        const over = file.size > most;
        return element("li", { className: over ? "wrong" : "" },
          element("span", { textContent: file.name }),
          element("span", { className: "num", textContent: over ? `${size(file.size)} · ${say("tooBig", { limit: size(most) })}` : size(file.size) }), remove);
      }));
      if (chosen.length > count) list.append(element("li", { className: "wrong", textContent: wrong }));
    };
    const add = (files) => {
      const fresh = [...files].filter((file) => !chosen.some((old) => old.name === file.name && old.size === file.size && old.lastModified === file.lastModified));
      chosen = input.multiple ? [...chosen, ...fresh] : fresh.slice(0, 1);
      show();
    };
    input.addEventListener("change", () => add(input.files));
    for (const kind of ["dragenter", "dragover"]) box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("over"); });
    for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
    box.addEventListener("paste", (event) => { if (event.clipboardData.files.length) { event.preventDefault(); add(event.clipboardData.files); } });
  }
});
