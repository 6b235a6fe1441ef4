"""Reading a search: every operator, in Dutch as well, and never a failure."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.search.query import (
    LONGEST,
    Clause,
    How,
    Query,
    Term,
    Where,
    day,
    day_after,
    parse,
    without,
)


def terms(text: str) -> list[tuple[str, str, bool]]:
    return [
        (term.text, term.how.value, clause.wanted)
        for clause in parse(text).clauses
        for term in clause.any_of
    ]


def codes(query: Query) -> list[str]:
    return [notice.code for notice in query.notices]


def test_words_phrases_prefixes_and_refusals() -> None:
    assert terms('burger "de wijk" -raad particip* NIET zorg') == [
        ("burger", "word", True),
        ("de wijk", "phrase", True),
        ("raad", "word", False),
        ("particip", "prefix", True),
        ("zorg", "word", False),
    ]


def test_or_joins_its_neighbours() -> None:
    assert parse("burger OR bewoner wijk").clauses == (
        Clause((Term("burger"), Term("bewoner"))),
        Clause((Term("wijk"),)),
    )


def test_the_title_alone() -> None:
    assert parse("titel:wijk").clauses == (Clause((Term("wijk", How.WORD, title=True),)),)


@pytest.mark.parametrize(
    "text",
    [
        'kind:turn tag:zorg who:"Anna de Vries" question:vragen/a after:2009-12 before:2011',
        'soort:beurt tag:zorg wie:"Anna de Vries" vraag:vragen/a na:2009-12 voor:2011',
    ],
)
def test_filters_in_english_and_dutch(text: str) -> None:
    filters = parse(text).filters
    assert (filters.kinds, filters.tags) == (("turn",), ("zorg",))
    assert (filters.people, filters.questions) == (("Anna de Vries",), ("vragen/a",))
    assert (filters.after, filters.before) == (date(2009, 12, 1), date(2011, 1, 1))


def test_where() -> None:
    assert parse("in:reacties x").where is Where.COMMENTS
    assert parse("in:turns x").where is Where.TURNS


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"burger', "search_quote_open"),
        ("-burger", "search_only_not"),
        ("*", "search_wildcard_alone"),
        ("*burger*", "search_wildcard_end"),
        ("b*", "search_prefix_short"),
        ("na:gisteren burger", "search_date"),
        ("soort:olifant burger", "search_kind"),
        ("in:de-kast burger", "search_not_understood"),
        ("tag: burger", "search_not_understood"),
        ("a " * LONGEST, "search_long"),
        (" ".join(f"woord{n}" for n in range(50)), "search_many_words"),
    ],
)
def test_what_is_not_understood_is_told(text: str, code: str) -> None:
    assert code in codes(parse(text))


def test_an_unknown_operator_is_a_word() -> None:
    assert terms("https://x.nl artikel:12a") == [
        ("https://x.nl", "word", True),
        ("artikel:12a", "word", True),
    ]


def test_a_filter_is_taken_out_of_the_line() -> None:
    assert without('burger wie:"Anna de Vries" wijk', "who", "Anna de Vries") == "burger wijk"
    assert without("na:2009 tag:x", "after", "2009") == "tag:x"


def test_days() -> None:
    assert day("2009-12") == day("1-12-2009") == date(2009, 12, 1)
    assert day("2009-13") is day("x") is day("0000") is None
    assert day_after("2009") == date(2010, 1, 1)
    assert day_after("2009-12") == date(2010, 1, 1)
    assert day_after("2009-12-31") == date(2010, 1, 1)


HOSTILE = (
    st.text(alphabet=st.sampled_from('ab*"“-():|\\\0\x07 ORNIET?#/&é🙂\u202e:kindtagwho'))
    | st.text()
)


@given(HOSTILE)
def test_reading_never_fails(text: str) -> None:
    query = parse(text)
    assert all(term.text for clause in query.clauses for term in clause.any_of)


@given(st.text(max_size=20))
def test_a_day_never_fails(text: str) -> None:
    day(text)
    day_after(text)
    day_after(f"9999-{text}")


def test_alternatives_are_counted_over_all_groups() -> None:
    query = parse("a1 OR a2 OR a3 b OR c d OR e OR f g")
    assert [len(clause.any_of) for clause in query.clauses] == [3, 2, 1, 1]
    assert [notice.code for notice in query.notices] == ["search_many_alternatives"]


@pytest.mark.parametrize(
    "text",
    [
        "Veel bibliotheken worden gelinkt via -l die met de bouw wordt meegegeven.",
        "Namen van accounts veranderen NOT vanzelf als iemand zijn naam ooit wijzigt.",
        "De nieuwe in: voorwaarde luidt als volgt en de rest blijft zoals zij was.",
    ],
)
def test_a_sentence_is_read_as_one(text: str) -> None:
    found = parse(text)
    assert all(clause.wanted and len(clause.any_of) == 1 for clause in found.clauses)
    assert [notice.code for notice in found.notices] == ["search_sentence"]
    assert len(found.clauses) >= 11


def test_a_long_line_with_filters_keeps_its_signs() -> None:
    found = parse("een twee drie vier vijf zes zeven acht tag:wonen -negen")
    assert found.filters.tags == ("wonen",)
    assert [clause.wanted for clause in found.clauses].count(False) == 1
