"""Links follow a page that moves, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.links import LinkKind, address, wikilink
from wiki.domain.editing.renames import repoint, stub
from wiki.domain.markdown import read as read_markdown
from wiki.domain.markdown.nodes import Code, Kind, Leaf, every, walk
from wiki.render.frontmatter import read


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[[vragen/a]]", "[[nieuw/z]]"),
        ("[[Vragen/A#kop|tekst]]", "[[nieuw/z#kop|tekst]]"),
        ("[x](a)", "[x](../nieuw/z)"),
        ("[x](./a.md#kop)", "[x](../nieuw/z.md#kop)"),
        ('[x](/wiki/vragen/a "titel")', '[x](/wiki/nieuw/z "titel")'),
        ("![x](/files/vragen/a/f.png)", "![x](/files/nieuw/z/f.png)"),
        ("![x](a/f.png)", "![x](../nieuw/z/f.png)"),
        ("[x]: a.md", "[x]: ../nieuw/z.md"),
        (
            "---\nquestions: [vragen/a, vragen/ab]\n---\n",
            "---\nquestions: [nieuw/z, vragen/ab]\n---\n",
        ),
        ('---\nquestions:\n- "vragen/a"\n---\n', "---\nquestions:\n- nieuw/z\n---\n"),
        (
            '---\nquestions: ["[[vragen/a]]", vragen/a.md]\n---\n',
            '---\nquestions: ["[[nieuw/z]]", nieuw/z.md]\n---\n',
        ),
        (
            '---\nquestions: "vragen/a, vragen/b"\n---\n',
            '---\nquestions: "nieuw/z, vragen/b"\n---\n',
        ),
        ("[x](<a>) [x](<a> 'b')", "[x](<../nieuw/z>) [x](<../nieuw/z> 'b')"),
        ('[x](a "titel (x)")\n[y](\na)', '[x](../nieuw/z "titel (x)")\n[y](\n../nieuw/z)'),
        ("| a |\n|---|\n| [[vragen/a\\|hier]] |", "| a |\n|---|\n| [[nieuw/z\\|hier]] |"),
        ("> - [x](\n>   a)", "> - [x](\n>   ../nieuw/z)"),
        ("[x][y]\n\n[y]:\n  <a> 'z'", "[x][y]\n\n[y]:\n  <../nieuw/z> 'z'"),
        ("[![p](a/f.png)](a)", "[![p](../nieuw/z/f.png)](../nieuw/z)"),
    ],
)
def test_links_follow(written: str, found: str) -> None:
    assert repoint(written, "vragen/b", "vragen/a", "nieuw/z") == found


@pytest.mark.parametrize(
    "text",
    [
        "`[[vragen/a]]`",
        "```\n[[vragen/a]]\n```",
        "[[vragen/ab]] [x](ab) [x](https://vragen/a) vragen/a",
        "---\ntitle: vragen/a\n---\n",
        "1. stap\n\n    ```\n    [[vragen/a]]\n    ```\n\n> ```\n> [x](a)\n\n    [x](a)",
        "``[[vragen/a]]\n[x](a)`` \\[[vragen/a]] <!-- [x](a) -->",
        '---\nquestions: ["vragen/a, x", "x vragen/a"]\nredirect: vragen/ab\n---\n',
    ],
)
def test_what_is_no_link_to_it_stays(text: str) -> None:
    assert repoint(text, "vragen/b", "vragen/a", "nieuw/z") == text


def test_the_page_itself_takes_its_relative_links_along() -> None:
    text = "[x](b.md) ![p](foto.png) [[vragen/a]]"
    assert repoint(text, "nieuw/z", "vragen/a", "nieuw/z") == (
        "[x](../vragen/b.md) ![p](foto.png) [[nieuw/z]]"
    )


@given(st.text(), st.sampled_from(["a", "map/a"]))
def test_there_and_back_is_the_same_where_nothing_pointed(text: str, page: str) -> None:
    assert repoint(text, page, "bestaat/niet-hier", "elders/ook-niet") == text


@pytest.mark.parametrize(
    ("new", "written"),
    [("de map/een (z)", "de%20map/een%20%28z%29"), ("nieuw/z.b", "nieuw/z.b.md"), ("é/ж", "é/ж")],
)
def test_any_path_can_be_written(new: str, written: str) -> None:
    assert repoint("[x](a)", "b", "a", new) == f"[x]({written})"
    front = repoint("---\nquestions: [a, b]\n---\n", "b", "a", new)
    assert read("---\n" + front[4:]).questions == (new, "b")


PAGES = ["a", "map/a", "map/b", "map/a/c", "b (c)", "2024-01-01"]
WAYS = [
    "[x]({p})", "[x](</{p}.md>)", "[[{p}]]", "[[{p}#k|w]]", "![x](/files/{p}/f.png)", "[x](f.png)",
    "[x](../{p})", "`[[{p}]]`", "[x](/wiki/{p}#k 't')", "![x](<{p}/f.png>)", "[r]\n\n[r]: </{p}>\n",
    "\n\n    [[{p}]]\n\n", "[x](https://{p})", "[x](#{p})", "\n> [x](<{p}>\n> 't')\n\n",
]  # fmt: skip
links = st.tuples(st.sampled_from(WAYS), st.sampled_from(PAGES))


def seen(text: str, page: str) -> tuple[list[tuple[LinkKind, str, str]], list[str]]:
    """What every link of a page leads to, and its code."""
    document = read_markdown(text)
    found, code = [], []
    for block in walk(document.root):
        if isinstance(block, Code):
            code.append(block.text)
        for node in every(document.inlines(block)) if isinstance(block, Leaf) else ():
            if node.kind in (Kind.LINK, Kind.IMAGE):
                link = address(node.target, page)
                found.append((link.kind, link.target, link.anchor))
            elif node.kind is Kind.WIKILINK:
                link = wikilink(node.target)
                found.append((link.kind, link.target, link.anchor))
            elif node.kind is Kind.CODE:
                code.append(node.text)
    return found, code


@given(st.lists(links, max_size=5), st.sampled_from(PAGES), st.sampled_from(PAGES))
def test_every_link_leads_where_it_led(written: list[tuple[str, str]], page: str, old: str) -> None:
    new = "nieuw/z w"
    text = " ".join(way.format(p=target) for way, target in written)
    before, code = seen(text, page)
    here = new if page == old else page
    after, kept = seen(repoint(text, here, old, new), here)

    def now(kind: LinkKind, target: str, anchor: str) -> tuple[LinkKind, str, str]:
        if kind in (LinkKind.PAGE, LinkKind.WIKI) and target == old:
            return kind, new, anchor
        if kind is LinkKind.FILE and target.rpartition("/")[0] == old:
            return kind, f"{new}/{target.rpartition('/')[2]}", anchor
        return kind, target, anchor

    assert after == [now(*one) for one in before]
    assert kept == code


def test_a_stub_names_its_target() -> None:
    assert stub("nieuw/z") == "---\nredirect: nieuw/z\n---\n"
    assert stub("met: dubbele punt") == '---\nredirect: "met: dubbele punt"\n---\n'
