// Tables in the text: Tab goes from cell to cell, buttons add a row or a column, and what a
// spreadsheet copies becomes a table.

const RULE = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const MOST_ROWS = 2_000;

/** Where the cells of a row begin and end in its line: at a bar, or beside it at an open side. */
function edgesOf(line) {
  const bars = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === "|") bars.push(at);
  }
  const edges = line.trimStart().startsWith("|") ? bars : [-1, ...bars];
  if (edges.length && line.slice(edges.at(-1) + 1).trim()) edges.push(line.length);
  return edges;
}

/** The cells of a row as [from, to] in its line, without the space around what they say. */
function cells(line) {
  const edges = edgesOf(line);
  return edges.slice(0, -1).map((edge, number) => {
    const inner = line.slice(edge + 1, edges[number + 1]);
    const from = edge + 1 + (inner.trim() ? inner.length - inner.trimStart().length : Math.min(1, inner.length));
    return [from, from + inner.trim().length];
  });
}

/** The table around the caret: its lines, where they begin, and which of them and which cell it is. */
export function around(surface) {
  const text = surface.text();
  const { from, to } = surface.selection();
  const begin = (at) => text.lastIndexOf("\n", at - 1) + 1;
  const end = (at) => (text.indexOf("\n", at) === -1 ? text.length : text.indexOf("\n", at));
  const isRow = (at) => text.slice(at, end(at)).includes("|");
  const here = begin(from);
  if (!isRow(here) || end(from) !== end(to)) return null;
  let first = here;
  while (first > 0 && isRow(begin(first - 1))) first = begin(first - 1);
  const lines = [];
  for (let at = first; at <= text.length && isRow(at); at = end(at) + 1) {
    lines.push({ at, line: text.slice(at, end(at)) });
    if (end(at) === text.length) break;
  }
  // A line above the head may have a bar of its own, in a link for instance.
  const rule = lines.findIndex((one, number) => number > 0 && RULE.test(one.line));
  if (rule === -1 || here < lines[rule - 1].at) return null;
  const rows = lines.slice(rule - 1);
  const row = rows.findIndex((one) => one.at === here);
  const found = cells(rows[row].line);
  const cell = Math.max(0, found.findLastIndex(([start]) => from - here >= start - 1));
  return { rows, row, cell, columns: cells(rows[0].line).length };
}

const blank = (columns) => `|${"   |".repeat(columns)}`;

function goTo(surface, { rows }, row, cell) {
  const found = cells(rows[row].line);
  const [from, to] = found[Math.min(cell, found.length - 1)] ?? [0, 0];
  surface.select(rows[row].at + from, rows[row].at + to);
}

/** Go to the next cell; false beyond the last of an empty row, and before the first. */
export function step(surface, by) {
  const table = around(surface);
  if (!table) return false;
  const number = cells(table.rows[table.row].line).length;
  let { row, cell } = table;
  cell += by;
  if (row === 1 || cell >= number || cell < 0) {
    row += by;
    if (row === 1) row += by;
    cell = by > 0 ? 0 : Infinity;
  }
  if (row < 0) return false;
  if (row < table.rows.length) goTo(surface, table, row, cell);
  else if (cells(table.rows.at(-1).line).every(([from, to]) => from === to)) return false;
  else addRow(surface);
  return true;
}

export function addRow(surface) {
  const table = around(surface);
  if (!table) return;
  const after = table.rows[Math.max(1, table.row)];
  const at = after.at + after.line.length;
  surface.replace(at, at, `\n${blank(table.columns)}`, at + 3, at + 3);
}

export function addColumn(surface) {
  const table = around(surface);
  if (!table) return;
  const { rows, row, cell } = table;
  let caret = 0;
  let made = 0;
  const lines = rows.map(({ line }, number) => {
    const found = cells(line);
    const [, to] = found[Math.min(cell, found.length - 1)] ?? [0, line.length];
    const bar = line.indexOf("|", to);
    const cut = bar === -1 ? line.length : bar;
    const head = line.slice(0, cut).trimEnd();
    const filled = number === 1 ? "---" : "  ";
    const next = `${head} | ${filled} ${line.slice(cut) || "|"}`;
    if (number === row) caret = made + head.length + 3;
    made += next.length + 1;
    return next;
  });
  const start = rows[0].at;
  const last = rows.at(-1);
  surface.replace(start, last.at + last.line.length, lines.join("\n"), start + caret, start + caret);
}

/** Take out the row of the caret, which then stands in the row below it, or else above. */
function removeRow(surface) {
  const table = around(surface);
  if (!table || table.row < 2) return;
  const { rows, row, cell } = table;
  const { at, line } = rows[row];
  const next = rows[row + 1] ?? rows[row === 2 ? 0 : row - 1];
  const shift = next.at > at ? line.length + 1 : 0;
  const found = cells(next.line);
  const [start] = found[Math.min(cell, found.length - 1)] ?? [0];
  const caret = next.at - shift + start;
  surface.replace(at - 1, at + line.length, "", caret, caret);
}

