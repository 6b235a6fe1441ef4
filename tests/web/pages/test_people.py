"""The people who took part in dialogues."""

from __future__ import annotations

from typing import Any

import pytest

from wiki.database.access import rules
from wiki.domain.access.rights import Right, Role, Rule

DIALOGUE = """---
kind: dialogue
title: {title}
status: held
date: 2009-12-02
participants: [{{name: Anna de Vries, role: wethouder, member: anna}}, {{name: Bert}}]
---
**Anna de Vries:** Bewoners beginnen zelf.

**Bert:** En de gemeente volgt.

**Anna de Vries:** Zo is het.
"""


@pytest.fixture
def spoken(page: Any) -> None:
    page("gesprekken/wijk", DIALOGUE.format(title="Over de wijk"))
    page("gesprekken/zorg", DIALOGUE.format(title="Over de zorg"))


@pytest.mark.usefixtures("spoken", "member")
def test_a_person_has_their_dialogues_turns_and_account(client: Any) -> None:
    html = client.get("/people/anna-de-vries", headers={"Accept-Language": "nl"}).text
    assert 'data-path="gesprekken/wijk"' in html
    assert 'data-path="gesprekken/zorg"' in html
    assert "2 beurten" in html
    assert 'href="/members/anna"' in html
    assert "wethouder" in html


@pytest.mark.usefixtures("spoken")
def test_everybody_is_listed(client: Any) -> None:
    html = client.get("/people").text
    assert html.index('href="/people/anna-de-vries"') < html.index('href="/people/bert"')
    assert client.get("/people?page=9").status_code == 200


@pytest.mark.usefixtures("spoken")
def test_an_account_that_is_not_there_is_not_linked(client: Any) -> None:
    assert "/members/anna" not in client.get("/people/anna-de-vries").text


@pytest.mark.usefixtures("spoken")
def test_who_is_only_named_out_of_sight_is_not_there(client: Any, wiki: Any) -> None:
    with wiki.database.write() as connection:
        rules.put(connection, Rule("gesprekken/zorg", Right.READ, Role.EDITOR))
    html = client.get("/people/anna-de-vries").text
    assert "gesprekken/zorg" not in html
    assert "1 dialogue" in client.get("/people", headers={"Accept-Language": "en"}).text
    with wiki.database.write() as connection:
        rules.put(connection, Rule("gesprekken", Right.READ, Role.EDITOR))
    assert client.get("/people/anna-de-vries").status_code == 404
    assert "anna" not in client.get("/people").text
    assert client.get("/people/niemand").status_code == 404


@pytest.mark.usefixtures("spoken")
def test_a_hit_of_kind_person_leads_there(client: Any, wiki: Any) -> None:
    wiki.search.update(wiki.store, wiki.database)
    html = client.get("/search?q=anna+soort:persoon").text
    assert 'data-kind="person"' in html
    assert 'href="/people/anna-de-vries"' in html
