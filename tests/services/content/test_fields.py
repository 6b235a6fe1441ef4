"""Fields of questions and dialogues: to front matter and back, touching only what changed."""

from __future__ import annotations

import pytest

from wiki.domain.errors import Invalid
from wiki.render import frontmatter
from wiki.services.content import fields

TEXT = """---
title: "Over: systemen"   # zo heet het
kind: dialogue
status: held
date: 2009-12-02T15:00+01:00
participants:
  - {name: Spreker A, role: bouwer, member: anna}
  - Spreker B
questions: [vragen/a]
eigen: {x: [1, 2]}
---
Tekst.
"""


def test_values_put_back_change_nothing() -> None:
    values = fields.values(frontmatter.read(TEXT), TEXT)
    assert values["participants"] == "Spreker A — bouwer @anna\nSpreker B"
    assert fields.apply(TEXT, fields.changed(values, values)) == TEXT


def test_a_browser_s_line_endings_are_no_change() -> None:
    was = {"participants": "A\nB", "title": "x"}
    assert fields.changed({"participants": "A\r\nB\r\n", "title": " x "}, was) == {}


def test_an_end_is_on_the_day_of_the_date() -> None:
    done = fields.apply(TEXT, {"end": "17.30"})
    assert "end: 2009-12-02T17:30+01:00\n" in done
    assert done.replace("end: 2009-12-02T17:30+01:00\n", "") == TEXT


def test_only_new_faults_are_faults() -> None:
    broken = TEXT.replace("held", "ooit")
    assert [wrong.field for wrong in fields.new_wrong(broken, TEXT)] == ["status"]
    assert fields.new_wrong(broken.replace("Tekst", "Meer"), broken) == []
    assert fields.new_wrong(broken.replace("eigen", "iets"), broken) == []


def test_fields_are_not_written_above_a_front_matter_in_toml() -> None:
    with pytest.raises(Invalid, match="fields_toml"):
        fields.apply('+++\ntitle = "A"\n+++\nTekst.\n', {"title": "B"})
