"""Sections can be taken out and put back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.sections import cut, paste, sections
from wiki.domain.errors import NotFound

TEXT = """---
title: x
---
Vooraf

# Een *kop*

tekst

## Onder

```
# geen kop
```

Twee
----

slot
"""


def test_sections_nest_and_skip_code() -> None:
    found = sections(TEXT)
    assert [(s.number, s.level, s.title, s.anchor) for s in found] == [
        (1, 1, "Een kop", "h-een-kop"),
        (2, 2, "Onder", "h-onder"),
        (3, 2, "Twee", "h-twee"),
    ]
    assert cut(TEXT, 1) == TEXT[TEXT.index("# Een") :]
    assert cut(TEXT, 2) == "## Onder\n\n```\n# geen kop\n```\n\n"


def test_a_pasted_section_stays_apart_from_the_next() -> None:
    assert "Nieuw\n\nTwee\n----" in paste(TEXT, 2, "## Onder\n\nNieuw")
    assert paste(TEXT, 3, "weg").endswith("```\n\nweg")


lines = st.sampled_from(["# a", "## b", "x", "", "===", "---", "```", "> # c", "- # d", "# a"])


@given(st.lists(lines, max_size=12).map("\n".join))
def test_putting_back_what_was_taken_changes_nothing(text: str) -> None:
    found = sections(text)
    assert len({section.anchor for section in found}) == len(found)
    for section in found:
        assert paste(text, section.number, cut(text, section.number)) == text


def test_no_such_section() -> None:
    for number in (0, 4, -1):
        with pytest.raises(NotFound):
            cut(TEXT, number)
