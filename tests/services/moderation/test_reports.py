"""Reports, the queue, and what moderators do about them: hide, warn, shut out, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.access import set_rule
from wiki.database.engine.connection import Connection
from wiki.database.notices import notifications as told_table
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor, Role
from wiki.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    LoginRequired,
    NotFound,
    TooFast,
)
from wiki.domain.moderation.reports import Act, Noun
from wiki.domain.notices.notifications import Kind
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.editing import renaming
from wiki.services.login import sessions, suspensions
from wiki.services.members import members
from wiki.services.moderation import cautions, reports
from wiki.services.talk import closings, comments
from wiki.settings import Settings

PASSWORD = "correct horse battery"
Write = Callable[..., str]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


@pytest.fixture
def said(wiki: Wiki, page: Write, member: Actor) -> int:
    """A comment by `anna` on `map/a`."""
    page("map/a", "# A\n")
    return comments.post(wiki, member, "map/a", "Wat een onzin").id


def tell(wiki: Wiki, who: Actor, id: int, reason: str = "schelden", **more: str) -> None:
    about = reports.about_comment(wiki, who, id)
    reports.report(wiki, who, about, reason, network="192.0.2.1", **more)


def kinds(wiki: Wiki, who: Actor) -> list[Kind]:
    def read(connection: Connection) -> list[Kind]:
        table = told_table.notifications
        rows = connection.execute(table.select().where(table.c.member == who.id))
        return [Kind(row.kind) for row in rows]

    with wiki.database.read() as connection:
        return read(connection)


def test_one_case_for_all_who_report_the_same(
    wiki: Wiki, said: int, editor: Actor, moderator: Actor, admin: Actor
) -> None:
    tell(wiki, ANONYMOUS, said, email="lezer@example.org", address="/wiki/map/a")
    tell(wiki, editor, said, "<script>alert(1)</script>")
    tell(wiki, editor, said, "<script>alert(1)</script>")
    (shown,) = reports.queue(wiki, moderator)
    assert [(one.username, one.email) for one in shown.reports] == [
        ("", "lezer@example.org"),
        ("bram", ""),
    ]
    assert shown.comment
    assert shown.comment.comment.text == "Wat een onzin"
    assert list(shown.acts) == [Act.HIDE, Act.WARN, Act.SUSPEND, Act.CLOSE]
    assert kinds(wiki, moderator) == [Kind.REPORT] == kinds(wiki, admin), "told once"


def test_what_can_be_reported(wiki: Wiki, said: int, editor: Actor, admin: Actor) -> None:
    page = reports.about_page(wiki, ANONYMOUS, "map/a")
    assert page.noun is Noun.PAGE
    set_rule(wiki, admin, prefix="map", right="read", role="editor")
    for path in ("map/a", "map/bestaat-niet", ""):
        assert reports.about_page(wiki, ANONYMOUS, path).noun is Noun.SITE, "looks like missing"
    with pytest.raises(NotFound):
        reports.about_comment(wiki, ANONYMOUS, said)
    with pytest.raises(NotFound):
        reports.about_member(wiki, ANONYMOUS, "niemand")
    assert reports.about_member(wiki, ANONYMOUS, "bram").member == editor.id
    for reason, email in ((" \n", ""), ("x" * 2001, ""), ("goed", "geen adres")):
        with pytest.raises(Invalid):
            reports.report(wiki, ANONYMOUS, page, reason, network="192.0.2.1", email=email)


def test_reports_are_slowed_down(wiki: Wiki, said: int) -> None:
    page = reports.about_page(wiki, ANONYMOUS, "map/a")
    with pytest.raises(TooFast):
        for number in range(9):
            reports.report(wiki, ANONYMOUS, page, f"spam {number}", network="192.0.2.1")
    reports.report(wiki, ANONYMOUS, page, "een ander", network="198.51.100.7")


def test_handling(wiki: Wiki, said: int, member: Actor, editor: Actor, moderator: Actor) -> None:
    tell(wiki, editor, said)
    (shown,) = reports.queue(wiki, moderator)
    id = shown.case.id
    until = wiki.clock() + timedelta(days=3)
    acts = ["hide", "warn", "suspend", "close"]
    for wrong in ({"reason": ""}, {"acts": ["show"]}, {"acts": ["koning"]}):
        with pytest.raises(Invalid):
            reports.handle(wiki, moderator, id, **{"acts": acts, "reason": "x"} | wrong)  # type: ignore[arg-type]
    reports.handle(wiki, moderator, id, acts=acts, reason="schelden", answer="Dank", until=until)
    assert reports.queue(wiki, moderator) == []
    (done,) = reports.queue(wiki, moderator, handled=True)
    assert done.case.acts == (Act.HIDE, Act.WARN, Act.SUSPEND, Act.CLOSE)
    assert not done.acts
    assert comments.latest(wiki, ANONYMOUS) == []
    assert closings.of(wiki, moderator, "map/a")
    assert Kind.REPORT_HANDLED in kinds(wiki, editor)
    assert {Kind.WARNED, Kind.COMMENT_HIDDEN} <= set(kinds(wiki, member))
    logged = {entry.act for entry in audit.entries(wiki, SYSTEM)}
    assert {
        "report_handle",
        "comment_hide",
        "member_warn",
        "member_suspend",
        "talk_close",
    } <= logged
    with pytest.raises(Conflict):
        reports.handle(wiki, moderator, id, acts=[], reason="nog eens")
    with pytest.raises(Forbidden):
        sessions.authenticate(wiki, "anna", PASSWORD, address="192.0.2.1")
    reports.reopen(wiki, moderator, id)
    (again,) = reports.queue(wiki, moderator)
    assert list(again.acts) == [Act.SHOW, Act.WARN, Act.REOPEN], "what can be taken back"


def test_nothing_needed(wiki: Wiki, said: int, editor: Actor, moderator: Actor) -> None:
    tell(wiki, editor, said)
    id = reports.queue(wiki, moderator)[0].case.id
    reports.handle(wiki, moderator, id, acts=[], reason="valt mee")
    assert [talk.comment.id for talk in comments.latest(wiki, ANONYMOUS)] == [said]
    tell(wiki, editor, said, "toch niet")
    assert len(reports.queue(wiki, moderator)) == 1, "a new case after the old one"


def test_a_page_is_one_case_wherever_it_moves(wiki: Wiki, said: int, moderator: Actor) -> None:
    about = reports.about_page(wiki, ANONYMOUS, "map/a")
    reports.report(wiki, ANONYMOUS, about, "klopt niet", network="192.0.2.1")
    renaming.rename(wiki, moderator, "map/a", "map/b")
    about = reports.about_page(wiki, ANONYMOUS, "map/b")
    reports.report(wiki, ANONYMOUS, about, "klopt nog niet", network="192.0.2.1")
    (shown,) = reports.queue(wiki, moderator)
    assert (shown.path, shown.title, shown.case.number) == ("map/b", "A", 2)


def test_a_moderator_of_one_folder_touches_no_other(
    wiki: Wiki, said: int, page: Write, editor: Actor, admin: Actor, moderator: Actor
) -> None:
    page("elders/a", "# Elders\n")
    set_rule(wiki, admin, prefix="elders", right="moderate", role="moderator", usernames="bram")
    tell(wiki, ANONYMOUS, said)
    about = reports.about_page(wiki, ANONYMOUS, "elders/a")
    reports.report(wiki, ANONYMOUS, about, "klopt niet", network="192.0.2.9")
    there, here = (shown.case.id for shown in reports.queue(wiki, moderator))
    assert [shown.case.id for shown in reports.queue(wiki, editor)] == [there]
    assert Kind.REPORT in kinds(wiki, editor)
    for act in (
        lambda: reports.case(wiki, editor, here),
        lambda: reports.handle(wiki, editor, here, acts=["hide"], reason="x"),
        lambda: reports.reopen(wiki, editor, here),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Forbidden):
        members.suspend(wiki, editor, "anna", "niet van de hele site")
    set_rule(wiki, admin, prefix="map", right="read", role="admin")
    assert [shown.case.id for shown in reports.queue(wiki, moderator)] == [there]


def test_members_moderate_nothing(wiki: Wiki, said: int, member: Actor, moderator: Actor) -> None:
    tell(wiki, ANONYMOUS, said)
    id = reports.queue(wiki, moderator)[0].case.id
    for who, error in ((ANONYMOUS, LoginRequired), (member, Forbidden)):
        for act in (
            lambda who: reports.queue(wiki, who),
            lambda who: reports.case(wiki, who, id),
            lambda who: reports.handle(wiki, who, id, acts=[], reason="x"),
            lambda who: cautions.warn(wiki, who, "mo", "x"),
            lambda who: members.suspend(wiki, who, "mo"),
        ):
            with pytest.raises(error):
                act(who)


def test_who_may_shut_out_whom(
    wiki: Wiki, member: Actor, editor: Actor, moderator: Actor, admin: Actor
) -> None:
    members.add(wiki, username="tweede", email="", password=PASSWORD, role=Role.MODERATOR)
    for username in ("mo", "tweede", "chef"):
        with pytest.raises((Forbidden, Conflict)):
            members.suspend(wiki, moderator, username, "x")
    for username in ("mo", "chef"):
        with pytest.raises(Forbidden):
            cautions.warn(wiki, moderator, username, "x")
    members.suspend(wiki, moderator, "bram", "x")
    members.reinstate(wiki, moderator, "bram")
    members.suspend(wiki, admin, "mo", "x")
    with pytest.raises(Conflict):
        members.suspend(wiki, admin, "chef", "x")


def test_a_suspension_ends(wiki: Wiki, member: Actor, moderator: Actor) -> None:
    now = wiki.clock()
    with pytest.raises(Invalid):
        members.suspend(wiki, moderator, "anna", "x", until=now - timedelta(days=1))
    members.suspend(wiki, moderator, "anna", "schelden", until=now + timedelta(days=1))
    suspensions.end(wiki)
    with pytest.raises(Forbidden):
        sessions.authenticate(wiki, "anna", PASSWORD, address="192.0.2.1")
    wiki.clock = lambda: now + timedelta(days=2)
    suspensions.end(wiki)
    assert sessions.authenticate(wiki, "anna", PASSWORD, address="192.0.2.1")


def test_a_warning_stays_until_it_is_read(wiki: Wiki, member: Actor, moderator: Actor) -> None:
    cautions.warn(wiki, moderator, "anna", "Let op <b>je</b> toon")
    (waiting,) = cautions.waiting(wiki, member)
    assert waiting.reason == "Let op <b>je</b> toon"
    with pytest.raises(NotFound):
        cautions.see(wiki, moderator, waiting.id)
    cautions.see(wiki, member, waiting.id)
    assert cautions.waiting(wiki, member) == []


def test_addresses_are_forgotten(wiki: Wiki, said: int, moderator: Actor) -> None:
    tell(wiki, ANONYMOUS, said, email="lezer@example.org")
    id = reports.queue(wiki, moderator)[0].case.id
    reports.handle(wiki, moderator, id, acts=[], reason="x")
    now = wiki.clock()
    for later, kept in ((timedelta(days=80), True), (timedelta(days=100), False)):
        wiki.clock = lambda later=later: now + later  # type: ignore[misc]
        reports.tidy(wiki)
        (shown,) = reports.queue(wiki, moderator, handled=True)
        assert bool(shown.reports[0].email) is kept
