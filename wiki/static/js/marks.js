// The toolbar: marks around the selection, or at the head of its lines. Arrow keys move along it.

const AROUND = { bold: "**", italic: "*" };
const BEFORE = { heading: "## ", list: "- ", quote: "> " };
const KEYS = { b: "bold", i: "italic", k: "link" };

function around(surface, mark) {
  const { from, to } = surface.selection();
  const text = surface.text();
  const size = mark.length;
  const marked = text.slice(from - size, from) === mark && text.slice(to, to + size) === mark;
  const chosen = text.slice(from, to);
  if (marked) surface.replace(from - size, to + size, chosen, from - size, to - size);
  else surface.replace(from, to, mark + chosen + mark, from + size, to + size);
}

function before(surface, mark) {
  const { from, to } = surface.selection();
  const text = surface.text();
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", to) === -1 ? text.length : text.indexOf("\n", to);
  const lines = text.slice(start, end).split("\n");
  const marked = lines.every((line) => line.startsWith(mark));
  const made = lines.map((line) => (marked ? line.slice(mark.length) : mark + line)).join("\n");
  surface.replace(start, end, made, start, start + made.length);
}

function link(surface, opening) {
  const { from, to } = surface.selection();
  const chosen = surface.text().slice(from, to);
  const address = /^https?:\/\/\S+$/.test(chosen);
  const made = address ? `${opening}](${chosen})` : `${opening}${chosen}]()`;
  const at = from + (address ? opening.length : made.length - 1);
  surface.replace(from, to, made, at, at);
}

export function mark(surface, name) {
  if (name in AROUND) around(surface, AROUND[name]);
  else if (name in BEFORE) before(surface, BEFORE[name]);
  else link(surface, name === "image" ? "![" : "[");
}

/** Let the bar work: `act(surface, name)` does what the button of that name is for. */
export function connect(bar, surface, act = mark) {
  const all = [...bar.querySelectorAll("button")];
  all.forEach((button, at) => (button.tabIndex = at ? -1 : 0));
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mark]");
    if (button) act(surface, button.dataset.mark);
  });
  bar.addEventListener("keydown", (event) => {
    const buttons = all.filter((button) => button.offsetParent !== null);
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at === -1) return;
    event.preventDefault();
    const next = buttons[(to + buttons.length) % buttons.length];
    all.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });
  surface.element.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const name = KEYS[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    event.stopPropagation();
    act(surface, name);
  }, true);
}
