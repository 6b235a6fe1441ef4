// The questions that the buttons for a link and a picture ask, and the help on marks.

import { Target } from "./linking.js";
import { mark } from "./marks.js";

const isAddress = (text) => /^(?:[a-z][a-z0-9+.-]*:|\/|#)/i.test(text);
const bare = (text) => text.replace(/[[\]\\]/g, "\\$&");

const doing = new WeakMap();

/** Open a dialog; when it is closed the caret is in the text, and what was asked for is done. */
function ask(dialog, surface, first) {
  doing.delete(dialog);
  dialog.onclose = () => {
    surface.focus();
    doing.get(dialog)?.();
  };
  dialog.showModal();
  first.focus();
}

function put(surface, { from, to }, text) {
  surface.replace(from, to, text, from + text.length, from + text.length);
}

function links(dialog, textarea) {
  const [target, words] = ["target", "words"].map((name) => dialog.querySelector(`[data-${name}]`));
  const offered = new Target(target, textarea.dataset);
  let surface = null;
  let range = null;
  target.addEventListener("chosen", (event) => {
    if (!words.value) words.value = event.detail.title;
  });
  dialog.querySelector("form").addEventListener("submit", () => {
    const typed = target.value.trim();
    if (!typed) return;
    const said = words.value.trim();
    const { chosen } = offered;
    let made = `[${bare(said || typed)}](${/\s|[()]/.test(typed) ? `<${typed}>` : typed})`;
    if (chosen) made = said && said !== chosen.title ? worded(chosen, said) : chosen.text;
    else if (!isAddress(typed)) made = said ? `[[${typed}|${said}]]` : `[[${typed}]]`;
    doing.set(dialog, () => put(surface, range, made));
  });
  return (where) => {
    surface = where;
    range = surface.selection();
    const text = surface.text().slice(range.from, range.to);
    const address = /^https?:\/\/\S+$/.test(text);
    offered.chosen = null;
    target.value = address ? text : "";
    words.value = address ? "" : text;
    ask(dialog, surface, address ? words : target);
  };
}

/** The link to what was chosen, with words of one's own. */
function worded(chosen, said) {
  const path = /^\[\[(.*)\|/.exec(chosen.text)?.[1];
  return path && !/[[\]|]/.test(said) ? `[[${path}|${said}]]` : `[${bare(said)}](${chosen.url})`;
}

function pictures(dialog, uploads) {
  const [file, address, alt] = ["file", "address", "alt"].map((name) => dialog.querySelector(`[data-${name}]`));
  const list = dialog.querySelector("[data-files]");
  const url = list.dataset.url;
  let surface = null;
  let range = null;

  async function show() {
    list.replaceChildren();
    if (!url) return;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (answer.ok) list.replaceChildren(...(await answer.json()).map(choice));
    } catch {
      // Offline: a file can be chosen all the same, and is tried again.
    }
    list.parentElement.hidden = !list.childElementCount;
  }

  function choice(one) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "file", value: one.markdown });
    label.className = "file-choice";
    const look = document.createElement(one.small ? "img" : "span");
    look.className = "thumbnail";
    if (one.small) Object.assign(look, { src: one.small, alt: "", width: 96, height: 72 });
    else look.textContent = one.name.split(".").pop();
    const name = document.createElement("span");
    name.textContent = one.name;
    label.append(input, look, name);
    return label;
  }

  dialog.querySelector("form").addEventListener("submit", (event) => {
    const described = bare(alt.value.trim());
    const chosen = list.querySelector("input:checked")?.value ?? "";
    const typed = address.value.trim();
    if (file.files.length) {
      const files = [...file.files];
      doing.set(dialog, () => uploads.send(files, { at: range.to, alt: described }));
    } else if (chosen || typed) {
      const made = chosen
        ? described ? chosen.replace(/^(!?)\[[^]*?\]\(/, (_, sign) => `${sign}[${described}](`) : chosen
        : `![${described}](${/\s|[()]/.test(typed) ? `<${typed}>` : typed})`;
      doing.set(dialog, () => put(surface, range, made));
    } else {
      event.preventDefault();
      file.focus();
    }
  });
  return (where) => {
    surface = where;
    range = surface.selection();
    dialog.querySelector("form").reset();
    alt.value = surface.text().slice(range.from, range.to);
    list.parentElement.hidden = true;
    ask(dialog, surface, url ? file : address);
    show();
  };
}

/** What each button of the bar does: a question where the page has one, else the bare marks. */
export function acts(textarea, uploads) {
  const find = (name) => document.querySelector(`dialog[data-asks="${name}"]`);
  const [link, image, help] = ["link", "image", "help"].map(find);
  for (const dialog of [link, image])
    dialog?.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  const made = {};
  if (link) made.link = links(link, textarea);
  if (image) made.image = pictures(image, uploads);
  if (help) made.help = (surface) => ask(help, surface, help.querySelector("h2"));
  return (surface, name) => (made[name] ?? ((where) => mark(where, name)))(surface);
}
