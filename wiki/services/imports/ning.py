"""A network of Ning, as its Network Archiver wrote it down.

A discussion that was answered is a dialogue, each answer a turn by who gave it; one that was not is
a question. An event stands in the agenda. What was said below a blog, a picture, a film or an
event stays a comment.
"""

from __future__ import annotations

import html
import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from wiki.domain.content import frontmatter
from wiki.domain.content.pages import Participant
from wiki.domain.errors import Invalid
from wiki.domain.imports import loose_json, turns
from wiki.domain.imports.addresses import INSTEAD, without_mail
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of
from wiki.domain.imports.turns import Said
from wiki.render.to_markdown import to_markdown
from wiki.render.values import write_value
from wiki.services.imports.archives import MEGABYTE, Archive, text_of
from wiki.services.imports.places import Places

MOST = 512 * MEGABYTE
KINDS = (
    "members",
    "groups",
    "discussions",
    "blogs",
    "pages",
    "notes",
    "events",
    "photos",
    "videos",
)
_FOLDERS = {
    "blogs": "blogs",
    "notes": "notities",
    "events": "agenda",
    "photos": "fotos",
    "videos": "videos",
}
_QUESTIONS, _DIALOGUES, _GROUPS = "vragen", "gesprekken", "groepen"
_BEGINNING = datetime(2005, 1, 1, tzinfo=UTC)
"""The first day of Ning: the age of what does not tell its own."""
_SPEAKERS_MOST = 200

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Thing:
    """A record that becomes a page."""

    kind: str
    id: str
    record: Record
    file: str
    group: str = ""

    @property
    def key(self) -> str:
        """Return what it is known by."""
        return f"{self.kind}/{self.id}"


