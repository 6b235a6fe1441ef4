"""What front matter means, however it is written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import frontmatter as lexical
from wiki.domain.content.pages import Kind, Participant
from wiki.render import frontmatter
from wiki.render.frontmatter import load, parse_moment, read, write_value


def front(*lines: str) -> str:
    return "---\n" + "\n".join(lines) + "\n---\n"


def test_dialogue_of_the_design() -> None:
    meta = read(
        front(
            "title: Gesprek over systeemvernieuwing",
            "kind: dialogue",
            "status: announced         # dialogue: announced | held | cancelled",
            "date: 2009-12-02T15:00+01:00",
            "end: 2009-12-02T17:00+01:00",
            "location: Utrecht",
            'participants: [{name: "A. B.", role: "hoogleraar", member: anna}, Els]',
            "questions: [vragen/systeemwereld]",
        )
    )
    assert meta.kind is Kind.DIALOGUE
    assert meta.status == "announced"
    assert meta.date
    assert meta.date.start == datetime(2009, 12, 2, 14, tzinfo=UTC)
    assert meta.participants == (Participant("A. B.", "hoogleraar", "anna"), Participant("Els"))
    assert meta.questions == ("vragen/systeemwereld",)
    assert meta.problems == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("kind: sonnet", "kind_unknown"),
        ("kind: question\nstatus: no idea", "status_unknown"),
        ("title: [a]", "title_wrong"),
        ("tags: {a: b}", "tags_wrong"),
        ("tags: [{a: b}]", "tags_wrong"),
        ("date: gisteren", "date_unreadable"),
        ("date: 2009-02-30", "date_unreadable"),
        ("date: 0001-01-01 00:00", "date_unreadable"),
        ("date: 0001-01-01T00:00+14:00", "date_unreadable"),
        ("date: 9999-12-31", "date_unreadable"),
        ("date: 9999-12-31T23:00-05:00", "date_unreadable"),
        ("end: 9999-01-01T10:00Z", "end_unreadable"),
        ("end: 2009-12-02T25:00", "end_unreadable"),
        ("date: 2009-12-02\nend: 2009-12-01", "end_before_date"),
        ("participants: [{role: x}]", "participant_unnamed"),
        ("participants: [[a, b]]", "participants_wrong"),
        ("title: a\ntitle: b", "front_matter_duplicate"),
        ('title: "a', "front_matter_broken"),
        ("a: &x b\nc: *x", "front_matter_alias"),
    ],
)
def test_what_is_wrong_has_a_code(line: str, problem: str) -> None:
    assert problem in read(front(line)).problems


def test_unknown_status_is_kept_as_written() -> None:
    assert read(front("kind: question", "status: Bijna Klaar")).status == "Bijna Klaar"


def test_no_is_a_word_and_numbers_are_text() -> None:
    meta = read(front("title: no", "tags: [1.0, yes, 2009-12-02, 0x1F]"))
    assert meta.title == "no"
    assert meta.tags == ("1.0", "yes", "2009-12-02", "0x1F")


def test_a_date_without_offset_is_meant_in_the_zone_of_the_site() -> None:
    moment = parse_moment("2009-12-02 15:00", ZoneInfo("Europe/Amsterdam"))
    assert moment
    assert moment.start.utcoffset() == timedelta(hours=1)
    day = parse_moment("2009-12-02")
    assert day
    assert day.is_day


@given(st.text(max_size=300))
def test_reading_never_raises(text: str) -> None:
    read(f"---\n{text}\n---\n")
    read(f"---\nkind: dialogue\ndate: {text}\nparticipants: {text}\n---\n")


VALUES = [
    "", "open", "in dialogue", "Een titel: met", "'q'", '"dq"', "[a, b]", "[]", "[ a ,b ]", "~",
    "null", "Null", "a # b", "a #b", "a#b", "# b", "2009-12-02T15:00+01:00", "https://a.b/c#d",
    "[a, 'b']", "{a: b}", "- a", "|", ">", "a: b", "a:b", "-5", "*a", "&a", "!x", "@x", "%x", "`",
    "[a, [b]]", '"a\\"b"', "'a''b'", "'a' # b", "[a] # b", "x'y", 'x"y', "a, b", "é ü", "x\ty",
    "[null, ~]", "[a, ]", "[,]", "[2009-12-02]", "(x)", "/x", "a -b", "a  b", '" x "', "' '", "? a",
    "[a b, c-d]", "[a:b]", "[a: b]", "=", "<<", "a:", "…", "a\u00a0b", "[x/y, z.md]", "'' ''",
]  # fmt: skip
KEYS = ["title", "tags", "date", "x-y", "_z", "status", "end"]
line_texts = st.tuples(st.sampled_from(KEYS), st.sampled_from(["", " ", "  "])).flatmap(
    lambda key: st.sampled_from(VALUES).map(lambda value: f"{key[0]}:{key[1]}{value}")
)
odd = st.sampled_from(["", "# c", "  ", "  x", "- a", "text", "...x", "'k': v", "k : v", "\u2028"])


@given(st.lists(line_texts | odd, max_size=6).map("\n".join))
def test_the_short_way_gives_what_the_long_way_gives(text: str) -> None:
    short = frontmatter._flat(text)
    if short is not None:
        assert (short, ()) == frontmatter._full(text)


# NUL and halves of characters are in no text that a form brings.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(texts)
def test_a_written_text_reads_back(text: str) -> None:
    written = lexical.replace("x", {"title": write_value(text)})
    values, problems = load(lexical.split(written)[0] or "")
    assert (values["title"], problems) == (text, ())


@given(st.lists(texts, max_size=4))
def test_a_written_list_reads_back(items: list[str]) -> None:
    values, _ = load(f"tags: {write_value(items)}\n")
    assert values["tags"] == items


@given(st.lists(st.builds(Participant, st.text("ab:{}# é\"'", min_size=1), texts), max_size=3))
def test_written_participants_read_back(people: list[Participant]) -> None:
    text = lexical.replace("x", {"kind": "dialogue", "participants": write_value(people)})
    clean = [Participant(*(" ".join(v.split()) for v in (p.name, p.role))) for p in people]
    assert read(text).participants == tuple(p for p in clean if p.name or p.role)
