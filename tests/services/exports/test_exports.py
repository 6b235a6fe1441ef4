"""What everybody may read, in forms that outlive the wiki; what is closed is in none of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fixtures.access import set_rule
from wiki.domain.access.rights import SYSTEM, Actor
from wiki.domain.errors import Conflict
from wiki.domain.history.revisions import Author
from wiki.engine import Wiki
from wiki.services.exports import bags, markdown, static_site
from wiki.services.talk import comments
from wiki.store.store import Change

MDTO = "{https://www.nationaalarchief.nl/mdto}"
QUESTION = (
    "---\ntitle: Wie doet het?\nkind: question\nstatus: answered\ntags: [zorg]\n---\nDaarom.\n"
)
DIALOGUE = (
    "---\ntitle: Gesprek\nkind: dialogue\nstatus: held\ndate: 2020-01-01\nparticipants: [A]\n"
    "questions: [vragen/wie]\n---\n**A:** zie [[vragen/wie]] en [[dicht/geheim]].\n"
)


@pytest.fixture
def filled(wiki: Wiki, page: Callable[..., str], member: Actor) -> Wiki:
    """A closed question with a dialogue, a file and a comment, and a folder for members alone."""
    page("vragen/wie", QUESTION)
    page("vragen/open", QUESTION.replace("answered", "open"))
    page("gesprekken/een", DIALOGUE)
    page("dicht/geheim", "# Geheim\n\nNiet voor buiten.\n")
    page("oud", "---\nredirect: vragen/wie\n---\n")
    wiki.store.commit(
        [Change("vragen/wie/a.png", b"png"), Change("dicht/geheim/b.png", b"png")],
        author=Author("x", "x@members.invalid"),
        message="",
        trailers={"Denktank": "edit"},
        expect={},
    )
    comments.post(wiki, member, "vragen/wie", "Mooi <b>zo</b>.")
    set_rule(wiki, SYSTEM, prefix="dicht", right="read", role="member")
    wiki.follow()
    return wiki


def names(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_the_static_site_leads_nowhere_but_inside(filled: Wiki, tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert static_site.write(filled, out) == 3
    assert names(out) == {
        "index.html",
        "style.css",
        "pages/vragen/wie.html",
        "pages/vragen/open.html",
        "pages/gesprekken/een.html",
        "files/vragen/wie/a.png",
    }
    for file in out.rglob("*.html"):
        text = file.read_text()
        assert "Geheim" not in text
        for address in re.findall(r'\s(?:href|src)="([^"#]+)', text):
            assert (file.parent / address).exists(), address
    question = (out / "pages/vragen/wie.html").read_text()
    assert "Mooi &lt;b&gt;" in question or "<b>zo</b>" in question
    assert 'href="../vragen/wie.html"' in (out / "pages/gesprekken/een.html").read_text()
    with pytest.raises(Conflict):
        static_site.write(filled, out)


def test_markdown_has_the_discussion(filled: Wiki, tmp_path: Path) -> None:
    assert markdown.write(filled, tmp_path / "md") == 3
    assert "Mooi" in (tmp_path / "md/vragen/wie.md").read_text()
    assert "dicht/geheim.md" not in names(tmp_path / "md")


def test_a_bag_for_each_closed_question(filled: Wiki, tmp_path: Path) -> None:
    assert bags.write(filled, tmp_path / "out") == 1
    (bag,) = (tmp_path / "out").iterdir()
    held = names(bag)
    payload = {name for name in held if name.startswith("data/")}
    for algorithm in ("sha256", "sha512"):
        lines = (bag / f"manifest-{algorithm}.txt").read_text().splitlines()
        listed = dict(line.split("  ", 1)[::-1] for line in lines)
        assert listed.keys() == payload
        for name, digest in listed.items():
            assert hashlib.new(algorithm, (bag / name).read_bytes()).hexdigest() == digest
    size = sum((bag / name).stat().st_size for name in payload)
    assert f"Payload-Oxum: {size}.{len(payload)}\n" in (bag / "bag-info.txt").read_text()
    assert "data/gesprekken/een.md" in payload
    versions: Any = json.loads((bag / "data/vragen/wie.versions.json").read_text())
    assert [one["event"] for one in versions] == ["edit"]
    told = ElementTree.parse(bag / "data/informatieobject.mdto.xml").getroot()
    assert told.findtext(f"{MDTO}informatieobject/{MDTO}naam") == "Wie doet het?"
    of_file = ElementTree.parse(bag / "data/vragen/wie.md.bestand.mdto.xml").getroot()
    digest = hashlib.sha256((bag / "data/vragen/wie.md").read_bytes()).hexdigest()
    assert of_file.findtext(f"{MDTO}bestand/{MDTO}checksum/{MDTO}checksumWaarde") == digest
