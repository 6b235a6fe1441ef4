"""Rules: what they would do before they hold, and back again; groups that rules name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.access import set_rule
from wiki.domain.access.rights import ANONYMOUS, SYSTEM, Actor, Right, Role
from wiki.domain.errors import Conflict, Invalid, NotFound
from wiki.engine import Wiki
from wiki.services.access import audit, groups, rules
from wiki.services.access.rules import Sent
from wiki.services.members import members
from wiki.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", database_url=database_url)


CLOSED = Sent("redactie", "read", "editor", ["redactie"], "anna")


@pytest.fixture
def people(
    wiki: Wiki, admin: Actor, member: Actor, editor: Actor, person: Callable[..., Actor]
) -> None:
    person("cor")
    person("dirk")
    groups.make(wiki, admin, "redactie", "Wie  naloopt")
    members.set_groups(wiki, admin, "cor", "redactie")


def kept(wiki: Wiki) -> list[tuple[str, str, str, set[str], tuple[str, ...]]]:
    return [
        (
            each.rule.prefix,
            each.rule.right.value,
            each.rule.role.word,
            set(each.rule.groups),
            each.usernames,
        )
        for each in rules.listing(wiki, SYSTEM)
    ]


def test_what_a_rule_would_do(
    wiki: Wiki, admin: Actor, people: None, page: Callable[..., str]
) -> None:
    for path in ("redactie/a", "redactie/b", "redactie/open/c", "elders"):
        page(path, "# X\n")
    page("redactie/weg", "---\nredirect: elders\n---\n")
    set_rule(wiki, admin, prefix="redactie/open", right="read", role="reader")
    set_rule(wiki, admin, prefix="", right="read", role="reader")
    before = kept(wiki)
    (effect,) = rules.preview(wiki, admin, CLOSED).effects
    assert (effect.pages, effect.able) == (2, 4), "what has a rule of its own is not counted"
    assert (effect.lose, effect.gain, effect.readers) == (["dirk"], [], (True, False))
    assert kept(wiki) == before, "nothing is kept yet"
    rules.save(wiki, admin, CLOSED)
    again = rules.preview(wiki, admin, CLOSED)
    assert again.effects[0].is_none
    assert again.replaces is not None
    id = rules.listing(wiki, admin)[1].id
    moved = rules.preview(wiki, admin, Sent("nergens", "read", "admin"), id)
    assert [(each.prefix, each.pages, each.readers) for each in moved.effects] == [
        ("nergens", 0, (True, False)),
        ("redactie", 2, (False, True)),
    ]
    assert rules.without(wiki, admin, id)[0].gain == ["dirk"]


def test_adding_changing_and_removing_is_undone(wiki: Wiki, admin: Actor, people: None) -> None:
    steps = [kept(wiki)]
    acts = [rules.save(wiki, admin, CLOSED, reason="besloten")]
    steps.append(kept(wiki))
    id = rules.listing(wiki, admin)[0].id
    acts.append(rules.save(wiki, admin, Sent("redactie2", "edit", "moderator"), id))
    steps.append(kept(wiki))
    acts.append(rules.remove(wiki, admin, id, "niet meer nodig"))
    for act, then in zip(reversed(acts), reversed(steps), strict=True):
        rules.undo(wiki, admin, act)
        assert kept(wiki) == then
        assert audit.entries(wiki, admin)[0].act == "rule_undo"
    for step in (steps[1], steps[0]):
        rules.undo(wiki, admin, audit.entries(wiki, admin)[0].id)
        assert kept(wiki) == step, "and undoing is undone"
    reasons = {entry.reason for entry in audit.entries(wiki, admin)}
    assert {"besloten", "niet meer nodig"} <= reasons


def test_what_was_changed_since_is_not_undone(wiki: Wiki, admin: Actor, people: None) -> None:
    act = rules.save(wiki, admin, CLOSED)
    set_rule(wiki, admin, prefix="redactie", right="read", role="admin")
    with pytest.raises(Conflict):
        rules.undo(wiki, admin, act)
    for entry in (act + 99, 1):
        with pytest.raises(NotFound):
            rules.undo(wiki, admin, entry)


def test_one_rule_for_a_right_on_a_prefix(wiki: Wiki, admin: Actor, people: None) -> None:
    rules.save(wiki, admin, CLOSED)
    rules.save(wiki, admin, Sent("redactie", "edit", "editor"))
    id = next(each.id for each in rules.listing(wiki, admin) if each.rule.right is Right.EDIT)
    with pytest.raises(Conflict) as refused:
        rules.save(wiki, admin, Sent("redactie", "read", "editor"), id)
    assert refused.value.code == "rule_taken"
    with pytest.raises(Invalid) as wrong:
        rules.save(wiki, admin, Sent("a/../b", "x", "y", ["geen"], "niemand"))
    assert [found.field for found in wrong.value.fields] == [
        "prefix",
        "right",
        "role",
        "groups",
        "usernames",
    ]


def test_a_group_is_renamed_everywhere_and_removed(wiki: Wiki, admin: Actor, people: None) -> None:
    rules.save(wiki, admin, CLOSED)
    (row,) = groups.every(wiki, admin)
    assert (row.group.about, row.members, row.rules) == ("Wie naloopt", 1, 1)

    def may_read(username: str) -> bool:
        who = members.get(wiki, SYSTEM, username).actor
        return wiki.rights.may(who, Right.READ, "redactie/x")

    groups.change(wiki, admin, row.group.id, "lezers", "")
    assert members.get(wiki, SYSTEM, "cor").groups == {"lezers"}
    assert may_read("cor")
    assert kept(wiki)[0][3] == {"lezers"}
    found = groups.show(wiki, admin, row.group.id, text="DIRK")
    assert [one.username for one in found.members] == ["cor"]
    assert [one.username for one in found.found] == ["dirk"]
    assert len(found.rules) == 1
    groups.join(wiki, admin, row.group.id, "dirk")
    assert may_read("dirk")
    assert not groups.show(wiki, admin, row.group.id, text="dirk").found
    groups.leave(wiki, admin, row.group.id, "dirk")
    assert not may_read("dirk")
    assert not wiki.rights.may(ANONYMOUS, Right.READ, "redactie/x")
    groups.remove(wiki, admin, row.group.id, "opgeheven")
    assert kept(wiki)[0][3] == set()
    assert not may_read("cor")
    assert may_read("anna")
    with pytest.raises(NotFound):
        groups.show(wiki, admin, row.group.id)


@pytest.mark.parametrize("name", ["", "twee woorden", "a,b", "a/b", "x" * 41, "Redactie"])
def test_names_of_groups(wiki: Wiki, admin: Actor, people: None, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        groups.make(wiki, admin, name)
    assert refused.value.fields[0].field == "name"


def test_groups_whose_names_begin_alike(wiki: Wiki, admin: Actor, people: None) -> None:
    groups.make(wiki, admin, "red")
    groups.make(wiki, admin, "r_dactie")
    sizes = {row.group.name: row.group.id for row in groups.every(wiki, admin)}
    assert groups.show(wiki, admin, sizes["red"]).count == 0
    assert groups.show(wiki, admin, sizes["r_dactie"]).count == 0
    groups.remove(wiki, admin, sizes["red"])
    assert members.get(wiki, SYSTEM, "cor").groups == {"redactie"}
    assert members.get(wiki, SYSTEM, "cor").role is Role.MEMBER
