"""Every word that a page shows is in the index, and the other way round."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from wiki.domain.content.pages import Summary
from wiki.domain.markdown.plain import fragment
from wiki.domain.search.search import Found, Site
from wiki.projections.search.texts.documents import Document, page_documents
from wiki.render import frontmatter
from wiki.render.markdown import Renderer, plain_text

RENDERER = Renderer()
WORD = re.compile(r"\w+")

PIECES = [
    "koolmees ", "**vet** ", "*schuin* ", "`<goudvink>` ", "<naam> ", "<https://a.nl/pad> ",
    "[zwart](kop) ", "[[fitis]] ", "[[rietgors|moeras]] ", "[^n] ", "[^weg] ", "\n", "\n\n", "# ",
    "- ", "> ", "1987. ", "```", "```kort``` ", "    ", "| a | b |\n|---|---|\n| c | d |\n",
    "[voorzitter]: Welkom bij de avond.\n", "[x]: /y\n", "<!-- boomkruiper -->", "<div>\n",
    "&amp; ", "\\*", "term\n: uitleg\n", "~~door~~ ", "www.b.nl ", "jan@c.nl ", "- [ ] taak\n",
    "<b>zwaar</b> ", "<details>\n", "</details>", "<summary>meer</summary>\n", "H<sub>2</sub>O ",
    "een<br>twee ", '<img alt="plaat" src="https://d.nl/x.png"> ', "<p align=center>\n", "<kbd>",
    "==licht== ",
    "\n\n{{agenda}}\n\n", "{{recent limit=3}}\n", ":smile: ",
    "12:30:45 ", "*[kop]: gaai\n", "\n\n# kop {#ooievaar}\n", "\n\n[TOC]\n\n", "kop ",
    "$a_b$ ", "$$\\frac{kwik}{staart}$$ ", "$", "\n\n$$\nrun < zand\n$$\n", "\n```math\n", "$5 ",
    "H~2~O ", "m^2^ ", "==", "^", "~",
    "> [!NOTE]\n> ", "> [!tip]\n",
    "\n\n[^n]: noot\n", "![x](https://d.nl/p.png) ", "_", "[", "](", "@anna ", "&#x41;",
]  # fmt: skip


def documents(text: str) -> list[Document]:
    meta = frontmatter.read(text)
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    page = Summary("a/b", "1", "f" * 40, "e" * 40, moment, "", meta, meta.title)
    return list(page_documents(page, text, Site("nl", UTC)))


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_what_is_shown_is_what_is_found(text: str) -> None:
    text = "Aanhef\n\n" + text
    shown = RENDERER.render(text, path="a/b")
    # The numbers of notes are the page's, not the text's.
    plain = re.sub(r'<sup class="footnote-ref".*?</sup>', "", shown.html)
    words = WORD.findall(re.sub(r"↩.*?</span></a>", "", plain_text(plain)))
    found = WORD.findall(documents(text)[0].text)
    assert sorted(words) == sorted(found)


def test_what_the_index_dropped_is_found() -> None:
    head = "---\nkind: dialogue\nparticipants: [Anna, Bram]\n---\n"
    page, anna, bram = documents(
        head + "**Anna:** Schrijf naar <rietgors@moeras.example> of lees de noot[^1].\n\n"
        "**Bram:** Doe ik, met `<koolmees>`.\n\n```html\n<goudvink>\n```\n\n"
        "[^1]: Een roerdomp[^2].\n\n[^2]: En een kwartel.\n"
    )
    assert (anna.kind, anna.number, anna.people) == (Found.TURN, 1, ("Anna",))
    for word in ("rietgors@moeras.example", "roerdomp", "kwartel"):
        assert word in anna.text
        assert word in page.text
        assert word not in bram.text
    assert "koolmees" in bram.text
    assert "<goudvink>" in bram.text


def test_a_piece_of_a_page_keeps_its_words() -> None:
    assert fragment("[^1]: noot") == "noot"
    assert fragment("- **Anna:** zei [dit](x).") == "Anna: zei dit."
