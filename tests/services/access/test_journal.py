"""The log tells of logins, refusals and acts, and names nobody."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.fixtures.access import set_rule
from wiki.domain.access.acts import LoggedAct
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.errors import Forbidden, LoginRequired, NotFound
from wiki.engine import Wiki
from wiki.services.access import audit
from wiki.services.login import ceremonies, passkeys, sessions
from wiki.services.login.links import Kind, works
from wiki.services.login.provider import Claims
from wiki.services.members import members, single_sign_on
from wiki.services.members.single_sign_on import Arrival

HOME = "203.0.113.7"


def enter(wiki: Wiki, username: str = "anna") -> str:
    return sessions.authenticate(wiki, username, PASSWORD, address=HOME)


def test_who_logs_in_or_tries_and_what_is_changed_is_told(
    wiki: Wiki, app: Any, member: Actor, login: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wiki.services.access.journal")
    enter(wiki)
    with pytest.raises(LoginRequired):
        sessions.authenticate(wiki, "anna", "geheim\nwoord", address=HOME)
    members.set_role(wiki, SYSTEM, "anna", "editor")
    members.set_groups(wiki, SYSTEM, "anna", "bestuur")
    set_rule(wiki, SYSTEM, prefix="hof", right="read", role="member")
    browser = app.test_client()
    browser.get("/admin/members?q=geheim")
    browser.post("/logout", data={"csrf_token": "vals"})
    login(browser, "anna")
    assert browser.get("/admin/rules?path=geheim").status_code == 403
    told = [record.getMessage() for record in caplog.records]
    events = [line.partition(" ")[0] for line in told]
    assert events == [
        "login",
        "login-wrong",
        "act",
        "act",
        "act",
        "act",
        "refused",
        "login",
        "refused",
    ]
    acts = [line.split("act=")[1].split()[0] for line in told if line.startswith("act ")]
    assert acts == ["member_role", "group_make", "member_groups", "rule_add"]
    assert "code=csrf_wrong" in told[6]
    assert "code=forbidden" in told[8]
    assert f"member={member.id}" in told[1]
    assert "route=/admin/rules" in told[8]
    for secret in (HOME, "anna", "geheim", "127.0.0.1", "?"):
        assert not any(secret in line for line in told), secret


def test_moderators_log_a_member_out(wiki: Wiki, member: Actor, moderator: Actor) -> None:
    tokens = [enter(wiki), enter(wiki)]
    mine = enter(wiki, "mo")
    with pytest.raises(Forbidden):
        sessions.revoke_all(wiki, member, "mo")
    assert sessions.revoke_all(wiki, moderator, "anna", "kwijt") == 2
    assert not any(sessions.visit_of(wiki, token) for token in tokens)
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, enter(wiki))
    assert audit.entries(wiki, SYSTEM)[0].act == "member_sessions_end"
    with pytest.raises(NotFound):
        sessions.revoke_all(wiki, moderator, "niemand")


def test_the_button_is_for_moderators(
    app: Any, wiki: Wiki, member: Actor, moderator: Actor, login: Any
) -> None:
    browser = app.test_client()
    assert "sessions/end" not in browser.get("/members/anna").text
    login(browser, "mo")
    shown = browser.get("/members/anna").text
    assert "/admin/members/anna/sessions/end" in shown
    assert "sessions/end" not in browser.get("/members/mo").text


def test_who_is_shut_out_has_no_session_and_no_link(wiki: Wiki, member: Actor) -> None:
    token, link = enter(wiki), members.password_link(wiki, SYSTEM, "anna")
    members.suspend(wiki, SYSTEM, "anna")
    assert sessions.visit_of(wiki, token) is None
    assert not works(wiki, link.rpartition("/")[2], Kind.RESET)


def test_a_new_way_in_ends_other_sessions(wiki: Wiki, member: Actor) -> None:
    """Whoever is logged in elsewhere did not open it; one that is closed was theirs, perhaps."""
    mine, other = enter(wiki), enter(wiki)
    visit = sessions.visit_of(wiki, mine)
    assert visit
    somebody = Claims(issuer="https://id.example", subject="1", email="a@example.org")
    single_sign_on.tie(wiki, member, visit.session, Arrival(somebody), PASSWORD)
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, other) is None
    other = enter(wiki)
    (identity,) = single_sign_on.listing(wiki, member)
    single_sign_on.untie(wiki, member, visit.session, identity.id, PASSWORD)
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, other) is None


def test_a_new_passkey_and_one_that_goes_end_other_sessions(
    wiki: Wiki, member: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ceremonies.MadeKey("key", b"public", 0, [])
    monkeypatch.setattr(ceremonies, "verify_registration", lambda *_: made)
    party = passkeys.Relying("denk.example", "https://denk.example")
    mine, other = enter(wiki), enter(wiki)
    visit = sessions.visit_of(wiki, mine)
    assert visit
    question = passkeys.begin_adding(wiki, member, visit.session, party, PASSWORD)
    mine = passkeys.add(
        wiki,
        member,
        visit.session,
        party,
        ticket=question.ticket,
        answer="{}",
        name="sleutel",
    )
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, other) is None
    other = enter(wiki)
    (kept,) = passkeys.listing(wiki, member)
    passkeys.remove(wiki, member, visit.session, kept.id, PASSWORD)
    assert sessions.visit_of(wiki, mine)
    assert sessions.visit_of(wiki, other) is None


def test_what_is_rolled_back_is_not_told(
    wiki: Wiki, member: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "wiki.services.access.journal")

    def act(fails: bool) -> None:
        with wiki.database.write() as connection:
            audit.write(wiki, connection, SYSTEM, LoggedAct.MEMBER_ROLE, "anna")
            assert not caplog.records
            if fails:
                raise NotFound("x")

    with pytest.raises(NotFound):
        act(fails=True)
    assert not caplog.records
    act(fails=False)
    assert [record.getMessage().split()[:2] for record in caplog.records] == [
        ["act", "act=member_role"]
    ]
