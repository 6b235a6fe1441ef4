"""Suggestions: to make one, and to accept, amend or decline it; nothing is published before that.

Who may suggest on a page but not edit it writes in the same editor; what they send waits. Who may
both edit and review there decides. Rights are always those of where the page is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from wiki.database.editing import drafts as draft_rows
from wiki.database.editing import suggestions
from wiki.database.engine.connection import Connection
from wiki.database.history import hiding as hidden_texts
from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.content.paths import check, file_of
from wiki.domain.editing import merge
from wiki.domain.editing.drafts import key_of_new
from wiki.domain.editing.suggestions import NewSuggestion, State, Suggestion, check_word
from wiki.domain.errors import Conflict, Invalid, LoginRequired, NotFound, TooFast
from wiki.domain.notices.notifications import Kind as Told
from wiki.domain.notices.webhooks import Event
from wiki.engine import Wiki
from wiki.render import frontmatter
from wiki.services.access import sight
from wiki.services.access.rules import holders
from wiki.services.content import commits, contents, fields, places
from wiki.services.editing import creating, saving
from wiki.services.editing.editor import Editor, is_source
from wiki.services.editing.saving import Sent, Suggested
from wiki.services.notices import webhooks
from wiki.services.notices.notifications import tell

PAGE = 30
MOST_OPEN = 50
"""Suggestions of one member that may wait at a time."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Listed:
    """A suggestion in a list, with its page's title."""

    suggestion: Suggestion
    title: str


