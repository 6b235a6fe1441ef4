// The source editor: CodeMirror 6 over a textarea, which keeps the text in step at every change.
//
// open(textarea, {nonce, label}) gives a surface with the same verbs as js/surface.js has for the
// bare textarea, so that the toolbar need not know which of the two it works on.
import { defaultKeymap, history, historyKeymap, isolateHistory } from "@codemirror/commands";
import { defineLanguageFacet, HighlightStyle, Language, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorSelection, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";

// @codemirror/lang-markdown would bring the parsers of HTML, CSS and JavaScript along: 240 kB.
const language = new Language(
  defineLanguageFacet(),
  parser.configure([GFM, frontMatter()]),
  [],
  "markdown",
);

/** The fields between two lines of three hyphens at the very beginning. */
function frontMatter() {
  return {
    defineNodes: [{ name: "FrontMatter", block: true, style: tags.meta }],
    parseBlock: [
      {
        name: "FrontMatter",
        before: "HorizontalRule",
        parse(cx, line) {
          if (cx.lineStart !== 0 || !/^---\s*$/.test(line.text)) return false;
          while (cx.nextLine() && !/^---\s*$/.test(line.text));
          const end = cx.lineStart + line.text.length;
          cx.nextLine();
          cx.addElement(cx.elt("FrontMatter", 0, end));
          return true;
        },
      },
    ],
  };
}

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--blue)" },
  { tag: tags.quote, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.monospace, tags.labelName], color: "var(--amber)" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.comment, tags.meta], color: "var(--quiet)" },
]);

const look = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "0.9375rem" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "-3px" },
  ".cm-scroller": { fontFamily: "var(--fixed)", lineHeight: "1.65", minHeight: "24rem" },
  ".cm-content": { padding: "1.1rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1.35rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--blue) 26%, transparent)",
  },
});

const CARET = 24;

/** Put the editor in the textarea's place; Tab moves on, as everywhere on the web. */
export function open(textarea, { nonce = "", label = "" } = {}) {
  const held = new Set();
  const described = new Compartment();
  const state = EditorState.create({
    doc: textarea.value,
    extensions: [
      described.of([]),
      nonce ? EditorView.cspNonce.of(nonce) : [],
      history(),
      drawSelection(),
      highlightSpecialChars(),
      EditorView.lineWrapping,
      language,
      syntaxHighlighting(colours),
      look,
      Prec.high(keymap.of([{ key: "Enter", run: continueList }])),
      keymap.of([...defaultKeymap.filter((binding) => !claimed.has(binding.key)), ...historyKeymap]),
      EditorView.contentAttributes.of({
        "aria-label": label,
        "aria-multiline": "true",
        tabindex: "0",
        lang: textarea.lang,
        spellcheck: "true",
        autocapitalize: "sentences",
      }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        for (const place of held) place.at = update.changes.mapPos(place.at, 1);
        textarea.value = update.state.doc.toString();
        textarea.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    ],
  });
  const view = new EditorView({ state });
  textarea.hidden = true;
  textarea.before(view.dom);
  return surface(view, held, described);
}

const ITEM = /^(\s*)(?:([-*+])|(\d+)([.)])|(>))(\s+)(\[[ xX]\]\s+)?/;

/** Enter in a list or quotation begins the next item; in an empty item it ends the list. */
function continueList(view) {
  const { state } = view;
  const { from, empty } = state.selection.main;
  const line = state.doc.lineAt(from);
  const found = ITEM.exec(line.text);
  if (!empty || !found || from < line.from + found[0].length) return false;
  if (line.text.length === found[0].length) {
    view.dispatch({ changes: { from: line.from, to: line.to }, userEvent: "delete" });
    return true;
  }
  const [, indent, bullet, number, after, quote, space, task] = found;
  const sign = bullet ?? quote ?? `${Number(number) + 1}${after}`;
  const next = `\n${indent}${sign}${space}${task ? "[ ] " : ""}`;
  view.dispatch({
    changes: { from, insert: next },
    selection: { anchor: from + next.length },
    scrollIntoView: true,
    userEvent: "input",
  });
  return true;
}

// Keys that the form or the browser needs for itself.
const claimed = new Set(["Mod-Enter", "Mod-/", "Mod-i"]);

function surface(view, held, described) {
  const said = {};
  return {
    element: view.contentDOM,
    host: view.dom,
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
    selection: () => {
      const { from, to } = view.state.selection.main;
      return { from, to };
    },
    // Each replacement is a step of its own for undo.
    replace: (from, to, text, start, end) => {
      view.dispatch({
        changes: { from, to, insert: text },
        selection: EditorSelection.single(start, end),
        annotations: isolateHistory.of("full"),
        scrollIntoView: true,
        userEvent: "input",
      });
      view.focus();
    },
    select: (start, end) => {
      view.dispatch({ selection: EditorSelection.single(start, end), scrollIntoView: true });
      view.focus();
    },
    /** Where a place in the text is on the screen. */
    coords: (at) => {
      const { left, top, bottom } = view.coordsAtPos(at) ?? view.contentDOM.getBoundingClientRect();
      return { left, top, bottom: Math.min(bottom, top + CARET) };
    },
    /** The place in the text under the pointer. */
    under: ({ clientX, clientY }) => view.posAtCoords({ x: clientX, y: clientY }, false),
    /** A place that stays where it is while one types on. */
    hold: (at) => {
      const place = { at, drop: () => held.delete(place) };
      held.add(place);
      return place;
    },
    /** Say by ARIA what the element is now; null takes back. */
    describe: (name, value) => {
      if (value === null) delete said[name];
      else said[name] = value;
      view.dispatch({ effects: described.reconfigure(EditorView.contentAttributes.of({ ...said })) });
    },
  };
}
