// A picture of another site comes in place of the link to it, once the reader asks for it.

const words = document.querySelector("script[data-asks]").dataset;

function say(link, sentence) {
  const host = new URL(link.href).host;
  link.querySelector(".other-host").textContent = ` (${sentence.replace("%(host)s", host)})`;
}

function load(link) {
  const picture = new Image();
  // What the link says already is hidden then, and still read aloud.
  picture.alt = "";
  picture.referrerPolicy = "no-referrer";
  link.classList.add("is-asked");
  picture.addEventListener("load", () => {
    link.append(picture);
    link.classList.add("is-loaded");
  });
  picture.addEventListener("error", () => say(link, words.fails));
  picture.src = link.href;
}

for (const link of document.querySelectorAll("a.other-picture")) say(link, words.asks);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.other-picture:not(.is-asked)");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  load(link);
});
