// Where one types, as the toolbar sees it: here the bare textarea. The editor bundle has another.

export function plain(textarea) {
  return {
    element: textarea,
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
  };
}
