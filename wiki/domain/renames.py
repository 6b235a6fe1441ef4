"""What a rename does to texts: the stub that stays behind, and links that follow the page."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from wiki.domain.paths import SUFFIX, fold

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINK = re.compile(
    r"(?P<code>(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\[\[(?P<wiki>[^\]\[|#]+)(?P<rest>[#|][^\]\[]*)?\]\]"
    r"|(?P<open>\]\(\s*<?)(?P<inline>[^\s()<>#?]+)(?P<close>[^()]*\))"
    r"|(?P<define>^ {0,3}\[[^\]]+\]:\s*<?)(?P<defined>[^\s<>#?]+)"
)
_KEYS = re.compile(r"(?:questions|redirect)\s*:")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NAME_OF_FILE = re.compile(r"(?:\./)?[^/]+\.[A-Za-z0-9]{1,8}")


def stub(target: str) -> str:
    """The text of a page that sends its readers on to `target`."""
    return f"---\nredirect: {_yaml(target)}\n---\n"


@dataclass(frozen=True, slots=True)
class _Move:
    """A rename as one page meets it: the page is at `page` and was at `was`."""

    page: str
    was: str
    old: str
    new: str
    names: frozenset[str]


def repoint(text: str, page: str, old: str, new: str) -> str:
    """The text of `page` with its links to `old` pointing at `new`; code is left alone.

    Follows `[[old]]`, `[text](old)` (relative, from the root, with `.md`, `/wiki/`, `/files/`),
    link definitions, and the front matter's `questions` and `redirect`. In the renamed page itself
    (`page` is `new`) relative links to other pages are written from its new folder.
    """
    tails = [tail for tail in ("/index", "/README") if old.endswith(tail)]
    names = frozenset({fold(old), *(fold(old.removesuffix(tail)) for tail in tails)})
    move = _Move(page, old if page == new else page, old, new, names)
    lines = text.split("\n")
    end = _front_end(lines)
    done = [_front(line, old, new) for line in _values(lines[:end])]
    fence = ""
    for line in lines[end:]:
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip(" " + fence[0]):
            fence = ""
        elif not fence:
            line = _LINK.sub(_follower(move), line)
        done.append(line)
    return "\n".join(done)


def _follower(move: _Move) -> Callable[[re.Match[str]], str]:
    def follow(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        if match["wiki"]:
            if fold(match["wiki"].strip().removesuffix(SUFFIX).strip("/")) not in move.names:
                return match[0]
            return f"[[{move.new}{match['rest'] or ''}]]"
        if match["inline"]:
            return match["open"] + _target(match["inline"], move) + match["close"]
        return match["define"] + _target(match["defined"], move)

    return follow


def _target(target: str, move: _Move) -> str:
    written = unquote(target)
    if _SCHEME.match(written) or written.startswith("//"):
        return target
    prefix = next((p for p in ("/wiki/", "/files/", "/") if written.startswith(p)), "")
    suffix = SUFFIX if written.endswith(SUFFIX) else ""
    name = written.removeprefix(prefix).removesuffix(suffix)
    if not prefix:
        if _NAME_OF_FILE.fullmatch(written) and not suffix:
            return target  # an attachment of the page itself goes where the page goes
        name = posixpath.normpath(posixpath.join(posixpath.dirname(move.was), name))
    moved = name
    if prefix != "/files/" and fold(name.strip("/")) in move.names:
        moved = move.new
    elif prefix != "/wiki/" and name.startswith(move.old + "/") and not suffix:
        moved = f"{move.new}/{name.removeprefix(move.old + '/')}"
    if prefix:
        return target if moved == name else quote(prefix + moved + suffix)
    folder = posixpath.dirname(move.page)
    if moved == name and folder == posixpath.dirname(move.was):
        return target
    return quote(posixpath.relpath(moved, folder or ".") + suffix)


def _front_end(lines: list[str]) -> int:
    if not lines or lines[0].strip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:], 2) if line.strip() in ("---", "...")), 0)


def _values(lines: list[str]) -> list[tuple[str, bool]]:
    """Each line, and whether it belongs to a key whose value names pages."""
    found, inside = [], False
    for line in lines:
        if line[:1] not in (" ", "-", "\t", "#", "") or line.startswith("---"):
            inside = _KEYS.match(line) is not None
        found.append((line, inside))
    return found


def _front(line: tuple[str, bool], old: str, new: str) -> str:
    text, names_pages = line
    if not names_pages or old not in text:
        return text
    whole = re.compile(rf"(?P<quote>[\"']?)(?<![\w/.-]){re.escape(old)}(?![\w/.-])(?P=quote)")
    return whole.sub(lambda _: _yaml(new), text)


def _yaml(path: str) -> str:
    if re.fullmatch(r"[A-Za-z][\w/.-]*", path):
        return path
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
