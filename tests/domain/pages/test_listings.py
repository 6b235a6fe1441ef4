"""What short codes ask for: whatever is typed is a list that there is, or a reason why not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.errors import Invalid
from wiki.domain.markdown import read
from wiki.domain.markdown.nodes import Paragraph, ShortCode
from wiki.domain.pages.listings import FIELDS, MOST, Asked, List, asked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("questions", Asked(List.QUESTIONS)),
        (" Questions  status=open ", Asked(List.QUESTIONS, status="open")),
        ('questions status="in dialogue"', Asked(List.QUESTIONS, status="in dialogue")),
        ("vragen status=“in gesprek” aantal=3", Asked(List.QUESTIONS, "in dialogue", limit=3)),
        (
            "dialogues question='Wat nu?' limit=5",
            Asked(List.DIALOGUES, question="Wat nu?", limit=5),
        ),
        ("agenda", Asked(List.AGENDA)),
        ("recent folder=/wijk/", Asked(List.RECENT, folder="wijk")),
        ("pagina’s label=water", Asked(List.PAGES, tag="water")),
    ],
)
def test_a_short_code_asks_for_a_list(text: str, found: Asked) -> None:
    assert asked(text) == found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("quesions", "list_name"),
        ("", "list_name"),
        ("§", "list_name"),
        ("questions status=weg", "list_status"),
        ("questions colour=red", "list_field"),
        ("agenda status=open", "list_field"),
        ("recent limit=0", "list_limit"),
        (f"recent limit={MOST + 1}", "list_limit"),
        ("recent limit=²", "list_limit"),
        ("recent limit=tien", "list_limit"),
        ("recent limit=3 aantal=4", "list_twice"),
        ('pages tag=""', "list_empty"),
        ("pages water", "list_rest"),
        ("pages tag=a=b", "list_rest"),
        ('pages tag="a', "list_rest"),
    ],
)
def test_what_cannot_be_listed_says_why(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        asked(text)
    assert refused.value.code == code


PIECES = [
    *List, *FIELDS[List.DIALOGUES], "=", " ", '"', "'", "“", "”", "open", "3", "-1", "é", "\t",
    "\x00", "{", "}", "{{", "}}", "\n", "\\", "<b>", "[[a]]", "%(x)s", "99999999", "²",
    "𝟗", "limit=5 ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_typed_is_a_list_or_a_reason(text: str) -> None:
    try:
        found = asked(text)
    except Invalid as refused:
        assert refused.code.startswith("list_")
    else:
        assert 1 <= found.limit <= MOST
    for block in read("{{" + text + "}}").root.children:
        if isinstance(block, ShortCode):
            assert "\n" not in block.text
            assert not block.target or text[slice(*(at - 2 for at in block.place))] == block.target


def test_a_short_code_stands_on_a_line_by_itself() -> None:
    kinds = [type(one) for one in read("{{a}}\n{{b c=d}}  \n\nx {{a}}\n\n{{a}} x\n").root.children]
    assert kinds == [ShortCode, ShortCode, Paragraph, Paragraph]
