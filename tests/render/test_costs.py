"""Texts made to be slow, deep or large cost little, and never raise."""

import time

import pytest

from wiki.domain.content import sections
from wiki.domain.markdown import abbreviations
from wiki.render.frontmatter import read
from wiki.render.markdown import Renderer
from wiki.render.scan import scan

LIMIT = 20
"""Seconds of processor time: no claim of speed, only that the cost does not explode."""
RENDERER = Renderer()
SIZE = 100_000


def long(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


SLOW = {
    "quotes nested": ">" * 10_000 + " x",
    "lists nested": "".join("  " * depth + "- a\n" for depth in range(400)),
    "lists in one line": "- " * 10_000 + "x",
    "emphasis nested": "*" * 10_000 + "a" + "*" * 10_000,
    "emphasis mixed": long("*a _b "),
    "emphasis closed": long("*a**b"),
    "brackets": long("["),
    "brackets nested": "[" * 10_000 + "a" + "](x)" * 10_000,
    "links open": long("[a]("),
    "pictures open": long("![a]("),
    "titles open": long('[a](b "'),
    "backticks": "".join("`" * length + " " for length in range(1, 440)),
    "tags open": long("<a "),
    "comments open": long("<!--"),
    "backslashes": long("\\"),
    "entities": long("&a"),
    "spaces": "a" + " " * SIZE + "b",
    "heading with spaces": "# a" + " " * SIZE + "b",
    "heading of marks": "# " + "#" * SIZE + " a",
    "dashes": long("-\n"),
    "tilde": long("~"),
    "pipes": "a|" * 20_000 + "\n" + "-|" * 20_000 + "\n" + "a|" * 20_000,
    "footnotes": "".join(f"[^{n}]: a\n" for n in range(8_000)),
    "definitions": "".join(f"[{n}]: /a\n" for n in range(8_000)),
    "wikilinks open": long("[[a|"),
    "addresses": long("https://a.b/ "),
    "quoted lists": long(">\n- "),
    "lazy lines": long("> ") + "\n" + long("a\n"),
    "code": "```python\n" + long("(") + "\n```",
    "php": "```php\n<?php " + long("<<<A\n")[:19_000] + "\n```",
    "underlines": long("a\n-\n"),
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_text_is_not_slow(name: str) -> None:
    started = time.process_time()
    RENDERER.render(SLOW[name], path="a/b")
    assert time.process_time() - started < LIMIT
    started = time.process_time()
    scan(SLOW[name])
    sections.sections(SLOW[name])
    RENDERER.comment(SLOW[name][:20_000])
    assert time.process_time() - started < LIMIT


MUCH = (
    "[",
    "*a",
    "a\n",
    "> - x\n",
    "- a\n",
    "# a\n",
    "a\n\n",
    "http://a.b ",
    "www.a.nl ",
    "a@b.nl ",
)


@pytest.mark.parametrize("piece", MUCH)
def test_two_megabytes_show_as_written_when_too_much_is_in_them(piece: str) -> None:
    page = RENDERER.render(piece * (1_900_000 // len(piece)))
    assert page.problems == ("too_complex",)
    assert page.html.startswith('<pre class="too-deep">')


def test_a_list_of_many_thousand_items_is_a_list_and_of_more_is_shown_as_written() -> None:
    page = RENDERER.render("- a\n" * 14_000)
    assert (page.html.count("<li>"), page.problems) == (14_000, ())
    for piece in ("- a\n", "# a\n"):
        page = RENDERER.render(piece * 16_000 + "\nhet einde\n")
        assert page.problems == ("too_complex",)
        assert page.plain.endswith("het einde")


def test_ten_megabytes_show_as_written() -> None:
    assert RENDERER.render("woord " * 1_700_000).problems == ("too_large",)


BOMBS = {
    "aliases": "a: &a [x]\n" + "".join(f"{c}: &{c} [*a, *a]\n" for c in "bcdefgh"),
    "keys": "".join(f"key{n}: {{a: b}}\n" for n in range(10_000)),
    "flow": "a: " + "[" * 10_000,
    "block": "".join(" " * n + f"a{n}:\n" for n in range(300)),
    "dashes": "a:\n" + "- " * 5_000 + "x",
    "large": "a: " + "x" * 70_000,
    "long line": "a: |\n  " + "x" * 60_000,
    "words": "a: {b: " + "x " * 30_000 + "}",
    "number": "a: " + "9" * 60_000 + "\nb: {}",
    "tag": 'a: !!python/object/apply:os.system ["id"]\n',
    "binary": "a: !!binary x\nb: {c: \x07}",
    "quotes": "a: {b: " + '"' * 9_999 + "}",
    "keys of keys": "? " * 5_000 + "x",
    "recursion": "a: &a {b: *a}",
    "lists": "tags:\n" + "- a\n" * 10_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_front_matter_bombs_go_out(name: str) -> None:
    text = f"---\ntitle: T\n{BOMBS[name]}\n---\nbody\n"
    started = time.process_time()
    read(text)
    assert time.process_time() - started < LIMIT
    assert "body" in RENDERER.render(text).plain


def test_what_an_abbreviation_says_is_not_said_for_ever() -> None:
    html = RENDERER.render("*[A]: " + "x" * 490 + "\n\n" + "A " * 6_000, path="a").html
    assert html.count("<abbr ") == abbreviations.MOST_MARKED
    assert html.count("A") == 6_000
