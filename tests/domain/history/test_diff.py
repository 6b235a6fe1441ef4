"""A diff is exact, readable and quick."""

import time
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.history.diff import (
    Block,
    Change,
    Fate,
    FieldChange,
    fields,
    side,
    split_words,
    stats,
    words,
)

piece = st.sampled_from(
    ["de ", "kat. ", "zat, ", "op\n", "\n\n", "mat", " ", "\n \n",
     "Een hele zin van zeven woorden hier. ", "é", "--", "\t", "x" * 30, "\u2028", "\r",
     "Nog een zin. "]
)  # fmt: skip
texts = st.lists(piece, max_size=25).map("".join)


def apply(blocks: Iterable[Block], side: Change) -> str:
    """The old text (side DELETE) or the new one (side INSERT) that a diff was made of."""
    skipped = Fate.MOVED_HERE if side is Change.DELETE else Fate.MOVED_AWAY
    taken = (Change.EQUAL, side)
    return "".join(
        op.text
        for block in blocks
        if block.fate is not skipped
        for op in block.ops
        if op.change in taken
    )


@given(texts, texts)
def test_words_give_back_both_texts(old: str, new: str) -> None:
    blocks = words(old, new)
    assert apply(blocks, Change.DELETE) == old
    assert apply(blocks, Change.INSERT) == new


@given(texts, texts)
def test_rows_give_back_both_texts(old: str, new: str) -> None:
    rows = side(old, new)
    for number, pieces, text in (("old_number", "old", old), ("new_number", "new", new)):
        lines = ["".join(op.text for op in getattr(r, pieces)) for r in rows if getattr(r, number)]
        assert "\n".join(lines) == text


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_stats_of_words(old: list[str], new: list[str]) -> None:
    added, removed = stats(" ".join(old), " ".join(new))
    assert len(old) + added - removed == len(new)


def test_words_inside_a_sentence() -> None:
    ops = split_words("De kat zat op de mat. Klaar.", "De hond zat op de mat. Klaar.")
    assert [(op.change.value, op.text) for op in ops] == [
        ("equal", "De "),
        ("delete", "kat"),
        ("insert", "hond"),
        ("equal", " zat op de mat. Klaar."),
    ]


def test_moved_paragraph_is_seen_even_if_a_word_changed() -> None:
    a, b, c = (
        f"Alinea {n} heeft genoeg eigen woorden {n}{n} voor herkenning {n}.\n\n" for n in "ABC"
    )
    old, new = a + b + c + "slot", b + c + a.replace("genoeg", "ruim") + "slot"
    blocks = words(old, new)
    assert [block.fate for block in blocks if block.move] == [Fate.MOVED_AWAY, Fate.MOVED_HERE]
    assert stats(old, new) == (1, 1)


def test_fields_are_shown_as_values() -> None:
    old = 'title: "Een"\nstatus: open # x\ntags: [a, b]\n'
    new = 'title: "Een"\nstatus: parked\ntags: [a, "c d"]\nlang: nl\n'
    assert fields(old, new) == [
        FieldChange("status", "open", "parked"),
        FieldChange("tags", "a, b", "a, c d"),
        FieldChange("lang", "", "nl"),
    ]
    assert fields(None, None) == []


def test_large_texts_take_no_time() -> None:
    many = "x\n" * 20_000
    other = "x\n" * 10_000 + "y\n" + "x\n" * 9_000
    started = time.process_time()
    assert apply(words(many, other), Change.INSERT) == other
    side(many, other)
    long = "".join(f"Alinea {n} " + "met woorden " * 30 + ".\n\n" for n in range(600))
    words(long, "".join(reversed(long.split("\n\n"))))
    assert time.process_time() - started < 20


def test_texts_without_a_line_in_common_places_are_replaced_as_a_whole():
    old = "begin\n\n" + "\n\n".join("abcd"[n % 4] for n in range(30_000)) + "\n\neind"
    new = "begin\n\n" + "\n\n".join("efgh"[n % 3] for n in range(30_000)) + "\n\neind"
    blocks = words(old, new)
    assert [block.fate for block in blocks] == [Fate.EQUAL, Fate.CHANGED, Fate.EQUAL]
    assert blocks[1].coarse
    assert apply(blocks, Change.DELETE) == old
    assert apply(blocks, Change.INSERT) == new
