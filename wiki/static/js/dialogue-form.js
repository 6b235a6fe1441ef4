// The form of a dialogue: rows of participants without a round trip, questions filtered, a calendar
// beside the fields for day and time. Without this the buttons send the form.

function renumber(box) {
  const name = box.dataset.people;
  for (const [index, row] of [...box.querySelectorAll("[data-person]")].entries()) {
    row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/\d+/, String(index + 1)));
    for (const input of row.querySelectorAll("input")) {
      const part = input.name.slice(input.name.lastIndexOf(".") + 1);
      input.name = `${name}.${index + 1}.${part}`;
      input.labels[0].htmlFor = input.id = `field-${input.name}`;
    }
    row.querySelector("[data-remove]").value = `participant.remove.${index + 1}`;
  }
}

function people(box) {
  const said = box.querySelector("[data-said]");
  const rows = () => [...box.querySelectorAll("[data-person]")];
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-remove]");
    if (!button) return;
    event.preventDefault();
    const adds = button.matches("[data-add]");
    let next;
    if (adds) {
      const last = rows().at(-1);
      next = last.cloneNode(true);
      for (const input of next.querySelectorAll("input")) input.value = "";
      // The clone's labels must find their own inputs before they are numbered.
      for (const field of next.querySelectorAll(".field")) {
        const input = field.querySelector("input");
        field.querySelector("label").htmlFor = input.id = `${input.id}-new`;
      }
      last.after(next);
    } else {
      const row = button.closest("[data-person]");
      next = row.nextElementSibling?.matches("[data-person]") ? row.nextElementSibling : row.previousElementSibling;
      if (rows().length === 1) {
        for (const input of row.querySelectorAll("input")) input.value = "";
        next = row;
      } else row.remove();
    }
    renumber(box);
    (next?.querySelector("input") ?? box).focus();
    said.textContent = adds ? box.dataset.added : box.dataset.removed;
  });
}

function picker(box) {
  const filter = box.querySelector("[data-filter]");
  if (!filter) return;
  filter.closest(".field").hidden = false;
  filter.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase().trim();
    for (const label of box.querySelectorAll(".picker-list label")) {
      const kept = label.querySelector("input").checked || label.textContent.toLowerCase().includes(wanted);
      label.hidden = !kept;
    }
  });
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function calendar(button) {
  const field = document.getElementById(button.dataset.picks);
  const native = document.createElement("input");
  native.type = "datetime-local";
  if (!field || !native.showPicker) return;
  native.className = "pick-native";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  button.after(native);
  button.hidden = false;
  button.addEventListener("click", () => {
    const known = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)/.exec(field.value);
    native.value = known ? `${known[1]}T${known[2]}` : "";
    native.showPicker();
  });
  native.addEventListener("change", () => {
    if (native.value) field.value = native.value.replace("T", " ");
    field.focus();
  });
}

document.querySelectorAll("[data-people]").forEach(people);
document.querySelectorAll("[data-picker]").forEach(picker);
document.querySelectorAll("[data-picks]").forEach(calendar);
