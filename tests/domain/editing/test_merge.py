"""No edit is lost, and edits that do not touch need no one to choose."""

import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.editing.merge import Choice, Hunk, Kind, Take, merge, resolve

sentence = st.sampled_from(
    ["Een zin.", "Nog een zin.", "Een derde!", "De vierde.", "De laatste zin."]
)
sentences = st.lists(sentence, min_size=2, max_size=5).map(" ".join)
line = st.one_of(st.sampled_from(["a", "b", "c", "d", ""]), sentences)
tags = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=4, unique=True)
fronts = st.one_of(
    st.sampled_from(
        ["", "---\nx: 1\n---\n", "---\nx: 2\ntags: [a]\n---\n", "---\n---\n", "---\nx: 1\n...",
         "---\ntags: [a, b]\n# c\nx: 1\n---\n", "---\nx: 1\nx: 2\n---\n"]
    ),
    tags.map(lambda some: f"---\ntags: [{', '.join(some)}]\n---\n"),
)  # fmt: skip
texts = st.tuples(fronts, st.lists(line, max_size=8).map("\n".join)).map("".join)


def parts(hunk: Hunk, lines: tuple[str, ...]) -> Counter[str]:
    """What a mixed hunk is made of: a list's items, or sentences."""
    if hunk.key:
        written = "".join(lines).partition("[")[2].rstrip("] ")
        return Counter(item.strip() for item in written.split(",") if item.strip())
    found = re.split(r"(?<=[.!?])\s+|\n", "\n".join(lines))
    return Counter(part for part in found if part)


@given(texts, texts)
def test_one_side_changed(base: str, other: str) -> None:
    assert merge(base, base, other).text == other
    assert merge(base, other, base).text == other
    assert merge(base, other, other).text == other
    assert merge(base, other, base).clean


@given(texts, texts, texts)
def test_nothing_is_lost(base: str, theirs: str, mine: str) -> None:
    merged = merge(base, theirs, mine)
    shown = {line for hunk in merged.hunks for line in (*hunk.theirs, *hunk.lines)}
    added = set(theirs.split("\n")) - {*base.split("\n"), "---", "..."}
    mixed = [hunk for hunk in merged.hunks if hunk.kind is Kind.MIXED]
    if not mixed:
        assert added <= shown
        known = {*base.split("\n"), *theirs.split("\n"), *mine.split("\n"), "---", ""}
        assert set(merged.text.split("\n")) <= known
    for hunk in mixed:
        both_changes_are_in(hunk)
    assert merge(base, theirs, mine) == merged


def both_changes_are_in(hunk: Hunk) -> None:
    """What either side wrote is in a mixed hunk, what either took out is not, and nothing else."""
    base, theirs, mine, made = (
        parts(hunk, lines) for lines in (hunk.base, hunk.theirs, hunk.mine, hunk.lines)
    )
    assert set((theirs - base) + (mine - base)) <= set(made) <= {*base, *theirs, *mine}
    for one, other in ((theirs, mine), (mine, theirs)):
        taken_out = {part for part in base if part not in one and other[part] <= base[part]}
        assert not taken_out & set(made)


@given(texts, texts, texts)
def test_choices(base: str, theirs: str, mine: str) -> None:
    merged = merge(base, theirs, mine)
    for take in (Take.MINE, Take.THEIRS):
        text = resolve(merged.hunks, {n: Choice(take) for n in merged.conflicts})
        side = [h.mine if take is Take.MINE else h.theirs for h in merged.hunks]
        for number in merged.conflicts:
            assert set(side[number]) <= set(text.split("\n"))
    assert resolve(merged.hunks, {}) == merged.text
    edited = resolve(merged.hunks, {n: Choice(Take.EDIT, "x\ny") for n in merged.conflicts})
    assert edited.count("x\ny") >= len(merged.conflicts)


@given(st.lists(line, max_size=8), st.lists(line, max_size=8), st.lists(line, max_size=8))
def test_conflict_shows_all_three(base: list[str], theirs: list[str], mine: list[str]) -> None:
    """Each text's lines are the hunks' lines, in order (the base is split where both added)."""
    merged = merge("\n".join(base), "\n".join(theirs), "\n".join(mine))
    for name, lines in (("theirs", theirs), ("mine", mine), ("base", base)):
        joined = [line for hunk in merged.hunks for line in getattr(hunk, name)]
        assert "\n".join(joined) == "\n".join(lines)


def test_different_paragraphs_merge_and_the_same_one_conflicts() -> None:
    base = "een\n\ntwee\n\ndrie\n"
    assert merge(base, "1\n\ntwee\n\ndrie\n", "een\n\ntwee\n\n3\n").text == "1\n\ntwee\n\n3\n"
    clash = merge(base, "een\n\nTWEE\n\ndrie\n", "een\n\n2\n\ndrie\n")
    assert [clash.hunks[n].theirs for n in clash.conflicts] == [("TWEE",)]
    both = resolve(clash.hunks, {n: Choice(Take.BOTH) for n in clash.conflicts})
    assert both == "een\n\nTWEE\n\n2\n\ndrie\n"


