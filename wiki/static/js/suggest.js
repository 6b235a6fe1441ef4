// Suggestions below the search box while typing: a combobox with a list of links to go to.
// Without script the box is an ordinary search form.

import { Combobox } from "./combobox.js";

const SHORTEST = 2;

class Suggestions extends Combobox {
  constructor(input) {
    super(input, { name: `${input.id || "search"}-suggestions`, label: input.placeholder || input.name });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => this.items.length && this.open(true));
    input.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
  }

  get text() {
    return this.field.value.trim();
  }

  async ask() {
    const { text } = this;
    if (text.length < SHORTEST) {
      this.asked += 1; // what is still on its way comes too late
      return this.show([]);
    }
    const found = await this.answer(this.field.dataset.suggest, text);
    if (found !== undefined) this.show(found ?? []);
  }

  show(found) {
    // An answer that comes late leaves what was chosen meanwhile chosen.
    const chosen = this.found?.[this.active]?.url;
    this.found = found;
    this.fill(found, (one) => [one.title, this.field.dataset[one.kind] || one.kind]);
    this.choose(found.findIndex((one) => one.url === chosen));
    this.open(found.length > 0 && document.activeElement === this.field);
    this.said.textContent = this.text.length < SHORTEST ? "" : this.count(found.length);
  }

  count(number) {
    const { found, none } = this.field.dataset;
    return number ? found.replace("{number}", number) : none;
  }

  take(item) {
    location.assign(this.found[this.items.indexOf(item)].url);
  }

  key(event) {
    const { items } = this;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key === "Escape" && this.isOpen) {
      this.open(false);
    } else if (event.key in steps && items.length) {
      this.open(true);
      const places = items.length + 1; // one place is the box itself
      this.choose(((this.active + 1 + steps[event.key] + places) % places) - 1);
    } else if (event.key === "Enter" && this.active >= 0 && this.isOpen) {
      this.take(items[this.active]);
    } else return;
    event.preventDefault();
  }
}

for (const input of document.querySelectorAll("input[data-suggest]")) new Suggestions(input);