/** Take out the column of the caret; the table goes with its last one. */
function removeColumn(surface) {
  const table = around(surface);
  if (!table) return;
  const { rows, row, cell, columns } = table;
  const start = rows[0].at;
  const last = rows.at(-1);
  if (columns === 1) return surface.replace(start, last.at + last.line.length, "", start, start);
  const lines = rows.map(({ line }) => {
    const edges = edgesOf(line);
    if (cell >= edges.length - 1) return line;
    const indent = line.slice(0, line.length - line.trimStart().length);
    const kept = edges.slice(0, -1).map((edge, number) => line.slice(edge + 1, edges[number + 1]));
    kept.splice(cell, 1);
    return `${indent}|${kept.join("|")}|`;
  });
  const found = cells(lines[row]);
  const [inLine] = found[Math.min(cell, found.length - 1)] ?? [0];
  const before = lines.slice(0, row).reduce((length, line) => length + line.length + 1, 0);
  const caret = start + before + inLine;
  surface.replace(start, last.at + last.line.length, lines.join("\n"), caret, caret);
}

/** A new table of two columns, below the line of the caret. */
export function begin(surface, titles) {
  const { to } = surface.selection();
  const text = surface.text();
  const end = text.indexOf("\n", to) === -1 ? text.length : text.indexOf("\n", to);
  const line = text.slice(text.lastIndexOf("\n", end - 1) + 1, end);
  const above = end === line.length ? "" : text.slice(0, end - line.length - 1).split("\n").at(-1);
  const gap = line.trim() ? "\n\n" : above.trim() ? "\n" : "";
  const made = `${gap}| ${titles.join(" | ")} |\n|${" --- |".repeat(titles.length)}\n${blank(titles.length)}`;
  const at = end + gap.length + 2;
  surface.replace(end, end, `${made}\n`, at, at + titles[0].length);
}

/** The rows of what a spreadsheet copies; null for other words. */
export function spreadsheet(text) {
  if (!text.includes("\t")) return null;
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const row = rows.at(-1);
    if (quoted && char === '"' && text[at + 1] === '"') row[row.length - 1] += text[++at];
    else if (quoted && char === '"') quoted = false;
    else if (quoted) row[row.length - 1] += char;
    else if (char === '"' && row.at(-1) === "") quoted = true;
    else if (char === "\t") row.push("");
    else if (char === "\n") rows.push([""]);
    else if (char !== "\r") row[row.length - 1] += char;
  }
  if (rows.at(-1).length === 1 && rows.at(-1)[0] === "") rows.pop();
  const isEven = rows.every((row) => row.length === rows[0].length);
  return rows.length > 1 && rows.length <= MOST_ROWS && isEven && rows[0].length > 1 ? rows : null;
}

const written = (row) =>
  `| ${row.map((cell) => cell.trim().replace(/\\|\|/g, "\\$&").replace(/\s*\n\s*/g, "<br>")).join(" | ")} |`;

function paste(surface, rows) {
  const table = around(surface);
  if (table) {
    const after = table.rows[Math.max(1, table.row)];
    const at = after.at + after.line.length;
    const made = rows.map((row) => `\n${written(row)}`).join("");
    return surface.replace(at, at, made, at + made.length, at + made.length);
  }
  const { from, to } = surface.selection();
  const before = surface.text().slice(0, from);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const [head, ...rest] = rows.map(written);
  const made = `${gap}${[head, `|${" --- |".repeat(rows[0].length)}`, ...rest].join("\n")}\n`;
  surface.replace(from, to, made, from + made.length, from + made.length);
}

export function connect(pane, surface) {
  const buttons = [...pane.querySelectorAll("[data-table]")];
  const acts = {
    new: (button) => begin(surface, button.dataset.titles.split("|")),
    row: () => addRow(surface),
    column: () => addColumn(surface),
    "remove-row": () => removeRow(surface),
    "remove-column": () => removeColumn(surface),
  };
  for (const button of buttons) button.addEventListener("click", () => acts[button.dataset.table](button));
  const look = () => {
    const table = around(surface);
    const isInside = table !== null;
    for (const button of buttons) button.hidden = (button.dataset.table === "new") === isInside;
    // A table has its head, so that row stays; a hidden button would lose its focus.
    const remove = pane.querySelector('[data-table="remove-row"]');
    if (remove) remove.disabled = isInside && table.row < 2;
  };
  // A choice of words tells where the caret is, in a textarea as in the editor.
  document.addEventListener("selectionchange", () => {
    if (surface.host.contains(document.activeElement)) look();
  });
  surface.element.addEventListener("focus", look);
  surface.element.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!step(surface, event.shiftKey ? -1 : 1)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  surface.element.addEventListener("paste", (event) => {
    const rows = spreadsheet(event.clipboardData?.getData("text/plain") ?? "");
    if (!rows) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    paste(surface, rows);
  }, true);
  look();
}
