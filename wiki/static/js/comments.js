// Answer, quote and post comments without leaving the page, and keep what is being typed until it
// is sent: on this device at once, on the wiki after a moment. Without this script "Reply" leads to
// a page of its own, and posting loads the page anew.

const section = () => document.getElementById("comments");
const theForm = () => document.getElementById("talk-form");
const field = (name) => theForm().elements.namedItem(name);
const words = (quote) => quote.replace(/\s+/g, " ").trim();

const AFTER = 1500;
let timer = 0;
let home = null;
let beside = null;

// -- the form --

function say(text) {
  const status = theForm()?.querySelector("[data-status]");
  if (status) status.textContent = text;
}

/** Put the form somewhere else; who is typing in it types on. */
function move(put) {
  const focused = theForm().contains(document.activeElement) ? document.activeElement : null;
  put(theForm());
  focused?.focus({ preventScroll: true });
}

function goHome() {
  globalThis.CSS?.highlights?.delete("passage");
  if (home?.isConnected) move((form) => home.after(form));
  beside?.remove();
  beside = null;
}

/** Put the form beside the words that it is about, or under them where there is no room. */
function goTo(block) {
  if (!beside) {
    beside = document.createElement("aside");
    beside.className = "talk-beside";
    beside.setAttribute("aria-label", theForm().dataset.offer);
  }
  if (beside.previousElementSibling !== block) block.after(beside);
  move((form) => beside.append(form));
  theForm().querySelector("[data-cancel]").hidden = false;
  place();
}

const ROOM = 320;

function place() {
  if (!beside?.isConnected) return;
  const article = beside.closest("article");
  const block = beside.previousElementSibling;
  const around = article.getBoundingClientRect();
  beside.classList.toggle("wide", document.documentElement.clientWidth - around.right >= ROOM);
  beside.style.insetBlockStart = beside.classList.contains("wide") ? `${block.getBoundingClientRect().top - around.top}px` : "";
}

addEventListener("resize", place);

function compose() {
  field("text").focus({ preventScroll: true });
  theForm().scrollIntoView({ block: "nearest" });
}

function answer(id) {
  const comment = document.getElementById(`comment-${id}`);
  if (!comment) return;
  goHome();
  about("", "");
  field("parent").value = id;
  move((form) => comment.append(form));
  theForm().querySelector("[data-cancel]").hidden = false;
}

function about(anchor, quote) {
  field("anchor").value = anchor;
  const box = theForm().querySelector("[data-about]");
  box.hidden = !anchor;
  box.querySelector("[data-about-words]").textContent = quote.length > 300 ? `${quote.slice(0, 300)} …` : quote;
}

function cancel() {
  const id = field("parent").value;
  field("parent").value = "";
  about("", "");
  theForm().querySelector("[data-cancel]").hidden = true;
  const block = beside?.previousElementSibling;
  goHome();
  (block?.querySelector(".passage-link") ?? document.querySelector(`[data-reply="${id}"]`))?.focus();
  changed();
}

function quoteIn(text) {
  const target = field("text");
  const lines = text.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
  const before = target.value && !target.value.endsWith("\n") ? `${target.value}\n\n` : target.value;
  target.value = `${before}${lines}\n\n`;
  changed();
}

/** The words of a comment that are selected, else all of them. */
function wordsOf(comment) {
  const body = comment.querySelector(".comment-text");
  const selection = getSelection();
  const chosen = selection.toString().trim();
  if (chosen && body.contains(selection.anchorNode) && body.contains(selection.focusNode)) return chosen;
  return body.innerText.trim();
}

// -- drafts --

const key = () => `denktank-comment:${theForm().dataset.draftUrl}`;

function remember(value) {
  try {
    if (value) localStorage.setItem(key(), JSON.stringify(value));
    else localStorage.removeItem(key());
  } catch {
    // A browser that keeps nothing, or is full: the draft on the wiki is what counts.
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(key()));
  } catch {
    return null;
  }
}

const state = () => ({
  text: field("text").value,
  parent: field("parent").value,
  anchor: field("anchor").value,
  words: theForm().querySelector("[data-about-words]").textContent,
});

function changed() {
  remember(field("text").value ? state() : null);
  clearTimeout(timer);
  timer = setTimeout(keep, AFTER);
}

