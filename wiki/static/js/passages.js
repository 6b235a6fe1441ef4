// Choose words on the page, by mouse or keyboard, and comment on them: a button beside the words,
// or the key c. The place is counted in the page's plain text, the same way as render/anchors.py.

const SKIPPED =
  ".alert-title, .formula-note, .list-note, .diagram-picture, .diagram-source, .short-code, .toc, .include, .include-wrong, .turn-meta, .footnote-ref, .footnote-back, .visually-hidden, .other-host, .heading-tools, .margin-marks, .passage-link, .passage-offer, .talk-beside";
const BLOCK = new Set(
  "P H1 H2 H3 H4 H5 H6 BLOCKQUOTE PRE UL OL DL TABLE THEAD TBODY DIV SECTION HR DETAILS SUMMARY ASIDE".split(" "),
);
const LINE = new Set(["LI", "TR", "DT", "DD", "BR"]);
const CELL = new Set(["TD", "TH"]);
const RANK = { "": 0, " ": 1, "\n": 2, "\n\n": 3 };
const SPACE = /[ \t\n\r\f]/;
const MOST = 4000;

/** The plain text of an article and, for each of its characters, where that stands. */
export function read(article) {
  const text = [];
  const places = [];
  let apart = "";

  const leave = (wanted) => {
    if (text.length && RANK[wanted] > RANK[apart]) apart = wanted;
  };
  const put = (char, node, offset) => {
    if (SPACE.test(char)) return leave(" ");
    for (const between of apart) {
      text.push(between);
      places.push(null);
    }
    apart = "";
    text.push(char);
    places.push([node, offset]);
  };
  const visit = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      let offset = 0;
      for (const char of node.data) {
        put(char, node, offset);
        offset += char.length;
      }
      return;
    }
    // A formula is its source, as a whole.
    if (node.nodeName === "math") {
      for (const char of node.getAttribute("alttext") ?? "") put(char, node, 0);
      return;
    }
    // A picture of another site stands where its words do.
    if (node.nodeName === "IMG" && "words" in node.dataset) for (const char of node.alt) put(char, node, 0);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED)) return;
    const wanted = BLOCK.has(node.tagName) ? "\n\n" : LINE.has(node.tagName) ? "\n" : CELL.has(node.tagName) ? " " : "";
    leave(wanted);
    for (const child of node.childNodes) visit(child);
    leave(wanted);
  };
  for (const child of article.childNodes) visit(child);
  return { text, places };
}

function isInside(range, place) {
  if (!place) return false;
  const [node, offset] = place;
  if (!range.intersectsNode(node)) return false;
  if (node === range.startContainer && offset < range.startOffset) return false;
  return !(node === range.endContainer && offset >= range.endOffset);
}

/** The words of a range as an anchor; null if there are none, or too many. */
export function anchorOf(article, range) {
  const { text, places } = read(article);
  const start = places.findIndex((place) => isInside(range, place));
  if (start < 0) return null;
  let end = start + 1;
  for (let at = end; at < places.length; at += 1) {
    if (places[at] && !isInside(range, places[at])) break;
    if (places[at]) end = at + 1;
  }
  if (end - start > MOST) return null;
  const quote = text.slice(start, end).join("");
  return { revision: article.dataset.revision, start, end, quote };
}

const HOLDS = new Set(["DIV", "SECTION", "DETAILS", "ASIDE"]);

/** The block after which something can stand that belongs to a place: the innermost, of a list or
 * a table the whole. */
function blockOf(article, node) {
  let found = null;
  for (let at = node; at && at !== article; at = at.parentNode) {
    const isFree = at.parentNode === article || HOLDS.has(at.parentNode.nodeName);
    found = isFree ? (found ?? at) : null;
  }
  return found;
}

/** Tell which words were chosen, where they end, and keep them in sight while one writes. */
function tell(article, anchor, quote, range) {
  const block = blockOf(article, range.endContainer);
  globalThis.CSS?.highlights?.set("passage", new Highlight(range));
  document.dispatchEvent(new CustomEvent("denktank:passage", { detail: { anchor, quote, block } }));
}

const article = document.querySelector("article[data-revision]");
const form = () => document.getElementById("talk-form");
let offer = null;

function chosen() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  return range.intersectsNode(article) && article.contains(range.commonAncestorContainer) ? range : null;
}

function show() {
  const range = chosen();
  if (!range || !form()) return hide();
  if (!offer) {
    offer = document.createElement("button");
    offer.type = "button";
    offer.className = "button small passage-offer";
    offer.dataset.key = "c";
    offer.textContent = form().dataset.offer;
    // The words stay chosen while the button is pressed.
    offer.addEventListener("pointerdown", (event) => event.preventDefault());
    offer.addEventListener("click", take);
  }
  if (!offer.isConnected) article.append(offer);
  const words = range.getBoundingClientRect();
  const around = article.getBoundingClientRect();
  const left = Math.min(Math.max(0, words.left - around.left), Math.max(0, around.width - offer.offsetWidth));
  offer.style.insetBlockStart = `${words.bottom - around.top + 8}px`;
  offer.style.insetInlineStart = `${left}px`;
}

function hide() {
  if (offer?.isConnected && document.activeElement !== offer) offer.remove();
}

function take() {
  const range = chosen();
  const anchor = range && anchorOf(article, range);
  offer?.remove();
  if (!anchor) return;
  getSelection().removeAllRanges();
  tell(article, JSON.stringify(anchor), anchor.quote, range);
}

if (article && form()) {
  let waiting = 0;
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && offer?.isConnected) offer.remove();
  });
  // A paragraph's own link opens the form beside it instead of a page of its own.
  article.addEventListener("click", (event) => {
    const link = event.target.closest(".passage-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const asked = new URL(link.href).searchParams.get("anchor");
    const [start, end] = asked.split(":")[1].split("-").map(Number);
    const { text, places } = read(article);
    const known = places.slice(start, end).filter(Boolean);
    if (!known.length) return;
    const range = document.createRange();
    const [last, offset] = known.at(-1);
    range.setStart(...known[0]);
    range.setEnd(last, Math.min(offset + 1, last.length ?? 0));
    tell(article, asked, text.slice(start, end).join(""), range);
  });
}
