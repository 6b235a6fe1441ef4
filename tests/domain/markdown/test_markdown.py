"""The reader reads as cmark-gfm does, knows where everything stands, and reads what wikis add."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.domain.markdown.written import html
from wiki.domain.markdown import Document, read, read_comment
from wiki.domain.markdown.nodes import (
    Block,
    Code,
    Heading,
    Inline,
    Kind,
    Leaf,
    Note,
    Table,
    every,
    walk,
)


def theirs(text: str) -> str:
    return cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)


LIKE_GITHUB = [
    # tables: in items and quotes, without outer bars, short and long rows, bars in code
    "- stemming:\n\n  | voor | tegen |\n  | ---- | ----- |\n  | 3    | 2     |\n",
    "> | voor | tegen |\n> | ---- | :---: |\n> | 3    | 2     |\n",
    "|voor|tegen|\n---|---\n|3|2|\n",
    "| a | b | c |\n|---|---|---|\n| 3 | 2 |\n| 3 | 2 | 1 | 0 |\n| Bram | tegen\n",
    "naam | stem\n-----|-----\nAnna | voor\nBram | tegen |\nzomaar\n\nnaam",
    "vooraf\n| a |\n|---|\n| b\\|c `d\\|e` |\n# kop",
    "| a |\n| - | - |",
    # addresses
    "Zie https://nl.wikipedia.org/wiki/Utrecht_(stad) en **https://voorbeeld.nl/vet**.",
    "*Een idee: https://voorbeeld.nl/a*\n\n**_Figuur 2: https://voorbeeld.nl/b/_**",
    "__Koop: https://voorbeeld.nl/c/__ (http://a.nl/b) http://a.nl/&copy; ftp://a.nl",
    "mail jan@voorbeeld.nl, www.voorbeeld.nl, www.a_b.nl, jan.@x.nl_ en a@b",
    "> eerst\n\nmail jan@voorbeeld.nl eens, of piet@voorbeeld.nl ook.\n\n- *x* a@b.nl c\n",
    "<https://a.nl> <jan@a.nl> <geen adres> [x](<a b.md> 'titel') [y](a(b)c) [z](a(b)",
    # links
    "[a][b] [b] [b][] [B c\nd] ![b] [a][nee] [x][b][b]\n\n[b]: /c (een \"titel\")\n[b c d]: <>\n",
    "[a [b](c) d](e) ![a [b](c) d](e) [![x](y)](z) [a](b \"c\") [a](b\nc)\n",
    "[voorzitter]: Welkom bij de avond.\n\n[x]: /y\n[z]: /a 'b\nc'\n[x] [z]\n===\n",
    # marks
    "5*4*3 = ~60, ~~weg~~ ~weg~ ~~~niet~~~ a_b_c *a **b*** ***a* b** **a*b**c*",
    "mijn_bestand_naam R&amp;D C:\\temp &nbsp; &bestaatniet; &#0; `` a ` b `` `a\nb` ` `` `",
    "a  \nb\\\nc\n d `  x  `",
    # lists
    "1. a\n\n   b\n2. c\n10) d\n- e\n\n- f\n  - g\n    h\n\n\n  i\n",
    "- [ ] a\n- [x] b\n- [X]  c\n- [x]d\n1. [x] e",
    "Geboren in\n1987. Toen zong de fitis.\n- ja\n14. x\n",
    "-\n  a\n-\n\n  b\n-     c\n- \td",
    # code, quotes, headings, rules
    "```kort``` is geen blok\n\n````md a\n```\n````\n\n~~~\nnooit dicht",
    "- x\n\n      a;\n          \n      b\n",
    "    a\n\n\tb\n  c\n> > a\n> b\nc\n>\n> ```\nd",
    "# a #\n## b \\#\n### c#\n#d\n####### e\nf\n==\ng\n---\n***\n- - -\n",
    # HTML
    "<div>\n*a*\n\n*b*\n</div>\n\n<pre>\n\n*a*\n</pre>\na <b>*c*</b> <!-- d --> <a b='x\ny'> <1>",
    "<!-- a\n\n```\n-->\n# b\n\n<?php\n\n?> c\n<![CDATA[\nx\n]]>\n<!X\n>\n<b>\nc\n\na\n<b>",
]  # fmt: skip


@pytest.mark.parametrize("text", LIKE_GITHUB)
def test_text_reads_as_on_github(text: str) -> None:
    assert html(read_comment(text)) == theirs(text)


def test_text_after_an_address_of_mail_is_kept_wherever_it_stands() -> None:
    text = "# Kop van het blad\n\nmail jan@voorbeeld.nl, www.voorbeeld.nl of els@x.nl en meer\n"
    assert html(read_comment(text)) == theirs(text)


BLOCKS = [
    "a\n", "b", "\n", "\n\n", "> ", "- ", "* ", "1. ", "2) ", "10. ", "    ", "  ", " ", "\t",
    "```\n", "~~~\n", "# ", "## x\n", "---\n", "===\n", "***\n", "<div>\n", "<!-- c\n-->\n",
    "| a | b |\n", "|---|:-:|\n", "a | b\n", "- | -\n", "+ ", "-\n", ">\n", "<pre>\n", "</pre>\n",
    "\\|", "`|`", "[x]\n", "<b>\n",
]  # fmt: skip
MARKS = [
    "a", "b ", " ", "*", "**", "***", "_", "__", "`", "``", "[", "]", "(", ")", "](", "![", "[a]",
    "\\", "&amp;", "<", "<a>", "</b>", "<!-- x -->", "!", "\n", "  \n", " http://x.nl/a", ".", "é",
    '"t"', "<http://q>", "|", " x@y.nl ",
]  # fmt: skip
DEFINED = "\n\n[a]: /u 't'\n[b]: <v>\n"


@given(st.lists(st.sampled_from(BLOCKS), max_size=12).map("".join))
def test_blocks_read_as_cmark_reads_them(text: str) -> None:
    # Not so in cmark: a second rule makes no table of a paragraph; blank code keeps its blanks.
    assume(text.count("|---|") < 2)
    document = read_comment(text)
    assume(not any(isinstance(b, Code) and not b.text.strip() for b in walk(document.root)))
    assert html(document) == theirs(text)


@given(st.lists(st.sampled_from(MARKS), max_size=14).map("".join))
def test_marks_read_as_cmark_reads_them(text: str) -> None:
    # Not so in cmark: links to pages; an address in open brackets; strong text in strong text.
    assume(not ("[[" in text or ("[" in text and "http" in text)))
    text = "a\n\nb" + text + DEFINED
    document = read_comment(text)
    strong = [node for _, node in inline_nodes(document) if node.kind is Kind.STRONG]
    assume(not any(n.kind is Kind.STRONG for node in strong for n in every(node.children)))
    assert html(document) == theirs(text)


def inline_nodes(document: Document) -> list[tuple[Leaf, Inline]]:
    found: list[tuple[Leaf, Inline]] = []
    for block in walk(document.root):
        if isinstance(block, Leaf):
            waiting = list(document.inlines(block))
            while waiting:
                node = waiting.pop()
                found.append((block, node))
                waiting += node.children
    return found


@given(st.lists(st.sampled_from(BLOCKS + MARKS + ["[[a]]", "[^1]", ": c\n"])).map("".join))
def test_everything_says_where_it_stands(text: str) -> None:
    document = read("---\n" + text, 4)
    for block in walk(document.root):
        assert 0 <= block.start <= block.end <= len(document.text)
        assert block.line <= block.last
    for leaf, node in inline_nodes(document):
        assert leaf.start <= node.start < node.end <= leaf.end
        children = list(node.children)
        assert all(node.start <= child.start and child.end <= node.end for child in children)
        assert all(a.end <= b.start for a, b in pairwise(children))
        if node.kind is Kind.TEXT and node.end - node.start == len(node.text) > 1:
            assert document.text[node.start : node.end] == node.text
        if node.place:
            assert node.start < node.place[0] <= node.place[1] < node.end


LINKS = ["[[a]]", "[[a|b]]", "[a](b)", "![a](b)", "<http://a.b>", "http://a.b/[[c]]", "www.a.b"]
AROUND = ["a ", "[", "]", "](c)", "![", "[[", "]]", "*", "`", "\\", "&#91;", "\n", "*" * 30, "<!--"]


def leading(nodes: Sequence[Inline]) -> list[Inline]:
    return [node for node in every(nodes) if node.kind in (Kind.LINK, Kind.IMAGE, Kind.WIKILINK)]


@given(st.lists(st.sampled_from(LINKS + AROUND), min_size=1).map("".join))
def test_links_are_the_same_without_the_text_around_them(text: str) -> None:
    document = read(text + "\n\n[a]: /d\n")
    for block in walk(document.root):
        if isinstance(block, Leaf):
            assert leading(document.links(block)) == leading(document.inlines(block))


def only(text: str, kind: Kind) -> list[tuple[str, str]]:
    """Where each such node leads, and what its place in the text holds."""
    document = read(text)
    nodes = [node for _, node in inline_nodes(document) if node.kind is kind]
    nodes.sort(key=lambda node: node.start)
    places = [slice(*node.place) if node.place else slice(0) for node in nodes]
    return [(node.target, text[place]) for node, place in zip(nodes, places, strict=True)]


def test_links_say_where_their_address_stands() -> None:
    text = (
        "> - [x](<a b> 't') [y](\n>   c\\_d)\n>   [z][q]\n\n| a |\n|-|\n| [[p\\|q]] ![r](s\\|t) |\n"
    )
    text += "\n[q]: u\n"
    assert only(text, Kind.LINK) == [("a b", "a b"), ("c_d", "c\\_d"), ("u", "")]
    assert only(text, Kind.WIKILINK) == [("p", "p")]
    assert only(text, Kind.IMAGE) == [("s|t", "s\\|t")]


@pytest.mark.parametrize(
    ("text", "links", "pages"),
    [
        ("[[a]] [[b|c]] [[b\\|c]]", [], ["a", "b", "b"]),
        ("[[1]](u) [[2]][twee] [[SE-1]]\n\n[twee]: v\n[SE-1]: w", ["u", "v", "w"], []),
        ("[[a]] (u) [[a]][nee] [[a|b]](u)", [], ["a", "a", "a"]),
        ("`[[a]]` \\[[b]] [c [[d]] e](f)", ["f"], ["d"]),
        ("[zie https://a.nl](b) [http://a.nl] x", ["b", "http://a.nl"], []),
        ("“http://a/b” http://a/c… http://a/d’,", ["http://a/b", "http://a/c", "http://a/d"], []),
    ],
)  # fmt: skip
def test_links_to_pages_and_others(text: str, links: list[str], pages: list[str]) -> None:
    assert [target for target, _ in only(text, Kind.LINK)] == links
    assert [target for target, _ in only(text, Kind.WIKILINK)] == pages


def test_notes_are_known_by_their_definition() -> None:
    document = read("a[^x] [^y]\n\n[^x]: een\n    twee\n\n    drie\n\n- [^z]: in\n")
    notes = [block for block in walk(document.root) if isinstance(block, Note)]
    assert [(note.label, len(note.children)) for note in notes] == [("x", 2), ("z", 1)]
    assert [n.target for _, n in inline_nodes(document) if n.kind is Kind.NOTE] == ["x"]


def test_a_comment_that_is_never_closed_is_text() -> None:
    text = "<!-- a\n\n# kop\n"
    assert [b.level for b in walk(read(text).root) if isinstance(b, Heading)] == [1]
    hidden = "<!-- a\n\n```\n-->\n# kop\n"
    assert [b.level for b in walk(read(hidden).root) if isinstance(b, Heading)] == [1]


def depth(nodes: list[Inline]) -> int:
    return 1 + max((depth(list(node.children)) for node in nodes), default=-1)


@pytest.mark.parametrize("text", [">" * 5_000 + "a", "- " * 5_000 + "a", "1. " * 500 + "> " * 500])
def test_what_nests_too_deep_is_text(text: str) -> None:
    found: list[Block] = list(walk(read(text).root))
    assert len(found) < 40


@pytest.mark.parametrize("text", ["*a " * 900 + "b*" * 900, "![" * 900 + "a" + "](b)" * 900])
def test_marks_too_deep_in_each_other_are_text(text: str) -> None:
    document = read(text)
    tops = [n for leaf, n in inline_nodes(document) if n in document.inlines(leaf)]
    assert depth(tops) < 40
    assert "".join(n.text for _, n in inline_nodes(document)).count("a") >= 1


def test_a_wide_table_adds_only_so_many_cells() -> None:
    text = "|" * 3_000 + "\n" + "|-" * 2_999 + "|\n" + "|a\n" * 3_000
    [table] = [block for block in walk(read(text).root) if isinstance(block, Table)]
    assert sum(len(row.cells) for row in table.rows) < 60_000
