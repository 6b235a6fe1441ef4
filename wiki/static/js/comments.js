// Answer a comment in place, and keep what is being typed until it is sent.
// Without this script "Reply" leads to a page of its own.

const form = document.getElementById("talk-form");

if (form) {
  const text = form.elements.namedItem("text");
  const parent = form.elements.namedItem("parent");
  const cancel = form.querySelector("[data-cancel]");
  const home = document.createComment("comment form");
  const kept = `comment:${form.dataset.draft}`;
  form.before(home);

  const answer = (link) => {
    parent.value = link.dataset.reply;
    link.closest(".comment").append(form);
    cancel.hidden = false;
    text.focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    answer(link);
  });

  cancel.addEventListener("click", () => {
    const link = document.querySelector(`[data-reply="${parent.value}"]`);
    parent.value = "";
    cancel.hidden = true;
    home.after(form);
    link?.focus();
  });

  // The browser's own store may be closed to us: then a draft lives as long as the page.
  const store = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  })();
  if (store && !text.value) text.value = store.getItem(kept) ?? "";
  text.addEventListener("input", () => store?.setItem(kept, text.value));
  form.addEventListener("submit", () => store?.removeItem(kept));
}