async function keep() {
  const form = theForm();
  if (!form) return;
  const body = new FormData();
  for (const name of ["csrf_token", "text", "parent", "anchor"]) body.set(name, field(name).value);
  try {
    const kept = await fetch(form.dataset.draftUrl, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    if (!kept.ok) throw new Error(String(kept.status));
    const clock = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" });
    say(body.get("text") ? form.dataset.kept.replace("{time}", clock.format(new Date())) : "");
  } catch {
    say(form.dataset.local);
  }
}

function putBack(draft) {
  if (!draft?.text || field("text").value) return;
  if (draft.parent) answer(draft.parent);
  if (draft.anchor) about(draft.anchor, draft.words ?? quoteOf(draft.anchor));
  field("text").value = draft.text;
  say(theForm().dataset.restored);
}

function quoteOf(anchor) {
  try {
    return words(JSON.parse(anchor).quote ?? "");
  } catch {
    return words(anchor);
  }
}

/** What was typed on this device, or on another one. */
async function restore() {
  const form = theForm();
  if (form.dataset.asked || field("text").value) return;
  form.dataset.asked = "yes";
  const here = recall();
  if (here) return putBack(here);
  try {
    const found = await fetch(form.dataset.draftUrl, { headers: { Accept: "application/json" } });
    if (found.ok) putBack(await found.json());
  } catch {
    // No draft then; typing goes on.
  }
}

// -- posting --

/** Post the form and show the page's talk as it is then; false: leave it to the browser. */
async function post(form) {
  const body = new URLSearchParams(new FormData(form));
  const posted = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
  if (!posted.ok || !posted.redirected) return false;
  const page = new DOMParser().parseFromString(await posted.text(), "text/html");
  const talk = page.getElementById("comments");
  if (!talk) return false;
  clearTimeout(timer);
  remember(null);
  const said = form.dataset.posted;
  goHome();
  section().replaceWith(talk);
  const text = page.querySelector("article[data-path]");
  const shown = document.querySelector("article[data-path]");
  if (text && shown && text.dataset.revision === shown.dataset.revision) shown.innerHTML = text.innerHTML;
  for (const tab of document.querySelectorAll(".tabs")) {
    const fresh = page.querySelector(".tabs");
    if (fresh) tab.innerHTML = fresh.innerHTML;
  }
  begin();
  say(said);
  const url = new URL(posted.url);
  const id = (url.hash || newest(talk)).slice(1);
  history.replaceState(null, "", `${url.pathname}${url.search}#${id}`);
  reveal(id);
  document.dispatchEvent(new CustomEvent("denktank:shown"));
  return true;
}

/** Where browsers do not tell the fragment that a redirect led to: the newest comment. */
function newest(talk) {
  const ids = [...talk.querySelectorAll("[data-comment]")].map((found) => Number(found.dataset.comment));
  return ids.length ? `#comment-${Math.max(...ids)}` : "#comments";
}

function reveal(id) {
  const found = document.getElementById(id);
  if (!found) return;
  for (let at = found.parentElement?.closest("details"); at; at = at.parentElement?.closest("details")) at.open = true;
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  found.scrollIntoView({ block: "center" });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "talk-form" || form.dataset.plain) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  let done = false;
  try {
    done = await post(form);
  } catch {
    say(form.dataset.local);
    button.disabled = false;
    return;
  }
  if (done) return;
  // Refused: the wiki's own answer says why and holds the text; the number makes it count once.
  button.disabled = false;
  form.dataset.plain = "yes";
  form.submit();
});

// -- what one clicks and types --

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const folder = event.target.closest("[data-fold]");
  if (folder) return fold(folder);
  if (!theForm()) return;
  const reply = event.target.closest("[data-reply]");
  const quote = event.target.closest("[data-quote]");
  if (reply || quote) {
    event.preventDefault();
    const text = quote ? wordsOf(quote.closest(".comment")) : "";
    answer((reply ?? quote).dataset.reply ?? quote.dataset.quote);
    if (quote) quoteIn(text);
    compose();
  } else if (event.target.closest("[data-cancel]")) cancel();
  else if (event.target.closest("[data-about-drop]")) {
    about("", "");
    theForm().querySelector("[data-cancel]").hidden = true;
    goHome();
    changed();
    compose();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && beside?.contains(event.target)) cancel();
});

document.addEventListener("input", (event) => {
  if (event.target.form?.id === "talk-form") changed();
});

document.addEventListener("focusin", (event) => {
  if (event.target.form?.id === "talk-form") restore();
});

// Somebody chose words on the page: comment on them, or quote them in the answer being written.
document.addEventListener("denktank:passage", (event) => {
  const { anchor, quote, block } = event.detail;
  if (!theForm()) return;
  if (field("parent").value) quoteIn(quote);
  else {
    about(anchor, words(quote));
    if (block) goTo(block);
  }
  compose();
  changed();
});

function fold(button) {
  const answers = [...section().querySelectorAll("details.answers")];
  const open = !answers.some((found) => found.open);
  for (const found of answers) found.open = open;
  button.textContent = open ? button.dataset.unfolded : button.dataset.folded;
}

function begin() {
  const foldable = section().querySelector("details.answers");
  for (const found of section().querySelectorAll(".needs-script")) found.hidden = "fold" in found.dataset && !foldable;
  home = document.createComment("comment form");
  theForm()?.before(home);
}

addEventListener("hashchange", () => {
  if (/^#comment-\d+$/.test(location.hash)) reveal(location.hash.slice(1));
});

if (section()) {
  begin();
  if (/^#comment-\d+$/.test(location.hash)) reveal(location.hash.slice(1));
  // What was being typed when one was interrupted is there again.
  if (theForm() && recall()) restore();
}
