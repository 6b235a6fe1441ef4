"""Reports: anybody tells the moderators, who find each subject once, with what they can do."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wiki.database.engine.connection import Connection
from wiki.database.history import history
from wiki.database.members import members
from wiki.database.moderation import cautions as cautions_table
from wiki.database.moderation import reports
from wiki.database.pages import catalogue
from wiki.database.talk import closings as closings_table
from wiki.database.talk import comments
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import Actor, Right
from wiki.domain.content.addresses import url_of
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.domain.members.members import Member, Status, check_email
from wiki.domain.moderation.reports import (
    ADDRESS_MOST,
    REASON_MOST,
    Act,
    Case,
    Noun,
    Report,
    Subject,
    check_reason,
)
from wiki.domain.notices.notifications import Kind
from wiki.domain.talk.comments import PlacedComment, State
from wiki.engine import Wiki
from wiki.services.access import audit, limits, moderators
from wiki.services.access.limits import REPORT, Try
from wiki.services.login import suspensions
from wiki.services.moderation import cautions
from wiki.services.notices import notifications
from wiki.services.talk import closings
from wiki.services.talk import comments as talk

ADDRESSES_KEPT = timedelta(days=90)
"""How long after a case was handled the e-mail addresses left in it are kept."""


# -- reporting --


def about_comment(wiki: Wiki, actor: Actor, id: int) -> Subject:
    """A comment as something to report; raises NotFound, Conflict (`comment_closed`)."""
    placed = talk.get(wiki, actor, id)
    if placed.comment.state is not State.LIVE:
        raise Conflict("comment_closed")
    return Subject(Noun.COMMENT, comment=id)


def about_page(wiki: Wiki, actor: Actor, path: str) -> Subject:
    """A page as something to report; the site, if this reader knows of no page at the path."""
    if path and wiki.rights.may(actor, Right.READ, path):
        with wiki.database.read() as connection:
            page = history.identity(connection, path)
            if page:
                newest = history.of_page(connection, page, limit=1)[0]
                return Subject(Noun.PAGE, path=newest.path, revision=newest.commit)
    return Subject(Noun.SITE)


def about_member(wiki: Wiki, actor: Actor, username: str) -> Subject:
    """A member as something to report; raises NotFound (`member_missing`)."""
    wiki.rights.require(actor, Right.READ)
    with wiki.database.read() as connection:
        member = members.by_username(connection, username)
    if member is None or member.status not in (Status.ACTIVE, Status.SUSPENDED):
        raise NotFound("member_missing", username=username)
    return Subject(Noun.MEMBER, member=member.id)


def report(
    wiki: Wiki,
    actor: Actor,
    subject: Subject,
    reason: str,
    *,
    network: str,
    email: str = "",
    address: str = "",
) -> None:
    """Tell the moderators of something; `network` is where the reader comes from.

    Who has no account may leave an e-mail address. Raises Invalid (fields `reason`, `email`),
    TooFast.
    """
    reason = check_reason(reason)
    email = "" if actor.is_member or not email.strip() else check_email(email)
    who = limits.key(wiki, actor.id if actor.is_member else limits.network(network))
    limits.take(wiki, [Try(REPORT, who)])
    with wiki.database.read() as connection:
        page = history.page_of(connection, subject.path, subject.revision) if subject.path else ""
        path = _path(connection, subject)
        open_case = reports.open_case(connection, subject, page)
    with wiki.database.write() as connection:
        now = wiki.clock()
        case = open_case or reports.add_case(connection, subject, now)
        reports.add(
            connection,
            case,
            reporter=actor.id,
            email=email,
            reason=reason,
            address=address[:ADDRESS_MOST],
            now=now,
        )
        if not open_case:
            told = {
                "case": str(case),
                "noun": subject.noun.value,
                "reason": reason,
                "url": url_of("admin_report", case),
            }
            notifications.tell(
                wiki,
                connection,
                moderators.of(wiki, connection, path),
                Kind.REPORT,
                path=path,
                comment=subject.comment,
                by=actor.id,
                values=told,
            )
    wiki.wake()


def _path(connection: Connection, subject: Subject) -> str:
    """Where the subject's page is now; empty for members and the site."""
    if subject.comment:
        placed = comments.get(connection, subject.comment)
        return placed.path if placed else ""
    if subject.path:
        page = history.page_of(connection, subject.path, subject.revision)
        place = history.place(connection, page)
        return place.path if place else subject.path
    return ""


