"""Bytes of a file and the text that people edit, so that only what they changed changes.

Text inside the wiki has `\\n` between lines and no byte order mark. What a file has beyond that
(its line endings, perhaps mixed, its mark, its final newline) is remembered and put back.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from wiki.domain.content.alignment import changes

_ENDING = re.compile(r"\r\n|\r|\n")
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_WIDE_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class Source:
    """A file as people see it: `text` has `\\n` only; `data` are the bytes it came from.

    `newline` is the ending that most lines have. A file that is not UTF-8 is not `readable`: its
    text is a guess to look at, not to edit.
    """

    text: str
    data: bytes
    newline: str = "\n"
    mixed: bool = False
    mark: bool = False
    readable: bool = True

    def encode(self, text: str) -> bytes:
        """The bytes of a new text in this file's ways; `data` itself if the text is the same."""
        return encode(text, self)


def decode(data: bytes) -> Source:
    """The text in a file's bytes; never raises."""
    mark = data.startswith(codecs.BOM_UTF8)
    try:
        raw = data[3:].decode() if mark else data.decode()
        readable = True
    except UnicodeDecodeError:
        raw, readable = _guess(data), False
    if "\r" not in raw:
        return Source(raw, data, "\n", False, mark, readable)
    endings = _ENDING.findall(raw)
    counts = {ending: endings.count(ending) for ending in ("\n", "\r\n", "\r")}
    newline = max(counts, key=lambda ending: counts[ending])
    mixed = sum(count > 0 for count in counts.values()) > 1
    return Source(_ENDING.sub("\n", raw), data, newline, mixed, mark, readable)


def encode(text: str, like: Source | None = None) -> bytes:
    """The bytes of a text, with the line endings, mark and final newline of `like`.

    Lines keep their own endings, a changed line that of the line it replaces. Without `like`:
    `\\n` and a final newline.
    """
    if like is None or not like.data:
        whole = text if not text or text.endswith("\n") else text + "\n"
        return whole.encode()
    if text == like.text:
        return like.data
    text = _final_newline(text, like.text)
    if text == like.text:
        return like.data
    if like.mixed:
        text = _keep_endings(text, like)
    elif like.newline != "\n":
        text = text.replace("\n", like.newline)
    return (codecs.BOM_UTF8 if like.mark else b"") + text.encode()


def normalise(posted: str) -> str:
    """Posted text with `\\n` only, and without what no file or database can hold."""
    if "\r" in posted:
        posted = _ENDING.sub("\n", posted)
    return storable(posted)


def storable(text: str) -> str:
    """The text with U+FFFD for what no database takes: NUL and halves of characters."""
    return _UNWRITABLE.sub("\ufffd", text)


def _guess(data: bytes) -> str:
    for mark, encoding in _WIDE_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("cp1252", "replace")


def _final_newline(text: str, before: str) -> str:
    if not text or not before:
        return text
    if before.endswith("\n"):
        return text if text.endswith("\n") else text + "\n"
    # All of them: with one left it would end as those do that have one.
    return text.rstrip("\n")


def _keep_endings(text: str, like: Source) -> str:
    raw = like.data.decode().removeprefix("\ufeff")
    endings = _ENDING.findall(raw)
    old, new = like.text.split("\n"), text.split("\n")
    chosen = [like.newline] * (len(new) - 1)
    for _, low, high, left, right in changes(old, new):
        for at, there in zip(range(low, high), range(left, right), strict=False):
            if there < len(chosen) and at < len(endings):
                chosen[there] = endings[at]
    return "".join(line + ending for line, ending in zip(new, [*chosen, ""], strict=True))
