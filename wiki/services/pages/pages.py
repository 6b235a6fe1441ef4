"""Reading a page: what it says, or said then, and what the wiki knows about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from wiki.database.content import leads
from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS, Actor, Right
from wiki.domain.content import setaside
from wiki.domain.content.pages import Kind, Meta, Summary
from wiki.domain.errors import NotFound
from wiki.domain.history.revisions import Revision
from wiki.domain.pages import dialogues, recordings
from wiki.engine import Wiki
from wiki.render.links import LinkState
from wiki.render.slots import Labels
from wiki.render.writing.html import Heading
from wiki.services.access import sight
from wiki.services.content import contents, linking, places
from wiki.services.editing import saving
from wiki.services.history import hiding, past
from wiki.services.history.history import page_at, revision_of
from wiki.services.pages import including

MOST_BACKLINKS = 30


@dataclass(frozen=True, slots=True)
class View:
    """A page as a reader gets it.

    `page` is its identity; `revision` and `blob` are what is shown; `then` is the revision if one
    is asked for, `number` its number, `is_newest` whether the page still says this. A dialogue
    `is_over` from `over_at` on; `medium` says how its recording plays here. `html` has
    slots, to be filled with `links`. `came_from` is the address that redirected here.
    """

    path: str
    page: str
    blob: str
    revision: str
    meta: Meta
    title: str
    html: str
    links: Mapping[str, LinkState]
    headings: Sequence[Heading]
    problems: Sequence[str]
    readable: bool
    foreign: Sequence[tuple[str, str]] = ()
    summary: Summary | None = None
    then: Revision | None = None
    number: int = 0
    is_newest: bool = False
    count: int = 0
    writers: int = 0
    came_from: str = ""
    dialogues: Sequence[Summary] = ()
    questions: Sequence[Summary] = ()
    wanted_questions: Sequence[str] = ()
    backlinks: Sequence[Summary] = ()
    earlier: Summary | None = None
    later: Summary | None = None
    recording: str = ""
    medium: str = ""
    over_at: datetime | None = None
    is_over: bool = False
    are_minutes: bool = False


def read(wiki: Wiki, actor: Actor, path: str, *, at: str = "", redirect: bool = True) -> View:
    """The page at an address, now or at a revision of it.

    Raises Invalid, LoginRequired, Forbidden, NotFound, Gone.
    """
    if at:
        return _then(wiki, actor, path, at)
    wanted = places.asked(path)
    place = places.find(wiki, actor, wanted, redirect=redirect)
    shown = contents.show(wiki, place.blob, place.path)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, place.path)
        page = summary.page if summary else history.identity(connection, place.path)
        found = leads.of_page(connection, place.path, shown.targets, sight=seen)
        view = _view(shown, place, page, linking.states(wiki, actor, found))
        view = replace(
            view,
            revision=summary.revision if summary else wiki.store.head(),
            summary=summary,
            title=summary.title if summary and summary.blob == place.blob else view.title,
            count=history.count(connection, page),
            writers=history.writers(connection, page),
            came_from="" if place.path.startswith(wanted) else wanted,
            backlinks=catalogue.backlinks(connection, place.path, sight=seen)[:MOST_BACKLINKS],
        )
        if view.meta.kind is Kind.QUESTION:
            about_it = catalogue.dialogues_of(connection, place.path, sight=seen)
            view = replace(view, dialogues=about_it)
        questions = _questions(view.meta)
        about = catalogue.resolve_links(connection, questions, place.path, sight=seen)
        subjects = catalogue.find(connection, [path for path in about.values() if path])
        first = next(iter(subjects), "")
        siblings = catalogue.dialogues_of(connection, first, sight=seen) if first else []
    view = replace(view, is_over=bool(view.over_at and view.over_at <= wiki.clock()))
    return _about(wiki, actor, _beside(view, siblings), about, subjects)


@dataclass(frozen=True, slots=True)
class Bare:
    """A page's text and nothing that the wiki knows beside it."""

    path: str
    blob: str
    title: str
    html: Markup


def bare(wiki: Wiki, path: str, labels: Labels) -> Bare:
    """The page at an address as everybody may read it, without any look at the database.

    Rights are those that this process last knew. Raises as `read` does, and Unavailable where
    without the database nothing can be known.
    """
    place = places.find(wiki, ANONYMOUS, path)
    shown = contents.show(wiki, place.blob, place.path)
    links = linking.without_database(wiki, ANONYMOUS, place.path, shown.targets)
    html = wiki.renderer.fill(shown.html, links, labels)
    return Bare(place.path, place.blob, shown.title, html)


def raw(wiki: Wiki, actor: Actor, path: str, at: str = "") -> tuple[str, bytes | Iterator[bytes]]:
    """The blob id and exact bytes of a page, now or at a revision; many bytes piece by piece.

    Raises as `read` does.
    """
    blob = _blob(wiki, actor, path, at)
    is_large = setaside.is_large(wiki.store.size(blob))
    return blob, wiki.store.stream(blob) if is_large else wiki.store.blob(blob)


