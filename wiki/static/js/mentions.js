// Members to call, offered below the @ while one types: an ARIA combobox with a list of names.
// Without script one writes the whole username, as before.

import { Combobox } from "./combobox.js";
import { plain } from "./surface.js";

const CALL = /(?:^|[^\p{L}\p{N}_@./+-])@([\p{L}\p{N}._-]{0,40})$/u;
const COPIED = ["boxSizing", "width", "padding", "border", "font", "letterSpacing", "wordSpacing", "lineHeight", "tabSize"];

const open = new WeakMap();

class Mentions extends Combobox {
  constructor(area) {
    super(area, { name: `${area.id}-members`, label: area.dataset.mentionsLabel, classes: "suggestions mentions" });
    this.known = new Map();
    area.addEventListener("input", () => this.typing());
    area.addEventListener("click", () => this.typing());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("keydown", (event) => this.key(event));
  }

  /** What was typed after the last @ before the caret; null where no name is being typed. */
  typed() {
    const area = this.field;
    if (area.selectionStart !== area.selectionEnd) return null;
    return CALL.exec(area.value.slice(0, area.selectionStart))?.[1] ?? null;
  }

  typing() {
    if (this.typed() === null) this.close();
    else this.later();
  }

  async ask() {
    const text = this.typed();
    if (text === null) return;
    const found = this.known.get(text) ?? (await this.answer(this.field.dataset.mentions, text));
    if (!found) return;
    this.known.set(text, found);
    if (this.typed() === text) this.show(found, text);
  }

  show(found, text) {
    const isWhole = found.length === 1 && found[0].username.toLowerCase() === text.toLowerCase();
    if (!found.length || isWhole || document.activeElement !== this.field) {
      this.close();
      if (!found.length && text) this.said.textContent = this.field.dataset.mentionsNone;
      return;
    }
    this.found = found;
    this.fill(found, (one) => [one.name || one.username, `@${one.username}`]);
    this.open(true);
    this.place(text);
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.choose(0);
    this.said.textContent = this.field.dataset.mentionsFound.replace("{number}", found.length);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    if (!this.isOpen) return;
    this.list.hidden = true;
    for (const name of ["role", "aria-autocomplete", "aria-expanded", "aria-controls", "aria-activedescendant"])
      this.field.removeAttribute(name);
    this.said.textContent = "";
  }

  take(item) {
    const text = this.typed();
    if (text === null) return;
    const end = this.field.selectionStart;
    const start = end - text.length;
    const follows = /^\s/.test(this.field.value.slice(end));
    const name = this.found[this.items.indexOf(item)].username + (follows ? "" : " ");
    this.close();
    plain(this.field).replace(start, end, name, start + name.length, start + name.length);
  }

  key(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { items } = this;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.choose((this.active + steps[event.key] + items.length) % items.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.take(items[this.active]);
    else if (event.key === "Escape") this.close();
    else if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key)) return this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Below the @, as far as there is room beside it. */
  place(text) {
    const { field: area, list } = this;
    const style = getComputedStyle(area);
    const mirror = document.createElement("div");
    for (const name of COPIED) mirror.style[name] = style[name];
    Object.assign(mirror.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
    mirror.textContent = area.value.slice(0, area.selectionStart - text.length - 1);
    const mark = document.createElement("span");
    mark.textContent = "@";
    mirror.append(mark);
    document.body.append(mirror);
    const below = Math.min(mark.offsetTop + mark.offsetHeight - area.scrollTop, area.offsetHeight);
    const left = mark.offsetLeft;
    mirror.remove();
    list.style.insetBlockStart = `${area.offsetTop + below + 4}px`;
    list.style.insetInlineStart = `${Math.max(0, Math.min(area.offsetLeft + left, area.offsetWidth - list.offsetWidth))}px`;
  }
}

document.addEventListener("focusin", (event) => {
  const area = event.target;
  if (area.matches?.("textarea[data-mentions]") && !open.has(area)) open.set(area, new Mentions(area));
});
