"""The contract of `domain.search.Search`: what a query finds, how it is ranked and marked, and what
may be found at all. Every search engine passes it: a second one joins `ENGINES`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from wiki.database.engine.database import Database
from wiki.domain.access.rights import ANONYMOUS, DEFAULT_RIGHTS, SYSTEM, Right, Rights, Role, Rule
from wiki.domain.history.revisions import Author
from wiki.domain.search.query import parse
from wiki.domain.search.search import Hit, NotReady, Progress, Results, Scope, Search, scope_of
from wiki.engine import Wiki, open_wiki
from wiki.projections.search.index import SearchIndex, SharedSearchIndex
from wiki.settings import Settings
from wiki.store.store import Change, Store

QUESTION = "---\nkind: question\ntitle: {title}\nstatus: open\ntags: [{tag}]\n---\n{text}\n"
CORPUS = {
    "vragen/systeem": QUESTION.format(
        title="Naast de systemen, of erin?",
        tag="participatie",
        text="De burgers en de beleidsregels van gemeenten. Wat doet BZK/DGOO met R&D 2.0?",
    ),
    "vragen/zorg": QUESTION.format(
        title="Wie zorgt voor de zorg?", tag="zorg", text="Burgerparticipatie in artikel 12a."
    ),
    "compound": "# Regels\n\nEr zijn beleidsregels en nog eens iets over wonen.\n",
    "word": "# Anders\n\nHet beleid is duidelijk en gaat over wonen.\n",
    "plural": "# Ook anders\n\nDe adviezen van raadsleden over wonen.\n",
    "title": "# Wijkraad\n\nTekst.\n",
    "mention": "# Lijst\n\nOok de wijkraad komt voorbij, net als veel andere zaken in de stad.\n",
    "geheim/een": "# Spookbeelden\n\nDe onthulling over burgers.\n",
    "geheim/open/twee": "# Open\n\nDe onthulling mag iedereen lezen.\n",
    "own": "# Leden\n\nDe dinkelaarsleden, de dinkelaarsfeesten, een wijkdinkelaar en de leden.\n",
    "english": "---\nlang: en\n---\n# Citizens\n\nThe policies of communities, their dialogues.\n",
}


class Engine(Search, Protocol):
    """A search engine that can be brought up to date."""

    def update(self, store: Store, database: Database) -> bool:
        """Catch up with git and SQL; whether more waits."""


def whoosh(wiki: Wiki) -> Engine:
    return SearchIndex.open(wiki.settings.data / "search_index")


def postgresql(wiki: Wiki) -> Engine:
    return SharedSearchIndex.open(wiki.database)


ENGINES: dict[str, Callable[[Wiki], Engine]] = {"whoosh": whoosh, "postgresql": postgresql}


@pytest.fixture(
    scope="module", params=["whoosh", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The corpus, indexed by an engine."""
    data: Path = tmp_path_factory.mktemp("corpus")
    url = request.getfixturevalue("postgres_copy")() if request.param == "postgresql" else ""
    wiki = open_wiki(Settings(data=data, secret_key="only for tests", database_url=url))
    engine = ENGINES[request.param](wiki)
    with pytest.raises(NotReady):
        engine.search(parse("burger"), Scope())
    with pytest.raises(NotReady):
        engine.complete("burger", Scope())
    assert engine.progress == Progress()
    wiki.store.commit(
        [Change(f"{path}.md", text.encode()) for path, text in CORPUS.items()],
        author=Author("denktank", "denktank@members.invalid"),
        message="corpus",
        trailers={},
        expect={},
    )
    wiki.follow()
    while engine.update(wiki.store, wiki.database):
        pass
    assert engine.progress.revision == wiki.store.head()
    yield engine
    wiki.close()


@pytest.fixture(scope="module")
def search(index: Any) -> Callable[..., Results]:
    """Searches the corpus."""

    def run(text: str, scope: Scope | None = None) -> Results:
        return index.search(parse(text), scope or Scope())

    return run


def paths(results: Results) -> list[str]:
    return [hit.path for hit in results.hits]


def marked(hit: Hit) -> list[str]:
    pieces = [*hit.title, *(piece for snippet in hit.snippets for piece in snippet.pieces)]
    return [piece.text for piece in pieces if piece.marked]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("advies", "plural"),
        ("raadslid", "plural"),
        ("burger", "vragen/systeem"),
        ("participatie", "vragen/zorg"),
        ("BZK", "vragen/systeem"),
        ("BZK/DGOO", "vragen/systeem"),
        ("R&D", "vragen/systeem"),
        ("2.0", "vragen/systeem"),
        ("artikel 12a", "vragen/zorg"),
        ("policy", "english"),
        ("dialogue", "english"),
        ("particip*", "vragen/systeem"),
        ('"naast de systemen"', "vragen/systeem"),
        ('"beleidsregels van gemeenten"', "vragen/systeem"),
        ("titel:systeem", "vragen/systeem"),
        ("tag:zorg", "vragen/zorg"),
        ("soort:vraagstuk burgers", "vragen/systeem"),
    ],
)
def test_it_is_found(search: Any, text: str, path: str) -> None:
    assert path in paths(search(text))


@pytest.mark.parametrize("text", ['"systemen naast"', '"een burgers"', "burger -burgers", "xyzzyx"])
def test_it_is_not_found(search: Any, text: str) -> None:
    assert paths(search(text)) == []


def test_a_word_ranks_above_a_compound_part(search: Any) -> None:
    assert paths(search("beleid"))[0] == "word"
    assert "compound" in paths(search("beleid"))


