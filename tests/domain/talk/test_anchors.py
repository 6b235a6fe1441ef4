"""What becomes of a passage that somebody commented on, when the text changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.errors import Invalid
from wiki.domain.talk.anchors import Anchor, Asked, Carry, Span, Standing, Step, even, locate, parse
from wiki.domain.talk.anchors import written as as_written

TEXT = """De gemeente luistert naar bewoners. Daarna besluit de raad. De uitkomst staat open.

Een tweede alinea gaat over geld. Er is drie procent van de begroting beschikbaar. Meer niet.

De derde alinea sluit het verhaal voorlopig af."""


def carry(old: str, new: str, quote: str) -> str | None:
    """The words in the new text that a passage of the old one became."""
    assert old.count(quote) == 1
    start = old.index(quote)
    span = Carry(old, new).carry(start, start + len(quote))
    return new[span.start : span.end] if span else None


# -- as sent --


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        ("Daarna besluit", Asked(quote="Daarna besluit")),
        ("abcd1234:10-20", Asked("abcd1234", "", Span(10, 20))),
        ('{"quote": "raad"}', Asked(quote="raad")),
        ('{"start": 1, "end": 5, "quote": "x"}', Asked("", "x", Span(1, 5))),
        (as_written("abcd", 1, 2, 'een "é'), Asked("abcd", 'een "é', Span(1, 2))),
    ],
)
def test_the_forms_of_an_anchor(sent: str, asked: Asked) -> None:
    assert parse(sent) == asked


@pytest.mark.parametrize(
    "sent",
    [
        "{",
        "{}",
        '{"quote": 3}',
        '{"revision": "x; rm", "quote": "a"}',
        '{"start": 1, "quote": "a"}',
        '{"start": true, "end": 2}',
        '{"start": "1", "end": 2}',
        "[" * 30_000,
        '{"a":' * 3_000,
    ],
)
def test_what_is_no_anchor(sent: str) -> None:
    with pytest.raises(Invalid) as refused:
        locate(parse(sent), TEXT)
    assert refused.value.fields[0].field == "anchor"


def test_words_are_found_again_only_if_they_stand_once() -> None:
    start = TEXT.index("Daarna")
    assert locate(Asked(quote="Daarna  besluit\nde raad"), TEXT) == Span(start, start + 22)
    assert locate(Asked("", "Daarna", Span(3, 9)), TEXT) == Span(start, start + 6)
    assert locate(Asked("", "", Span(start - 1, start + 7)), TEXT) == Span(start, start + 6)
    for asked in (
        Asked(quote="alinea"),
        Asked(quote="nergens"),
        Asked(quote=" "),
        Asked("", "alinea", Span(0, 6)),
        Asked("", "", Span(5, 5)),
        Asked("", "", Span(-3, 5)),
        Asked("", "", Span(5, 99_999)),
    ):
        with pytest.raises(Invalid):
            locate(asked, TEXT)
    at = TEXT.rindex("alinea")
    assert locate(Asked("", "alinea", Span(at, at + 6)), TEXT) == Span(at, at + 6)


# -- carried --


def test_it_stays_when_something_else_changes() -> None:
    new = "Een nieuwe inleiding.\n\n" + TEXT.replace("De uitkomst staat open.", "Klaar is het dan.")
    assert carry(TEXT, new, "Daarna besluit de raad.") == "Daarna besluit de raad."
    assert carry(TEXT, new, "besluit") == "besluit"


def test_an_edit_inside_shows() -> None:
    new = TEXT.replace("drie procent", "vier procent")
    assert carry(TEXT, new, "Er is drie procent van de begroting beschikbaar.") == (
        "Er is vier procent van de begroting beschikbaar."
    )
    assert carry(TEXT, new, "drie procent") == "vier procent"
    assert carry(TEXT, new, "drie") == "vier"
    assert carry(TEXT, new, "van de begroting") == "van de begroting"


def test_an_edit_without_a_neighbour_is_no_longer_the_passage() -> None:
    old = "Een zin die hier alleen op de pagina staat."
    assert carry(old, old.replace("alleen", "eenzaam"), old) is None
    assert carry(old, "Iets vooraf. " + old, old) == old


def test_other_words_in_the_same_place_are_not_the_passage() -> None:
    new = TEXT.replace("Daarna besluit de raad.", "Helaas regende het overal.")
    assert carry(TEXT, new, "Daarna besluit de raad.") is None
    assert carry(TEXT, new, "besluit") is None


def test_a_moved_paragraph_takes_its_passages_along() -> None:
    first, second, third = TEXT.split("\n\n")
    for new in (f"{second}\n\n{first}\n\n{third}", f"{third}\n\n{second}\n\n{first}"):
        assert carry(TEXT, new, "drie procent") == "drie procent"
        assert carry(TEXT, new, "Daarna besluit de raad.") == "Daarna besluit de raad."
    edited = second.replace("drie", "vier")
    assert carry(TEXT, f"{edited}\n\n{first}\n\n{third}", "drie procent van") == "vier procent van"


def test_a_paragraph_cut_in_two_or_joined() -> None:
    cut = TEXT.replace(" De uitkomst", "\n\nDe uitkomst").replace(" Daarna", "\n\nDaarna")
    for quote in ("De gemeente luistert", "besluit de raad", "De uitkomst staat open."):
        assert carry(TEXT, cut, quote) == quote
        assert carry(cut, TEXT, quote) == quote


def test_a_short_sentence_moves_too_if_it_stands_once() -> None:
    new = TEXT.replace(" Meer niet.", "") + " Meer niet."
    assert carry(TEXT, new, "Meer niet.") == "Meer niet."


def test_of_twins_the_one_that_was_deleted_is_gone() -> None:
    old = "Eerst dit. Dat klopt. Dan weer dat. Dat klopt. Tot slot."
    first, second = old.index("Dat klopt."), old.rindex("Dat klopt.")
    for deleted, kept in ((first, second), (second, first)):
        new = old[: deleted - 1] + old[deleted + 10 :]
        way = Carry(old, new)
        assert way.carry(deleted, deleted + 10) is None
        span = way.carry(kept, kept + 10)
        assert span
        assert new[span.start : span.end] == "Dat klopt."


def test_words_that_come_back_are_the_passage_again() -> None:
    without = TEXT.replace(" Er is drie procent van de begroting beschikbaar.", "")
    back = "Vooraf.\n\n" + TEXT
    texts = {"a": TEXT, "b": without, "c": back}
    quote = "drie procent"
    made = Anchor("a", TEXT.index(quote), TEXT.index(quote) + len(quote), quote)
    standing = Standing(made)
    standing = Step("r2", "b", texts["b"], texts.__getitem__).follow(standing, made)
    assert standing == Standing(made, "r2")
    assert Step("r3", "a", texts["a"], texts.__getitem__).follow(standing, made) == Standing(made)
    again = Step("r4", "c", texts["c"], texts.__getitem__).follow(standing, made)
    assert not again.gone
    assert again.place.words == quote


def test_an_edited_passage_that_went_comes_back_as_it_was_made() -> None:
    texts = {
        "a": TEXT,
        "b": TEXT.replace("drie procent", "vier procent"),
        "c": "Alles is anders.",
        "d": TEXT + "\n\nEn weer terug.",
    }
    made = Anchor("a", TEXT.index("drie"), TEXT.index("drie") + 12, "drie procent")
    standing = Standing(made)
    for blob in "bc":
        standing = Step(blob, blob, texts[blob], texts.__getitem__).follow(standing, made)
    assert standing.gone == "c"
    assert standing.place.words == "vier procent"
    standing = Step("d", "d", texts["d"], texts.__getitem__).follow(standing, made)
    assert not standing.gone
    assert standing.place.words == "drie procent"


# -- whatever people write --

WORDS = st.sampled_from(
    ["de", "raad", "kiest", "geld", "voor", "later", "wie", "dan", "plan", "ja"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=8).map(lambda words: " ".join(words) + ".")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=4).map(" ".join)
TEXTS = st.lists(PARAGRAPHS, min_size=1, max_size=5).map("\n\n".join)


@st.composite
def passages(draw: st.DrawFn) -> tuple[str, Span]:
    text = draw(TEXTS)
    start = draw(st.integers(0, len(text) - 1))
    end = draw(st.integers(start + 1, len(text)))
    here = text[start:end]
    if not here.strip():
        return text, Span(0, 1)
    return text, Span(start + len(here) - len(here.lstrip()), start + len(here.rstrip()))


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, Span, str]:
    """A passage, and its text after some of its sentences or paragraphs were changed."""
    text, span = draw(passages())
    parts = text.split("\n\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(parts) - 1))
        what = draw(st.sampled_from(["insert", "delete", "move", "rewrite", "word"]))
        if what == "insert":
            parts.insert(at, draw(PARAGRAPHS))
        elif what == "delete" and len(parts) > 1:
            parts.pop(at)
        elif what == "move":
            parts.insert(draw(st.integers(0, len(parts) - 1)), parts.pop(at))
        elif what == "rewrite":
            parts[at] = draw(PARAGRAPHS)
        else:
            words = parts[at].split(" ")
            words[draw(st.integers(0, len(words) - 1))] = draw(WORDS)
            parts[at] = " ".join(words)
    return text, span, "\n\n".join(parts)


@given(edits())
def test_it_never_attaches_to_other_words_silently(edit: tuple[str, Span, str]) -> None:
    old, span, new = edit
    way = Carry(old, new)
    same, found = way.equal(*span), way.carry(*span)
    if same:
        assert even(new[same.start : same.end]) == even(old[span.start : span.end])
        assert found == same
    if found and not same:
        assert 0 <= found.start < found.end <= len(new)
        assert new[found.start : found.end] == new[found.start : found.end].strip()


@given(passages())
def test_nothing_changed_means_nothing_changed(passage: tuple[str, Span]) -> None:
    text, span = passage
    assert Carry(text, text).carry(*span) == span
    grown = "Vooraf zegt niemand iets.\n\n" + text
    moved = Carry(text, grown).carry(*span)
    assert moved
    assert even(grown[moved.start : moved.end]) == even(text[span.start : span.end])


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=12, unique=True), st.data())
def test_deleting_one_of_two_equal_sentences(numbers: list[int], data: st.DataObject) -> None:
    """Between sentences that tell them apart, the twin that stays is kept, the other is gone."""
    others = [f"Zin nummer {number} zegt iets anders." for number in numbers]
    one = data.draw(st.integers(0, len(others) - 2))
    other = data.draw(st.integers(one + 1, len(others) - 1))
    twin = "Dit staat er twee keer."
    listed = [*others[:one], twin, *others[one:other], twin, *others[other:]]
    apart = data.draw(st.sampled_from([" ", "\n\n"]))
    old = apart.join(listed)
    places = [at for at, sentence in enumerate(listed) if sentence == twin]
    gone = data.draw(st.sampled_from(places))
    new = apart.join(sentence for at, sentence in enumerate(listed) if at != gone)
    way = Carry(old, new)
    for place in places:
        start = len(apart.join(listed[:place])) + (len(apart) if place else 0)
        assert old[start : start + len(twin)] == twin
        found = way.carry(start, start + len(twin))
        assert (found is None) == (place == gone)
        if found:
            assert new[found.start : found.end] == twin