class Ning:
    """The archive, read whole; its files are read when their turn comes."""

    def __init__(
        self, archive: Archive, report: Report, places: Places, now: datetime, private_into: str
    ) -> None:
        self._archive = archive
        self._report = report
        self._places = places
        self._now = now
        self._private_into = private_into
        self._base = _base(archive.names)
        self._names_of_files = frozenset(archive.names)
        self._files: dict[str, str] = {}
        self._waiting: list[tuple[str, datetime, str]] = []
        self._names: dict[str, str] = {}
        self._remarks: list[Remark] = []
        self._records = {kind: self._read(kind) for kind in KINDS}
        self._groups = {_text(one, "id"): one for one in self._records["groups"]}
        self._things = list(self._found())
        if any(name.startswith(f"{self._base}ning-music") for name in archive.names):
            report.leave("ning-music", "import_ning_music")

    # -- what there is --

    def _read(self, kind: str) -> list[Record]:
        for name in (f"{self._base}ning-{kind}-local.json", f"{self._base}ning-{kind}.json"):
            if name not in self._archive.names:
                continue
            data = self._archive.read(name, MOST)
            if data is not None:
                # The newest stand first.
                return loose_json.records(text_of(data))[::-1]
        return []

    def _found(self) -> Iterator[_Thing]:
        for kind in KINDS[1:]:
            for record in self._records[kind]:
                thing = self._thing(kind, record)
                if thing:
                    yield thing

    def _thing(self, kind: str, record: Record) -> _Thing | None:
        id, title = _text(record, "id"), _title(record)
        group = self._groups.get(_text(record, "groupId"))
        closed = record if kind == "groups" else group
        private = closed is not None and _is_private(closed)
        hidden = kind == "events" and record.get("isPrivate") in (True, "true", "1", 1)
        if not id:
            self._report.leave(f"{kind}: {title}", "import_no_id")
        elif hidden or (private and not self._private_into):
            self._report.leave(f"{kind}: {title}", "import_private")
        elif kind == "blogs" and _text(record, "publishStatus") not in ("", "publish"):
            self._report.leave(f"{kind}: {title}", "import_draft")
        else:
            segments = self._segments(kind, record, group)
            root = self._private_into if private else None
            file = self._places.page(f"{kind}/{id}", *segments, root=root)
            return _Thing(kind, id, record, file, _title(group) if group else "")
        return None

    def _segments(self, kind: str, record: Record, group: Record | None) -> list[str]:
        title = _title(record)
        if kind == "groups":
            return [_GROUPS, title]
        if kind == "discussions":
            folder = _DIALOGUES if _comments(record) else _QUESTIONS
            return [_GROUPS, _title(group), title] if group else [folder, title]
        return [_FOLDERS[kind], title] if kind in _FOLDERS else [title]

    # -- what an import asks --

    def people(self) -> Iterable[Person]:
        """The members; of what else is known of them nothing comes along."""
        for record in self._records["members"]:
            key = _text(record, "contributorName")
            # Some are called by their address; that is no name to put above a turn.
            name = without_mail(html.unescape(_text(record, "fullName")))[0].replace(INSTEAD, "")
            self._names[key] = name
            if record.get("comments"):
                self._report.leave(name, "import_ning_wall")
            yield Person(key, name, email=_text(record, "email"))
        if self._records["members"]:
            self._report.leave("members", "import_ning_profile")

    def versions(self) -> Iterator[Version]:
        """Every version that the archive lets us know of; files after the pages that show them."""
        for thing in self._things:
            if thing.kind == "discussions":
                yield from self._discussion(thing)
            else:
                yield from self._page(thing)
            yield from self._attached()

    def remarks(self) -> Iterable[Remark]:
        """Return what was said below pages; found while their versions were read."""
        return self._remarks

    # -- discussions --

    def _discussion(self, thing: _Thing) -> Iterator[Version]:
        record = thing.record
        opening = Said("", _by(record), _when(record), self._words(thing, record))
        answers = [
            Said(_text(one, "id") or str(number), _by(one), _when(one), self._words(thing, one))
            for number, one in enumerate(_comments(record))
        ]
        answers.sort(key=lambda one: one.when)
        if not answers:
            text = self._front(thing, kind="question", status="open") + opening.text
            yield from self._told(thing, text)
            return
        for number, said in enumerate(turns.parts([opening, *answers]), 1):
            yield from self._dialogue(thing, said, number)

    def _dialogue(self, thing: _Thing, said: Sequence[Said], number: int) -> Iterator[Version]:
        """Each turn as a version of the page that holds the turns up to it."""
        key, file = thing.key, thing.file
        if number > 1:
            key = f"{thing.key}#{number}"
            beside = posixpath.splitext(thing.file)[0]
            file = self._places.page(
                key, f"{posixpath.basename(beside)} {number}", root=posixpath.dirname(beside)
            )
        called = turns.speakers(said, self._names)
        body: list[str] = []
        speaking: list[Participant] = []
        for turn in said:
            body.append(turns.turn(called[turn.by], turn.text))
            participant = Participant(called[turn.by])
            if participant not in speaking and len(speaking) < _SPEAKERS_MOST:
                speaking.append(participant)
            text = self._front(
                thing, "dialogue", "held", when=said[0].when, speaking=speaking, number=number
            )
            data = (text + "\n\n".join(body) + "\n").encode("utf-8", "replace")
            yield Version(key, turn.id or "opening", file, turn.when, turn.by, data)
        changed = max(_moment(thing.record.get("updatedDate")) or said[0].when, said[-1].when)
        yield Version(
            key, f"changed {_text(thing.record, 'updatedDate')}", file, changed, said[0].by, data
        )

    # -- all others --

    def _page(self, thing: _Thing) -> Iterator[Version]:
        record = thing.record
        for number, comment in enumerate(_comments(record)):
            id = f"{thing.key}/{_text(comment, 'id') or number}"
            words = self._words(thing, comment)
            self._remarks.append(Remark(id, thing.key, _by(comment), _when(comment), words))
        if thing.kind == "events":
            yield from self._told(thing, self._event(thing))
            return
        picture = self._picture(thing, _text(record, "photoUrl"))
        film = _text(record, "embedCode")
        body = [picture, self._markdown(thing, film) if film else "", self._words(thing, record)]
        yield from self._told(thing, self._front(thing) + "\n\n".join(filter(None, body)))

    def _told(self, thing: _Thing, text: str) -> Iterator[Version]:
        """The page as it was made and, where it was changed later, as it is; between is unknown."""
        record = thing.record
        data = (text.rstrip() + "\n").encode("utf-8", "replace")
        made, by = _when(record), _by(record)
        yield Version(thing.key, "made", thing.file, made, by, data)
        changed = _moment(record.get("updatedDate"))
        if changed and changed > made:
            yield Version(
                thing.key, f"changed {changed.isoformat()}", thing.file, changed, by, data
            )

    def _event(self, thing: _Thing) -> str:
        record = thing.record
        begins = _moment(record.get("startDate")) or _when(record)
        ends = _moment(record.get("endDate"))
        where = [_text(record, name) for name in ("location", "street", "city")]
        status = "held" if (ends or begins) < self._now else "announced"
        head = self._front(thing, "dialogue", status, when=begins, until=ends, where=where)
        site = _text(record, "website")
        if _text(record, "contactInfo"):
            self._report.leave(f"{thing.kind}: {_title(record)}", "import_contact")
        if record.get("attendees"):
            self._report.leave(f"{thing.kind}: {_title(record)}", "import_attendees")
        body = [
            self._picture(thing, _text(record, "photoUrl")),
            self._words(thing, record),
            f"<{site}>" if site.startswith(("http://", "https://")) and " " not in site else "",
        ]
        return head + "\n\n".join(filter(None, body))

    def _front(
        self,
        thing: _Thing,
        kind: str = "",
        status: str = "",
        *,
        when: datetime | None = None,
        until: datetime | None = None,
        where: Sequence[str] = (),
        speaking: Sequence[Participant] = (),
        number: int = 1,
    ) -> str:
        """The front matter of a page."""
        title = _title(thing.record) + (f" ({number})" if number > 1 else "")
        tags = [_text(thing.record, "category"), thing.group]
        place = ", ".join(html.unescape(one) for one in where if one)
        fields = {
            "title": title,
            "kind": kind,
            "status": status,
            "date": f"{when:%Y-%m-%dT%H:%M}+00:00" if when else "",
            "end": f"{until:%Y-%m-%dT%H:%M}+00:00" if until and when and until >= when else "",
            "location": " ".join(place.split()),
        }
        written: dict[str, str | None] = {
            name: write_value(value) for name, value in fields.items() if value
        }
        if speaking:
            written["participants"] = write_value(speaking)
        if named := [html.unescape(tag) for tag in tags if tag]:
            written["tags"] = write_value(named)
        return frontmatter.replace("", written).rstrip("\n") + "\n"

    # -- texts and files --

    def _words(self, thing: _Thing, record: Record) -> str:
        """Give what a record says, and the files that it brings."""
        text = self._markdown(thing, _text(record, "description")).strip()
        files = [one for one in _list(record.get("fileAttachments")) if isinstance(one, str)]
        listed = [self._linked(thing, file) for file in files]
        return "\n\n".join(filter(None, [text, "\n".join(filter(None, listed))]))

    def _markdown(self, thing: _Thing, text: str) -> str:
        return to_markdown(text, lambda address: self._find(thing, address), self._report.lost)

    def _linked(self, thing: _Thing, address: str) -> str:
        file = self._find(thing, address)
        name = posixpath.basename(_local(address))
        return f"- [{name}]({file})" if file else ""

    def _picture(self, thing: _Thing, address: str) -> str:
        file = self._find(thing, address) if address else None
        return f"![]({file})" if file else ""

    def _find(self, thing: _Thing, address: str) -> str | None:
        """Where a file of the archive stands here; None for any other address."""
        name = self._base + _local(address)
        if "://" in address or name not in self._names_of_files:
            return None
        if name not in self._files:
            self._files[name] = self._places.file(
                f"file/{name}", thing.file, posixpath.basename(name)
            )
            self._waiting.append((name, _when(thing.record), _by(thing.record)))
        return address_of(self._files[name])

    def _attached(self) -> Iterator[Version]:
        """The files that the page before this was the first to show."""
        waiting, self._waiting = self._waiting, []
        for name, when, by in waiting:
            data = self._archive.read(name, MOST)
            if data is not None:
                yield Version(f"file/{name}", "", self._files[name], when, by, data)


