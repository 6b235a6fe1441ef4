// Members to call in a comment, offered below the @ while one types.

import { Offers } from "./offers.js";
import { plain } from "./surface.js";

const CALL = /(?:^|[^\p{L}\p{N}_@./+-])@([\p{L}\p{N}._-]{0,40})$/u;
const open = new WeakSet();

const sign = (url) => ({
  typed: CALL,
  size: 1,
  url,
  write: (one) => [one.name || one.username, `@${one.username}`],
  isWhole: (one, text) => one.username.toLowerCase() === text.toLowerCase(),
  put: (one, after) => ({ text: `@${one.username}${/^\s/.test(after) ? "" : " "}` }),
});

document.addEventListener("focusin", (event) => {
  const area = event.target;
  if (!area.matches?.("textarea[data-mentions]") || open.has(area)) return;
  open.add(area);
  new Offers(plain(area), area, [sign(area.dataset.mentions)]);
});
