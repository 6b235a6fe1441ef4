// In the editor, "[[" offers pages and people, "@" people first; what is chosen becomes a link.

import { Combobox } from "./combobox.js";
import { Offers } from "./offers.js";

const LINK = /\[\[([^[\]\n|]{0,80})$/u;
const CALL = /(?:^|[^\p{L}\p{N}_@./+-])@([\p{L}\p{N}._-]{0,40})$/u;

export function connect(textarea, surface) {
  const { offers: url } = textarea.dataset;
  if (!url) return;
  const write = (one) => [one.title, textarea.dataset[one.kind] ?? one.kind];
  new Offers(surface, textarea, [
    { typed: LINK, size: 2, url, write, put: (one, after) => ({ text: one.text, eaten: after === "]]" ? 2 : 0 }) },
    { typed: CALL, size: 1, url: `${url}?first=people`, write, put: (one) => ({ text: one.text }) },
  ]);
}

/** A field for an address in which pages and people are offered by their names. */
export class Target extends Combobox {
  constructor(field, words) {
    super(field, { name: `${field.id}-offers`, label: words.offersLabel });
    this.words = words;
    this.chosen = null;
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]])
      field.setAttribute(name, value);
    field.addEventListener("input", () => {
      this.chosen = null;
      this.later();
    });
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.open(false));
  }

  async ask() {
    const text = this.field.value.trim();
    if (text.length < 2 || /^[a-z]+:/i.test(text)) return this.show([]);
    const found = await this.answer(this.words.offers, text);
    if (found !== undefined) this.show(found ?? []);
  }

  show(found) {
    this.found = found;
    this.fill(found, (one) => [one.title, this.words[one.kind] ?? one.kind]);
    this.choose(-1);
    this.open(found.length > 0 && document.activeElement === this.field);
    this.said.textContent = found.length ? this.words.offersFound.replace("{number}", found.length) : "";
  }

  take(item) {
    this.chosen = this.found[this.items.indexOf(item)];
    this.field.value = this.chosen.title;
    this.open(false);
    this.field.dispatchEvent(new CustomEvent("chosen", { detail: this.chosen }));
  }

  key(event) {
    const { items } = this;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (!this.isOpen || event.isComposing) return;
    if (event.key === "Escape") this.open(false);
    else if (event.key in steps) {
      const places = items.length + 1; // one place is the field itself
      this.choose(((this.active + 1 + steps[event.key] + places) % places) - 1);
    } else if (event.key === "Enter" && this.active >= 0) this.take(items[this.active]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
