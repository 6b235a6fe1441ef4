// What one writes, as readers will see it: asked from the wiki a moment after the last key.

const AFTER = 400;

export function connect(form, textarea, pane) {
  if (!form.dataset.previewUrl || !pane) return;
  let timer = 0;
  let asked = 0;

  async function show() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.previewUrl, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "text/html", "X-Requested-With": "fetch" },
      });
      if (mine !== asked) return;
      if (answer.ok) replace(await answer.text());
      else complain();
    } catch {
      if (mine === asked) complain();
    }
  }

  function replace(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const found = page.querySelector("[data-preview]") ?? page.body;
    pane.replaceChildren(...found.childNodes);
    delete pane.dataset.old;
  }

  function complain() {
    if (!pane.childElementCount) pane.textContent = pane.dataset.failed;
    pane.dataset.old = "";
  }

  textarea.addEventListener("input", () => {
    clearTimeout(timer);
    if (!pane.hidden) timer = setTimeout(show, AFTER);
  });
  pane.addEventListener("shown", show);
  pane.hidden = false;
  show();
}
