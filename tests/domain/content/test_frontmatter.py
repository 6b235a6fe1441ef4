"""Changing one key changes that key's lines."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import frontmatter

TEXT = """---
# over deze pagina
title: "Een: titel"   # kort
tags:
- a
- b

# los
participants: [{name: A,
  role: b}]
text: |
  regel

  # geen commentaar
last: x
---
Inhoud
"""


def test_entries_hold_every_line_with_its_key() -> None:
    front, body = frontmatter.split(TEXT)
    assert front is not None
    assert body == "Inhoud\n"
    found = frontmatter.entries(front)
    assert [entry.key for entry in found] == [
        "", "title", "tags", "", "participants", "text", "last",
    ]  # fmt: skip
    assert "\n".join(line for entry in found for line in entry.lines) + "\n" == front


def test_replacing_a_key_leaves_all_other_lines() -> None:
    changed = frontmatter.replace(TEXT, {"tags": "[c]", "last": None, "new": "1"})
    assert changed == TEXT.replace("tags:\n- a\n- b\n", "tags: [c]\n").replace("last: x", "new: 1")


def test_a_comment_behind_a_plain_value_stays() -> None:
    text = "---\nstatus: open    # open | parked\n---\n"
    changed = frontmatter.replace(text, {"status": "parked"})
    assert changed == "---\nstatus: parked    # open | parked\n---\n"
    assert frontmatter.replace(text, {"status": "open"}) == text


def test_a_key_that_stands_there_twice_is_set_once() -> None:
    text = "---\na: 1\nb: 2\na: 3\n---\n"
    assert frontmatter.replace(text, {"a": "4"}) == "---\na: 4\nb: 2\n---\n"
    assert frontmatter.replace(text, {"b": "5"}) == "---\na: 1\nb: 5\na: 3\n---\n"


def test_a_horizontal_rule_is_no_front_matter() -> None:
    for text in (
        "---\n\nTekst\n\n---\nmeer\n",
        "---\ntitle: x\n",
        "--- \ntekst: x",
        "---\n# x\nx\n---\n",
    ):
        assert frontmatter.split(text) == (None, text)


def test_block_made_for_a_key_goes_with_it() -> None:
    made = frontmatter.replace("Inhoud", {"title": "x"})
    assert made == "---\ntitle: x\n---\nInhoud"
    assert frontmatter.replace(made, {"title": None}) == "Inhoud"


lines = st.sampled_from(
    [
        "a: 1",
        "b: 'x",
        "c:",
        "  d",
        "- e",
        "# f",
        "",
        "g",
        '"h": [',
        "]",
        "i: {",
        "j: |",
        "\tk",
        "...",
    ]
)


@given(st.lists(lines, max_size=10).map("\n".join), st.text("abc\n-"))
def test_nothing_is_lost(front: str, body: str) -> None:
    text = f"---\n{front}\n---\n{body}"
    parts = frontmatter.cut(text)
    if parts:
        assert parts.opening + parts.front + parts.closing + parts.body == text
        joined = [line for entry in frontmatter.entries(parts.front) for line in entry.lines]
        assert "".join(line + "\n" for line in joined) == parts.front
    frontmatter.values(front)
    assert frontmatter.replace(text, {"zz": None}) == text
