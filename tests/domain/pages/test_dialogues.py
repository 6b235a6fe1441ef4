"""Who speaks when, and what a dialogue's and a question's fields must say."""

from datetime import UTC, datetime

from wiki.domain.content.pages import Kind, Meta, Moment, Participant
from wiki.domain.pages import dialogues, questions

TEXT = """---
kind: dialogue
---
Vooraf.

**Jan Jansen (15.04):** Goedemiddag.
Tweede regel.

Nog een alinea.

**els**: Dag.

**Piet:** geen deelnemer.

```
**Jan Jansen:** in code
```

## Slot

**Jan  Jansen:** Einde.
"""


def test_turns() -> None:
    found = dialogues.turns(TEXT, ["Jan Jansen", "Els"])
    assert [(t.number, t.speaker, t.time) for t in found] == [
        (1, "Jan Jansen", "15.04"),
        (2, "Els", ""),
        (3, "Jan Jansen", ""),
    ]
    assert found[0].said == "Goedemiddag.\nTweede regel.\n\nNog een alinea."
    assert TEXT[found[0].start : found[0].end].startswith("**Jan Jansen (15.04):**")
    assert found[1].said.endswith("```")
    assert dialogues.turns(TEXT, []) == []


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