def test_a_word_of_the_wiki_itself_is_a_part_of_compounds(search: Any) -> None:
    assert paths(search("dinkelaar")) == ["own"]
    assert {"dinkelaarsleden", "wijkdinkelaar"} <= set(marked(search("dinkelaar").hits[0]))


def test_a_title_ranks_above_a_mention(search: Any) -> None:
    assert paths(search("wijkraad")) == ["title", "mention"]


def test_what_was_asked_is_marked(search: Any) -> None:
    assert marked(search("regel").hits[0])[:2] == ["Regels", "regels"]
    (hit,) = [hit for hit in search("participatie").hits if hit.path == "vragen/zorg"]
    assert marked(hit) == ["participatie"]


def test_if_too_little_has_all_words_some_will_do(search: Any) -> None:
    results = search("adviezen onzinwoord")
    assert paths(results) == ["plural"]
    assert results.partial
    assert not search("wonen").partial


def test_the_parts_of_a_compound_may_stand_apart(search: Any) -> None:
    assert "word" in paths(search("woonbeleid beleid wonen"))


def test_kinds_are_counted_whatever_kind_is_asked(search: Any) -> None:
    assert search("soort:pagina burger").kinds == search("burger").kinds
    assert search("burger").total == sum(search("burger").kinds.values())


def test_facets_count_what_was_found(search: Any) -> None:
    facets = search("soort:vraagstuk").facets
    assert dict(facets["tag"]) == {"participatie": 1, "zorg": 1}
    assert dict(facets["status"]) == {"open": 2}


def test_paging_reaches_everything_once(index: Any) -> None:
    query = parse("na:1970")
    whole = [hit.path for hit in index.search(query, Scope(), limit=100).hits]
    paged = [
        hit.path
        for offset in range(0, 12, 3)
        for hit in index.search(query, Scope(), offset, 3).hits
    ]
    assert sorted(whole) == sorted(CORPUS)
    assert paged == whole


@pytest.mark.parametrize("text", ["burger", "soort:vraagstuk", "na:1970", "burger -regel", "de"])
@pytest.mark.parametrize("scope", [Scope(), Scope(rules=(("vragen", False),))])
def test_all_that_has_every_word_has_a_mark_of_its_own(
    search: Any, index: Any, text: str, scope: Scope
) -> None:
    results = search(text, scope)
    assert len(index.marks(parse(text), scope)) == results.total
    assert not results.partial


def test_what_has_only_some_of_the_words_is_not_marked(index: Any) -> None:
    assert index.marks(parse("adviezen onzinwoord"), Scope()) == frozenset()


def test_a_slip_is_corrected(search: Any) -> None:
    assert search("participaite").corrected == "participatie"
    assert search("participatie").corrected == ""


RULES = Rights(
    DEFAULT_RIGHTS,
    (
        Rule("geheim", Right.READ, Role.EDITOR),
        Rule("geheim/open", Right.READ, Role.READER),
    ),
)
HIDDEN = scope_of(RULES, ANONYMOUS)


def test_rights_are_in_the_search_itself(search: Any) -> None:
    assert (
        paths(search("onthulling")) == ["geheim/open/twee", "geheim/een"]
        or len(paths(search("onthulling"))) == 2
    )
    results = search("onthulling", HIDDEN)
    assert paths(results) == ["geheim/open/twee"]
    assert (results.total, sum(results.kinds.values())) == (1, 1)
    assert [count for _, count in results.facets["year"]] == [1]
    assert scope_of(RULES, SYSTEM).is_whole


def test_a_correction_and_a_suggestion_need_a_hit_one_may_see(search: Any, index: Any) -> None:
    assert search("spookbeleden").corrected == "spookbeelden"
    assert search("spookbeleden", HIDDEN).corrected == ""
    assert [one.path for one in index.complete("spook", Scope())] == ["geheim/een"]
    assert index.complete("spook", HIDDEN) == []


def test_a_closed_wiki_with_an_open_folder(search: Any) -> None:
    closed = {**DEFAULT_RIGHTS, Right.READ: Role.MEMBER}
    rights = Rights(closed, (Rule("geheim/open", Right.READ, Role.READER),))
    assert paths(search("onthulling", scope_of(rights, ANONYMOUS))) == ["geheim/open/twee"]


def test_suggestions_are_by_any_word_of_the_title(index: Any) -> None:
    assert [one.title for one in index.complete("system", Scope())] == [
        "Naast de systemen, of erin?"
    ]
    assert [one.kind for one in index.complete("particip", Scope())] == ["tag"]
    assert index.complete("", Scope()) == index.complete("s", Scope()) == []


HOSTILE = st.one_of(
    st.text(max_size=600),
    st.text(alphabet='ab*"-() :|OR\\?[]{}^$+.,/&é\0\n', max_size=600),
    st.lists(
        st.sampled_from(["burger", "*", "*a*", '"', "OR", "-", "NIET", "soort:", "na:x", "be*"])
        | st.sampled_from(["(a+)+$", "[[:alpha:]]", "wie:", "a" * 10_000, "de", "\x00", "\u202e"]),
        max_size=60,
    ).map(" ".join),
)


@trying(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=HOSTILE)
def test_no_query_fails_or_takes_long(search: Any, index: Any, text: str) -> None:
    began = time.thread_time()
    search(text, HIDDEN)
    assert time.thread_time() - began < 5
    index.complete(text, HIDDEN)