@dataclass(frozen=True, slots=True)
class SuggestionList:
    """A screen of suggestions, newest first; `more` is the id to go on after, 0 if that is all.

    `reviews`: the actor decides on suggestions of others, somewhere.
    """

    items: Sequence[Listed]
    more: int
    reviews: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A suggestion as one reader gets it.

    `before` is the text that its writer began with, None if that is not for this reader; `now`
    what the page says today (None: it is not there) and `after` what it would say, which is the
    suggestion's own text if it is not `clean`: then an editor has to choose. `accepted` is how
    many of its author's suggestions were.
    """

    suggestion: Suggestion
    title: str
    kind: str
    before: str | None
    now: str | None
    after: str
    clean: bool
    is_taken: bool
    is_own: bool
    may_review: bool
    accepted: int

    @property
    def moved_on(self) -> bool:
        """Whether the page changed since its writer began."""
        return self.now is not None and self.now != self.before

    @property
    def says_it(self) -> bool:
        """Whether the page says all of it already."""
        return self.clean and self.now == self.after


# -- writing one --


def suggest(wiki: Wiki, actor: Actor, path: str, sent: Sent) -> int | None:
    """Let an edit of the page at `path` wait for an editor; gives its id, None if nothing differs.

    The same text sent twice is one suggestion. Raises LoginRequired, Forbidden; Invalid, TooLarge
    as a save; Conflict (`path_taken`, `page_not_utf8`); saving.Deleted; TooFast.
    """
    path = places.asked(path)
    if sent.base is None:
        raise Invalid.field("base", "base_missing")
    wiki.rights.require(actor, Right.SUGGEST, path)
    place = saving.started_from(wiki, actor, path, sent)
    started, mine = saving.checked(wiki, sent, sent.base)
    if place is None:
        if wiki.store.entry(file_of(check(path))) is not None:
            raise Conflict("path_taken", path=path)
        return _keep(wiki, actor, path, "", sent, mine)
    if not place.alive:
        raise saving.Deleted(path, mine)
    if not started.source.readable:
        raise Conflict("page_not_utf8", path=place.path)
    if place.path != path:
        wiki.rights.require(actor, Right.SUGGEST, place.path)
    if mine == started.text:
        return None
    with wiki.database.read() as connection:
        page = history.identity(connection, place.path)
        newest = history.of_page(connection, page, limit=1)[0]
    return _keep(wiki, actor, newest.path, newest.commit, sent, mine)


def suggest_new(wiki: Wiki, actor: Actor, new: creating.New) -> int:
    """Let a new page wait for an editor; gives the suggestion's id.

    Raises LoginRequired, Forbidden; Invalid, TooLarge, Conflict as making it; TooFast.
    """
    wiki.rights.require(actor, Right.SUGGEST, new.path.strip("/ "))
    page = creating.prepared(wiki, new)
    free = (path for path in page.paths() if wiki.store.entry(file_of(check(path))) is None)
    path = next(free, "")
    if not path:
        raise Conflict("path_taken", path=page.path)
    wiki.rights.require(actor, Right.SUGGEST, path)
    sent = Sent(text=page.text, base="", summary=new.summary)
    return _keep(wiki, actor, path, "", sent, page.text, key_of_new(new.draft))


def _keep(
    wiki: Wiki, actor: Actor, path: str, revision: str, sent: Sent, text: str, draft: str = ""
) -> int:
    if actor.id is None:
        raise LoginRequired("login_required", right=Right.SUGGEST.value, path=path)
    summary = " ".join(sent.summary.split())[: commits.MESSAGE_LENGTH]
    made = wiki.clock()
    new = NewSuggestion(path, revision, sent.base or "", actor.id, text, summary, made)
    with wiki.database.write() as connection:
        known = suggestions.same(connection, new)
        if known is not None:
            return known
        if suggestions.count(connection, actor.id, State.OPEN) >= MOST_OPEN:
            raise TooFast("suggestions_many", most=MOST_OPEN, seconds=DAY)
        id = suggestions.add(connection, new)
        _tell_reviewers(wiki, connection, actor, id, path, text)
        kind, by = Event.SUGGESTION_MADE, actor.username
        webhooks.announce(wiki, connection, kind, path, suggestion=id, by=by)
        if draft:
            draft_rows.drop(connection, actor.id, draft)
    saving.drop_draft(wiki, actor, path)
    wiki.wake()
    return id


def change(wiki: Wiki, actor: Actor, id: int, sent: Sent) -> None:
    """Its author says something else; what was declined or withdrawn waits again.

    Raises NotFound, LoginRequired, Forbidden; Invalid, TooLarge as a save; Conflict
    (`suggestion_decided`) once it was accepted.
    """
    suggestion = _own(wiki, actor, id)
    wiki.rights.require_any(actor, (Right.SUGGEST, Right.EDIT), suggestion.path)
    _, text = saving.checked(wiki, replace(sent, base=suggestion.base), suggestion.base)
    with wiki.database.write() as connection:
        was = suggestions.state_of(connection, id)
        if was is State.ACCEPTED:
            raise Conflict("suggestion_decided")
        summary = " ".join(sent.summary.split())[: commits.MESSAGE_LENGTH]
        suggestions.rewrite(connection, id, text, summary, wiki.clock())
        if was is not State.OPEN:
            _tell_reviewers(wiki, connection, actor, id, suggestion.path, text)
    wiki.wake()


def withdraw(wiki: Wiki, actor: Actor, id: int) -> None:
    """Its author takes it back. Raises NotFound, LoginRequired, Conflict."""
    _own(wiki, actor, id)
    with wiki.database.write() as connection:
        _still_open(connection, id)
        suggestions.decide(connection, id, State.WITHDRAWN, actor.id, wiki.clock())


# -- deciding --


def accept(wiki: Wiki, actor: Actor, id: int) -> saving.Saved:
    """Publish it, merged with what the page says by now: its author wrote it, the actor commits.

    A new page whose path was taken meanwhile gets a number. Raises NotFound, Forbidden, Conflict
    (`suggestion_decided`), editing.Conflicted where one has to choose, saving.Deleted.
    """
    suggestion = _to_review(wiki, actor, id)
    sent = Sent(suggestion.text, suggestion.base, suggestion.summary)
    return _publish(wiki, actor, suggestion, sent, amended=False)


def amend(wiki: Wiki, actor: Actor, id: int, sent: Sent) -> saving.Saved:
    """Publish it with the actor's changes; it stays its author's. Raises as `accept`, as a save."""
    suggestion = _to_review(wiki, actor, id)
    base = "" if suggestion.is_new else sent.base
    return _publish(wiki, actor, suggestion, replace(sent, base=base), amended=True)


def _publish(
    wiki: Wiki, actor: Actor, suggestion: Suggestion, sent: Sent, *, amended: bool
) -> saving.Saved:
    author = commits.author_of(suggestion.username, suggestion.uid)
    sent = replace(sent, suggested=Suggested(author, suggestion.page))
    # Two editors who accept at the same time: the second finds it decided.
    with wiki.store.locked():
        with wiki.database.read() as connection:
            _still_open(connection, suggestion.id)
        path = _free(wiki, suggestion.path) if suggestion.is_new else suggestion.path
        saved = saving.save(wiki, actor, path, sent)
        with wiki.database.write() as connection:
            now, revision = wiki.clock(), saved.revision if saved.changed else ""
            suggestions.decide(connection, suggestion.id, State.ACCEPTED, actor.id, now)
            suggestions.became(connection, suggestion.id, saved.path, revision, amended=amended)
            kind = Told.SUGGESTION_AMENDED if amended else Told.SUGGESTION_ACCEPTED
            _tell_author(wiki, connection, actor, suggestion, kind, saved.path)
            _announce(wiki, connection, actor, suggestion, saved.path, State.ACCEPTED)
    return saved


def decline(wiki: Wiki, actor: Actor, id: int, word: str) -> None:
    """Do not publish it, and say why. Raises NotFound, Forbidden, Conflict; Invalid (`reason`)."""
    suggestion = _to_review(wiki, actor, id)
    word = check_word(word)
    with wiki.database.write() as connection:
        _still_open(connection, id)
        suggestions.decide(connection, id, State.DECLINED, actor.id, wiki.clock(), word)
        kind = Told.SUGGESTION_DECLINED
        _tell_author(wiki, connection, actor, suggestion, kind, suggestion.path, reason=word)
        _announce(wiki, connection, actor, suggestion, suggestion.path, State.DECLINED)
    wiki.wake()


def may_review(wiki: Wiki, actor: Actor, path: str) -> bool:
    """Whether the actor decides on suggestions about the page at a path."""
    rights = (Right.REVIEW, Right.EDIT)
    return actor.is_member and all(wiki.rights.may(actor, right, path) for right in rights)


def _to_review(wiki: Wiki, actor: Actor, id: int) -> Suggestion:
    suggestion = get(wiki, actor, id)
    for right in (Right.REVIEW, Right.EDIT, *([Right.CREATE] if suggestion.is_new else [])):
        wiki.rights.require(actor, right, suggestion.path)
    if not suggestion.is_open:
        raise Conflict("suggestion_decided")
    return suggestion


def _own(wiki: Wiki, actor: Actor, id: int) -> Suggestion:
    suggestion = get(wiki, actor, id)
    if suggestion.author != actor.id:
        raise NotFound("suggestion_missing")
    return suggestion


def _still_open(connection: Connection, id: int) -> None:
    if suggestions.state_of(connection, id) is not State.OPEN:
        raise Conflict("suggestion_decided")


def _free(wiki: Wiki, path: str) -> str:
    """The path of a new page, or one with a number where another page stands there by now."""
    paths = creating.Prepared("", path, typed=False).paths()
    return next(path for path in paths if wiki.store.entry(file_of(path)) is None)


# -- reading --


def get(wiki: Wiki, actor: Actor, id: int) -> Suggestion:
    """A suggestion, for its author and for who decides on it.

    Raises LoginRequired, and NotFound for everybody else.
    """
    if not actor.is_member:
        raise LoginRequired("login_required")
    with wiki.database.read() as connection:
        suggestion = suggestions.get(connection, id)
    if suggestion is None or not wiki.rights.may(actor, Right.READ, suggestion.path):
        raise NotFound("suggestion_missing")
    if suggestion.author != actor.id and not may_review(wiki, actor, suggestion.path):
        raise NotFound("suggestion_missing")
    return suggestion


def look(wiki: Wiki, actor: Actor, id: int) -> Look:
    """A suggestion with what it would change. Raises as `get`."""
    suggestion = get(wiki, actor, id)
    with wiki.database.read() as connection:
        summary = catalogue.get(connection, suggestion.path) if suggestion.alive else None
        accepted = suggestions.count(connection, suggestion.author, State.ACCEPTED)
    before = _began_with(wiki, actor, suggestion)
    entry = wiki.store.entry(file_of(suggestion.path)) if suggestion.alive else None
    is_taken = suggestion.is_new and entry is not None and suggestion.is_open
    now = None
    if entry is not None and not suggestion.is_new:
        now = contents.read(wiki, entry.blob).text
    after, clean = _merged(before, now, suggestion)
    meta = frontmatter.read(suggestion.text)
    return Look(
        suggestion=suggestion,
        title=summary.title if summary and not suggestion.is_new else _title(suggestion),
        kind=meta.kind.value,
        before=before,
        now=now,
        after=after,
        clean=clean,
        is_taken=is_taken,
        is_own=suggestion.author == actor.id,
        may_review=may_review(wiki, actor, suggestion.path),
        accepted=accepted,
    )


def open_editor(wiki: Wiki, actor: Actor, id: int) -> Editor:
    """The editor in which its author changes it, or an editor amends and publishes it.

    Raises as `get`; Conflict (`suggestion_decided`).
    """
    seen = look(wiki, actor, id)
    suggestion = seen.suggestion
    publishes = seen.may_review and suggestion.is_open
    if suggestion.state is State.ACCEPTED or not (publishes or seen.is_own):
        raise Conflict("suggestion_decided")
    entry = wiki.store.entry(file_of(suggestion.path)) if suggestion.alive else None
    on_top = publishes and seen.clean and entry is not None and not suggestion.is_new
    text = seen.after if on_top else suggestion.text
    meta = frontmatter.read(text)
    values = fields.values(meta, text)
    return Editor(
        path=suggestion.path,
        title=seen.title,
        kind=meta.kind,
        base=entry.blob if entry and on_top else suggestion.base,
        text=text,
        fields=values,
        was=values,
        problems=meta.problems,
        suggests=not publishes,
        suggestion=id,
        publishes=publishes,
        summary=suggestion.summary,
        as_source=is_source(meta, text),
    )


def listing(
    wiki: Wiki,
    actor: Actor,
    *,
    state: State | None = State.OPEN,
    own: bool = False,
    path: str = "",
    before: int = 0,
) -> SuggestionList:
    """The actor's own suggestions, and (unless `own`) those that they decide on.

    Raises LoginRequired.
    """
    if not actor.is_member:
        raise LoginRequired("login_required")
    theirs = sight.of(wiki, actor, Right.REVIEW, Right.EDIT)
    reviews = not theirs.is_empty
    with wiki.database.read() as connection:
        matching = suggestions.find(
            connection,
            state=state,
            author=actor.id,
            reviewed=theirs if reviews and not own else None,
            path=path,
            before=before,
            limit=PAGE + 1,
            sight=sight.of(wiki, actor),
        )
        known = catalogue.find(connection, sorted({one.path for one in matching if not one.is_new}))
    items = [
        Listed(one, known[one.path].title if one.path in known else _title(one))
        for one in matching[:PAGE]
    ]
    return SuggestionList(items, matching[PAGE - 1].id if len(matching) > PAGE else 0, reviews)


_Waiting = tuple[object, list[tuple[str, str]]]
_waiting: WeakKeyDictionary[Wiki, _Waiting] = WeakKeyDictionary()


def waiting(wiki: Wiki, actor: Actor, page: str = "") -> int:
    """Count the suggestions that wait for the actor's decision; about one page, if asked.

    Asked on every view: the rows are read again only once something changed.
    """
    if not actor.is_member:
        return 0
    version = (wiki.database.version(), wiki.store.stamp())
    cached = _waiting.get(wiki)
    if cached is None or cached[0] != version:
        with wiki.database.read() as connection:
            cached = _waiting[wiki] = (version, suggestions.waiting(connection))
    paths = [path for known, path in cached[1] if not page or known == page]
    return sum(may_review(wiki, actor, path) for path in paths)


def _began_with(wiki: Wiki, actor: Actor, suggestion: Suggestion) -> str | None:
    """The text that the writer began with, unless it is hidden from this reader or purged."""
    if suggestion.is_new:
        return ""
    with wiki.database.read() as connection:
        if not history.had(connection, suggestion.page, suggestion.base):
            return None
        is_hidden = hidden_texts.is_text_hidden(connection, suggestion.page, suggestion.base)
    if is_hidden and not wiki.rights.may(actor, Right.MODERATE, suggestion.path):
        return None
    return contents.read(wiki, suggestion.base).text


def _merged(before: str | None, now: str | None, suggestion: Suggestion) -> tuple[str, bool]:
    """Merge a suggestion with the page: what it would say, and whether that is clear."""
    if suggestion.is_new:
        return suggestion.text, True
    if before is None or now is None:
        return suggestion.text, False
    merged = merge.merge(before, now, suggestion.text)
    return (merged.text, True) if merged.clean else (suggestion.text, False)


def _title(suggestion: Suggestion) -> str:
    return fields.title_of(suggestion.text) or suggestion.path


# -- telling --


def _tell_reviewers(
    wiki: Wiki, connection: Connection, actor: Actor, id: int, path: str, text: str
) -> None:
    editors = set(holders(wiki, connection, path, Right.EDIT))
    reviewers = editors & set(holders(wiki, connection, path, Right.REVIEW))
    values = {"url": url_of("suggestion", id), "title": fields.title_of(text) or path}
    # A page that is not there yet cannot be looked up; whoever opens this is asked again anyway.
    path = path if wiki.store.entry(file_of(path)) else ""
    tell(wiki, connection, reviewers, Told.SUGGESTION, path=path, by=actor.id, values=values)


def _tell_author(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    suggestion: Suggestion,
    kind: Told,
    path: str,
    **values: str,
) -> None:
    given = {"url": url_of("suggestion", suggestion.id), "title": _title(suggestion), **values}
    tell(wiki, connection, [suggestion.author], kind, path=path, by=actor.id, values=given)


def _announce(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    suggestion: Suggestion,
    path: str,
    state: State,
) -> None:
    webhooks.announce(
        wiki,
        connection,
        Event.SUGGESTION_DECIDED,
        path,
        suggestion=suggestion.id,
        decision=state.value,
        by=actor.username,
    )
