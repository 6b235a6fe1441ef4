"""Wikis that are git repositories themselves, with their history: Otter Wiki and Gollum."""

from __future__ import annotations

import hashlib
import posixpath
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from wiki.domain.content import frontmatter
from wiki.domain.content.paths import SUFFIX, page_of
from wiki.domain.errors import Unreadable
from wiki.domain.imports import wikitext
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import page_link
from wiki.render.values import write_value
from wiki.services.imports.archives import MEGABYTE, text_of
from wiki.services.imports.folders import (
    PAGES,
    Names,
    Order,
    converted,
    is_shown,
    target_first,
    words_first,
)
from wiki.services.imports.places import Places
from wiki.store.history.foreign import Foreign, Step
from wiki.store.objects.versions import Commit

MOST = 256 * MEGABYTE
_WIKITEXT = (".mediawiki", ".wiki")
_OTHER_MARKUP = (
    ".textile",
    ".rdoc",
    ".org",
    ".creole",
    ".rst",
    ".asciidoc",
    ".adoc",
    ".pod",
    ".rest",
)
_PARTS = frozenset({"_sidebar", "_header", "_footer", "_template"})
_SETTINGS = frozenset({"custom.css", "custom.js", "math.config.js", "mermaid.config.js"})
_EMBEDDED = re.compile(rb"\{\{[A-Z][A-Za-z]{2,30}[ \t\n|}]")


class Repository:
    """A repository of Markdown, every commit of it."""

    def __init__(self, git: Foreign, report: Report, places: Places, order: Order) -> None:
        self._git = git
        self._report = report
        self._order = order
        self._names = Names(places)
        self._files: dict[str, str] = {}
        for name in sorted(git.files(), key=lambda one: (one.count("/"), one)):
            if self._comes(name):
                self._files[name] = self._names.add(name, more=_WIKITEXT)
        self._lost: Counter[str] = report.lost

    def _comes(self, name: str) -> bool:
        stem, extension = posixpath.splitext(name.rpartition("/")[2].lower())
        if stem in _PARTS or name in _SETTINGS or not is_shown(name):
            self._report.leave(name, "import_hidden")
        elif extension in _OTHER_MARKUP:
            self._report.leave(name, "import_markup")
        else:
            return True
        return False

    def people(self) -> Iterable[Person]:
        """Every author, told apart by their address, which does not come along."""
        for commit in self._git.commits():
            yield Person(_key(commit), commit.author.name, email=commit.author.email)

    def versions(self) -> Iterator[Version]:
        """Return what each commit did to each file."""
        for step in self._git.steps():
            for name, blob in step.files.items():
                if name in self._files and name not in self._moved(step):
                    version = self._version(step, name, blob)
                    if version:
                        yield version

    def _moved(self, step: Step) -> set[str]:
        """Files that went because another came in their place: told with that one."""
        renames = step.renames.items()
        return {old for new, old in renames if new in self._files and not step.files.get(old, "x")}

    def _version(self, step: Step, name: str, blob: str) -> Version | None:
        commit, file = step.commit, self._files[name]
        data = self._data(name, blob) if blob else None
        if blob and data is None:
            return None
        old = step.renames.get(name, "")
        came_from = self._files.get(old, "") if old in self._moved(step) else ""
        when, by = commit.authored, _key(commit)
        return Version(name, commit.id, file, when, by, data, commit.message, came_from)

    def _data(self, name: str, blob: str) -> bytes | None:
        size = self._git.size(blob)
        if not 0 <= size <= MOST:
            code = "import_damaged" if size < 0 else "import_large"
            self._report.leave(name, code, bytes=size, most_bytes=MOST)
            return None
        try:
            data = self._git.read(blob)
        except Unreadable:
            self._report.leave(name, "import_damaged")
            return None
        extension = posixpath.splitext(name)[1].lower()
        if extension in PAGES:
            self._lost["macro"] += len(_EMBEDDED.findall(data))
            return converted(data, name, self._names, self._order)
        return self._wikitext(name, data) if extension in _WIKITEXT else data

    def _wikitext(self, name: str, data: bytes) -> bytes:
        def link(target: str, words: str) -> str | None:
            file = self._names.find(target.partition("#")[0], name)
            page = page_of(file) if file.endswith(SUFFIX) else None
            return page_link(page or target, words)

        made = wikitext.to_markdown(text_of(data), link, frozenset({"category"}), self._lost)
        title = posixpath.splitext(posixpath.basename(name))[0].replace("-", " ")
        return frontmatter.replace(made.text, {"title": write_value(title)}).encode(
            "utf-8", "replace"
        )

    def remarks(self) -> Iterable[Remark]:
        """None."""
        return ()


def gollum(source: Path, report: Report, places: Places) -> Repository:
    """A Gollum wiki, in whose links the words come first."""
    return Repository(Foreign(source), report, places, words_first)


def otter(source: Path, report: Report, places: Places) -> Repository:
    """An Otter Wiki: its repository, or the folder that holds that beside its database."""
    git = source / "repository" if (source / "repository").is_dir() else source
    return Repository(Foreign(git), report, places, _otter_order(source))


def _otter_order(source: Path) -> Order:
    """Which part of its links is the target; only its settings know."""
    for folder in (source, source.parent):
        file = folder / "db.sqlite"
        if not file.is_file() or file.is_symlink():
            continue
        query = "SELECT value FROM preferences WHERE name = 'WIKILINK_STYLE'"
        try:
            with closing(
                sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
            ) as database:
                row = database.execute(query).fetchone()
        except sqlite3.Error:
            continue
        style = str(row[0]).upper().replace("_", "") if row else ""
        return target_first if style in ("LINKTITLE", "PAGENAMETITLE") else words_first
    return words_first


def _key(commit: Commit) -> str:
    """An author: by address, else by name."""
    who = commit.author.email.strip().lower() or commit.author.name
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()
