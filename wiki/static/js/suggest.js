// Suggestions below the search box while typing: an ARIA combobox with a list of links to go to.
// Without script the box is an ordinary search form.

const WAIT = 120;
const SHORTEST = 2;

class Suggestions {
  constructor(input) {
    this.input = input;
    this.active = -1;
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = `${input.id || "search"}-suggestions`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.placeholder || input.name);
    this.list.hidden = true;
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.after(this.list, this.said);
    input.addEventListener("input", () => this.later());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => this.list.children.length && this.open(true));
    input.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value.trim();
    const number = ++this.asked;
    if (text.length < SHORTEST) return this.show([]);
    try {
      const answer = await fetch(`${this.input.dataset.suggest}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      const found = answer.ok ? await answer.json() : [];
      if (number === this.asked) this.show(found);
    } catch {
      this.show([]); // offline: the form still works once there is a connection
    }
  }

  show(found) {
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...found.map((one, number) => this.option(one, number)));
    this.open(found.length > 0 && document.activeElement === this.input);
    this.said.textContent = this.input.value.trim().length < SHORTEST ? "" : this.count(found.length);
  }

  count(number) {
    const { found, none } = this.input.dataset;
    return number ? found.replace("{number}", number) : none;
  }

  option(one, number) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.url = one.url;
    const title = document.createElement("span");
    title.textContent = one.title;
    const kind = document.createElement("span");
    kind.className = "quiet";
    kind.textContent = this.input.dataset[one.kind] || one.kind;
    item.append(title, " ", kind);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault();
      location.assign(one.url);
    });
    return item;
  }

  open(yes) {
    this.list.hidden = !yes;
    this.input.setAttribute("aria-expanded", String(yes));
  }

  key(event) {
    const items = [...this.list.children];
    if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.open(false);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && items.length) {
      event.preventDefault();
      this.open(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const places = items.length + 1; // one place is the box itself
      this.choose(items, ((this.active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && this.active >= 0 && !this.list.hidden) {
      event.preventDefault();
      location.assign(items[this.active].dataset.url);
    }
  }

  choose(items, number) {
    this.active = number;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === number)));
    if (number < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", items[number].id);
      items[number].scrollIntoView({ block: "nearest" });
    }
  }
}

for (const input of document.querySelectorAll("input[data-suggest]")) new Suggestions(input);
