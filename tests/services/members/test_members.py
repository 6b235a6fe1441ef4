"""Administrators' acts, the first administrator, and a member's public page."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.access import set_rule
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor, Right, Role
from wiki.domain.errors import Conflict, Forbidden, Invalid, LoginRequired, NotFound
from wiki.engine import Wiki
from wiki.services.access import audit, groups, rules
from wiki.services.members import invitations, members, rights
from wiki.services.talk import comments
from wiki.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


def test_the_setup_link_makes_one_administrator(wiki: Wiki) -> None:
    path = members.setup_link(wiki, "http://127.0.0.1:8000")
    file = wiki.settings.data / "setup-link"
    assert file.read_text() == f"http://127.0.0.1:8000{path}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert members.setup_link(wiki) == path, "a restart prints the same link"
    token = path.rpartition("/")[2]
    assert members.setup_works(wiki, token)
    assert not members.setup_works(wiki, token + "x")
    assert not members.setup_works(wiki, "é")
    made = members.setup(wiki, token, username="chef", email="c@example.org", password=PASSWORD)
    assert made.role is Role.ADMIN
    assert not file.exists()
    assert members.setup_link(wiki) == ""
    with pytest.raises(NotFound):
        members.setup(wiki, token, username="tweede", email="d@example.org", password=PASSWORD)


def test_without_a_link_nobody_sets_up(wiki: Wiki) -> None:
    for token in ("", "None", "x"):
        assert not members.setup_works(wiki, token)


def test_the_last_administrator_stays(wiki: Wiki, admin: Actor) -> None:
    for act in (
        lambda: members.set_role(wiki, admin, "chef", "member"),
        lambda: members.suspend(wiki, admin, "chef"),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "last_admin"
    members.add(wiki, username="tweede", email="", password=PASSWORD, role=Role.ADMIN)
    members.set_role(wiki, admin, "chef", "member")


@pytest.mark.parametrize("role", ["reader", "koning", ""])
def test_unknown_roles(wiki: Wiki, member: Actor, role: str) -> None:
    with pytest.raises(Invalid):
        members.set_role(wiki, SYSTEM, "anna", role)


def test_only_administrators_administer(wiki: Wiki, member: Actor, moderator: Actor) -> None:
    acts: list[Callable[[Actor], object]] = [
        lambda who: members.find(wiki, who),
        lambda who: members.get(wiki, who, "anna"),
        lambda who: members.approve(wiki, who, "anna"),
        lambda who: members.set_role(wiki, who, "anna", "admin"),
        lambda who: members.set_groups(wiki, who, "anna", "x"),
        lambda who: members.password_link(wiki, who, "anna"),
        lambda who: members.invite(wiki, who),
        lambda who: audit.entries(wiki, who),
        lambda who: rules.listing(wiki, who),
        lambda who: set_rule(wiki, who, prefix="x", right="read", role="admin"),
        lambda who: rules.remove(wiki, who, 1),
        lambda who: rules.get(wiki, who, 1),
        lambda who: rules.preview(wiki, who, rules.Sent("x", "read", "admin")),
        lambda who: rules.without(wiki, who, 1),
        lambda who: rules.undo(wiki, who, 1),
        lambda who: rights.explain(wiki, who, username="anna"),
        lambda who: rights.overview(wiki, who),
        lambda who: groups.every(wiki, who),
        lambda who: groups.show(wiki, who, 1),
        lambda who: groups.make(wiki, who, "x"),
        lambda who: groups.change(wiki, who, 1, "y", ""),
        lambda who: groups.join(wiki, who, 1, "anna"),
        lambda who: groups.leave(wiki, who, 1, "anna"),
        lambda who: groups.remove(wiki, who, 1),
        lambda who: invitations.listing(wiki, who),
        lambda who: invitations.renew(wiki, who, 1),
        lambda who: invitations.revoke(wiki, who, 1),
    ]
    for act in acts:
        with pytest.raises(LoginRequired):
            act(ANONYMOUS)
        for who in (member, moderator):
            with pytest.raises(Forbidden):
                act(who)


def test_acts_are_in_the_log(wiki: Wiki, admin: Actor, member: Actor) -> None:
    members.set_role(wiki, admin, "anna", "editor")
    members.suspend(wiki, admin, "anna", "schelden")
    newest, before = audit.entries(wiki, admin)[:2]
    assert (newest.actor, newest.act, newest.subject) == ("chef", "member_suspend", "anna")
    assert newest.reason == "schelden"
    assert before.detail == {"before": "member", "after": "editor"}
    assert audit.entries(wiki, admin, before=before.id)[0].actor == "", "the command line"


def test_finding(wiki: Wiki, admin: Actor, member: Actor, moderator: Actor) -> None:
    def found(**wanted: Any) -> list[str]:
        return [found.username for found in members.find(wiki, admin, **wanted).members]

    assert found() == ["anna", "chef", "mo"]
    assert found(order="role") == ["chef", "mo", "anna"]
    assert sorted(found(order="joined")) == found()
    assert found(role="moderator") == ["mo"]
    assert found(role="reader") == []
    assert found(order="; drop table") == found(), "what is unknown counts as not said"
    assert [found.username for found in members.find(wiki, admin, text="ANN").members] == ["anna"]
    assert members.find(wiki, admin, text="%").count == 0
    assert members.find(wiki, admin, status="waiting").count == 0


def test_rules_change_what_one_may(wiki: Wiki, admin: Actor, member: Actor) -> None:
    groups.make(wiki, admin, "bestuur")
    set_rule(wiki, admin, prefix="/redactie/", right="read", role="editor", usernames="Anna")
    set_rule(wiki, admin, prefix="redactie/geheim", right="read", role="admin", groups="bestuur")

    def may(who: Actor, right: Right, path: str) -> bool:
        return wiki.rights.may(who, right, path)

    assert may(member, Right.READ, "redactie/plan")
    assert not may(ANONYMOUS, Right.READ, "redactie/plan")
    assert not may(member, Right.READ, "redactie/geheim/x")
    first, second = rules.listing(wiki, admin)
    assert first.usernames == ("anna",)
    assert second.rule.groups == {"bestuur"}
    set_rule(wiki, admin, prefix="redactie", right="read", role="moderator")
    assert len(rules.listing(wiki, admin)) == 2, "one rule for a right on a prefix"
    assert not may(member, Right.READ, "redactie/plan")
    for listed in rules.listing(wiki, admin):
        rules.remove(wiki, admin, listed.id)
    assert may(ANONYMOUS, Right.READ, "redactie/plan")
    with pytest.raises(NotFound):
        rules.remove(wiki, admin, first.id)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("right", {"right": "administer"}),
        ("right", {"right": "x"}),
        ("role", {"role": "x"}),
        ("prefix", {"prefix": "a/../b"}),
        ("prefix", {"prefix": "x" * 300}),
        ("usernames", {"usernames": "niemand"}),
        ("groups", {"groups": "geen-groep"}),
    ],
)
def test_wrong_rules(wiki: Wiki, admin: Actor, field: str, values: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        set_rule(wiki, admin, **{"prefix": "a", "right": "read", "role": "member", **values})
    assert refused.value.fields[0].field == field


def test_the_public_page_shows_what_the_reader_may_see(
    wiki: Wiki, member: Actor, admin: Actor, page: Callable[..., str]
) -> None:
    page("open", "# Open\n", member)
    page("dicht/plan", "# Plan\n", member)
    comments.post(wiki, member, "open", "Hier.")
    comments.post(wiki, member, "dicht/plan", "Geheim.")
    set_rule(wiki, admin, prefix="dicht", right="read", role="admin")
    seen = members.page(wiki, ANONYMOUS, "ANNA")
    assert [revision.path for revision in seen.revisions] == ["open"]
    assert [talk.comment.text for talk in seen.comments] == ["Hier."]
    whole = members.page(wiki, admin, "anna")
    assert len(whole.revisions) == len(whole.comments) == 2


def test_who_waits_has_no_public_page(wiki: Wiki) -> None:
    from wiki.services.members import accounts

    accounts.register(
        wiki, username="nieuw", email="n@example.org", password=PASSWORD, address="192.0.2.1"
    )
    for name in ("nieuw", "niemand"):
        with pytest.raises(NotFound):
            members.page(wiki, ANONYMOUS, name)


def test_usernames_are_never_reissued(wiki: Wiki, member: Actor) -> None:
    members.suspend(wiki, SYSTEM, "anna")
    with pytest.raises(Conflict):
        members.add(wiki, username="Anna", email="", password=PASSWORD)
