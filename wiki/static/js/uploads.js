// Files that are pasted or dropped into the text, or chosen: sent at once with their progress; the
// link stands where the caret was. What fails says why, and can be tried again.

const named = (file, word) => {
  // Every picture of the clipboard is called image.png; as one name the second replaced the first.
  if (!/^image\.\w+$/.test(file.name)) return file;
  const now = new Date();
  const time = new Date(now - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace(/\D/g, "-");
  return new File([file], `${word}-${time}.${file.name.split(".").pop()}`, { type: file.type });
};

/** Whether a clipboard holds words: a spreadsheet puts a picture of its cells beside them. */
const hasWords = (data) => data.types.includes("text/plain") && data.getData("text/plain").trim() !== "";

export class Uploads {
  constructor(form, surface, box) {
    this.form = form;
    this.surface = surface;
    this.box = box;
    this.words = box.dataset;
    const { element } = surface;
    element.addEventListener("paste", (event) => this.given(event, event.clipboardData), true);
    element.addEventListener("dragover", (event) => this.over(event), true);
    element.addEventListener("drop", (event) => this.given(event, event.dataTransfer, surface.under(event)), true);
  }

  over(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }

  given(event, data, at) {
    const files = [...(data?.files ?? [])];
    if (!files.length || (event.type === "paste" && hasWords(data))) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.send(files.map((file) => named(file, this.words.pasted)), { at });
  }

  /** Send files and put their links at a place of the text; `alt` describes a picture. */
  send(files, { at = this.surface.selection().to, alt = "" } = {}) {
    const place = this.surface.hold(at);
    const row = this.row(files.map((file) => file.name).join(", "));
    if (!this.words.url) return this.fail(row, place, files, alt, this.words.first, false);
    const body = new FormData();
    body.set("csrf_token", this.form.elements.namedItem("csrf_token").value);
    for (const name of ["draft", "path"]) body.set(name, this.form.elements.namedItem(name)?.value ?? "");
    for (const file of files) body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", this.words.url);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => row.at(event.loaded / event.total));
    request.addEventListener("load", () => {
      const found = answered(request);
      if (request.status === 200 && Array.isArray(found)) this.put(row, place, found, alt);
      else this.fail(row, place, files, alt, found?.message ?? this.words.away, true);
    });
    for (const name of ["error", "timeout"])
      request.addEventListener(name, () => this.fail(row, place, files, alt, this.words.away, true));
    row.button(this.words.cancel, () => {
      request.abort();
      place.drop();
      row.end();
    });
    request.send(body);
  }

  put(row, place, found, alt) {
    const links = found.map((one) => (alt ? one.markdown.replace(/^!\[[^]*?\]\(/, () => `![${alt}](`) : one.markdown));
    const { at } = place;
    place.drop();
    const before = this.surface.text().slice(0, at);
    const gap = links.length > 1 && before && !before.endsWith("\n") ? "\n\n" : "";
    const follows = links.length > 1 && /^[^\n]/.test(this.surface.text().slice(at)) ? "\n\n" : "";
    const text = gap + links.join("\n\n") + follows;
    this.surface.replace(at, at, text, at + text.length, at + text.length);
    this.list(found);
    row.end(this.words.done.replace("{names}", found.map((one) => one.name).join(", ")));
  }

  /** Files that wait for a new page stand in a list below its text. */
  list(found) {
    const list = this.form.querySelector("[data-held]");
    if (!list) return;
    list.closest("details").open = true;
    const row = this.form.querySelector("[data-held-row]");
    for (const { name, markdown } of found) {
      const item = row.content.firstElementChild.cloneNode(true);
      const button = item.querySelector("button");
      item.querySelector("code").textContent = markdown;
      button.value = button.value.replace("{name}", name);
      button.querySelector("span").textContent = ` ${name}`;
      if (![...list.querySelectorAll("button")].some((known) => known.value === button.value)) list.append(item);
    }
  }

  /** Say why it failed; the files are kept until somebody tries again or leaves them. */
  fail(row, place, files, alt, why, again) {
    row.fail(why);
    if (again)
      row.button(this.words.again, () => {
        const { at } = place;
        place.drop();
        row.end();
        this.send(files, { at, alt });
      });
    row.button(this.words.leave, () => {
      place.drop();
      row.end();
      this.surface.focus();
    });
  }

  row(names) {
    const row = document.createElement("p");
    const label = document.createElement("span");
    const bar = document.createElement("progress");
    const acts = document.createElement("span");
    acts.className = "cluster";
    bar.max = 1;
    bar.value = 0;
    label.textContent = this.words.busy.replace("{names}", names);
    bar.setAttribute("aria-label", label.textContent);
    row.append(label, bar, acts);
    this.box.querySelector("[data-rows]").append(row);
    this.say(label.textContent);
    return {
      at: (part) => (bar.value = part),
      button: (text, press) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "link";
        button.textContent = text;
        button.addEventListener("click", press);
        acts.append(button);
      },
      fail: (why) => {
        bar.remove();
        row.dataset.trouble = "";
        label.textContent = `${names}: ${why}`;
        acts.replaceChildren();
        this.say(label.textContent);
      },
      end: (text = "") => {
        row.remove();
        this.say(text);
      },
    };
  }

  say(text) {
    this.box.querySelector("[role=status]").textContent = text;
  }
}

function answered(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
