// The time of a turn plays the recording from there. Without this the link opens the recording.

const player = document.querySelector("[data-recording]");

document.querySelector("article")?.addEventListener("click", (event) => {
  const link = event.target.closest(".turn-meta a[href*='#t=']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  player.currentTime = Number(link.hash.slice("#t=".length));
  player.play().catch((error) => console.warn("the recording does not play", error));
});
