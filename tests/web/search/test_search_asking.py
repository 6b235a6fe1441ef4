"""What people type, over HTTP: odd words, operators in two languages, facets, order and pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import unquote_plus, urlencode

import pytest

from tests.fixtures.engines import ENGINES, engine
from wiki.app import create_app
from wiki.database.talk import comments
from wiki.domain.access.rights import Role
from wiki.domain.history.revisions import Author
from wiki.domain.talk.comments import NewComment
from wiki.engine import open_wiki
from wiki.services.members import members
from wiki.settings import Settings
from wiki.store.store import Change

QUESTION = "---\nkind: question\ntitle: {0}\nstatus: {1}\ntags: [{2}]\n---\n{3}\n"
PAGES = {
    "rd": "# Budget\n\nHet geld voor R&D groeit.\n",
    "twee": "# Ambtenaar 2.0\n\nWerken in netwerken.\n",
    "twee-en-nul": "# Versies\n\nVersie 2 van hoofdstuk 0.\n",
    "cpp": "# Talen\n\nGeschreven in C++ en soms in C#.\n",
    "bzk": "# Afdeling\n\nVan BZK/DGOO komt een brief.\n",
    "artikel": "# Wet\n\nZie artikel 12a van de wet.\n",
    "ander-artikel": "# Wet\n\nZie artikel 12 van de wet.\n",
    "bestand": "# Stukken\n\nHet staat in notulen-2019.pdf en in bijlage_3.xlsx.\n",
    "adres": "# Post\n\nSchrijf naar j.devries@minbzk.example of bel.\n",
    "accent": "# Samen\n\nDe coördinatie van het geheel, ideeën en cafés.\n",
    "getal": "# Cijfers\n\nIn 2009 waren er 1.250 aanvragen, 3,5 procent meer.\n",
    "den-bosch": "# Steden\n\nEen gesprek in 's-Hertogenbosch en 's avonds laat.\n",
    "streepje": "# Digitaal\n\nPer e-mail aan de oud-minister en de vice-voorzitter.\n",
    "weglating": "# Zorg\n\nDe jeugd- en ouderenzorg, in- en uitvoer.\n",
    "apostrof": "# Beeld\n\nDe foto's en thema’s van de avond.\n",
    "titel": "# Netwerkvorming\n\nOver netwerkvorming.\n",
    "tekst": "# Iets anders\n\nEr is in dit verhaal ook sprake van vorming en dergelijke.\n",
    "vragen/wijk": QUESTION.format("Wat wil de wijk?", "open", "participatie", "Bewoners weten."),
    "vragen/zorg": QUESTION.format("Wie zorgt er?", "answered", "zorg", "Mantelzorgers doen het."),
    "gesprekken/wijk": """---
kind: dialogue
title: Gesprek over de wijk
status: held
date: 2009-12-02T15:00+01:00
participants: [{name: Anna Smit}, {name: Bert Bos}]
questions: [vragen/wijk]
tags: [participatie]
---
**Anna Smit:** Bewoners beginnen zelf met een tuin.

**Bert Bos:** De gemeente volgt de tuin.
""",
    "gesprekken/later": """---
