// A button that copies the text of another element: what it names in data-copy.

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(source.textContent.replace(/\s+/g, " ").trim());
    button.textContent = button.dataset.done;
    button.setAttribute("role", "status");
  });
}
