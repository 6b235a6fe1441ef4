// Keys: "/" goes to the search field, "?" opens the list of keys, j and k go to the next and the
// previous change or turn, and every element with data-key has its own key.

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const dialog = document.getElementById("keys");

for (const button of document.querySelectorAll("[data-opens]")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById(button.dataset.opens).showModal());
}

const CHANGES =
  "[data-change], :is(.diff, [data-view]) :is(ins, del, .diff-moved-here, .diff-moved-away), .diff-place";

function stops() {
  const changes = [...document.querySelectorAll(CHANGES)];
  if (changes.length) return changes.filter((change, at) => !follows(changes[at - 1], change));
  return [...document.querySelectorAll(".turn, [data-stop]")];
}

// A removal and the addition right after it are one stop.
function follows(before, change) {
  if (!before) return false;
  if (before.contains(change)) return true;
  return before.nextElementSibling === change && !change.previousSibling?.textContent.trim();
}

let place = -1;

function step(by) {
  const found = stops();
  if (!found.length) return false;
  place = Math.max(0, Math.min(found.length - 1, place + by));
  const stop = found[place];
  for (let fold = stop.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  stop.tabIndex = -1;
  stop.scrollIntoView({ block: "center" });
  stop.focus({ preventScroll: true });
  tell(place + 1, found.length);
  return true;
}

function tell(number, all) {
  for (const line of document.querySelectorAll("[data-count]")) {
    line.textContent = line.dataset.count.replace("{number}", number).replace("{all}", all);
  }
}

for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;

for (const link of document.querySelectorAll("[data-step]")) {
  link.hidden = false;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    step(Number(link.dataset.step));
  });
}

function act(key) {
  if (key === "?" && dialog) return dialog.showModal() ?? true;
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("input, textarea")) {
    target.focus();
    target.select();
  } else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (act(event.key)) event.preventDefault();
});
