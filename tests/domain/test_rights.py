"""Who may do what, where."""

import pytest

from wiki.domain.errors import Forbidden, LoginRequired
from wiki.domain.rights import ANONYMOUS, DEFAULT_RIGHTS, Actor, Right, Rights, Role, Rule

MEMBER = Actor(1, "u1", "anna", "Anna", Role.MEMBER)
EDITOR = Actor(2, "u2", "els", "Els", Role.EDITOR, frozenset({"redactie"}))
ADMIN = Actor(3, "u3", "beheer", "Beheer", Role.ADMIN)
RIGHTS = Rights(
    DEFAULT_RIGHTS,
    (
        Rule("redactie/", Right.READ, Role.EDITOR),
        Rule("redactie/open", Right.READ, Role.READER),
        Rule("besloten", Right.READ, Role.ADMIN, frozenset({"redactie"}), frozenset({1})),
    ),
)


def test_roles_without_rules() -> None:
    assert RIGHTS.may(ANONYMOUS, Right.READ, "a")
    assert not RIGHTS.may(ANONYMOUS, Right.EDIT, "a")
    assert RIGHTS.may(MEMBER, Right.EDIT, "a")
    assert not RIGHTS.may(MEMBER, Right.RENAME, "a")
    assert RIGHTS.may(ADMIN, Right.ADMINISTER)


def test_the_longest_prefix_wins() -> None:
    assert not RIGHTS.may(MEMBER, Right.READ, "redactie/x")
    assert RIGHTS.may(EDITOR, Right.READ, "redactie/x")
    assert RIGHTS.may(ANONYMOUS, Right.READ, "redactie/open/x")
    assert RIGHTS.may(MEMBER, Right.READ, "redactie2")


def test_groups_and_members_are_named_in_rules() -> None:
    assert RIGHTS.may(EDITOR, Right.READ, "besloten/x")
    assert RIGHTS.may(MEMBER, Right.READ, "besloten/x")
    assert not RIGHTS.may(ANONYMOUS, Right.READ, "besloten/x")


def test_what_one_may_not_read_one_may_not_change() -> None:
    assert not RIGHTS.may(MEMBER, Right.EDIT, "redactie/x")
    with pytest.raises(Forbidden):
        RIGHTS.require(MEMBER, Right.COMMENT, "redactie/x")
    with pytest.raises(LoginRequired):
        RIGHTS.require(ANONYMOUS, Right.EDIT, "a")


def test_what_is_hidden() -> None:
    assert RIGHTS.readable(MEMBER, ["a", "redactie/x", "besloten/y"]) == ["a", "besloten/y"]
    assert RIGHTS.signature(MEMBER) != RIGHTS.signature(EDITOR)
