"""Links follow a page that moves, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import names
from wiki.domain.content.links import LOCAL, address, wikilink
from wiki.domain.content.names import Known, Lead, Named, Rank, To
from wiki.domain.editing import renames
from wiki.domain.editing.renames import Move, stub
from wiki.domain.markdown import read as read_markdown
from wiki.domain.markdown.nodes import Code, Kind, Leaf, every, walk
from wiki.render.frontmatter import read

PAGES = ["a", "map/a", "map/b", "map/a/c", "b (c)", "2024-01-01", "vragen/a", "vragen/ab"]
FILES = [f"{page}/{name}" for page in PAGES for name in ("f.png", "een foto.jpg")]
FILES += ["map/beside.png", "LICENSE"]


def known(pages: list[str], files: list[str]) -> Known:
    """All that there is, as the catalogue would give it."""
    found = Known({}, {}, {}, {}, {})
    for page in pages:
        found.pages.setdefault(names.stem(page), []).append(page)
        found.named.setdefault(names.key(names.stem(page)), []).append(
            Named(page, names.stem(page), Rank.NAME)
        )
    for file in files:
        found.files.setdefault(file.casefold(), []).append(file)
        found.called.setdefault(names.key(file), []).append(file)
    return found


def move(old: str, new: str) -> Move:
    files = {f: f"{new}/{f.rpartition('/')[2]}" for f in FILES if f.rpartition("/")[0] == old}
    pages = list(dict.fromkeys([*PAGES, old]))
    now = known(pages, FILES)
    later = names.after_move(now, {old: new, **files}, old, leaves_stub=True)
    return Move(
        old,
        new,
        files,
        lambda source, target: names.resolve(source, target, now),
        lambda source, target: names.resolve(source, target, later),
    )


def repoint(text: str, page: str, old: str, new: str) -> str:
    return renames.repoint(renames.opened(text), page, move(old, new))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[[vragen/a]]", "[[nieuw/z]]"),
        ("{{dialogues question=vragen/a limit=5}}", "{{dialogues question=nieuw/z limit=5}}"),
        ("{{gesprekken vraag='vragen/a'}}", "{{gesprekken vraag='nieuw/z'}}"),
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
        (
            '<picture><source srcset="a/f.png, b.png, a/een%20foto.jpg 2x"><img src="a/f.png">',
            '<picture><source srcset="../nieuw/z/f.png, b.png, ../nieuw/z/een%20foto.jpg 2x">'
            '<img src="../nieuw/z/f.png">',
        ),
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
    text = "[x](ab.md) ![p](foto.png) [[vragen/a]] [y](weg.md)"
    assert repoint(text, "nieuw/z", "vragen/a", "nieuw/z") == (
        "[x](../vragen/ab.md) ![p](foto.png) [[nieuw/z]] [y](../vragen/weg.md)"
    )


@given(st.text(), st.sampled_from(["a", "map/a"]))
def test_there_and_back_is_the_same_where_nothing_pointed(text: str, page: str) -> None:
    assert repoint(text, page, "zz/niet-hier", "elders/ook-niet") == text


@pytest.mark.parametrize(
    ("new", "written"),
    [("de map/een (z)", "de%20map/een%20%28z%29"), ("nieuw/z.b", "nieuw/z.b"), ("é/ж", "é/ж")],
)
def test_any_path_can_be_written(new: str, written: str) -> None:
    assert repoint("[x](a)", "b", "a", new) == f"[x]({written})"
    front = repoint("---\nquestions: [a, b]\n---\n", "b", "a", new)
    assert read("---\n" + front[4:]).questions == (new, "b")


WAYS = [
    "[x]({p})", "[x](</{p}.md>)", "[[{p}]]", "[[{p}#k|w]]", "![x](/files/{p}/f.png)", "[x](f.png)",
    "[x](../{p})", "`[[{p}]]`", "[x](/wiki/{p}#k 't')", "![x](<{p}/f.png>)", "[r]\n\n[r]: </{p}>\n",
    "\n\n    [[{p}]]\n\n", "[x](https://{p})", "[x](#{p})",
    "[[a]]", "[[c]]", "[[b (c)|x]]", "[x](beside.png)", "[x](LICENSE)", "[x](<{p}/een foto.jpg>)",
    "![[beside.png]]", "[x](../LICENSE)", "<img src='f.png'>", '<a href="{p}">x</a>',
    "\n> [x](<{p}>\n> 't')\n\n",
]  # fmt: skip
links = st.tuples(st.sampled_from(WAYS), st.sampled_from(PAGES))


def seen(text: str, page: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The target and heading of every link of a page, and its code."""
    document = read_markdown(text)
    found, code = [], []
    for block in walk(document.root):
        if isinstance(block, Code):
            code.append(block.text)
        for node in every(document.inlines(block)) if isinstance(block, Leaf) else ():
            if node.kind is Kind.CODE:
                code.append(node.text)
            elif node.kind in (Kind.LINK, Kind.IMAGE, Kind.WIKILINK):
                is_page = node.kind is Kind.WIKILINK
                link = wikilink(node.target) if is_page else address(node.target, page)
                found.append((link.target if link.kind in LOCAL else link.kind, link.anchor))
    return found, code


def meant(find: Any, source: str, target: str) -> tuple[str, To | None]:
    lead: Lead | None = find(source, target)
    return (lead.path, lead.to) if lead else (target, None)


@given(
    st.lists(links, max_size=5),
    st.sampled_from(PAGES),
    st.sampled_from(PAGES),
    st.sampled_from(["nieuw/z w", "map/a2", "z", "map/c/2024 (x)", "a b/index"]),
)
def test_every_link_leads_where_it_led(
    written: list[tuple[str, str]], page: str, old: str, new: str
) -> None:
    text = " ".join(way.format(p=target) for way, target in written)
    moving = move(old, new)
    here = new if page == old else page
    before, code = seen(text, page)
    after, kept = seen(renames.repoint(renames.opened(text), here, moving), here)
    assert kept == code
    assert len(after) == len(before)
    for (target, anchor), (now, still) in zip(before, after, strict=True):
        path, to = meant(moving.before, page, target)
        assert still == anchor
        if to is not None:
            assert meant(moving.after, here, now) == (moving.moved(path), to)


def test_a_stub_names_its_target() -> None:
    assert stub("nieuw/z") == "---\nredirect: nieuw/z\n---\n"
    assert stub("met: dubbele punt") == '---\nredirect: "met: dubbele punt"\n---\n'
