// What may be meant by what one types after a sign such as @ or [[, offered below it: an ARIA
// combobox with a list. Without script one writes the whole name, as before.

import { Combobox } from "./combobox.js";

const CLEARED = ["role", "aria-autocomplete", "aria-expanded", "aria-controls", "aria-activedescendant"];
const AWAY = new Set(["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"]);

/** A surface as the field that a combobox describes. */
const described = (surface) => ({
  setAttribute: (name, value) => surface.describe(name, value),
  removeAttribute: (name) => surface.describe(name, null),
});

export class Offers extends Combobox {
  /**
   * `signs` say for each sign: `typed`, a pattern whose first group is what was typed after it up
   * to the caret; `url`, what is asked; `write(one)`, the words of a thing in the list; and
   * `put(one, after)`, what replaces sign and words: a text, and how much of what follows goes too.
   */
  constructor(surface, area, signs) {
    const { offersLabel: label } = area.dataset;
    super(described(surface), { name: `${area.id}-offers`, label, classes: "suggestions mentions", after: surface.host });
    this.surface = surface;
    this.area = area;
    this.signs = signs;
    this.known = new Map();
    area.addEventListener("input", () => this.typing());
    surface.element.addEventListener("click", () => this.typing());
    surface.element.addEventListener("blur", () => this.close());
    surface.element.addEventListener("keydown", (event) => this.key(event), true);
  }

  /** What is being typed after which sign; null where nothing is. */
  typed() {
    const { from, to } = this.surface.selection();
    if (from !== to) return null;
    const before = this.surface.text().slice(Math.max(0, from - 200), from);
    for (const sign of this.signs) {
      const found = sign.typed.exec(before);
      if (found) return { sign, text: found[1], start: from - found[1].length - sign.size, end: from };
    }
    return null;
  }

  typing() {
    const typed = this.typed();
    if (typed === null || typed.start === this.refused) this.close();
    else this.later();
  }

  async ask() {
    const typed = this.typed();
    if (typed === null) return;
    const key = `${typed.sign.url} ${typed.text}`;
    const found = this.known.get(key) ?? (await this.answer(typed.sign.url, typed.text));
    if (!found) return;
    this.known.set(key, found);
    const now = this.typed();
    if (now?.sign === typed.sign && now.text === typed.text) this.show(found, now);
  }

  show(found, typed) {
    const whole = found.length === 1 && typed.sign.isWhole?.(found[0], typed.text);
    if (!found.length || whole || document.activeElement !== this.surface.element) {
      this.close();
      if (!found.length && typed.text) this.said.textContent = this.area.dataset.offersNone;
      return;
    }
    this.found = found;
    this.fill(found, typed.sign.write);
    this.open(true);
    this.place(typed.start);
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.choose(0);
    this.said.textContent = this.area.dataset.offersFound.replace("{number}", found.length);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    if (!this.isOpen) return;
    this.list.hidden = true;
    for (const name of CLEARED) this.field.removeAttribute(name);
    this.said.textContent = "";
  }

  take(item) {
    const typed = this.typed();
    if (typed === null) return;
    const after = this.surface.text().slice(typed.end, typed.end + 2);
    const { text, eaten = 0 } = typed.sign.put(this.found[this.items.indexOf(item)], after);
    this.close();
    const at = typed.start + text.length;
    this.surface.replace(typed.start, typed.end + eaten, text, at, at);
    this.close(); // what was put in begins with the sign again
  }

  key(event) {
    if (!this.isOpen || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { items } = this;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.choose((this.active + steps[event.key] + items.length) % items.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.take(items[this.active]);
    else if (event.key === "Escape") this.refuse();
    else if (AWAY.has(event.key)) return this.close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Not here: the list stays away until another sign is typed. */
  refuse() {
    this.refused = this.typed()?.start;
    this.close();
  }

  /** Below a place in the text, as far as there is room beside it. */
  place(at) {
    const { list, surface } = this;
    const words = surface.coords(at);
    const around = (list.offsetParent ?? document.body).getBoundingClientRect();
    const host = surface.host.getBoundingClientRect();
    const most = Math.max(host.left, host.right - list.offsetWidth);
    list.style.insetBlockStart = `${words.bottom - around.top + 4}px`;
    list.style.insetInlineStart = `${Math.max(host.left, Math.min(words.left, most)) - around.left}px`;
  }
}
