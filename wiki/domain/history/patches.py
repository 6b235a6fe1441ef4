"""A difference as a patch that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator

from wiki.domain.content.alignment import changes

Step = tuple[bool, int, int, int, int]

_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def unified(old: str | None, new: str | None, file: str, was: str = "", context: int = 3) -> str:
    """A unified patch of one file, `was` its former name; None: the file is not there.

    Empty if nothing differs.
    """
    if old == new and was in ("", file):
        return ""
    before, after = _lines(old or ""), _lines(new or "")
    old_name, new_name = _quoted("a/" + (was or file)), _quoted("b/" + file)
    out = [f"diff --git {old_name} {new_name}\n"]
    if old is None:
        out.append("new file mode 100644\n")
    elif new is None:
        out.append("deleted file mode 100644\n")
    elif was and was != file:
        out += [f"rename from {_quoted(was)}\n", f"rename to {_quoted(file)}\n"]
    if before != after:
        out.append(f"--- {_label(old_name) if old is not None else '/dev/null'}\n")
        out.append(f"+++ {_label(new_name) if new is not None else '/dev/null'}\n")
        for hunk in _hunks(changes(before, after), context, len(before)):
            out += _hunk(hunk, before, after)
    return "".join(out)


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _hunks(steps: list[Step], context: int, length: int) -> Iterator[list[Step]]:
    """Changes grouped so that those with little between them share a hunk."""
    group: list[Step] = []
    for number, (equal, a, b, c, d) in enumerate(steps):
        if not equal:
            group.append((False, a, b, c, d))
            continue
        first, last = not group, number == len(steps) - 1
        if first:
            keep = min(context, b - a)
            group = [(True, b - keep, b, d - keep, d)]
        elif last or b - a > 2 * context:
            keep = min(context, b - a)
            yield [*group, (True, a, a + keep, c, c + keep)]
            group = [(True, b - context, b, d - context, d)] if not last else []
        else:
            group.append((True, a, b, c, d))
    if any(not step[0] for step in group):
        yield group


def _hunk(steps: list[Step], before: list[str], after: list[str]) -> Iterator[str]:
    a, c = steps[0][1], steps[0][3]
    removed, added = steps[-1][2] - a, steps[-1][4] - c
    yield f"@@ -{_range(a, removed)} +{_range(c, added)} @@\n"
    for equal, low, high, left, right in steps:
        if equal:
            yield from (_marked(" ", line) for line in before[low:high])
        else:
            yield from (_marked("-", line) for line in before[low:high])
            yield from (_marked("+", line) for line in after[left:right])


def _range(start: int, count: int) -> str:
    return f"{start + 1 if count else start},{count}"


def _marked(mark: str, line: str) -> str:
    return mark + line if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _label(name: str) -> str:
    """A name with spaces ends in a tab, so that what follows is not taken for a date."""
    return name + "\t" if " " in name and not name.startswith('"') else name


def _quoted(name: str) -> str:
    """A name as git writes it: in quotes with octal bytes if it has other than plain characters."""
    if name.isascii() and name.isprintable() and not set(name) & set('"\\'):
        return name
    pieces = []
    for char in name:
        if char in _ESCAPES:
            pieces.append(_ESCAPES[char])
        elif char.isascii() and char.isprintable():
            pieces.append(char)
        else:
            pieces += [f"\\{byte:03o}" for byte in char.encode()]
    return '"' + "".join(pieces) + '"'
