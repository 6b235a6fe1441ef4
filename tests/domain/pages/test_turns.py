"""Who speaks when in a dialogue's text."""

import pytest

from wiki.domain.markdown import read
from wiki.domain.markdown.nodes import Paragraph
from wiki.domain.pages.attendees import attendance
from wiki.domain.pages.turns import Speakers, seconds, turns

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

MINUTES = """# Verslag

**Attendees:**

| Name         | Abbreviation | Organization |
|--------------|--------------|--------------|
| Anna de Boer | AB           | Gemeente     |
| Karel Vis    | KV           | Provincie    |

## Opening

AB: Welkom.

KV: Dank. Ik heb een vraag.

En nog een alinea van mij.

AB: Ga je gang.
"""


def said(text: str, *names: str) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.said) for turn in turns(text, names)]


def test_turns() -> None:
    found = turns(TEXT, ["Jan Jansen", "Els"])
    assert [(t.number, t.speaker, t.time) for t in found] == [
        (1, "Jan Jansen", "15.04"),
        (2, "Els", ""),
        (3, "Jan Jansen", ""),
    ]
    assert found[0].said == "Goedemiddag.\nTweede regel.\n\nNog een alinea."
    assert TEXT[found[0].start : found[0].end].startswith("**Jan Jansen (15.04):**")
    assert found[1].said.endswith("```")
    assert turns(TEXT, []) == []


@pytest.mark.parametrize(
    "line",
    [
        "Anna de Boer: Dag.",
        "ANNA DE BOER: Dag.",
        "Anna: Dag.",
        "Boer: Dag.",
        "De Boer: Dag.",
        "**Anna:** Dag.",
        "**Anna**: Dag.",
        "__Anna__: Dag.",
        "*Anna:* Dag.",
        "Anna de Boer, gemeente: Dag.",
        "Anna de Boer – gemeente: Dag.",
        "Anna - gemeente: Dag.",
        "**Anna de Boer, gemeente:** Dag.",
        "**Anna**, gemeente: Dag.",
        "Anna (15.04): Dag.",
        "**Anna** (15:04): Dag.",
        "- Anna: Dag.",
        "1. **Anna:** Dag.",
    ],
)
def test_one_line_opens_a_turn(line: str) -> None:
    assert said(line, "Anna de Boer", "Karel Vis") == [("Anna de Boer", "Dag.")]


@pytest.mark.parametrize(
    "line",
    [
        "Piet: nee",
        "Jan: van wie is dat?",
        "Anna zei: dag",
        "Anna de Boer, die later kwam, zei: dag",
        "**Anna de Boer** zonder dubbele punt",
        "**Anna: hele zin vet**",
        "Anna::method",
        "- [ ] Anna: stuurt het verslag",
        "> Anna: een citaat",
        "    Anna: code",
    ],
)
def test_another_line_opens_none(line: str) -> None:
    assert said(line, "Anna de Boer", "Jan Vis", "Jan Smit") == []


def test_lines_under_each_other_are_turns_of_their_own() -> None:
    text = "Vooraf.\nAnna: Een\ntwee.\\\nKarel: Drie.\n\nVier.\n"
    assert said(text, "Anna de Boer", "Karel Vis") == [
        ("Anna de Boer", "Een\ntwee.\\"),
        ("Karel Vis", "Drie.\n\nVier."),
    ]


def test_items_of_lists_are_turns_under_their_topic() -> None:
    text = (
        "- Opening\n  - AB: Welkom.\n  - nog iets\n  - KV: Dank.\n"
        "- Rondvraag\n  - AB: Iemand?\n    - KV: Nee.\n\nSlot.\n"
    )
    found = turns(text, ["AB", "KV"])
    assert [turn.speaker for turn in found] == ["AB", "KV", "AB", "KV"]
    assert found[0].said.split() == ["Welkom.", "-", "nog", "iets"]
    assert "Rondvraag" not in found[1].said
    assert found[3].said.endswith("Slot.")


def test_minutes_with_a_table_of_attendees() -> None:
    assert said(MINUTES) == [
        ("Anna de Boer", "Welkom."),
        ("Karel Vis", "Dank. Ik heb een vraag.\n\nEn nog een alinea van mij."),
        ("Anna de Boer", "Ga je gang."),
    ]


@pytest.mark.parametrize(
    "present",
    [
        "Aanwezig: Anna de Boer (AB), Karel Vis (KV)",
        "Anna de Boer (AB), Karel Vis (KV)",
        "## Deelnemers\n\n- Anna de Boer (AB), Gemeente\n- Karel Vis – KV",
        "**Attendees:**\n\n- AB: Anna de Boer\n- KV = Karel Vis",
    ],
)
def test_short_forms_from_a_list_of_attendees(present: str) -> None:
    text = f"{present}\n\n## Opening\n\nAB: Welkom.\nKV: Dank.\n"
    assert said(text) == [("Anna de Boer", "Welkom."), ("Karel Vis", "Dank.")]


def test_what_is_in_brackets_may_be_no_short_form() -> None:
    found = attendance(read("Aanwezig: Anna de Boer (KNAW), Karel Vis (provincie Utrecht)")).people
    assert [(one.name, one.short, one.role) for one in found] == [
        ("Anna de Boer", "", "KNAW"),
        ("Karel Vis", "", "provincie Utrecht"),
    ]


def test_a_paragraph_longer_than_any_list_is_not_read_to_its_end() -> None:
    document = read("**Anna:** " * 20_000)
    (paragraph,) = document.root.children
    assert isinstance(paragraph, Paragraph)
    assert attendance(document).people == []
    assert paragraph.inlines is None


def test_names_that_are_not_one_participants_are_nobodys() -> None:
    known = Speakers(["Jan Vis", "Piet Jan"])
    assert (known.named("Jan"), known.named("Vis"), known.named("piet")) == (
        "",
        "Jan Vis",
        "Piet Jan",
    )


def test_all_turns_of_long_minutes() -> None:
    lines = [f"AB: Zin {n}.\n\nKV: Ja.\n\n- AB: Nee.\n" for n in range(200)]
    assert len(turns(MINUTES + "\n" + "\n".join(lines), [])) == 603


@pytest.mark.parametrize(
    ("written", "offset"),
    [("0:01:14", 74), ("t=74", 74), ("t=1:14", 74), ("1:00:02.5", 3602), ("15:04", None)],
)
def test_times_in_a_recording(written: str, offset: int | None) -> None:
    assert seconds(written) == offset