kind: dialogue
title: Later gesprek
status: held
date: 2012-03-04
participants: [{name: Anna Smit}]
questions: [vragen/zorg]
---
**Anna Smit:** Een tuin vraagt zorg.
""",
    **{f"veel/{n:02}": f"# Veelvoud {n}\n\nEen veelvoorkomend woord.\n" for n in range(45)},
}
FILES = {"vragen/wijk/plattegrond-noord.pdf": b"%PDF-1.4"}


@pytest.fixture(scope="module", params=ENGINES)
def get(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """Asks `/search` with these fields, in Dutch unless `language` says otherwise."""
    settings = Settings(
        data=tmp_path_factory.mktemp("asking"),
        secret_key="for tests",
        costly_ms_per_minute=0,
        **engine(request),
    )
    wiki = open_wiki(settings)
    changes = [Change(f"{path}.md", text.encode()) for path, text in PAGES.items()]
    changes += [Change(file, data) for file, data in FILES.items()]
    author = Author("denktank", f"denktank@{Author.DOMAIN}")
    wiki.store.commit(changes, author=author, message="pages", trailers={}, expect={})
    wiki.follow()
    carla = members.add(
        wiki, username="carla", email="c@example.org", password="correct horse", role=Role.MEMBER
    )
    assert carla.actor.id
    with wiki.database.write() as connection:
        text = "Een tuin is niet genoeg."
        new = NewComment("vragen/wijk", wiki.store.head(), carla.actor.id, text, wiki.clock())
        comments.add(connection, new)
    while wiki.search.update(wiki.store, wiki.database):
        pass
    client = create_app(wiki.settings, wiki).test_client()

    def ask(q: str = "", language: str = "nl", **fields: str) -> str:
        named = {name.rstrip("_"): value for name, value in fields.items()}
        address = f"/search?{urlencode({**({'q': q} if q else {}), **named})}"
        answer = client.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200
        return str(answer.text)

    yield ask
    wiki.close()


def found(html: str) -> list[str]:
    """The paths of the hits in order, a turn or comment with its kind."""
    hits = re.findall(r'data-path="([^"]+)" data-kind="([^"]+)"', html)
    return [path if kind in PAGE_KINDS else f"{path} {kind}" for path, kind in hits]


PAGE_KINDS = ("page", "question", "dialogue", "person")


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        *[(one, "rd") for one in ("R&D", "r&d", '"voor R&D"')],
        *[(one, "twee") for one in ("2.0", '"ambtenaar 2.0"')],
        *[(one, "cpp") for one in ("C++", "c++", "C#")],
        *[(one, "bzk") for one in ("BZK/DGOO", "bzk", "DGOO")],
        *[(one, "artikel") for one in ("12a", '"artikel 12a"', "artikel 12a")],
        *[(one, "bestand") for one in ("notulen-2019.pdf", "notulen", "bijlage_3.xlsx")],
        *[(one, "adres") for one in ("j.devries@minbzk.example", "devries", "minbzk")],
        *[(one, "accent") for one in ("coördinatie", "coordinatie", "COÖRDINATIE", "idee", "cafe")],
        *[(one, "getal") for one in ("2009 aanvragen", "1.250", "3,5")],
        *[(one, "den-bosch") for one in ("'s-Hertogenbosch", "’s-hertogenbosch", "hertogenbosch")],
        *[(one, "streepje") for one in ("e-mail", "oud-minister", "minister", "vice-voorzitter")],
        *[
            (one, "weglating")
            for one in ("jeugd", "ouderenzorg", '"jeugd- en ouderenzorg"', "uitvoer")
        ],
        *[(one, "apostrof") for one in ("foto's", "foto’s", "foto", "thema's", "thema")],
        *[(one, "vragen/wijk") for one in ("plattegrond-noord.pdf", "plattegrond")],
    ],
)
def test_odd_words_are_found(get: Callable[..., str], typed: str, path: str) -> None:
    assert found(get(typed))[0] == path


@pytest.mark.parametrize(
    ("typed", "path"),
    [("R&D", "cpp"), ("2.0", "twee-en-nul"), ("12a", "ander-artikel"), ("C++", "rd")],
)
def test_odd_words_are_not_their_pieces(get: Callable[..., str], typed: str, path: str) -> None:
    assert path not in found(get(typed))


TURN, LATER = "gesprekken/wijk turn", "gesprekken/later turn"


@pytest.mark.parametrize(
    ("typed", "paths"),
    [
        ('bewoners tuin kind:turn na:2009 voor:2010 wie:"Anna Smit"', {TURN}),
        ('"de tuin"', {"gesprekken/wijk", TURN}),
        ("tuin -bewoners -zorg kind:beurt", {TURN}),
        ("tuin NIET bewoners NIET zorg soort:turn", {TURN}),
        ("mantelzorgers OR plattegrond", {"vragen/zorg", "vragen/wijk"}),
        ("mantelzorgers OF plattegrond", {"vragen/zorg", "vragen/wijk"}),
        ("mantelz*", {"vragen/zorg"}),
        ("kind:dialogue", {"gesprekken/wijk", "gesprekken/later"}),
        ("soort:gesprek", {"gesprekken/wijk", "gesprekken/later"}),
        ("type:vraagstuk", {"vragen/wijk", "vragen/zorg"}),
        ("tag:zorg", {"vragen/zorg"}),
        ("trefwoord:zorg", {"vragen/zorg"}),
        ('tuin who:"Anna Smit" kind:turn', {TURN, LATER}),
        ('tuin wie:"Bert Bos" soort:beurt', {TURN}),
        ("question:vragen/zorg soort:beurt", {LATER}),
        ("vraag:vragen/zorg soort:beurt", {LATER}),
        ("tuin after:2010 kind:turn", {LATER}),
        ("tuin na:2010 soort:beurt", {LATER}),
        ("tuin before:2010 kind:turn", {TURN}),
        ("tuin voor:2010 soort:beurt", {TURN}),
        ("tuin na:2009-12 voor:2009-12-03", {"gesprekken/wijk", TURN}),
        ("tuin in:comments", {"vragen/wijk comment"}),
        ("tuin in:reacties", {"vragen/wijk comment"}),
        ("tuin in:turns", {TURN, LATER}),
        ("tuin in:gesprekken", {TURN, LATER}),
        ("tuin in:pages", {"gesprekken/wijk", "gesprekken/later"}),
        ("title:wijk kind:question", {"vragen/wijk"}),
        ("titel:wijk soort:vraagstuk", {"vragen/wijk"}),
        ("status:answered", {"vragen/zorg"}),
        ("status:beantwoord", {"vragen/zorg"}),
        ("who:carla in:comments", {"vragen/wijk comment"}),
    ],
)
def test_operators_have_english_and_dutch_names(
    get: Callable[..., str], typed: str, paths: set[str]
) -> None:
    for language in ("nl", "en"):
        assert set(found(get(typed, language))) == paths


@pytest.mark.parametrize(
    ("typed", "dutch", "english"),
    [
        ("tuin na:gisteren", "Geen datum: after:gisteren", "Not a date: after:gisteren"),
        (
            "tuin soort:iets",
            "Die soort bestaat niet: kind:iets",
            "There is no such kind: kind:iets",
        ),
        ("tuin in:maan", "Niet begrepen", "Not understood and left out: in:maan"),
        ('"een tuin', "aanhalingsteken", "A quotation mark was not closed"),
        ("tuin *ewoner", "sterretje", "A star only works at the end of a word"),
    ],
)
def test_what_is_not_understood_is_said_and_the_rest_is_searched(
    get: Callable[..., str], typed: str, dutch: str, english: str
) -> None:
    assert dutch in unescape(get(typed))
    html = get(typed, "en")
    assert english in unescape(html)
    assert found(html)


def test_facets_count_and_lead_to_what_they_count(get: Callable[..., str]) -> None:
    html = get("tuin", "en")
    facets = re.findall(
        r'<a class="chip" rel="nofollow" href="([^"]+)">(.+?)\s<span class="count">(\d+)', html
    )
    assert {title for _, title, _ in facets} >= {"2009", "2012", "Anna Smit", "Wat wil de wijk?"}
    for address, title, count in facets:
        fields = dict(re.findall(r"(\w+)=([^&]*)", unescape(address)))
        typed = {f"{name}_": unquote_plus(value) for name, value in fields.items()}
        narrowed = get(language="en", **typed)
        assert f">{count} found<" in narrowed, title
    assert dict(re.findall(r">(\w+) <span class=\"count\">(\d+)</span></a>", html))["Turns"] == "3"


def test_a_year_is_one_filter(get: Callable[..., str]) -> None:
    html = get("tuin", "en", from_="2009", to="2009")
    assert re.search(r'<a class="chip" href="/search\?q=tuin" [^>]*>year: 2009', html)
    assert found(html) == found(get("tuin na:2009 voor:2010"))


def test_the_heading_has_the_words_and_each_filter_is_a_chip(get: Callable[..., str]) -> None:
    html = get('tuin wie:"Anna Smit" na:2009-12 soort:beurt in:beurten', "en")
    assert "<h1>“tuin”</h1>" in html
    chips = re.findall(r'href="([^"]+)" rel="nofollow" title="Remove this filter">([^<]+) <', html)
    assert [text for _, text in chips] == [
        *("who: Anna Smit", "kind: turns", "in: turns", "from: 2009-12"),
    ]
    left = [unquote_plus(unescape(address)).partition("q=")[2] for address, _ in chips]
    assert left[0] == "tuin na:2009-12 soort:beurt in:beurten"
    assert left[3] == 'tuin wie:"Anna Smit" soort:beurt in:beurten'
    assert 'aria-current="true">Turns' in html


def test_the_word_itself_comes_before_compounds_with_it(get: Callable[..., str]) -> None:
    assert found(get("vorming")) == ["tekst", "titel"]


def test_by_date_the_newest_comes_first(get: Callable[..., str]) -> None:
    paths = found(get("tuin in:turns", sort="date"))
    assert paths == [LATER, TURN, TURN]
    assert paths != found(get("tuin gemeente in:turns"))


def test_pages_reach_the_last_hit_once(get: Callable[..., str]) -> None:
    html, seen = get("veelvoorkomend", "en"), []
    for _ in range(5):
        seen += found(html)
        more = re.search(r'href="/search\?([^"]*page=\d+)"[^>]*>[^<]*More', html)
        if not more:
            break
        html = get("veelvoorkomend", "en", page=re.findall(r"page=(\d+)", more[1])[0])
    assert sorted(seen) == sorted(path for path in PAGES if path.startswith("veel/"))
    assert 'start="41"' in html


def test_nothing_found_says_what_to_try(get: Callable[..., str]) -> None:
    html = get("mantelzogrers", "en")
    assert 'href="/search?q=mantelzorgers"' in html
    assert "Nothing found" in html
    html = get("tuin", "en", kind="page")
    assert "Search without filters" in html
    assert 'href="/search?q=tuin"' in html
    assert "Niets gevonden" in get("xyzzyx")
