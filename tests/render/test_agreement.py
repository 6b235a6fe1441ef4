"""What finds things in the source agrees with what renders it."""

from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content import sections
from wiki.domain.content.links import LOCAL
from wiki.domain.pages.turns import turns
from wiki.render.markdown import Renderer
from wiki.render.scan import scan

RENDERER = Renderer()

LINES = [
    "# Een", "## Twee ##", "###Geen", "  ### Drie", "#", "Tekst", "meer tekst", "", "", "",
    "===", "---", "-", "- punt", "  vervolg", "  # in punt", "1. een", "2. twee", "* ster",
    "> citaat", "> # kop in citaat", "```", "~~~", "```python", "    code", "\tcode", "***",
    "| a | b |", "|---|---|", "a | b", "[x]: /y", "[^1]: noot", "<div>", "<!-- # x -->",
    "**Jan:** dag", "**Els (12.00):** ja", "    # geen kop", "\\# geen", "- - diep", ":::", "= x",
    "# Vijf {#vijf}", "## {#zes}", "[TOC]", "[[_TOC_]]", "*[Een]: twee", "$$", "{{agenda}}",
    "-> # x", "   > q", "10. tien", "+ plus", "`code # x`", "term", "#\tTab", "# ",
]  # fmt: skip
texts = st.lists(st.sampled_from(LINES), max_size=14).map("\n".join)


@given(texts)
def test_sections_are_the_headings_that_stand_alone(text: str) -> None:
    """Every edit link leads to the section whose heading it stands at."""
    text = "Aanhef\n\n" + text
    page = RENDERER.render(text)
    found = sections.sections(text)
    linked = [(h.number, h.level, h.anchor) for h in page.headings if h.number]
    known = {(s.number, s.level, s.anchor) for s in found}
    assert set(linked) <= known
    assert linked == sorted(linked)
    anchors = [h.anchor for h in page.headings]
    assert len(anchors) == len(set(anchors))


PLAIN = [
    line for line in LINES if not line.lstrip().startswith((">", "-", "*", "+", "|", "1", "2"))
]
simple = st.lists(st.sampled_from(PLAIN), max_size=14).map("\n".join)


@given(simple)
def test_every_section_has_its_heading(text: str) -> None:
    text = "Aanhef\n\n" + text
    page = RENDERER.render(text)
    tops = [(h.number, h.level) for h in page.headings if h.number]
    assert tops == [(s.number, s.level) for s in sections.sections(text)]


@given(texts)
def test_turns_in_the_text_are_turns_on_the_page(text: str) -> None:
    text = "Aanhef\n\n" + "\n\n".join(text.split("\n"))
    head = "---\nkind: dialogue\nparticipants: [Jan, Els]\n---\n"
    page = RENDERER.render(head + text)
    found = turns(head + text, ["Jan", "Els"])
    assert page.html.count('<section class="turn"') == len(found)


SPANS = [
    "[[a]]", "[[b|tekst]]", "[c](c.md)", "[d](../d)", "`[[code]]`", "\\[[e]]", "![f](f.png)",
    "**[[g]]**", "[h][h]", "[h]", "https://e.example", "[i](https://e.example)", "[[j#k]]",
    "[[l|[m](n)]]", "[o [p](q) r](s)", "woord", "``x ` [[y]]``", "[[Een titel]]", "[t](u 'v')",
    "(<z>)", "*a*", '<a href="aa.md">bb</a>', "<a href=cc>", "<b>", "</a>", "<a name='dd'>",
    "&amp;", "[w](<x y>)", "[[&eacute;]]", "[1]", "[ ]", "] [", "`",
    "$[[ee]]$", "$a", "b$", "$$", ":x:",
    "[![u](u.png)](v)", '<img src="w.png">', "[x ![y](y) z](z.png)",
]  # fmt: skip
BLOCKS = [
    "",
    "",
    "{{dialogues question=a}}\n\n",
    "- ",
    "> ",
    "## ",
    "```",
    "    ",
    "| ",
    "h: ",
    "<p>",
    "<details>",
]
lines = st.tuples(st.sampled_from(BLOCKS), st.lists(st.sampled_from(SPANS), max_size=4))


@given(st.lists(lines, max_size=6))
def test_scan_finds_the_links_that_show(parts: list[tuple[str, list[str]]]) -> None:
    # Not opened by a heading: the page's title stands above the text.
    text = "Aanhef\n\n" + "\n\n".join(block + " ".join(spans) for block, spans in parts)
    text += "\n\n[h]: h.md\n"
    page = RENDERER.render(text, path="x/y")
    there = {k.target for k in page.links if k.kind in LOCAL}
    assert {link.target for link in scan(text, "x/y").links} == there


def test_scan_gives_title_excerpt_and_words() -> None:
    text = (
        "---\nkind: page\n---\n\n# Een *titel*\n\n![x](y.png)\n\nEerste **zin** met [[a|link]].\n"
    )
    found = scan(text)
    assert found.title_heading == "Een titel"
    assert found.excerpt == "Eerste zin met link."
    assert found.excerpt == RENDERER.render(text).excerpt
