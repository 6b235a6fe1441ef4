"""A MediaWiki, as its dump (XML) holds it, with its folder of files where there is one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import fold, page_of
from wiki.domain.errors import Invalid
from wiki.domain.imports import wikitext
from wiki.domain.imports.addresses import is_machine, without_machines
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of, page_link
from wiki.domain.imports.writing import link as file_link
from wiki.domain.imports.writing import picture
from wiki.render.values import write_value
from wiki.services.imports.archives import MEGABYTE, Folder
from wiki.services.imports.dumps import Dump, Page, Revision
from wiki.services.imports.places import Places

MOST = 256 * MEGABYTE
_MAIN, _TALK, _USER, _FILE, _CATEGORY = "0", "1", "2", "6", "14"
_PROGRAMS = frozenset({"8", "9", "10", "11", "828", "829", "-1", "-2"})
"""Namespaces of messages, templates and modules."""
_TALK_FOLDER = "overleg"
_CATEGORIES = ("category", "categorie")
_FILES = ("file", "image", "media", "bestand", "afbeelding")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")


class MediaWiki:
    """A dump, gone through twice: first for what pages there are, then for their texts."""

    def __init__(self, source: Path, report: Report, places: Places) -> None:
        self._report = report
        self._places = places
        self._dump = Dump(_dump_in(source))
        folder = source if source.is_dir() else source.parent / "images"
        self._archive = Folder(folder, report) if folder.is_dir() else None
        self._images: dict[str, str] = {}
        for name in self._archive.names if self._archive else ():
            parts = name.split("/")
            if "thumb" not in parts and not name.endswith((".xml", ".xml.gz", ".xml.bz2")):
                self._images.setdefault(_folded(parts[-1]), name)
        self._files: dict[str, str] = {}
        self._placed: dict[str, str] = {}
        self._people: dict[str, Person] = {}
        self._machines: set[str] = set()
        self._left: set[str] = set()
        for revision in self._dump.revisions():
            self._meet(revision)
        if self._dump.is_cut:
            report.leave(self._dump.file.name, "import_cut")
        spaces = self._dump.spaces
        self._categories = frozenset({*_CATEGORIES, spaces.get(_CATEGORY, "").casefold()} - {""})
        self._file_spaces = frozenset({*_FILES, spaces.get(_FILE, "").casefold()} - {""})

    def _meet(self, revision: Revision) -> None:
        page = revision.page
        if revision.machine or is_machine(revision.user):
            self._machines.add(revision.machine or revision.user)
        elif revision.user:
            key = _person(revision)
            self._people.setdefault(key, Person(key, revision.user, revision.user))
        name = _folded(page.title)
        if name not in self._files and self._comes(page):
            self._files[name] = self._places.page(self._thing(page), *self._segments(page))

    def _comes(self, page: Page) -> bool:
        if page.space not in _PROGRAMS and page.space != _FILE:
            return True
        if page.title not in self._left:
            self._left.add(page.title)
            self._report.leave(
                page.title, "import_program" if page.space != _FILE else "import_about_file"
            )
        return False

    def _thing(self, page: Page) -> str:
        return f"{self._dump.name}/page/{page.id or page.title}"

    def _segments(self, page: Page) -> list[str]:
        space = self._dump.spaces.get(page.space, "")
        title = page.title.removeprefix(f"{space}:") if space else page.title
        parts = [part for part in title.split("/") if part.strip()] or [title]
        if page.space == _MAIN:
            return parts
        return [_TALK_FOLDER if page.space == _TALK else space or page.space, *parts]

    # -- what an import asks --

    def people(self) -> Iterable[Person]:
        """Tell who wrote under a name."""
        return self._people.values()

    def versions(self) -> Iterator[Version]:
        """Every revision of every page, then every file."""
        for revision in self._dump.revisions():
            file = self._files.get(_folded(revision.page.title))
            if file and self._is_whole(revision):
                yield self._version(revision, file)
        for name in sorted(self._images.values()):
            yield from self._image(name)

    def _is_whole(self, revision: Revision) -> bool:
        what = f"{revision.page.title} {revision.time}"
        if revision.is_gone:
            self._report.leave(what, "import_withheld")
        elif revision.is_cut:
            self._report.leave(what, "import_field")
        elif revision.format not in ("", "text/x-wiki", "text/plain", "text/markdown"):
            self._report.leave(what, "import_format")
        else:
            return True
        return False

    def remarks(self) -> Iterable[Remark]:
        """None: what is said there is said on pages."""
        return ()

    def _version(self, revision: Revision, file: str) -> Version:
        data = self._text(revision, file).encode("utf-8", "replace")
        said = without_machines(revision.said, self._machines)
        id = revision.id or hashlib.sha256(data).hexdigest()
        by = _person(revision)
        return Version(self._thing(revision.page), id, file, _moment(revision.time), by, data, said)

    def _text(self, revision: Revision, file: str) -> str:
        title = {"title": write_value(" ".join(revision.page.title.split()))}
        written = without_machines(revision.text, self._machines)
        if revision.format == "text/markdown":
            return frontmatter.replace(written, title)
        made = wikitext.to_markdown(
            written,
            lambda target, words: self._link(file, target, words),
            self._categories,
            self._report.lost,
        )
        if made.redirect:
            target = self._files.get(_folded(made.redirect))
            where = page_of(target) if target else "/".join(self._segments(Page(made.redirect)))
            return frontmatter.replace("", {"redirect": write_value(where or made.redirect)})
        tags = {"tags": write_value(made.tags)} if made.tags else {}
        return frontmatter.replace(made.text, {**title, **tags})

    def _link(self, page: str, target: str, words: str) -> str | None:
        name, _, anchor = target.partition("#")
        space, colon, rest = name.partition(":")
        if colon and space.strip().casefold() in self._file_spaces:
            return self._show(page, rest.strip(), words)
        if not name.strip():
            return page_link("", words, anchor) if anchor else None
        file = self._files.get(_folded(name))
        path = page_of(file) if file else None
        return page_link(path or " ".join(name.split()), words, anchor)

    def _show(self, page: str, name: str, words: str) -> str | None:
        image = self._images.get(_folded(name))
        if not image:
            self._report.lost["picture"] += 1
            return None
        address = address_of(self._place(image, page))
        is_look = words in (
            "thumb",
            "mini",
            "frame",
            "right",
            "left",
            "center",
            "none",
        ) or words.endswith("px")
        shown = "" if is_look else words
        if name.lower().endswith(_PICTURES):
            return picture(shown, address)
        return file_link(shown or name, address)

    # -- files --

    def _place(self, name: str, page: str) -> str:
        if name not in self._placed:
            last = name.rpartition("/")[2]
            self._placed[name] = self._places.file(f"file/{last}", page, last)
        return self._placed[name]

    def _image(self, name: str) -> Iterator[Version]:
        assert self._archive
        data = self._archive.read(name, MOST)
        if data is not None:
            last = name.rpartition("/")[2]
            when = self._archive.modified(name)
            mark = hashlib.sha256(data).hexdigest()
            yield Version(f"file/{last}", mark, self._place(name, ""), when, "", data)


def _dump_in(source: Path) -> Path:
    """The dump: the file itself, or the one in a folder. Raises Invalid (`import_source`)."""
    if source.is_file():
        return source
    dumps = sorted(
        file
        for file in source.iterdir()
        if file.name.endswith((".xml", ".xml.gz", ".xml.bz2")) and not file.is_symlink()
    )
    if len(dumps) != 1:
        raise Invalid("import_source", source=str(source))
    return dumps[0]


def _person(revision: Revision) -> str:
    is_named = revision.user and not is_machine(revision.user)
    return f"{revision.user_id or ''}/{revision.user}" if is_named else ""


def _folded(title: str) -> str:
    return fold(" ".join(title.replace("_", " ").split()))


def _moment(time: str) -> datetime:
    try:
        moment = datetime.fromisoformat(time[:40])
    except ValueError:
        return datetime(2001, 1, 1, tzinfo=UTC)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
