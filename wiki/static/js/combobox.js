// A list of things to choose from below a field, as ARIA describes a combobox: the field keeps the
// focus, arrows choose, a status says how many there are. What is asked, what a thing looks like
// and what comes of choosing it is said by who makes one.

const WAIT = 120;

export class Combobox {
  constructor(field, { name, label, classes = "suggestions", after = field }) {
    this.field = field;
    this.active = -1;
    this.asked = 0;
    this.list = document.createElement("ul");
    this.list.id = name;
    this.list.className = classes;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.list.hidden = true;
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    after.after(this.list, this.said);
    // The field keeps the focus while something is pressed, by finger too.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.pressed(event.target.closest("[role=option]")));
  }

  get items() {
    return [...this.list.children];
  }

  get isOpen() {
    return !this.list.hidden;
  }

  pressed(item) {
    if (item) this.take(item);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  /** Ask an address what fits: null if there is no answer, undefined if it comes too late. */
  async answer(url, text) {
    const number = ++this.asked;
    const found = await this.get(url, text);
    return number === this.asked ? found : undefined;
  }

  async get(url, text) {
    try {
      const asked = new URL(url, location.href);
      asked.searchParams.set("q", text);
      const answer = await fetch(asked, { headers: { Accept: "application/json" } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // offline: what was typed stays as it is
    }
  }

  /** Fill the list; `write` gives the words of each thing and the quieter ones beside them. */
  fill(found, write) {
    this.list.replaceChildren(
      ...found.map((one, at) => {
        const [words, quiet] = write(one).map((text) => {
          const part = document.createElement("span");
          part.textContent = text;
          return part;
        });
        quiet.className = "quiet";
        const item = document.createElement("li");
        item.id = `${this.list.id}-${at}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.append(words, " ", quiet);
        return item;
      }),
    );
  }

  open(yes) {
    this.list.hidden = !yes;
    this.field.setAttribute("aria-expanded", String(yes));
  }

  /** Choose an item by its place; -1 chooses none. */
  choose(at) {
    this.active = at;
    this.items.forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
    const item = this.items[at];
    if (!item) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }
}
