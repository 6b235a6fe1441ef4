"""What a dialogue's and a question's fields must say."""

from datetime import UTC, datetime

from wiki.domain.content.pages import Kind, Meta, Moment, Participant
from wiki.domain.pages import dialogues, questions


def at(day: int, hour: int = 0, is_day: bool = False) -> Moment:
    return Moment("x", datetime(2009, 12, day, hour, tzinfo=UTC), is_day)


def test_dialogue_that_is_right() -> None:
    meta = Meta(Kind.DIALOGUE, "T", "held", date=at(2, 15), end=at(2, 17))
    assert dialogues.check(meta) == []
    assert (
        dialogues.check(Meta(Kind.DIALOGUE, "T", "held", date=at(2, 15), end=at(2, 0, True))) == []
    )


def test_dialogue_that_is_wrong() -> None:
    meta = Meta(
        Kind.DIALOGUE, "", "soon", date=at(2), end=at(1), participants=(Participant(""),)
    )  # fmt: skip
    assert [(e.field, e.code) for e in dialogues.check(meta)] == [
        ("title", "title_missing"),
        ("status", "status_unknown"),
        ("end", "end_before_date"),
        ("participants", "participant_unnamed"),
    ]


def test_question() -> None:
    assert questions.check(Meta(Kind.QUESTION, "T", "open")) == []
    assert [e.code for e in questions.check(Meta(Kind.QUESTION))] == [
        "title_missing",
        "status_unknown",
    ]
