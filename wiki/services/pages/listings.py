"""Lists that stand in a text by a short code, of what their reader may read."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor
from wiki.domain.access.sight import Sight
from wiki.domain.content.names import To
from wiki.domain.content.pages import Summary
from wiki.domain.errors import Invalid
from wiki.domain.pages.listings import Asked, List, asked
from wiki.engine import Wiki
from wiki.i18n.dates import date_time, moment
from wiki.i18n.errors import sentence
from wiki.i18n.languages import translations
from wiki.render import listings
from wiki.render.links import LinkState, page_url
from wiki.render.listings import Entry
from wiki.services.access import sight
from wiki.services.pages.agenda import today
from wiki.shelf import Shelf

MOST = 20
"""Lists on one page."""

MOST_KEPT = 500_000
"""Characters of lists that one process keeps, for who sees the same of the wiki as it is."""


def shown(
    wiki: Wiki,
    actor: Actor,
    text: str,
    page: LinkState | None,
    language: str,
    number: int = 1,
) -> str:
    """The HTML of the list that a short code asks for, or of what is wrong with it.

    `page` is what it names, as a link to that leads for this actor; it is the `number`th there.
    """
    try:
        wanted = asked(text)
        about = _question(wanted, page)
        if number > MOST:
            raise Invalid("list_many", most=MOST)
    except Invalid as error:
        return listings.wrong(text, sentence(language, error.code, error.values))
    seen, now = sight.of(wiki, actor), today(wiki)
    state = (wiki.database.version(), wiki.store.stamp(), wiki.settings.data, now)
    key = (state, seen, wanted, about, language)
    html = _SHELF.get(key)
    if html is None:
        empty = translations(language).gettext("Nothing to list yet.")
        html = listings.listing(_entries(wiki, seen, wanted, about, language), empty)
        _SHELF.put(key, html)
    return html


def _question(wanted: Asked, page: LinkState | None) -> str:
    if not wanted.question:
        return ""
    if page is None or page.path is None or page.to is not To.PAGE:
        raise Invalid("list_question", written=wanted.question[:60])
    return page.path


def _entries(wiki: Wiki, seen: Sight, wanted: Asked, about: str, language: str) -> Sequence[Entry]:
    with wiki.database.read() as connection:
        if wanted.list is List.AGENDA:
            summaries = catalogue.agenda(
                connection, today(wiki), limit=wanted.limit, statuses=("announced",), sight=seen
            )
        else:
            summaries = catalogue.asked_for(connection, wanted, about, sight=seen)
        counts: Mapping[str, int] = {}
        if wanted.list is List.QUESTIONS:
            paths = [one.path for one in summaries]
            counts = catalogue.dialogue_counts(connection, paths, sight=seen)
    zone = wiki.settings.timezone
    return [
        Entry(one.title, page_url(one.path), _about(one, wanted.list, counts, language, zone))
        for one in summaries
    ]


def _about(page: Summary, kind: List, counts: Mapping[str, int], language: str, zone: str) -> str:
    """A few words about a page: what one looks for in such a list."""
    texts, meta = translations(language), page.meta
    if kind is List.RECENT:
        return date_time(page.updated, language, zone)
    if kind is List.PAGES:
        return ""
    said = [moment(meta.date, language, zone)] if meta.date else []
    if kind is List.QUESTIONS:
        said = [texts.gettext(meta.status)] if meta.status else []
        number = counts.get(page.path, 0)
        if number:
            many = texts.ngettext("%(num)s dialogue", "%(num)s dialogues", number)
            said.append(many % {"num": number})
    elif meta.status == "cancelled":
        said.append(texts.gettext(meta.status))
    if kind is List.AGENDA and meta.location:
        said.append(meta.location)
    return " · ".join(said)


_SHELF: Shelf[Hashable, str] = Shelf(MOST_KEPT, len)
