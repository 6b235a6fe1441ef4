"""Differences as HTML: words in reading text, lines side by side, source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from wiki.domain.history.diff import Block, Change, Fate, Op, Row

_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_CONTEXT_LINES = 3
_MOST_FOLDED = 4_000
"""Unchanged lines that are sent folded; more of them would make the page slow to open."""


def _count(number: int) -> str:
    return f"{number} unchanged"


MOST_CHARACTERS = 500_000
MOST_LINES = 8_000
"""Above either it takes too long to compare a text as it reads, or side by side."""
_MOST_PATCH_LINES = 20_000


@dataclass(frozen=True, slots=True)
class DiffLabels:
    """The words of a diff in the reader's language; the callables take how many."""

    added: str = "added"
    removed: str = "removed"
    moved_here: str = "Moved here"
    moved_away: str = "Moved away"
    spacing: str = "Only spacing changed"
    coarse: str = "Some of this differs too much to be compared word by word"
    old_line: str = "Old line"
    new_line: str = "New line"
    paragraphs: Callable[[int], str] = _count
    lines: Callable[[int], str] = _count


def diff_labels(
    gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]
) -> DiffLabels:
    """The words in the language of gettext functions."""
    _ = gettext

    def paragraphs(number: int) -> str:
        shown = ngettext("%(num)s unchanged paragraph", "%(num)s unchanged paragraphs", number)
        return shown.replace("%(num)s", str(number))

    def lines(number: int) -> str:
        shown = ngettext("%(num)s unchanged line", "%(num)s unchanged lines", number)
        return shown.replace("%(num)s", str(number))

    return DiffLabels(
        added=_("added"),
        removed=_("removed"),
        moved_here=_("Moved here"),
        moved_away=_("Moved away"),
        spacing=_("Only spacing changed"),
        coarse=_("Some of this differs too much to be compared word by word"),
        old_line=_("Old line"),
        new_line=_("New line"),
        paragraphs=paragraphs,
        lines=lines,
    )


def is_long(*texts: str) -> bool:
    """Whether a text is longer than what is compared as it reads, or side by side."""
    return any(len(text) > MOST_CHARACTERS or text.count("\n") > MOST_LINES for text in texts)


def is_long_patch(patch: str) -> bool:
    """Whether a patch is too long for a browser to show; it can still be downloaded."""
    return patch.count("\n") > _MOST_PATCH_LINES or len(patch) > 4 * MOST_CHARACTERS


def words_html(blocks: Sequence[Block], labels: DiffLabels | None = None) -> Markup:
    """A word diff as reading text; unchanged paragraphs away from changes are folded."""
    words = labels or DiffLabels()
    out = ['<div class="diff diff-words">\n']
    if any(block.coarse for block in blocks):
        out.append(f'<p class="diff-coarse">{escape(words.coarse)}</p>\n')
    for number, block in enumerate(blocks):
        if block.fate is Fate.EQUAL:
            out += _unchanged(block, words, number > 0, number + 1 < len(blocks))
        else:
            out.append(_block(block, words))
    return Markup("".join(out) + "</div>\n")


def side_html(rows: Sequence[Row], labels: DiffLabels | None = None) -> Markup:
    """Lines of both texts in tables; unchanged lines away from changes are folded.

    Where very many are unchanged they are counted only.
    """
    words = labels or DiffLabels()
    runs = list(_runs(rows))
    may_open = sum(len(run) for run, shown in runs if not shown) <= _MOST_FOLDED
    out = ['<div class="diff diff-side">\n']
    for number, (run, shown) in enumerate(runs or [(rows, True)]):
        count = escape(words.lines(len(run)))
        if shown:
            out += _side_table(run, words, hides_head=number > 0)
        elif may_open:
            out.append(f'<details class="diff-unchanged"><summary>{count}</summary>\n')
            out += _side_table(run, words, hides_head=True)
            out.append("</details>\n")
        else:
            out.append(f'<p class="diff-skipped">{count}</p>\n')
    return Markup("".join(out) + "</div>\n")


def source_html(patch: str) -> Markup:
    """A unified patch with a class for what each line is."""
    classes = {"+": "diff-added", "-": "diff-removed", "@": "diff-place"}
    out = ['<pre class="diff diff-source" tabindex="0">']
    in_hunk = False
    for line in patch.split("\n")[:-1]:
        in_hunk = in_hunk or line.startswith("@")
        name = classes.get(line[:1], "") if in_hunk else "diff-head"
        shown = escape(line)
        out.append(f'<span class="{name}">{shown}</span>\n' if name else shown + "\n")
    return Markup("".join(out) + "</pre>\n")


