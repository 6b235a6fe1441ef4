// Moments that are written in full in the page become relative: "2 uur geleden", "gisteren 18.02".
// The full moment stays in the title; where there is room ("both") the moment stays below as it was.
// Moments of two days ago and older stay as they are.

const MINUTE = 60;
const HOUR = 3600;
const language = document.documentElement.lang || "nl";
const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const separator = language === "nl" ? "." : ":";

function clock(moment) {
  const two = (number) => String(number).padStart(2, "0");
  return two(moment.getHours()) + separator + two(moment.getMinutes());
}

function days(from, to) {
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());
  return Math.round((midnight(to) - midnight(from)) / (24 * HOUR * 1000));
}

export function relative(then, now) {
  const seconds = Math.round((now - then) / 1000);
  if (seconds >= 0 && seconds < MINUTE) return words.format(0, "second");
  if (seconds >= 0 && seconds < HOUR) return words.format(-Math.floor(seconds / MINUTE), "minute");
  if (seconds >= 0 && seconds < 6 * HOUR) return words.format(-Math.floor(seconds / HOUR), "hour");
  const ago = days(then, now);
  return ago === 0 || ago === 1 ? `${words.format(-ago, "day")} ${clock(then)}` : "";
}

function absolute(moment) {
  const line = document.createElement("span");
  line.className = "moment";
  line.textContent = ` ${moment}`;
  return line;
}

function write() {
  const now = new Date();
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = relative(new Date(element.dateTime), now);
    element.dataset.absolute ??= element.textContent;
    element.textContent = text || element.dataset.absolute;
    if (text && element.dataset.relative === "both") element.append(absolute(element.dataset.absolute));
  }
}

write();
setInterval(write, MINUTE * 1000);
// A part of the page is new.
document.addEventListener("denktank:shown", write);
