"""Bare addresses in text: of the web (GitHub's autolinks), of mail, and `@name`.

Closing marks, quotes and points at the end of an address belong to the sentence around it; so does
a closing parenthesis that nothing in the address opens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wiki.domain.markdown.nodes import Inline, Kind

_SCHEMES = ("https", "http", "ftp")
_MOST_IN_DOMAIN = 253
_DOMAIN = re.compile(r"[\w.-]*+")
_REST = re.compile(r"[^\s<]*+")
_REST_IN_BRACKETS = re.compile(r"[^\s<\]]*+")
_TRAILING = frozenset("?!.,:*_~'\"”“’‘»«…")
_ENTITY_END = re.compile(r"&[A-Za-z0-9]{1,32}\Z")
_LOCAL = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_"
_HOST = re.compile(r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++")
_MENTION = re.compile(r"(?<![\w@./+\-])@([A-Za-z][A-Za-z0-9]*+(?:[._-][A-Za-z0-9]++)*+)(?![\w@])")


def bare(text: str, at: int, first: int, in_brackets: bool) -> tuple[int, int, str] | None:
    """The address whose colon, or `www.`, stands here: where it begins and ends, where it leads.

    It begins at `first` or later; in brackets it ends where they may.
    """
    if text[at] == "w":
        before = text[at - 1] if at else " "
        if not text.startswith("www.", at) or not (before.isspace() or before in "*_~([“‘\"'"):
            return None
        start, prefix, host = at, "http://", at
    else:
        if not text.startswith("://", at):
            return None
        before = text[max(first, at - 5) : at].lower()
        scheme = next((name for name in _SCHEMES if before.endswith(name)), "")
        start = at - len(scheme)
        if not scheme or (start > 0 and text[start - 1].isalnum()):
            return None
        prefix, host = "", at + 3
    if not _is_domain(text, host, needs_point=bool(prefix)):
        return None
    found = (_REST_IN_BRACKETS if in_brackets else _REST).match(text, host)
    end = _trim(text, host, found.end() if found else host)
    return (start, end, prefix + text[start:end]) if end > host else None


def calls(text: str, start: int, end: int, *, mentions: bool) -> Iterator[Inline]:
    """A stretch of plain text as text, addresses of mail and, if asked for, mentions."""
    whole = low = start
    at = text.find("@", start, end)
    while at >= 0:
        node = _mail(text, low, at, end) or (_mention(text, at, end) if mentions else None)
        if node:
            start, after = node.start, node.end  # who takes the node may say where else it stands
            if whole < start:
                yield Inline(Kind.TEXT, whole, start, text[whole:start])
            yield node
            whole = after
        low = max(at + 1, whole)
        at = text.find("@", low, end)
    if whole < end:
        yield Inline(Kind.TEXT, whole, end, text[whole:end])


def _is_domain(text: str, at: int, *, needs_point: bool) -> bool:
    if not text[at : at + 1].isalnum():
        return False
    found = _DOMAIN.match(text, at, at + _MOST_IN_DOMAIN)
    name = found[0] if found else ""
    parts = name.rstrip(".").split(".")
    return not any("_" in part for part in parts[-2:]) and (len(parts) > 1 or not needs_point)


def _trim(text: str, start: int, end: int) -> int:
    """Where an address ends that goes on to `end` at most."""
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        last = text[end - 1]
        if last in _TRAILING:
            end -= 1
        elif last == ")" and surplus > 0:
            surplus -= 1
            end -= 1
        elif last == ";":
            entity = _ENTITY_END.search(text, max(start, end - 34), end - 1)
            end = entity.start() if entity else end - 1
        else:
            break
    return end


def _mail(text: str, first: int, at: int, end: int) -> Inline | None:
    host = _HOST.match(text, at + 1, end)
    if not host or host[0][-1] in "-_":
        return None
    before = text[first:at]
    start = first + len(before.rstrip(_LOCAL))
    if start == at:
        return None
    words = text[start : host.end()]
    inside = (Inline(Kind.TEXT, start, host.end(), words),)
    return Inline(Kind.LINK, start, host.end(), "", inside, f"mailto:{words}")


def _mention(text: str, at: int, end: int) -> Inline | None:
    found = _MENTION.match(text, at, end)
    return Inline(Kind.MENTION, at, found.end(), found[1]) if found else None
