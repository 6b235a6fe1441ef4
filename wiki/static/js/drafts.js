// Nothing typed is lost: the text goes to the wiki every ten seconds, and to this device at once
// when the wiki cannot be reached or says that one is logged out.

const EVERY = 10_000;
const KEPT = "denktank-text:";
const SENT = "denktank-sent";

const time = () => {
  const separator = document.documentElement.lang === "nl" ? "." : ":";
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((n) => String(n).padStart(2, "0")).join(separator);
};

function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing, or is full: the draft on the wiki is what counts.
  }
}

function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Keeps the form's text; `surface` is the place where one types. */
export class Drafts {
  constructor(form, textarea, surface) {
    this.form = form;
    this.textarea = textarea;
    this.surface = surface;
    this.status = form.querySelector("[data-status]");
    this.others = form.querySelector("[data-others]");
    // A new page may become one of another kind: its address says of which.
    this.key = KEPT + location.pathname + (form.dataset.path ? location.search : "");
    this.first = textarea.value;
    this.opened = this.sent = this.state();
    this.saving = false;
    form.addEventListener("submit", () => this.leaving());
    addEventListener("beforeunload", (event) => this.warn(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.keep();
    });
    setInterval(() => this.tick(), EVERY);
    this.offer();
  }

  /** Everything in the form that a person can type. */
  state() {
    const fields = [...new FormData(this.form)].filter(([name]) => name !== "csrf_token");
    return JSON.stringify(fields);
  }

  get dirty() {
    return this.state() !== this.sent;
  }

  say(text, trouble = false) {
    if (!this.status || this.status.textContent === text) return;
    this.status.textContent = text;
    if (trouble) this.status.dataset.trouble = "";
    else delete this.status.dataset.trouble;
  }

  tick() {
    // Others are told that one is here also when nothing was typed.
    if (document.visibilityState === "visible" && !this.saving) this.save();
  }

  async save() {
    const state = this.state();
    const changed = state !== this.sent;
    if (changed) this.keep();
    const body = new FormData(this.form);
    // Nothing was typed yet: only say that one is here, so that no empty draft comes to be.
    if (state === this.opened && state === this.sent) body.set("do", "here");
    this.saving = true;
    try {
      const answer = await fetch(this.form.dataset.draftUrl, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (answer.ok) this.kept(await answer.json(), state, changed);
      else this.failed([400, 401, 403].includes(answer.status));
    } catch {
      this.failed(false);
    } finally {
      this.saving = false;
    }
  }

  kept(answer, state, changed) {
    this.sent = state;
    if (!this.dirty) remember(this.key, null);
    this.present(answer.others ?? []);
    const { stale, savedBy } = this.status?.dataset ?? {};
    if (answer.stale) this.say(answer.saved_by ? savedBy.replace("{name}", answer.saved_by) : stale);
    else if (changed || this.status?.dataset.trouble !== undefined) {
      this.say(this.status.dataset.saved.replace("{time}", time()));
    }
  }

  failed(expired) {
    if (!this.dirty) return;
    this.keep();
    this.say(expired ? this.status.dataset.expired : this.status.dataset.local, true);
  }

  keep() {
    if (this.dirty) remember(this.key, { text: this.textarea.value, at: Date.now() });
  }

  present(names) {
    if (!this.others) return;
    this.others.hidden = names.length === 0;
    if (!names.length) return;
    const list = new Intl.ListFormat(document.documentElement.lang).format(names);
    const { one, many } = this.others.dataset;
    const text = (names.length === 1 ? one : many).replace("{names}", list);
    const badge = this.others.querySelector(".badge");
    if (badge.textContent !== text) badge.textContent = text;
  }

  /** Text of this device that never reached the wiki is offered back. */
  offer() {
    const found = recall(this.key);
    const box = this.form.querySelector("[data-kept]");
    if (!found || !box) return;
    // The wiki itself changed the text that was sent: it has what this device kept.
    const answered = this.form.querySelector("[data-changed-here]");
    if (answered || found.text === this.textarea.value) return remember(this.key, null);
    box.hidden = false;
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    box.querySelector("[data-kept-when]").textContent = when.format(new Date(found.at));
    box.querySelector("[data-kept-use]").addEventListener("click", () => {
      this.surface.replace(0, this.surface.text().length, found.text, 0, 0);
      box.hidden = true;
    });
    box.querySelector("[data-kept-drop]").addEventListener("click", () => {
      remember(this.key, null);
      box.hidden = true;
      this.surface.focus();
    });
  }

  leaving() {
    // Until the wiki has answered, this device has the text too; saved.js clears it then.
    this.left = true;
    if (this.textarea.value === this.first) return;
    remember(this.key, { text: this.textarea.value, at: Date.now() });
    sessionStorage.setItem(SENT, this.key);
  }

  warn(event) {
    if (this.left || this.textarea.value === this.first || !this.dirty) return;
    this.keep();
    event.preventDefault();
  }
}
