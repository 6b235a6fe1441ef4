"""A DokuWiki, as its data folder holds it: pages, their attic, media, and who changed what when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import page_of
from wiki.domain.imports import dokuwiki as syntax
from wiki.domain.imports.addresses import is_machine, without_machines
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of, page_link
from wiki.domain.imports.serialised import unserialised
from wiki.domain.imports.writing import link as external
from wiki.domain.imports.writing import picture
from wiki.domain.numbers import whole
from wiki.render.values import write_value
from wiki.services.content.fields import title_of
from wiki.services.imports.archives import MEGABYTE, Archive, text_of
from wiki.services.imports.packed import bunzipped, gunzipped
from wiki.services.imports.places import Places

MOST = 256 * MEGABYTE
PAGE_MOST = 16 * MEGABYTE
_OLD = re.compile(r"(.+)\.(\d{1,12})\.txt(\.gz|\.bz2)?")
_OLD_FILE = re.compile(r"(.+)\.(\d{9,12})(\.[^./]{1,9})?")
_TEMPLATES = ("_template", "__template")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
_MODES = {"gz": gunzipped, "bz2": bunzipped}


@dataclass(frozen=True, slots=True)
class _Change:
    """A line of a page's list of changes."""

    time: int
    kind: str
    user: str
    said: str


