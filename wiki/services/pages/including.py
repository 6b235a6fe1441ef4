"""Pages inside pages as their reader sees them: `![[page]]`, `![[page#section]]`, short codes.

What is shown is the included page's own HTML, kept by its blob, and put in when the page around it
is read. Its words are its own: search, excerpts and comments know them as that page's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wiki.database.content import leads
from wiki.domain.access.rights import Actor
from wiki.domain.content.fragments import elsewhere
from wiki.domain.content.names import To
from wiki.domain.errors import WikiError
from wiki.engine import Wiki
from wiki.render import pieces
from wiki.render.links import LinkState, Others, page_url
from wiki.render.slots import Labels
from wiki.services.access import sight
from wiki.services.content import contents, linking, places
from wiki.services.pages import listings

DEEPEST = 3
"""Pages in each other, the one that is read not counted."""
MOST = 40
MOST_CHARACTERS = 400_000
"""What one page may include: so many pages, and so much HTML."""

Links = Mapping[str, LinkState]


def expand(
    wiki: Wiki,
    actor: Actor,
    path: str,
    html: str,
    links: Links,
    labels: Labels | None = None,
    others: Others | None = None,
) -> str:
    """The HTML of the page at a path with what it includes; its own slots are not filled yet."""
    if not pieces.asks(html):
        return html
    return _Including(wiki, actor, labels, others).expand(html, links, (path,))


@dataclass(slots=True)
class _Including:
    """The pages that one page includes for one reader, so far."""

    wiki: Wiki
    actor: Actor
    labels: Labels | None
    others: Others | None
    count: int = 0
    characters: int = 0
    lists: int = 0

    def expand(self, html: str, links: Links, around: tuple[str, ...]) -> str:
        """The HTML with pages in it; `around` are those in which it stands."""

        def included(target: str, anchor: str) -> str | None:
            state = links.get(target)
            if state is None or state.path is None or state.to is not To.PAGE or state.at:
                return None
            return self._page(state.path, anchor, around)

        def listed(text: str, target: str) -> str:
            self.lists += 1
            page = links.get(target) if target else None
            language = (self.labels or Labels()).language
            return listings.shown(self.wiki, self.actor, text, page, language, self.lists)

        return pieces.include(pieces.listed(html, listed), included)

    def _page(self, path: str, anchor: str, around: tuple[str, ...]) -> str | None:
        try:
            place = places.find(self.wiki, self.actor, path)
            shown = contents.show(self.wiki, place.blob, place.path)
        except WikiError:
            # It is a link then, which says at its own address what is the matter.
            return None
        address = page_url(place.path, elsewhere(anchor))
        reason, part = self._part(place.path, shown, anchor, around)
        if reason:
            return pieces.refused(reason, shown.title, address)
        self.count += 1
        self.characters += len(part)
        inner = pieces.inner(part, f"in{self.count}:", page_url(place.path))
        links = self._links(place.path, shown.targets)
        whole = self.expand(inner, links, (*around, place.path))
        filled = self.wiki.renderer.fill(whole, links, self.labels, others=self.others)
        return pieces.included(filled, shown.title, address)

    def _part(
        self, path: str, shown: contents.RenderedContent, anchor: str, around: tuple[str, ...]
    ) -> tuple[str, str]:
        """Why a page cannot stand here, else the part of it that is asked for."""
        if path in around:
            return "include_loop", ""
        if len(around) > DEEPEST:
            return "include_deep", ""
        levels = {heading.anchor: heading.level for heading in shown.headings}
        part = pieces.section(shown.html, elsewhere(anchor), levels) if anchor else shown.html
        if part is None:
            return "include_section", ""
        if self.count >= MOST or self.characters + len(part) > MOST_CHARACTERS:
            return "include_much", ""
        return "", part

    def _links(self, path: str, targets: frozenset[str]) -> Links:
        seen = sight.of(self.wiki, self.actor)
        with self.wiki.database.read() as connection:
            found = leads.of_page(connection, path, targets, sight=seen)
        return linking.states(self.wiki, self.actor, found)