def _unchanged(block: Block, words: DiffLabels, before: bool, after: bool) -> Iterable[str]:
    texts = [text for text in _PARAGRAPHS.split(block.ops[0].text.strip("\n")) if text.strip()]
    head, tail = int(before), int(after)
    if len(texts) <= head + tail + 1:
        yield from map(_paragraph, texts)
        return
    yield from map(_paragraph, texts[:head])
    folded = texts[head : len(texts) - tail]
    yield f'<details class="diff-unchanged"><summary>{escape(words.paragraphs(len(folded)))}'
    yield "</summary>\n"
    yield from map(_paragraph, folded)
    yield "</details>\n"
    yield from map(_paragraph, texts[len(texts) - tail :])


def _paragraph(text: str) -> str:
    return f'<p class="diff-block">{escape(text)}</p>\n'


def _block(block: Block, words: DiffLabels) -> str:
    moves = {Fate.MOVED_AWAY: words.moved_away, Fate.MOVED_HERE: words.moved_here}
    label = moves.get(block.fate, "")
    here, there = ("from", "to") if block.fate is Fate.MOVED_AWAY else ("to", "from")
    mark = (
        f'<a class="diff-move" href="#move-{there}-{block.move}">{escape(label)}</a>'
        if block.move
        else ""
    )
    anchor = f' id="move-{here}-{block.move}"' if block.move else ""
    if block.fate is Fate.MOVED_AWAY:
        inner = escape(block.ops[0].text.strip("\n"))
    elif all(op.change is Change.EQUAL or not op.text.strip() for op in block.ops):
        shown = escape("".join(op.text for op in block.ops if op.change is not Change.DELETE))
        note = "" if block.move else f'<span class="diff-note">{escape(words.spacing)}</span>'
        inner = shown.strip("\n") + note
    else:
        inner = _marked(block.ops, words).strip("\n")
    name = block.fate.value.replace("_", "-")
    return f'<p class="diff-block diff-{name}"{anchor}>{mark}{inner}</p>\n'


def changes_html(ops: Iterable[Op], labels: DiffLabels) -> Markup:
    """Mark what stayed, came and went in a text, without anything around it."""
    return Markup(_marked(ops, labels))


def _marked(ops: Iterable[Op], words: DiffLabels) -> str:
    pieces = []
    for op in ops:
        text = escape(op.text)
        if op.change is Change.INSERT:
            pieces.append(f"<ins>{_hidden(words.added)}{text}</ins>")
        elif op.change is Change.DELETE:
            pieces.append(f"<del>{_hidden(words.removed)}{text}</del>")
        else:
            pieces.append(text)
    return "".join(pieces)


def _hidden(word: str) -> str:
    return f'<span class="visually-hidden">[{escape(word)}] </span>'


def _runs(rows: Sequence[Row]) -> Iterable[tuple[Sequence[Row], bool]]:
    """Rows in runs that are shown (changes and a few lines around them) or counted only."""
    near = bytearray(len(rows))
    for at, row in enumerate(rows):
        if row.fate is not Fate.EQUAL:
            low, high = max(0, at - _CONTEXT_LINES), min(len(rows), at + _CONTEXT_LINES + 1)
            near[low:high] = b"\1" * (high - low)
    start = 0
    for at in range(1, len(rows) + 1):
        if at == len(rows) or near[at] != near[start]:
            yield rows[start:at], bool(near[start]) or at - start == 1
            start = at


def _side_table(run: Sequence[Row], words: DiffLabels, *, hides_head: bool) -> Iterable[str]:
    # Every table has its head, for who hears it; who sees it needs only the first.
    hidden = ' class="visually-hidden"' if hides_head else ""
    yield (
        '<table><colgroup><col class="diff-numbers"><col><col class="diff-numbers"><col></colgroup>'
        f"<thead{hidden}><tr>"
        f'<th scope="col" colspan="2">{escape(words.old_line)}</th>'
        f'<th scope="col" colspan="2">{escape(words.new_line)}</th></tr></thead><tbody>\n'
    )
    yield from (_side_row(row, words) for row in run)
    yield "</tbody></table>\n"


def _side_row(row: Row, words: DiffLabels) -> str:
    old = f'<td class="diff-number">{row.old_number or ""}</td>'
    new = f'<td class="diff-number">{row.new_number or ""}</td>'
    name = row.fate.value.replace("_", "-")
    left, right = _side_cell(row, row.old, words), _side_cell(row, row.new, words)
    return f'<tr class="diff-{name}">{old}<td>{left}</td>{new}<td>{right}</td></tr>\n'


def _side_cell(row: Row, ops: Sequence[Op], words: DiffLabels) -> str:
    moves = {Fate.MOVED_AWAY: words.moved_away, Fate.MOVED_HERE: words.moved_here}
    if row.fate not in moves or not ops:
        return _marked(ops, words)
    away = row.fate is Fate.MOVED_AWAY
    text = escape("".join(op.text for op in ops)) if away else _marked(ops, words)
    return f'<span class="diff-note">{escape(moves[row.fate])}</span>{text}'
