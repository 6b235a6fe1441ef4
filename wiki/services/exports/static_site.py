"""The public part of the wiki as files that any web server, or none, can show."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, unquote

from wiki.domain.access.rights import ANONYMOUS
from wiki.domain.content.pages import Kind, Summary
from wiki.domain.members.members import FORMER
from wiki.engine import Wiki
from wiki.i18n import mail_templates
from wiki.i18n.languages import translations
from wiki.render.links import Others
from wiki.render.slots import labels
from wiki.services.exports import published, whole_pages
from wiki.services.exports.folders import Folder
from wiki.services.pages import including

_ADDRESS = re.compile(r'\b(href|src)="(/[^"]*)"')
_STYLE = Path(__file__).parents[2] / "static" / "css" / "export.css"
PAGES, FILES = "pages", "files"


def write(wiki: Wiki, target: Path) -> int:
    """Write every public page with its discussion, and every file; gives how many pages.

    Raises Conflict (`export_there`).
    """
    folder = Folder(target)
    summaries = list(published.pages(wiki))
    files = dict(published.files(wiki))
    site = _Site(wiki, {one.path for one in summaries}, frozenset(files))
    for summary in summaries:
        folder.write(site.file(summary.path), site.page(summary.path).encode())
    for file, blob in files.items():
        folder.write(f"{FILES}/{file}", wiki.store.stream(blob))
    folder.write("index.html", site.index(summaries).encode())
    folder.write("style.css", _STYLE.read_bytes())
    return len(summaries)


class _Site:
    """The contents of the export, so that links know what they can lead to."""

    def __init__(self, wiki: Wiki, pages: set[str], files: frozenset[str]) -> None:
        self._wiki = wiki
        self._files = files
        # Two pages that differ by case alone would be one file on some computers.
        names: dict[str, int] = {}
        self._pages: dict[str, str] = {}
        for path in sorted(pages):
            number = names[path.casefold()] = names.get(path.casefold(), 0) + 1
            name = path if number == 1 else f"{path}~{number}"
            self._pages[path] = f"{PAGES}/{name}.html"

    def file(self, path: str) -> str:
        """The file in which a page is."""
        return self._pages[path]

    def page(self, path: str) -> str:
        """A page with its discussion."""
        _ = translations(self._wiki.settings.language).gettext
        words = labels(_, self._wiki.settings.language)
        whole = whole_pages.read(self._wiki, ANONYMOUS, path, words)
        view, others = whole.view, Others()
        expanded = including.expand(
            self._wiki, ANONYMOUS, view.path, view.html, view.links, words, others
        )
        html = self._wiki.renderer.fill(expanded, view.links, words, others=others)
        made = self._rendered("page", self.file(path), whole=whole, view=view, html=html)
        return self._linked(made, self.file(path))

    def index(self, summaries: Iterable[Summary]) -> str:
        """The first page: every other by what it is."""
        listed = list(summaries)
        kinds = [
            (kind, [one for one in listed if one.meta.kind is kind])
            for kind in (Kind.QUESTION, Kind.DIALOGUE, Kind.PAGE)
        ]
        places = {one.path: quote(self.file(one.path)) for one in listed}
        return self._rendered("index", "index.html", kinds=kinds, places=places)

    def _rendered(self, template: str, file: str, **values: object) -> str:
        settings = self._wiki.settings
        up = posixpath.relpath(".", posixpath.dirname(file) or ".")
        return mail_templates.as_html(
            f"exports/site/{template}.html",
            settings.language,
            settings.timezone,
            site=settings,
            up=f"{up}/",
            written=self._wiki.clock(),
            former=FORMER,
            **values,
        )

    def _linked(self, html: str, file: str) -> str:
        """The page with links that lead inside the export, or to the wiki, or nowhere."""

        def attribute(found: re.Match[str]) -> str:
            address = self._leads(unescape(found[2]), file)
            return f'{found[1]}="{escape(address)}"' if address else f'data-{found[1]}=""'

        return _ADDRESS.sub(attribute, html)

    def _leads(self, address: str, file: str) -> str:
        path, hash, anchor = address.partition("#")
        name = unquote(path)
        target = ""
        if name.startswith("/wiki/"):
            target = self._pages.get(name.removeprefix("/wiki/").strip("/"), "")
        elif name.startswith("/files/") and name.removeprefix("/files/") in self._files:
            target = name[1:]
        if target:
            return quote(posixpath.relpath(target, posixpath.dirname(file))) + hash + anchor
        base = self._wiki.settings.base_url.rstrip("/")
        return base + address if base else ""