# -- the queue --


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as a moderator sees it.

    `path` is where the page is now (empty for members and the site), `author` who can be warned,
    `acts` what this moderator can do.
    """

    case: Case
    path: str
    title: str
    comment: PlacedComment | None
    author: Member | None
    reports: Sequence[Report]
    acts: Sequence[Act]
    warned: int


def queue(
    wiki: Wiki, actor: Actor, *, handled: bool = False, before: int = 0, limit: int = 20
) -> list[CaseView]:
    """Cases where the actor moderates, the newest first; `before` is the id to go on after.

    Raises LoginRequired, Forbidden.
    """
    moderators.require(wiki, actor)
    cases: list[tuple[Case, str]] = []
    with wiki.database.read() as connection:
        while len(cases) < limit:
            batch = reports.newest(connection, handled=handled, before=before, limit=limit)
            placed = [(case, _path(connection, case.subject)) for case in batch]
            cases += [(case, path) for case, path in placed if moderators.may(wiki, actor, path)]
            if len(batch) < limit:
                break
            before = batch[-1].id
        return _shown(wiki, connection, actor, cases[:limit])


def case(wiki: Wiki, actor: Actor, id: int) -> CaseView:
    """One case. Raises NotFound (also for one elsewhere than where the actor moderates)."""
    moderators.require(wiki, actor)
    with wiki.database.read() as connection:
        case_found = reports.get(connection, id)
        path = _path(connection, case_found.subject) if case_found else ""
        if case_found is None or not moderators.may(wiki, actor, path):
            raise NotFound("report_missing")
        return _shown(wiki, connection, actor, [(case_found, path)])[0]


def _shown(
    wiki: Wiki, connection: Connection, actor: Actor, cases: Sequence[tuple[Case, str]]
) -> list[CaseView]:
    told = reports.of_cases(connection, [case.id for case, _ in cases])
    titles = catalogue.find(connection, sorted({path for _, path in cases if path}))
    return [
        _one(
            wiki,
            connection,
            actor,
            case,
            path,
            titles[path].title if path in titles else path,
            told[case.id],
        )
        for case, path in cases
    ]


def _one(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    case: Case,
    path: str,
    title: str,
    told: Sequence[Report],
) -> CaseView:
    placed = comments.get(connection, case.subject.comment) if case.subject.comment else None
    writer = placed.comment.author if placed else case.subject.member
    author = members.get(connection, writer) if writer else None
    return CaseView(
        case=case,
        path=path,
        title=title,
        comment=placed,
        author=author,
        reports=told,
        acts=_acts(wiki, connection, actor, case, path, placed, author),
        warned=len(cautions_table.of_member(connection, author.id)) if author else 0,
    )


def _acts(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    case: Case,
    path: str,
    placed: PlacedComment | None,
    author: Member | None,
) -> list[Act]:
    """List what this moderator can do about a case that is open."""
    acts: list[Act] = []
    if case.handled:
        return acts
    if placed and placed.comment.state is State.LIVE:
        acts.append(Act.HIDE)
    if placed and placed.comment.state is State.HIDDEN:
        acts.append(Act.SHOW)
    if author and author.id != actor.id and author.role <= actor.role:
        acts.append(Act.WARN)
    if author and author.status is Status.ACTIVE and suspensions.may(wiki, actor, author):
        acts.append(Act.SUSPEND)
    page = history.identity(connection, path) if path else ""
    if page:
        acts.append(Act.REOPEN if closings_table.of(connection, page) else Act.CLOSE)
    return acts


# -- handling --


def handle(
    wiki: Wiki,
    actor: Actor,
    id: int,
    *,
    acts: Collection[str],
    reason: str,
    answer: str = "",
    until: datetime | None = None,
) -> CaseView:
    """Do something about a case (or, without acts, nothing), and close it.

    `reason` is kept in the log, and read by whom it concerns; `answer` by who reported it with an
    account. Raises NotFound, LoginRequired, Forbidden, Invalid (fields `reason`, `answer`,
    `until`, `acts`), Conflict (`report_handled`).
    """
    shown = case(wiki, actor, id)
    if shown.case.handled:
        raise Conflict("report_handled")
    reason = check_reason(reason)
    if len(answer) > REASON_MOST:
        raise Invalid.field("answer", "reason_long", most=REASON_MOST)
    wanted = [act for act in Act if act.value in set(acts)]
    if len(wanted) != len(set(acts)) or not set(wanted) <= set(shown.acts):
        raise Invalid.field("acts", "report_act")
    if Act.SUSPEND in wanted:
        suspensions.check_until(wiki, until)
    _close_or_open(wiki, actor, shown, wanted, reason)
    with wiki.database.write() as connection:
        now = wiki.clock()
        done = reports.handle(
            connection,
            id,
            handler=actor.id,
            acts=wanted,
            reason=reason,
            answer=answer.strip(),
            now=now,
        )
        if not done:
            raise Conflict("report_handled")
        _act(wiki, connection, actor, shown, wanted, reason, until)
        listed = ",".join(act.value for act in wanted)
        subject = url_of("admin_report", id)
        audit.write(wiki, connection, actor, LoggedAct.REPORT_HANDLE, subject, reason, acts=listed)
        _tell_reporters(wiki, connection, actor, shown, wanted, answer.strip())
    wiki.wake()
    return shown


def _close_or_open(
    wiki: Wiki, actor: Actor, shown: CaseView, wanted: Collection[Act], reason: str
) -> None:
    if Act.CLOSE in wanted:
        closings.close(wiki, actor, shown.path, reason)
    if Act.REOPEN in wanted:
        closings.reopen(wiki, actor, shown.path)


def _act(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    shown: CaseView,
    wanted: Collection[Act],
    reason: str,
    until: datetime | None,
) -> None:
    if shown.comment and Act.HIDE in wanted:
        talk.put_state(wiki, connection, actor, shown.comment, State.HIDDEN, reason)
    if shown.comment and Act.SHOW in wanted:
        talk.put_state(wiki, connection, actor, shown.comment, State.LIVE, reason)
    if shown.author and Act.WARN in wanted:
        address = url_of("comment", shown.comment.comment.id) if shown.comment else ""
        cautions.put(
            wiki, connection, actor, shown.author, reason, address=address, path=shown.path
        )
    if shown.author and Act.SUSPEND in wanted:
        suspensions.put(wiki, connection, actor, shown.author, reason, until)


def _tell_reporters(
    wiki: Wiki,
    connection: Connection,
    actor: Actor,
    shown: CaseView,
    wanted: Collection[Act],
    answer: str,
) -> None:
    told = {
        "outcome": "acted" if wanted else "dismissed",
        "answer": answer,
        "noun": shown.case.subject.noun.value,
    }
    notifications.tell(
        wiki,
        connection,
        [report.reporter for report in shown.reports if report.reporter],
        Kind.REPORT_HANDLED,
        path=shown.path,
        comment=shown.case.subject.comment,
        by=actor.id,
        values=told,
    )


def reopen(wiki: Wiki, actor: Actor, id: int) -> None:
    """Open a case again; what was done about it stays done. Raises NotFound."""
    case(wiki, actor, id)
    with wiki.database.write() as connection:
        if reports.reopen(connection, id):
            audit.write(
                wiki, connection, actor, LoggedAct.REPORT_REOPEN, url_of("admin_report", id)
            )


def tidy(wiki: Wiki) -> None:
    """Forget e-mail addresses left in reports that were handled long ago. For the worker."""
    with wiki.database.write() as connection:
        reports.forget_addresses(connection, wiki.clock() - ADDRESSES_KEPT)
