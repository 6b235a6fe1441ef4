"""Who may do what, where."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.access.rights import (
    ANONYMOUS,
    DEFAULT_RIGHTS,
    Actor,
    Ground,
    Right,
    Rights,
    Role,
    Rule,
)
from wiki.domain.content.paths import is_inside
from wiki.domain.errors import Forbidden, LoginRequired

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


def test_a_name_in_a_rule_gives_no_more_than_the_login_is_worth() -> None:
    """Every person, right, rule and least role: whatever gives the right, it waits for strength."""
    groups = frozenset({"redactie"})
    for least, role, right, rule_role in product(Role, Role, Right, Role):
        if Role.READER in (least, role):
            continue
        rule = Rule("hof", right, rule_role, groups, frozenset({1}))
        readable = Rule("hof", Right.READ, Role.READER)
        rights = Rights(DEFAULT_RIGHTS, (rule,) if right is Right.READ else (rule, readable))
        strong = Actor(1, "u", "x", "", role, groups)
        weak = strong.weak(least)
        by_role = rights.may(replace(weak, id=2, groups=frozenset()), right, "hof/x")
        waits = role >= least or DEFAULT_RIGHTS[right] >= least
        assert rights.may(strong, right, "hof/x")
        assert rights.may(weak, right, "hof/x") is (by_role or not waits)
        assert rights.may(weak, right, "elsewhere") is (
            min(role, Role(least - 1)) >= DEFAULT_RIGHTS[right]
        )
        assert rights.signature(weak) != rights.signature(strong)
        assert rights.waits(weak) is waits


PLACES = st.lists(st.sampled_from("ab"), max_size=3).map("/".join)
GROUPS = st.frozensets(st.sampled_from(["redactie", "bestuur"]), max_size=1)
SOME = st.sampled_from([Right.READ, Right.EDIT, Right.DELETE])
RULES = st.lists(
    st.builds(
        Rule,
        prefix=PLACES,
        right=SOME,
        role=st.sampled_from(Role),
        groups=GROUPS,
        members=st.frozensets(st.integers(1, 2), max_size=1),
    ),
    max_size=6,
    unique_by=lambda rule: (rule.prefix, rule.right),
)
ACTORS = st.builds(
    Actor,
    id=st.one_of(st.none(), st.integers(1, 3)),
    uid=st.just("u"),
    username=st.just("x"),
    name=st.just(""),
    role=st.sampled_from(Role),
    groups=GROUPS,
)


@given(RULES, ACTORS, SOME, PLACES)
def test_the_reasons_are_those_of_the_answer(
    rules: list[Rule], actor: Actor, right: Right, path: str
) -> None:
    rights = Rights(DEFAULT_RIGHTS, tuple(rules))
    why = rights.why(actor, right, path)
    assert why.allowed is rights.may(actor, right, path)
    asked = Right.READ if why.ground is Ground.UNREAD else right
    reach = [rule for rule in rules if rule.right is asked and is_inside(path, rule.prefix)]
    reach.sort(key=lambda rule: -len(rule.prefix))
    if why.ground is Ground.ADMIN:
        assert why.allowed
        assert actor.role is Role.ADMIN
        return
    assert why.rule == (reach[0] if reach else None)
    assert why.beaten == tuple(reach[1:])
    assert why.needed is (reach[0].role if reach else DEFAULT_RIGHTS[asked])
    lets_in = {
        Ground.UNREAD: False,
        Ground.SITE: actor.role >= why.needed,
        Ground.ROLE: actor.role >= why.needed,
        Ground.GROUP: bool(why.groups),
        Ground.MEMBER: why.rule is not None and actor.id in why.rule.members,
        Ground.RULE: False,
    }
    assert why.allowed is lets_in[why.ground]
    if why.ground in (Ground.UNREAD, Ground.RULE):
        assert why.rule is None or not (
            actor.role >= why.rule.role
            or actor.groups & why.rule.groups
            or actor.id in why.rule.members
        )
    if right is not Right.READ and not rights.may(actor, Right.READ, path):
        assert why.ground is Ground.UNREAD
