"""Commit objects: parsed whatever outsiders wrote into them, composed so that git takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from wiki.domain.content.text import storable
from wiki.domain.history.revisions import Author
from wiki.store.objects.versions import Commit

_PERSON = re.compile(
    rb"(?P<name>[^<]*)<(?P<email>[^>]*)>[^0-9+-]*(?P<when>-?\d{1,18})?(?: (?P<zone>[+-]\d{4}))?"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_NAME = 400
_LONGEST_MESSAGE = 100_000
"""Bytes that are read of what outsiders wrote into a commit; nobody's name or reason is longer."""
_LATEST = 253_402_300_799 - 86_400 * 2


def parse(id: str, raw: bytes, *, sealed: bool = False) -> Commit:
    """A commit from its bytes; whatever cannot be read in it becomes empty or replaced."""
    head, _, body = raw.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        key, _, value = line.partition(b" ")
        fields.setdefault(key, []).append(value)
    charset = fields.get(b"encoding", [b""])[0].decode("ascii", "replace")
    author, authored = _person(fields.get(b"author", [b""])[0], charset)
    committer, committed = _person(fields.get(b"committer", [b""])[0], charset)
    return Commit(
        id=id,
        tree=fields.get(b"tree", [b""])[0].decode("ascii", "replace"),
        parents=tuple(parent.decode("ascii", "replace") for parent in fields.get(b"parent", ())),
        author=author,
        committer=committer,
        authored=authored,
        committed=int(committed.timestamp()),
        message=_decode(body[:_LONGEST_MESSAGE], charset),
        sealed=sealed,
    )


def without_parents(commit: Commit) -> Commit:
    """The same commit as the first of its history."""
    return replace(commit, parents=())


def compose(
    tree: str, parents: Sequence[str], people: tuple[Author, Author], when: datetime, message: str
) -> bytes:
    """A commit's bytes; `people` are author and committer.

    The message must be clean already (`message_of`); names and addresses are cleaned here.
    """
    stamp = _stamp(when)
    author, committer = people
    lines = [
        f"tree {tree}",
        *(f"parent {parent}" for parent in parents),
        f"author {_written(author)} {stamp}",
        f"committer {_written(committer)} {stamp}",
        "",
        message,
    ]
    return "\n".join(lines).encode()


def repaired(person: bytes) -> bytes:
    """Tell who wrote a commit and when, in the form that git asks for, from what somebody wrote."""
    author, when = _person(person, "")
    return f"{_written(author)} {_stamp(when)}".encode()


def message_of(text: str, trailers: Mapping[str, str], fallback: str) -> str:
    """A commit message: the text (or the fallback), then a paragraph of trailers."""
    lines = [line.rstrip() for line in _clean(text).split("\n")]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() or fallback
    given = {_line(key): _line(value) for key, value in trailers.items()}
    block = "\n".join(f"{key}: {value}" for key, value in given.items() if value)
    # Without trailers of its own the commit must not take those that a writer typed.
    return f"{body}\n\n{block}\n" if block else _without_trailers(body) + "\n"


def _without_trailers(body: str) -> str:
    return re.sub(r"^(?=[A-Za-z-]+: )", " ", body, flags=re.MULTILINE) if "\n\n" in body else body


def _stamp(when: datetime) -> str:
    minutes = int((when.utcoffset() or timedelta()).total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{max(0, int(when.timestamp()))} {sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"


def _written(author: Author) -> str:
    name = re.sub(r"[<>]", "", _line(author.name)) or "?"
    return f"{name} <{re.sub(r'[<> ]', '', _line(author.email))}>"


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _person(raw: bytes, charset: str) -> tuple[Author, datetime]:
    match = _PERSON.match(raw)
    if match is None:
        return Author(_decode(raw[:_LONGEST_NAME], charset).strip(), ""), datetime.fromtimestamp(
            0, UTC
        )
    name, email = (_decode(match[part][:_LONGEST_NAME], charset) for part in ("name", "email"))
    author = Author(name.strip(), email)
    seconds = min(max(int(match["when"] or 0), 0), _LATEST)
    return author, datetime.fromtimestamp(seconds, _zone(match["zone"] or b"+0000"))


def _zone(written: bytes) -> timezone:
    minutes = int(written[1:3]) * 60 + int(written[3:5])
    if minutes == 0 or minutes >= 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if written[:1] == b"-" else minutes))


def _decode(raw: bytes, charset: str) -> str:
    for encoding in (charset, "utf-8"):
        try:
            text = raw.decode(encoding or "utf-8")
            break
        except (LookupError, ValueError):
            continue
    else:
        text = raw.decode("latin-1")
    # Some encodings can spell what no database or page takes.
    return storable(text)