class DokuWiki:
    """The data folder, or what holds it."""

    def __init__(
        self, archive: Archive, report: Report, places: Places, *, is_open: bool = True
    ) -> None:
        """`is_open`: everybody may read where pages go, so what was closed there stays out."""
        self._archive = archive
        self._report = report
        self._places = places
        self._base = _base(archive.names)
        self._names = frozenset(archive.names)
        self._machines: set[str] = set()
        self._current: dict[str, str] = {}
        self._old: dict[str, dict[int, str]] = {}
        self._media: dict[str, str] = {}
        self._old_media: dict[str, dict[int, str]] = {}
        self._read_names()
        if is_open:
            self._leave_closed()
        ids = sorted({*self._current, *self._old})
        self._files = {id: places.page(f"page/{id}", *_segments(id)) for id in ids}
        self._media_files = {
            id: places.file(f"media/{id}", places.folder(*id.split(":")[:-1]), id.split(":")[-1])
            for id in sorted({*self._media, *self._old_media})
        }
        self._changes = {id: self._changes_of(f"meta/{id.replace(':', '/')}.changes") for id in ids}

    def _read_names(self) -> None:
        for name in self._archive.under(f"{self._base}pages/"):
            id = _id(name.removeprefix(f"{self._base}pages/"))
            last = id.rpartition(":")[2].removesuffix(".txt")
            if not id.endswith(".txt") or last in _TEMPLATES:
                self._report.leave(name, "import_template")
            else:
                self._current[id.removesuffix(".txt")] = name
        for name in self._archive.under(f"{self._base}attic/"):
            if dated := _OLD.fullmatch(_id(name.removeprefix(f"{self._base}attic/"))):
                self._old.setdefault(dated[1], {})[int(dated[2])] = name
        for name in self._archive.under(f"{self._base}media/"):
            self._media[_id(name.removeprefix(f"{self._base}media/"))] = name
        for name in self._archive.under(f"{self._base}media_attic/"):
            if dated := _OLD_FILE.fullmatch(_id(name.removeprefix(f"{self._base}media_attic/"))):
                id = dated[1] + (dated[3] or "")
                self._old_media.setdefault(id, {})[int(dated[2])] = name

    def _leave_closed(self) -> None:
        """Leave out the pages, and the files beside them, that not everybody may read there."""
        levels = dict(self._levels())
        tables = (self._current, self._old, self._media, self._old_media)
        closed = {id for table in tables for id in table if _level(levels, id) == 0}
        for id in sorted(closed):
            self._report.leave(id, "import_closed")
            for table in tables:
                table.pop(id, None)

    def _levels(self) -> Iterator[tuple[str, int]]:
        """Give what everybody may do, by page or namespace."""
        for name in self._settings("acl.auth.php"):
            for line in text_of(self._archive.read(name, MOST) or b"").split("\n"):
                fields = line.partition("#")[0].split()
                level = whole(fields[2]) if len(fields) == 3 else None
                if level is not None and unquote(fields[1]) == "@ALL":
                    yield unquote(fields[0]), level

    def _settings(self, name: str) -> list[str]:
        """The files of this name in the folder of settings, wherever that lies."""
        base = self._base.removesuffix("data/")
        found = dict.fromkeys((f"{base}conf/{name}", f"{self._base}conf/{name}"))
        return [one for one in found if one in self._names]

    def _changes_of(self, name: str) -> list[_Change]:
        data = None
        if f"{self._base}{name}" in self._names:
            data = self._archive.read(f"{self._base}{name}", MOST)
        changes = []
        for line in text_of(data or b"").split("\n"):
            fields = line.split("\t")
            moment = whole(fields[0], 11)
            if len(fields) < 6 or moment is None:
                continue
            if is_machine(fields[1]):
                self._machines.add(fields[1].strip())
            changes.append(_Change(moment, fields[2], fields[4], fields[5]))
        return sorted(changes, key=lambda one: one.time)

    # -- what an import asks --

    def people(self) -> Iterable[Person]:
        """Those who have an account there; of it nothing but the name comes along."""
        for name in self._settings("users.auth.php"):
            data = self._archive.read(name, MOST)
            for line in text_of(data or b"").split("\n"):
                fields = line.replace("\\:", "\ue000").split(":")
                if len(fields) >= 4 and not line.startswith("#") and fields[0].strip():
                    login, _, called, email = (one.replace("\ue000", ":") for one in fields[:4])
                    yield Person(login.strip(), called.strip(), login.strip(), email.strip())

    def versions(self) -> Iterator[Version]:
        """Every version of every page, then every version of every file."""
        for id, file in self._files.items():
            yield from self._page(id, file)
        for id, file in self._media_files.items():
            yield from self._medium(id, file)

    def remarks(self) -> Iterable[Remark]:
        """Return what the discussion plugin keeps beside pages."""
        for id in self._files:
            name = f"{self._base}meta/{id.replace(':', '/')}.comments"
            data = self._archive.read(name, MOST) if name in self._names else None
            found = unserialised(data).get("comments") if data else None
            listed = found.items() if isinstance(found, dict) else ()
            for key, one in sorted(listed, key=lambda pair: _created(pair[1])):
                if isinstance(one, dict) and one.get("show", True):
                    yield self._remark(id, str(key), one)

    def _remark(self, id: str, key: str, entry: dict[object, object]) -> Remark:
        user = entry.get("user")
        by = user.get("id") or user.get("name") if isinstance(user, dict) else user
        words = self._markdown(id, str(entry.get("raw", "")))
        when = datetime.fromtimestamp(_created(entry), UTC)
        parent = str(entry.get("parent") or "")
        answers = f"{id}/{parent}" if parent else ""
        by = "" if is_machine(str(by or "")) else str(by or "")
        return Remark(f"{id}/{key}", f"page/{id}", by, when, words, answers)

    # -- pages --

    def _page(self, id: str, file: str) -> Iterator[Version]:
        thing, old = f"page/{id}", dict(self._old.get(id, {}))
        changes = self._changes[id]
        current = self._current.get(id, "")
        last = changes[-1] if changes else None
        times = {change.time: change for change in changes}
        for time in old:
            times.setdefault(time, _Change(time, "E", "", ""))
        for time in sorted(times):
            change = times[time]
            when, by = datetime.fromtimestamp(time, UTC), self._user(change.user)
            if change.kind == "D":
                yield Version(thing, str(time), file, when, by, None, change.said)
                continue
            name = old.get(time) or (current if change is last else "")
            text = self._read(name) if name else None
            if text is not None:
                data = self._text(id, text)
                yield Version(thing, str(time), file, when, by, data, change.said)
            elif not name:
                self._report.leave(f"{id} {when:%Y-%m-%d %H:%M}", "import_no_text")
        if current and (last is None or last.kind != "D"):
            # Somebody may have written the file without DokuWiki knowing of it.
            text = self._read(current)
            when = max(
                self._archive.modified(current), datetime.fromtimestamp(max(times, default=0), UTC)
            )
            if text is not None:
                yield Version(thing, "now", file, when, "", self._text(id, text))

    def _user(self, user: str) -> str:
        return "" if is_machine(user) else user.strip()

    def _read(self, name: str) -> str | None:
        data = self._archive.read(name, PAGE_MOST)
        unpack = _MODES.get(name.rpartition(".")[2])
        if data is not None and unpack:
            data = unpack(data, PAGE_MOST)
            if data is None:
                self._report.leave(name, "import_damaged")
        return text_of(data) if data is not None else None

    def _text(self, id: str, text: str) -> bytes:
        """A version as it is to be here."""
        body = text if syntax.is_markdown(text) else self._markdown(id, text)
        body = without_machines(body, self._machines)
        if body.strip() and not title_of(body):
            title = id.rpartition(":")[2].replace("_", " ")
            body = frontmatter.replace(body, {"title": write_value(title)})
        return body.encode("utf-8", "replace")

    def _markdown(self, id: str, text: str) -> str:
        return syntax.to_markdown(
            text,
            lambda target, words: self._link(id, target, words),
            lambda target, words: self._show(id, target, words),
            self._report.lost,
        )

    def _link(self, id: str, target: str, words: str) -> str | None:
        if "://" in target:
            return external(words, target)
        if "@" in target and " " not in target:
            return external(words, f"mailto:{target}")
        if ">" in target or target.startswith("\\\\"):
            return None
        name, _, anchor = target.partition("#")
        if not name:
            return page_link("", words, anchor) if anchor else None
        full = _resolved(id, name.partition("?")[0])
        file = self._files.get(full) or self._files.get(f"{full}:start")
        path = page_of(file) if file else self._places.folder(*_segments(full))
        return page_link(path or full, words, anchor)

    def _show(self, id: str, target: str, words: str) -> str | None:
        name, _, options = target.partition("?")
        name = name.strip()
        if "://" in name:
            address = name
        else:
            file = self._media_files.get(_resolved(id, name))
            if not file:
                self._report.lost["picture"] += 1
                return None
            address = address_of(file)
        shown = name.lower().endswith(_PICTURES) and "linkonly" not in options
        return picture(words, address) if shown else external(words or name, address)

    # -- files --

    def _medium(self, id: str, file: str) -> Iterator[Version]:
        changes = self._changes_of(f"media_meta/{id.replace(':', '/')}.changes")
        users = {change.time: self._user(change.user) for change in changes}
        times = dict(sorted(self._old_media.get(id, {}).items()))
        for time, name in times.items():
            data = self._archive.read(name, MOST)
            if data is not None:
                when = datetime.fromtimestamp(time, UTC)
                yield Version(f"media/{id}", str(time), file, when, users.get(time, ""), data)
        name = self._media.get(id, "")
        data = self._archive.read(name, MOST) if name else None
        if data is not None:
            last = changes[-1].time if changes else 0
            when = datetime.fromtimestamp(last, UTC) if last else self._archive.modified(name)
            by = users.get(last, "")
            yield Version(f"media/{id}", f"now {last}", file, when, by, data)


