"""Whom one is offered to call: first who takes part; nobody who is gone or may not read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.conftest import PASSWORD
from wiki.database.access import rules
from wiki.domain.access.rights import ANONYMOUS, Actor, Right, Role, Rule
from wiki.domain.errors import Forbidden, LoginRequired
from wiki.engine import Wiki, open_wiki
from wiki.services.editing import saving
from wiki.services.members import members
from wiki.services.operation import erasing
from wiki.services.talk import comments, mentions
from wiki.settings import Settings

Person = Callable[..., Actor]


@pytest.fixture
def wiki(settings: Settings, database_url: str) -> Iterator[Wiki]:
    opened = open_wiki(replace(settings, database_url=database_url))
    yield opened
    opened.close()


def offered(wiki: Wiki, actor: Actor, text: str, path: str = "") -> list[str]:
    return [one.username for one in mentions.offer(wiki, actor, text, path)]


def test_who_takes_part_comes_first(wiki: Wiki, person: Person) -> None:
    anna, bram, zeno = person("anna"), person("bram"), person("zeno")
    person("zara")
    members.add(wiki, username="mw", email="m@x.nl", password=PASSWORD, name="Mia Zon")
    saving.save(wiki, zeno, "a", saving.Sent("# A\n", "", ""))
    comments.post(wiki, bram, "a", "Dag")
    assert offered(wiki, anna, "", "a") == ["bram", "zeno"]
    assert offered(wiki, anna, "z", "a") == ["zeno", "mw", "zara"]
    assert offered(wiki, anna, "Z") == ["mw", "zara", "zeno"]
    assert offered(wiki, zeno, "ze", "a") == [], "nobody calls themselves"
    assert offered(wiki, anna, "%") == offered(wiki, anna, "_") == offered(wiki, anna, "on") == []


def test_nobody_who_is_gone_or_may_not_read(
    wiki: Wiki, person: Person, page: Callable[..., str], admin: Actor
) -> None:
    anna, bram, cor = person("anna"), person("bram"), person("cor")
    dora = person("dora", Role.MODERATOR)
    page("hof/a", "# A\n")
    for who in (bram, cor, dora):
        comments.post(wiki, who, "hof/a", "Dag")
    members.suspend(wiki, admin, "bram", reason="rust")
    erasing.erase_here(wiki, "cor", with_comments=False)
    assert offered(wiki, anna, "", "hof/a") == ["dora"]
    assert [offered(wiki, anna, text) for text in ("br", "co", "former")] == [[], [], []]
    with wiki.database.write() as connection:
        rules.put(connection, Rule("hof", Right.READ, Role.MODERATOR))
    assert offered(wiki, dora, "a", "hof/a") == [], "who may not read it cannot be called there"
    assert offered(wiki, dora, "a") == ["anna"]
    with pytest.raises(Forbidden):
        mentions.offer(wiki, anna, "d", "hof/a")
    with pytest.raises(LoginRequired):
        mentions.offer(wiki, ANONYMOUS, "d")
