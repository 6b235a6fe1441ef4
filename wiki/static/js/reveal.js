// The button beside a password that shows what was typed: data-reveals names the field.

for (const button of document.querySelectorAll("[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  const word = button.firstChild;
  const show = word.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = field.type === "text";
    field.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
    word.textContent = isShown ? show : button.dataset.hide;
    field.focus();
  });
  // A browser keeps what was typed in an ordinary field, and must not keep this.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
