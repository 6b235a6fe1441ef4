"""Which importer reads which export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.content.paths import check
from wiki.domain.errors import Invalid
from wiki.domain.imports.items import Report
from wiki.engine import Wiki
from wiki.services.imports import archives, repositories
from wiki.services.imports.archives import Archive
from wiki.services.imports.dokuwiki import DokuWiki
from wiki.services.imports.folders import MarkdownFolder
from wiki.services.imports.importing import Open, Source
from wiki.services.imports.mediawiki import MediaWiki
from wiki.services.imports.ning import Ning
from wiki.services.imports.outline import Outline, is_json
from wiki.services.imports.pbworks import PBworks
from wiki.services.imports.places import Places


@dataclass(frozen=True, slots=True)
class _Asked:
    """The things that every importer may need."""

    wiki: Wiki
    source: Path
    report: Report
    places: Places
    private_into: str

    def archive(self) -> Archive:
        """The source's files, where it is a folder or a zip."""
        return archives.opened(self.source, self.report)


def _markdown(asked: _Asked) -> Source:
    return MarkdownFolder(asked.archive(), asked.report, asked.places)


def _ning(asked: _Asked) -> Source:
    now, private = asked.wiki.clock(), asked.private_into
    return Ning(asked.archive(), asked.report, asked.places, now, private)


def _pbworks(asked: _Asked) -> Source:
    return PBworks(asked.archive(), asked.report, asked.places)


def _mediawiki(asked: _Asked) -> Source:
    return MediaWiki(asked.source, asked.report, asked.places)


def _dokuwiki(asked: _Asked) -> Source:
    archive, places = asked.archive(), asked.places
    is_open = asked.wiki.rights.may(ANONYMOUS, Right.READ, places.folder())
    return DokuWiki(archive, asked.report, places, is_open=is_open)


def _otter(asked: _Asked) -> Source:
    return repositories.otter(asked.source, asked.report, asked.places)


def _gollum(asked: _Asked) -> Source:
    return repositories.gollum(asked.source, asked.report, asked.places)


def _outline(asked: _Asked) -> Source:
    archive = asked.archive()
    kind = Outline if is_json(archive) else MarkdownFolder
    return kind(archive, asked.report, asked.places)


_READERS: Mapping[str, Callable[[_Asked], Source]] = {
    "ning": _ning,
    "pbworks": _pbworks,
    "mediawiki": _mediawiki,
    "dokuwiki": _dokuwiki,
    "otter": _otter,
    "gollum": _gollum,
    "outline": _outline,
    "markdown": _markdown,
}
NAMES = tuple(_READERS)


def opener(wiki: Wiki, importer: str, source: Path, private_into: str) -> Open:
    """Return what opens the source for an importer.

    Raises Invalid (`import_not_closed`) if everybody may read where private things are to go.
    """
    if private_into and wiki.rights.may(ANONYMOUS, Right.READ, private_into):
        raise Invalid("import_not_closed", folder=private_into)
    read = _READERS[importer]
    return lambda report, places: read(_Asked(wiki, source, report, places, private_into))


def folder(into: str) -> str:
    """A folder's path as it was typed. Raises Invalid."""
    into = into.strip("/")
    return check(into) if into else ""