def _base(names: Iterable[str]) -> str:
    """The folder in which the pages lie."""
    for base in ("data/", ""):
        if any(name.startswith(f"{base}pages/") for name in names):
            return base
    found = min((name for name in names if "/pages/" in name), key=len, default="")
    return found.partition("pages/")[0]


def _id(name: str) -> str:
    """A page's or a file's name there, as its file is called."""
    return unquote(name).replace("/", ":")


def _level(levels: dict[str, int], id: str) -> int:
    """Give what everybody may do with a page; without a word about it, read it."""
    space = id.rpartition(":")[0]
    around = [":".join(space.split(":")[:end]) for end in range(space.count(":") + 1, 0, -1)]
    for place in (id, *(f"{one}:*" for one in around if one), "*"):
        if place in levels:
            return levels[place]
    return 1


def _segments(id: str) -> list[str]:
    parts = [part for part in id.split(":") if part]
    # The page that a folder opens with.
    return [*parts[:-1], "index"] if len(parts) > 1 and parts[-1] == "start" else parts or ["start"]


def _resolved(id: str, name: str) -> str:
    """Give the full name for one on a page: from the top, from here, or beside it."""
    clean = re.sub(r"[\s/;]+", "_", name.strip().lower().replace("/", ":"))
    space = id.rpartition(":")[0]
    if clean.startswith("."):
        while clean.startswith(".."):
            clean, space = clean[2:].lstrip(":"), space.rpartition(":")[0]
        clean = f"{space}:{clean.lstrip('.').lstrip(':')}"
    elif ":" not in clean and space:
        clean = f"{space}:{clean}"
    full = clean.strip(":")
    return f"{full}:start" if clean.endswith(":") else full


def _created(one: object) -> int:
    date = one.get("date") if isinstance(one, dict) else 0
    found = date.get("created", 0) if isinstance(date, dict) else date
    return found if isinstance(found, int) and 0 <= found < 10**11 else 0