def test_sentences_well_apart_in_one_paragraph_merge() -> None:
    base = "Eerste zin hier. Middelste zin daar. Laatste zin ginds.\n"
    theirs = base.replace("Eerste", "Begin")
    mine = base.replace("ginds.", "ginds! En nog een.")
    merged = merge(base, theirs, mine)
    assert merged.clean
    assert merged.text == ("Begin zin hier. Middelste zin daar. Laatste zin ginds! En nog een.\n")
    assert not merge(base, theirs, base.replace("Middelste", "Tweede")).clean


def test_front_matter_merges_by_key_and_lists_as_sets() -> None:
    base = "---\ntitle: x\ntags: [a, b]\nstatus: open\n---\nt\n"
    theirs = "---\ntitle: y\ntags: [a, b, c]\nstatus: open\n---\nt\n"
    mine = "---\ntitle: x\ntags: [b, d]\nstatus: parked\nlang: nl\n---\nt\n"
    assert merge(base, theirs, mine).text == (
        "---\ntitle: y\ntags: [b, d, c]\nstatus: parked\nlang: nl\n---\nt\n"
    )
    clash = merge(base, theirs, mine.replace("title: x", "title: z"))
    assert [clash.hunks[n].key for n in clash.conflicts] == ["title"]


def test_large_texts_merge_in_time() -> None:
    started = time.process_time()
    many = "x\n" * 20_000
    assert merge(many, "y\n" + many, many + "z\n").clean
    long = "".join(f"Regel {n} van een lange tekst met woorden erin.\n\n" for n in range(40_000))
    theirs = long.replace("Regel 17 ", "Lijn 17 ")
    assert merge(long, theirs, long.replace("Regel 39999 ", "Lijn ")).clean
    assert time.process_time() - started < 20


def both(base: str, theirs: str, mine: str) -> str:
    """What comes of keeping both everywhere."""
    merged = merge(base, theirs, mine)
    assert merged.conflicts
    return resolve(merged.hunks, {n: Choice(Take.BOTH) for n in merged.conflicts})


@pytest.mark.parametrize(
    ("before", "theirs", "mine", "after"),
    [
        ("| a | b |\n|---|---|\n| 1 | x |\n", "| 2 | y |\n", "| 3 | z |\n", "\nSlot.\n"),
        ("a | b\n--- | ---\n1 | x\n", "2 | y\n", "3 | z\n", "\nSlot.\n"),
        ("- a\n", "- b\n  meer\n", "- c\n", "\nSlot.\n"),
        ("1. a\n", "2. b\n", "2. c\n", "\nSlot.\n"),
        ("> - a\n", "> - b\n", "> - c\n", ""),
    ],
)
def test_both_keeps_rows_and_items_together(
    before: str, theirs: str, mine: str, after: str
) -> None:
    made = both(before + after, before + theirs + after, before + mine + after)
    assert made == before + theirs + mine + after


def test_both_keeps_paragraphs_apart_and_rows_before_them() -> None:
    assert both("a\n\nb\n", "a\n\nc | d\n", "a\n\ne\n") == "a\n\nc | d\n\ne\n"
    table = "| a |\n|---|\n| 1 |\n"
    made = both(table, f"{table}| 2 |\n\nHun slot.\n", f"{table}| 3 |\n\nMijn slot.\n")
    assert made == f"{table}| 2 |\n| 3 |\n\nHun slot.\n\nMijn slot.\n"


def test_of_one_paragraph_each_sentence_can_be_chosen() -> None:
    base = "Zin een hier. Zin twee daar. Zin drie ginds. Zin vier nog.\n"
    theirs = base.replace("een", "1").replace("drie", "III").replace("vier", "IV")
    mine = base.replace("een", "één").replace("drie", "3")
    clash = merge(base, theirs, mine)
    [number] = clash.conflicts
    parts = clash.hunks[number].parts
    assert "".join("\n".join(part.theirs) for part in parts) + "\n" == theirs
    first, second = (n for n, part in enumerate(parts) if part.kind is Kind.CONFLICT)

    def chosen(one: Take, other: Take) -> str:
        return resolve(clash.hunks, {number: Choice(Take.PARTS, "", {first: one, second: other})})

    assert chosen(Take.THEIRS, Take.MINE) == (
        "Zin 1 hier. Zin twee daar. Zin 3 ginds. Zin vier nog.\n"
    )
    assert "Zin III ginds. Zin IV nog." in chosen(Take.MINE, Take.THEIRS)
    assert "Zin 1 hier. Zin één hier. Zin twee" in chosen(Take.BOTH, Take.MINE)
    assert resolve(clash.hunks, {number: Choice(Take.MINE)}) == mine
