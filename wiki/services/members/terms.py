"""The terms of use: a page of the wiki, accepted by who joins, and again when that is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members, terms
from wiki.database.members.members import Wanted
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right, Role
from wiki.domain.errors import Forbidden, Invalid, LoginRequired, NotFound
from wiki.domain.members.members import Status
from wiki.domain.members.terms import Acceptance, Asking, parse, stamp
from wiki.domain.moderation.reports import check_reason
from wiki.engine import Wiki
from wiki.render.slots import Labels
from wiki.services.access import audit
from wiki.services.content import contents
from wiki.services.pages import pages


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms as they stand now; `stamp` is what a form carries that shows them."""

    path: str
    revision: str
    blob: str
    when: datetime
    asking: Asking | None

    @property
    def stamp(self) -> str:
        """Which terms these are, for `keep`."""
        return stamp(self.asking.id if self.asking else 0, self.revision)


@dataclass(frozen=True, slots=True)
class TermsStatus:
    """For who asks: the terms now, and how many members accepted what was asked last."""

    terms: Terms
    answered: int
    members: int


def current(wiki: Wiki) -> Terms | None:
    """The terms as they stand now; None if the site has no such page."""
    path = wiki.settings.terms_page.strip("/")
    if not path:
        return None
    with wiki.database.read() as connection:
        page = history.identity(connection, path)
        if not page:
            return None
        newest = history.of_page(connection, page, limit=1)[0]
        asking = terms.newest(connection)
    return Terms(newest.path, newest.commit, newest.blob, newest.when, asking)


def html_of(wiki: Wiki, actor: Actor, found: Terms, labels: Labels) -> Markup:
    """Render the terms: for everybody, also where other pages are for members only."""
    text = contents.read(wiki, found.blob).text
    return pages.html_of(wiki, actor, text, found.path, labels)


# -- accepting --


def check(wiki: Wiki, stamped: str) -> Terms | None:
    """The terms, if a form that carries this stamp accepts them; None if there are none.

    Raises Invalid (field `terms_accepted`): not accepted, or they changed meanwhile.
    """
    terms_now = current(wiki)
    if terms_now is None:
        return None
    if not stamped:
        raise Invalid.field("terms_accepted", "terms_missing")
    asking, revision = parse(stamped)
    with wiki.database.read() as connection:
        page = history.identity(connection, terms_now.path)
        # One that was shown some minutes ago counts; it is the one that is kept.
        shown = history.revision(connection, page, revision)
    if shown is None or asking != (terms_now.asking.id if terms_now.asking else 0):
        raise Invalid.field("terms_accepted", "terms_changed")
    return replace(terms_now, revision=shown.commit, blob=shown.blob)


def keep(wiki: Wiki, connection: Connection, member: int, accepted: Terms | None) -> None:
    """A member accepted these terms: which version is kept, in the caller's transaction."""
    if accepted:
        asking = accepted.asking.id if accepted.asking else 0
        now = wiki.clock()
        terms.accept(connection, member, asking, accepted.revision, accepted.blob, now)


def owes(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor has to accept the terms before they do anything."""
    if actor.id is None:
        return False
    with wiki.database.read() as connection:
        if not terms.owes(connection, actor.id):
            return False
    return current(wiki) is not None


def accept(wiki: Wiki, actor: Actor, stamped: str) -> None:
    """The actor accepts the terms that were shown. Raises LoginRequired, Invalid."""
    member = actor.own_id()
    accepted = check(wiki, stamped)
    with wiki.database.write() as connection:
        keep(wiki, connection, member, accepted)


def accepted(wiki: Wiki, member: int | None) -> Acceptance | None:
    """Return the terms that a member accepted last."""
    if member is None:
        return None
    with wiki.database.read() as connection:
        return terms.accepted(connection, member)


# -- asking --


def may_ask(wiki: Wiki, actor: Actor) -> bool:
    """Whether the actor may ask everybody again: an editor who may edit the terms."""
    path = wiki.settings.terms_page.strip("/")
    return actor.role >= Role.EDITOR and wiki.rights.may(actor, Right.EDIT, path)


def asked(wiki: Wiki, actor: Actor) -> TermsStatus:
    """Count who accepted the terms. Raises LoginRequired, Forbidden, NotFound (`terms_none`)."""
    _require(wiki, actor)
    terms_now = current(wiki)
    if terms_now is None:
        raise NotFound("terms_none", path=wiki.settings.terms_page)
    with wiki.database.read() as connection:
        answered = terms.answered(connection, terms_now.asking.id if terms_now.asking else 0)
        active = members.count(connection, Wanted(status=Status.ACTIVE.value))
    return TermsStatus(terms_now, answered, active)


def ask_again(wiki: Wiki, actor: Actor, reason: str) -> None:
    """Ask every member to accept the terms as they stand now, before they do anything else.

    For when they changed in what they mean: `reason` says how, and is shown to everybody. Raises
    LoginRequired, Forbidden, NotFound, Invalid (field `reason`).
    """
    _require(wiki, actor)
    reason = check_reason(reason)
    terms_now = current(wiki)
    if terms_now is None:
        raise NotFound("terms_none", path=wiki.settings.terms_page)
    with wiki.database.write() as connection:
        terms.ask(connection, terms_now.revision, actor.id, reason, wiki.clock())
        audit.write(wiki, connection, actor, LoggedAct.TERMS_ASK, f"/wiki/{terms_now.path}", reason)
        if actor.id is not None:
            newest = terms.newest(connection)
            asking = newest.id if newest else 0
            terms.accept(
                connection, actor.id, asking, terms_now.revision, terms_now.blob, wiki.clock()
            )


def _require(wiki: Wiki, actor: Actor) -> None:
    if not actor.is_member and actor.role is not Role.ADMIN:
        raise LoginRequired("login_required")
    if not may_ask(wiki, actor):
        raise Forbidden("forbidden", right=Right.EDIT.value, path=wiki.settings.terms_page)
