// Where one types, as the toolbar sees it: here the bare textarea. The editor bundle has another.

const COPIED = ["boxSizing", "width", "padding", "border", "font", "letterSpacing", "wordSpacing", "lineHeight", "tabSize"];

export function plain(textarea) {
  return {
    element: textarea,
    host: textarea,
    focus: () => textarea.focus(),
    text: () => textarea.value,
    selection: () => ({ from: textarea.selectionStart, to: textarea.selectionEnd }),
    replace: (from, to, text, start, end) => {
      textarea.focus();
      textarea.setSelectionRange(from, to);
      // insertText keeps the browser's own undo; not every browser has it for textareas.
      if (!document.execCommand("insertText", false, text)) textarea.setRangeText(text, from, to);
      textarea.setSelectionRange(start, end);
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
    select: (start, end) => {
      textarea.focus();
      textarea.setSelectionRange(start, end);
    },
    coords: (at) => coords(textarea, at),
    under: () => textarea.selectionStart,
    hold: (at) => hold(textarea, at),
    describe: (name, value) => (value === null ? textarea.removeAttribute(name) : textarea.setAttribute(name, value)),
  };
}

/** Where a place in the text is on the screen: measured in a copy that looks the same. */
function coords(textarea, at) {
  const style = getComputedStyle(textarea);
  const mirror = document.createElement("div");
  for (const name of COPIED) mirror.style[name] = style[name];
  Object.assign(mirror.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
  mirror.textContent = textarea.value.slice(0, at);
  const mark = document.createElement("span");
  mark.textContent = "@";
  mirror.append(mark);
  document.body.append(mirror);
  const around = textarea.getBoundingClientRect();
  const top = around.top + mark.offsetTop - textarea.scrollTop;
  const bottom = Math.min(top + mark.offsetHeight, around.bottom);
  const left = around.left + mark.offsetLeft;
  mirror.remove();
  return { left, top, bottom };
}

/** A place that stays where it is while one types on. */
function hold(textarea, at) {
  let before = textarea.value;
  const place = { at, drop: () => textarea.removeEventListener("input", follow) };
  function follow() {
    const now = textarea.value;
    let same = 0;
    while (same < place.at && before[same] === now[same]) same += 1;
    if (same < place.at) place.at = Math.max(same, place.at + now.length - before.length);
    before = now;
  }
  textarea.addEventListener("input", follow);
  return place;
}
