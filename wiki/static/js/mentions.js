// Members to call, offered below the @ while one types: an ARIA combobox with a list of names.
// Without script one writes the whole username, as before.

import { plain } from "./surface.js";

const WAIT = 120;
const CALL = /(?:^|[^\p{L}\p{N}_@./+-])@([\p{L}\p{N}._-]{0,40})$/u;
const COPIED = ["boxSizing", "width", "padding", "border", "font", "letterSpacing", "wordSpacing", "lineHeight", "tabSize"];

const open = new WeakMap();

class Mentions {
  constructor(area) {
    this.area = area;
    this.known = new Map();
    this.asked = 0;
    this.active = 0;
    this.list = document.createElement("ul");
    this.list.id = `${area.id}-members`;
    this.list.className = "suggestions mentions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", area.dataset.mentionsLabel);
    this.list.hidden = true;
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    area.after(this.list, this.said);
    // The words stay where they are while a name is pressed, by finger too.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
    area.addEventListener("input", () => this.later());
    area.addEventListener("click", () => this.later());
    area.addEventListener("blur", () => this.close());
    area.addEventListener("keydown", (event) => this.key(event));
  }

  /** What was typed after the last @ before the caret; null where no name is being typed. */
  typed() {
    const { area } = this;
    if (area.selectionStart !== area.selectionEnd) return null;
    return CALL.exec(area.value.slice(0, area.selectionStart))?.[1] ?? null;
  }

  later() {
    clearTimeout(this.timer);
    if (this.typed() === null) this.close();
    else this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.typed();
    const number = ++this.asked;
    if (text === null) return;
    if (!this.known.has(text)) {
      try {
        const url = new URL(this.area.dataset.mentions, location.href);
        url.searchParams.set("q", text);
        const answer = await fetch(url, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        this.known.set(text, await answer.json());
      } catch {
        return; // offline: what was typed stays as it is
      }
    }
    if (number === this.asked && this.typed() === text) this.show(this.known.get(text), text);
  }

  show(found, text) {
    const isWhole = found.length === 1 && found[0].username.toLowerCase() === text.toLowerCase();
    if (!found.length || isWhole || document.activeElement !== this.area) {
      this.close();
      if (!found.length && text) this.said.textContent = this.area.dataset.mentionsNone;
      return;
    }
    this.list.replaceChildren(...found.map((one, at) => this.option(one, at)));
    this.list.hidden = false;
    this.place(text);
    this.area.setAttribute("role", "combobox");
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-expanded", "true");
    this.area.setAttribute("aria-controls", this.list.id);
    this.choose(0);
    this.said.textContent = this.area.dataset.mentionsFound.replace("{number}", found.length);
  }

  option(one, at) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${at}`;
    item.setAttribute("role", "option");
    item.dataset.username = one.username;
    const name = document.createElement("span");
    name.textContent = one.name || one.username;
    const username = document.createElement("span");
    username.className = "quiet";
    username.textContent = `@${one.username}`;
    item.append(name, " ", username);
    return item;
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    if (this.list.hidden) return;
    this.list.hidden = true;
    for (const name of ["role", "aria-autocomplete", "aria-expanded", "aria-controls", "aria-activedescendant"])
      this.area.removeAttribute(name);
    this.said.textContent = "";
  }

  choose(at) {
    const items = [...this.list.children];
    this.active = (at + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === this.active)));
    this.area.setAttribute("aria-activedescendant", items[this.active].id);
    items[this.active].scrollIntoView({ block: "nearest" });
  }

  take(item) {
    const text = this.typed();
    if (!item || text === null) return;
    const end = this.area.selectionStart;
    const start = end - text.length;
    const follows = /^\s/.test(this.area.value.slice(end));
    const name = item.dataset.username + (follows ? "" : " ");
    this.close();
    plain(this.area).replace(start, end, name, start + name.length, start + name.length);
  }

  key(event) {
    if (this.list.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.choose(this.active + steps[event.key]);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.take(this.list.children[this.active]);
    else if (event.key === "Escape") this.close();
    else if (["ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"].includes(event.key)) return this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Below the @, as far as there is room beside it. */
  place(text) {
    const { area, list } = this;
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
