"""What pages mean that do not say it, everywhere alike: git is not written to.

Which are dialogues by a rule on their path, and in which zone their times are.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tests.conftest import token_in
from wiki.app import create_app
from wiki.engine import open_wiki
from wiki.projections import checking
from wiki.settings import Settings

TABLE = "| Naam | Afkorting |\n|---|---|\n| Els Vos | EV |\n| Piet Kok | PK |\n\n"
SAID = "# Overleg\n\n**Aanwezig:**\n\n" + TABLE + "EV: Het eendenhuisje blijft.\n\nPK: Akkoord.\n"
OWN = "---\nkind: page\n---\n" + SAID
LATER = "---\ndate: 2024-02-09\nstatus: cancelled\n---\nAf.\n"


def found(browser: Any, address: str) -> list[tuple[str, str]]:
    return re.findall(r'data-path="([^"]+)" data-kind="([^"]+)"', browser.get(address).text)


def listed(browser: Any) -> set[str]:
    return set(re.findall(r'href="/wiki/notulen/([^"]+)"', browser.get("/dialogues").text))


def test_a_rule_makes_dialogues_everywhere_until_it_is_taken_away(
    settings: Settings, wiki: Any, page: Any, client: Any, member: Any, login: Any
) -> None:
    page("notulen/2024-02-03 team", SAID)
    page("notulen/2024-02-04", OWN)
    page("notulen/2024-02-05", LATER)
    page("notulen/index", "# Notulen\n")
    wiki.search.update(wiki.store, wiki.database)
    before = wiki.store.head()
    assert listed(client) == set()
    assert found(client, "/search?q=eendenhuisje&kind=turn") == []

    ruled = open_wiki(replace(settings, dialogues="notulen/{date}*"))
    app = create_app(ruled.settings, ruled)
    app.testing = True
    browser = app.test_client()
    assert listed(browser) == {"2024-02-03%20team", "2024-02-05"}
    shown = browser.get("/wiki/notulen/2024-02-03 team").text
    assert 'id="turn-2"' in shown
    assert "3 februari 2024" in shown
    assert 'class="turn"' not in browser.get("/wiki/notulen/2024-02-04").text
    assert "9 februari 2024" in browser.get("/wiki/notulen/2024-02-05").text
    while ruled.search.update(ruled.store, ruled.database):
        pass
    hits = found(browser, "/search?q=eendenhuisje")
    assert ("notulen/2024-02-03 team", "turn") in hits
    assert ("notulen/2024-02-04", "page") in hits
    # What is saved is followed by the same rule, and says nothing of it.
    login(browser, "anna")
    form = browser.get("/edit/notulen/2024-02-03 team?source=yes").text
    base = re.search(r'name="base" value="([^"]*)"', form)
    assert base
    sent = {"text": SAID + "\nEV: Mooi.\n", "base": base[1], "csrf_token": token_in(form)}
    assert browser.post("/edit/notulen/2024-02-03 team", data=sent).status_code == 303
    entry = ruled.store.entry("notulen/2024-02-03 team.md")
    assert ruled.store.blob(entry.blob).decode() == SAID + "\nEV: Mooi.\n"
    assert 'id="turn-3"' in browser.get("/wiki/notulen/2024-02-03 team").text
    assert checking.check(ruled.store, ruled.database, ruled.meant) == []
    ruled.close()

    plain = open_wiki(settings)
    assert plain.store.get(plain.store.head()).parents == (before,)
    assert checking.check(plain.store, plain.database, plain.meant) == []
    while plain.search.update(plain.store, plain.database):
        pass
    assert found(create_app(settings, plain).test_client(), "/search?q=mooi&kind=turn") == []
    plain.close()


def test_another_time_zone_moves_times_that_name_none(settings: Settings, wiki: Any, page: Any):
    text = "---\nkind: dialogue\nstatus: announced\ndate: 2098-12-31 %s\n---\nOver eenden.\n"
    page("a", text % "20:30")
    page("b", text % "20:30+01:00")
    wiki.search.update(wiki.store, wiki.database)
    assert times(wiki) == ["20981231T193000Z", "20981231T193000Z"]
    moved = open_wiki(replace(settings, timezone="America/New_York"))
    assert times(moved) == ["20981231T193000Z", "20990101T013000Z"]
    assert checking.check(moved.store, moved.database, moved.meant) == []
    while moved.search.update(moved.store, moved.database):
        pass
    assert list(moved.search.check(moved.store, moved.database)) == []
    moved.close()


def times(wiki: Any) -> list[str]:
    feed = create_app(wiki.settings, wiki).test_client().get("/agenda.ics").text
    return sorted(re.findall(r"DTSTART:(\S+)", feed))