def _blob(wiki: Wiki, actor: Actor, path: str, at: str) -> str:
    if not at:
        return places.find(wiki, actor, path).blob
    page = page_at(wiki, actor, path)
    revision = hiding.require_text(revision_of(wiki, page.page, at, actor))
    if not revision.blob:
        raise NotFound("revision_deleted", revision=revision.commit, path=page.path)
    return revision.blob


def preview(
    wiki: Wiki,
    actor: Actor,
    text: str,
    path: str = "",
    labels: Labels | None = None,
    held: Mapping[str, str] | None = None,
) -> Markup:
    """The HTML of a text that is not saved; `held` has the addresses of files that wait for it.

    Raises LoginRequired, Forbidden, TooLarge.
    """
    path = path.strip("/")
    wiki.rights.require_any(actor, (Right.EDIT, Right.SUGGEST), path)
    saving.check_text(wiki, text, text)
    return html_of(wiki, actor, text, path, labels, held)


def html_of(
    wiki: Wiki,
    actor: Actor,
    text: str,
    path: str,
    labels: Labels | None = None,
    held: Mapping[str, str] | None = None,
) -> Markup:
    """The HTML of any text as if it were the page at `path`, links as this actor sees them."""
    with contents.spared():
        rendered = wiki.renderer.render(text, path=path)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        found = leads.of_page(connection, path, rendered.targets, sight=seen)
    links = linking.states(wiki, actor, found)
    links |= linking.waiting(path, rendered.targets, held or {})
    html = including.expand(wiki, actor, path, rendered.html, links, labels)
    return wiki.renderer.fill(html, links, labels)


def html_at(wiki: Wiki, actor: Actor, revision: Revision, labels: Labels | None = None) -> Markup:
    """The HTML of a revision that the actor may see, its links as they lead today."""
    shown = contents.show(wiki, revision.blob, revision.path)
    seen = sight.of(wiki, actor)
    with wiki.database.read() as connection:
        found = leads.of_page(connection, revision.path, shown.targets, sight=seen)
    return wiki.renderer.fill(shown.html, linking.states(wiki, actor, found), labels)


def _then(wiki: Wiki, actor: Actor, path: str, at: str) -> View:
    page = page_at(wiki, actor, path)
    revision = hiding.require_text(revision_of(wiki, page.page, at, actor))
    if not revision.blob:
        raise NotFound("revision_deleted", revision=revision.commit, path=page.path)
    # Relative links are meant from where the page was; rights and address are of where it is.
    shown = contents.show(wiki, revision.blob, revision.path)
    links = past.links(wiki, actor, revision.path, shown.targets, revision.commit)
    with wiki.database.read() as connection:
        number = history.number(connection, page.page, revision.commit)
        newest = history.of_page(connection, page.page, limit=1)[0].commit
    place = places.Place(page.path, revision.blob)
    view = _view(shown, place, page.page, links)
    is_newest = revision.commit == newest
    return replace(
        view, revision=revision.commit, then=revision, number=number, is_newest=is_newest
    )


def _view(
    shown: contents.RenderedContent, place: places.Place, page: str, links: Mapping[str, LinkState]
) -> View:
    recording = recordings.address(shown.meta.recording, place.path)
    over_at = dialogues.over_at(shown.meta) if shown.meta.kind is Kind.DIALOGUE else None
    return View(
        recording=recording,
        are_minutes=shown.are_minutes,
        medium=recordings.medium(recording),
        over_at=over_at,
        path=place.path,
        page=page,
        blob=place.blob,
        revision="",
        meta=shown.meta,
        title=shown.title,
        html=shown.html,
        links=links,
        headings=shown.headings,
        problems=shown.problems,
        readable=shown.readable,
        foreign=shown.foreign,
    )


def _questions(meta: Meta) -> Sequence[str]:
    return meta.questions if meta.kind is Kind.DIALOGUE else ()


def _beside(view: View, siblings: Sequence[Summary]) -> View:
    """The view with the dialogues before and after it, among those about the same question."""
    paths = [dialogue.path for dialogue in siblings]
    if view.path not in paths:
        return view
    at = paths.index(view.path)
    earlier = siblings[at - 1] if at else None
    return replace(view, earlier=earlier, later=next(iter(siblings[at + 1 :]), None))


def _about(
    wiki: Wiki,
    actor: Actor,
    view: View,
    about: Mapping[str, str | None],
    summaries: Mapping[str, Summary],
) -> View:
    """The view with the questions that a dialogue is about, in the order it names them."""
    questions, wanted = [], []
    for written in _questions(view.meta):
        path = about.get(written) or ""
        if path in summaries and wiki.rights.may(actor, Right.READ, path):
            questions.append(summaries[path])
        else:
            wanted.append(written)
    return replace(view, questions=questions, wanted_questions=wanted)
