// The edit screen: the editor over its textarea, toolbar, preview, draft, keys. Each part works
// without the others; without any of them the form is a form.

import { Drafts } from "./drafts.js";
import { acts } from "./inserting.js";
import { connect as linking } from "./linking.js";
import { connect as marks } from "./marks.js";
import { connect as preview } from "./preview.js";
import { plain } from "./surface.js";
import { connect as tables } from "./tables.js";
import { Uploads } from "./uploads.js";

// Who was quicker than the editor is where they want to be.
let isBegun = false;
for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => (isBegun = true), { once: true, capture: true });

async function surfaceOf(pane, textarea) {
  const label = textarea.labels[0]?.textContent ?? "";
  try {
    const { open } = await import("./editor.bundle.js");
    return open(textarea, { nonce: pane.dataset.nonce, label: `${label}. ${textarea.dataset.hint}` });
  } catch (error) {
    console.warn("the plain textarea stays", error);
    return plain(textarea);
  }
}

function count(pane, textarea) {
  const place = pane.querySelector("[data-count]");
  if (!place) return;
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const write = () => {
    const words = textarea.value.match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
    const { one, many } = place.dataset;
    place.textContent = words === 1 ? one : many.replace("{count}", number.format(words));
  };
  textarea.addEventListener("input", write);
  write();
}

function toggles(pane, surface) {
  const shown = pane.querySelector("[data-preview]");
  for (const button of pane.querySelectorAll("[data-toggle]")) {
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      if (button.dataset.toggle === "wide") {
        pane.classList.toggle("full", on);
        surface.focus();
      } else {
        shown.hidden = !on;
        if (on) shown.dispatchEvent(new Event("shown"));
      }
    });
  }
  pane.addEventListener("keydown", (event) => {
    const wide = pane.querySelector("[data-toggle=wide]");
    if (event.key === "Escape" && !event.defaultPrevented && wide?.getAttribute("aria-pressed") === "true") {
      wide.click();
      surface.focus();
    }
  });
}

/** Put the caret in the title of a new page, else in the text, unless something else asks for it. */
function begin(form, textarea, surface) {
  const isTaken = isBegun || location.hash || document.activeElement !== document.body;
  if (isTaken || document.querySelector("#errors, [autofocus]") || textarea.getAttribute("aria-invalid")) return;
  const title = form.elements.namedItem("title");
  if (title && !title.value) title.focus();
  else surface.focus();
}

function saves(form, pane) {
  const save = () => form.requestSubmit(form.querySelector("button.primary[type=submit]"));
  pane.querySelector("[data-save]")?.addEventListener("click", save);
  form.addEventListener("keydown", (event) => {
    const isSave = event.key === "Enter" || event.key.toLowerCase() === "s";
    if (!isSave || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    save();
  }, true);
}

for (const form of document.querySelectorAll("form.editor")) {
  const pane = form.querySelector("[data-editor]");
  const textarea = pane?.querySelector("textarea");
  if (!textarea) continue;
  const surface = await surfaceOf(pane, textarea);
  const bar = pane.querySelector(".editor-bar");
  linking(textarea, surface);
  const box = pane.querySelector("[data-uploads]");
  const uploads = box && new Uploads(form, surface, box);
  if (bar) {
    marks(bar, surface, acts(textarea, uploads));
    tables(pane, surface);
  }
  count(pane, textarea);
  toggles(pane, surface);
  preview(form, textarea, pane.querySelector("[data-preview]"));
  saves(form, pane);
  if (form.dataset.draftUrl) new Drafts(form, textarea, surface);
  begin(form, textarea, surface);
}
