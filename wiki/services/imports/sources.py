"""Which importer reads which export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from wiki.domain.access.rights import ANONYMOUS, Right
from wiki.domain.content.paths import check
from wiki.domain.errors import Invalid
from wiki.domain.imports.items import Report
from wiki.engine import Wiki
from wiki.services.imports import archives
from wiki.services.imports.folders import MarkdownFolder
from wiki.services.imports.importing import Open, Source
from wiki.services.imports.ning import Ning
from wiki.services.imports.places import Places


def _markdown(
    wiki: Wiki, source: Path, report: Report, places: Places, private_into: str
) -> Source:
    del wiki, private_into
    return MarkdownFolder(archives.opened(source, report), report, places)


def _ning(wiki: Wiki, source: Path, report: Report, places: Places, private_into: str) -> Source:
    archive = archives.opened(source, report)
    return Ning(archive, report, places, wiki.clock(), private_into)


_READERS: Mapping[str, Callable[[Wiki, Path, Report, Places, str], Source]] = {
    "ning": _ning,
    "markdown": _markdown,
}
NAMES = tuple(_READERS)


def opener(wiki: Wiki, importer: str, source: Path, private_into: str) -> Open:
    """What opens the source for an importer.

    Raises Invalid (`import_not_closed`) if everybody may read where private things are to go.
    """
    if private_into and wiki.rights.may(ANONYMOUS, Right.READ, private_into):
        raise Invalid("import_not_closed", folder=private_into)
    read = _READERS[importer]
    return lambda report, places: read(wiki, source, report, places, private_into)


def folder(into: str) -> str:
    """A folder's path as it was typed. Raises Invalid."""
    into = into.strip("/")
    return check(into) if into else ""
