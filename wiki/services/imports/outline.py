"""An Outline workspace, as its JSON export holds it: documents in collections, without history."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from wiki.domain.content import frontmatter
from wiki.domain.imports import prosemirror
from wiki.domain.imports.items import Person, Remark, Report, Version
from wiki.domain.imports.links import address_of
from wiki.render.values import write_value
from wiki.services.imports.archives import MEGABYTE, Archive
from wiki.services.imports.places import Places

MOST = 256 * MEGABYTE
_EARLIEST = datetime(2016, 1, 1, tzinfo=UTC)
_DEEPEST = 8

Record = dict[str, Any]


def is_json(archive: Archive) -> bool:
    """Whether an export is of this kind; others are Markdown in folders."""
    return any(posixpath.basename(name) == "metadata.json" for name in archive.names)


class Outline:
    """The collections of an export."""

    def __init__(self, archive: Archive, report: Report, places: Places) -> None:
        self._archive = archive
        self._report = report
        self._places = places
        self._documents: dict[str, Record] = {}
        self._files: dict[str, str] = {}
        self._links: dict[str, str] = {}
        self._attachments: dict[str, str] = {}
        self._placed: dict[str, tuple[str, Record]] = {}
        for name in archive.names:
            if name.endswith(".json") and posixpath.basename(name) != "metadata.json":
                self._collection(name)

    def _collection(self, name: str) -> None:
        data = self._archive.read(name, MOST)
        try:
            export = json.loads(data or b"null")
        except (ValueError, RecursionError):
            export = None
        if not isinstance(export, dict) or not isinstance(export.get("documents"), dict):
            self._report.leave(name, "import_damaged")
            return
        folder = _text(_record(export.get("collection")), "name") or posixpath.basename(name)[:-5]
        base = posixpath.dirname(name)
        for document in _record(export.get("attachments")).values():
            if isinstance(document, dict):
                self._attachments[_text(document, "id")] = posixpath.join(
                    base, _text(document, "key")
                )
        documents = {
            id: document
            for id, document in export["documents"].items()
            if isinstance(document, dict)
        }
        for id, document in sorted(documents.items()):
            title = _text(document, "title")
            if not document.get("publishedAt"):
                self._report.leave(f"{folder}: {title}", "import_draft")
                continue
            self._documents[id] = document
            file = self._places.page(f"document/{id}", folder, *_above(documents, document), title)
            self._files[id] = file
            for key in (_text(document, "urlId"), id):
                self._links[key] = file

    def people(self) -> Iterable[Person]:
        """Tell who made a document."""
        for one in self._documents.values():
            key = _text(one, "createdById")
            yield Person(key, _text(one, "createdByName"), email=_text(one, "createdByEmail"))

    def versions(self) -> Iterator[Version]:
        """Each document as it was when it was last changed."""
        for id, record in self._documents.items():
            yield self._document(id, record)
        for key, (file, record) in self._placed.items():
            data = self._archive.read(key, MOST)
            if data is not None:
                when = _moment(record.get("createdAt")) or _EARLIEST
                yield Version(f"file/{key}", "", file, when, _text(record, "createdById"), data)
        for key in sorted(set(self._attachments.values()) - self._placed.keys()):
            self._report.leave(key, "import_unused")

    def _document(self, id: str, record: Record) -> Version:
        file = self._files[id]

        def find(address: str) -> str | None:
            return self._find(address, file, record)

        text = prosemirror.to_markdown(record.get("data"), find, self._report.lost)
        whole = frontmatter.replace(text, {"title": write_value(_title(record))})
        changed = _moment(record.get("updatedAt")) or _moment(record.get("createdAt")) or _EARLIEST
        data = whole.encode("utf-8", "replace")
        version = changed.isoformat()
        return Version(f"document/{id}", version, file, changed, _text(record, "createdById"), data)

    def remarks(self) -> Iterable[Remark]:
        """None: the export has no comments."""
        return ()

    def _find(self, address: str, page: str, document: Record) -> str | None:
        """Where a link leads here."""
        id = address.partition("attachments.redirect?id=")[2].partition("&")[0]
        key = self._attachments.get(id, "")
        if not key and address in self._attachments.values():
            key = address
        if key in self._archive.names:
            if key not in self._placed:
                file = self._places.file(f"file/{key}", page, posixpath.basename(key))
                self._placed[key] = (file, document)
            return address_of(self._placed[key][0])
        if "/doc/" not in address:
            return None
        last = posixpath.basename(address.partition("#")[0].partition("?")[0])
        found = self._links.get(last.rpartition("-")[2]) or self._links.get(last)
        return address_of(found) if found else None


def _above(documents: dict[str, Record], document: Record) -> list[str]:
    """The titles of the documents that one lies under, the outermost first."""
    titles: list[str] = []
    parent = _text(document, "parentDocumentId")
    while parent in documents and len(titles) < _DEEPEST:
        titles.append(_text(documents[parent], "title"))
        parent = _text(documents[parent], "parentDocumentId")
    return titles[::-1]


def _title(one: Record) -> str:
    return " ".join(_text(one, "title").split()) or "Zonder titel"


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _record(value: Any) -> Record:
    return value if isinstance(value, dict) else {}


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value)[:40])
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