def _base(names: Iterable[str]) -> str:
    """The folder in the archive in which its files lie."""
    for name in sorted(names, key=len):
        folder, slash, last = name.rpartition("/")
        if last.startswith("ning-") and last.endswith(".json"):
            return folder + slash
    raise Invalid("import_not_ning")


def _local(address: str) -> str:
    """A file's name in the archive, from how a page shows it."""
    return unquote(address.partition("?")[0].partition("#")[0]).removeprefix("./")


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _title(record: Record) -> str:
    return " ".join(html.unescape(_text(record, "title")).split()) or "Zonder titel"


def _by(record: Record) -> str:
    return _text(record, "contributorName")


def _list(value: Any) -> list[Any]:
    """The items of a list, lists in it opened: that is how some were written."""
    items: list[Any] = []
    for one in value if isinstance(value, list) else ():
        items += one if isinstance(one, list) else [one]
    return items


def _comments(record: Record) -> list[Record]:
    found = [one for one in _list(record.get("comments")) if isinstance(one, dict)]
    return sorted(found, key=_when)


def _is_private(record: Record) -> bool:
    return _text(record, "groupPrivacy").lower() not in ("", "public")


def _when(record: Record) -> datetime:
    return _moment(record.get("createdDate")) or _moment(record.get("publishTime")) or _BEGINNING


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value)[:40])
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
