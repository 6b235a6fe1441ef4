"""Every kind of export comes in: once, as a dry run said, by who wrote it, without secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures import exports
from tests.services.imports.conftest import Import
from wiki.domain.errors import Invalid
from wiki.render import frontmatter

SOURCES: dict[str, tuple[Callable[[Path], Path], tuple[int, int, int, int]]] = {
    "pbworks": (lambda folder: exports.zipped(folder / "a.zip", exports.pbworks()), (2, 3, 1, 0)),
    "mediawiki": (
        lambda folder: exports.written(
            folder, {"dump.xml": exports.mediawiki(), "images/a/ab/Plaat.png": b"\x89PNG"}
        ),
        (3, 4, 1, 0),
    ),
    "dokuwiki": (lambda folder: exports.written(folder, exports.dokuwiki()), (2, 7, 1, 1)),
    "otter": (lambda folder: exports.repository(folder), (3, 4, 1, 0)),
    "gollum": (lambda folder: exports.repository(folder), (3, 4, 1, 0)),
    "markdown": (
        lambda folder: exports.zipped(
            folder / "a.zip",
            {"a.md": "# A\n\n[[b]]\n", "map/b.md": "# B\n", "map/c.png": b"\x89PNG"},
        ),
        (2, 2, 1, 0),
    ),
    "outline": (lambda folder: exports.zipped(folder / "a.zip", exports.outline()), (2, 2, 1, 0)),
}
"""An importer, its export, and the pages, versions of pages, files and comments in it."""


@pytest.mark.parametrize("importer", SOURCES)
def test_everything_comes_in_once(imports: Import, importer: str):
    make, counts = SOURCES[importer]
    source = make(imports.folder)
    tried = imports(importer, source, dry_run=True)
    assert imports.wiki.store.head() == ""
    report = imports(importer, source)
    assert tried == report
    pages, versions, files, comments = counts
    assert (report.pages, report.files, report.comments) == (pages, files, comments)
    assert report.revisions == versions + files
    head = imports.wiki.store.head()
    again = imports(importer, source)
    assert (again.pages, again.revisions, again.comments) == (0, 0, 0)
    assert imports.wiki.store.head() == head
    assert imports.secrets() == []
    assert imports.wiki.store.fsck() == []


def test_pbworks_keeps_levels_tables_links_and_versions(imports: Import):
    imports("pbworks", SOURCES["pbworks"][0](imports.folder))
    text = imports.text("frontpage")
    assert "# Welkom" in text
    assert "[verder](/wiki/tweede-pagina#Kop)" in text
    assert "| a | b\\|c |" in text
    assert "- een\n  - twee" in text
    assert "(/files/frontpage/nota-een.pdf)" in text
    assert "plugin" not in text
    assert [one.when.year for one in imports.history("tweede-pagina")] == [2010, 2010]
    assert {one.author.name for one in imports.history("tweede-pagina")} == {"Sanne de Boer"}
    assert "Nu." in imports.text("tweede-pagina")


def test_mediawiki_becomes_markdown(imports: Import):
    report = imports("mediawiki", SOURCES["mediawiki"][0](imports.folder))
    text = imports.text("eerste-pagina")
    assert "## Kop\n\n**Vet** en *schuin*, zie [[tweede-pagina|twee]]" in text
    assert "- een\n   - twee" in text
    assert "`{{Sjabloon|x=1}}`" in text
    assert "Door (…).[^1]" in text
    assert "| 1 | [c](http://x.nl) |" in text
    assert frontmatter.read(text).tags == ("Zorg",)
    assert frontmatter.read(imports.text("tweede-pagina")).redirect == "eerste-pagina"
    assert "Mee eens." in imports.text("overleg/eerste-pagina")
    assert [one.author.name for one in imports.history("eerste-pagina")] == [
        "Sanne de Boer",
        "Onbekend",
    ]
    assert {one.code for one in report.left_out} == {"import_withheld", "import_program"}


@pytest.mark.parametrize(
    "text", ['<!DOCTYPE x [<!ENTITY a "b">]><mediawiki/>', "<html/>", "no xml at all"]
)
def test_a_dump_that_is_none_or_brings_entities_is_refused(imports: Import, text: str):
    with pytest.raises(Invalid):
        imports("mediawiki", exports.written(imports.folder, {"a.xml": text}))


def test_dokuwiki_has_its_past(imports: Import):
    report = imports("dokuwiki", SOURCES["dokuwiki"][0](imports.folder))
    assert ("besloten:stuk", "import_closed") in {(it.what, it.code) for it in report.left_out}
    text = imports.text("werk/plan")
    assert "# Het plan\n\nNu, zie [[start|begin]] van (…)." in text
    assert "- een\n   - twee" in text
    assert "| Kop | B |\n| --- | --- |\n| a | **b** |" in text
    assert "![Een plaat](/files/werk/plaat.png) *schuin*" in text
    authors = [one.author.name for one in imports.history("werk/plan")][::-1]
    assert authors[:3] == ["Sanne de Boer", "Onbekend", "wim"]
    assert [one.text for one in imports.comments("werk/plan")] == ["Mooi **zo**"]
    assert "weg.md" not in imports.files()


@pytest.mark.parametrize(
    ("importer", "link"), [("gollum", "[[plan|Het plan]]"), ("otter", "[[plan|Het plan]]")]
)
def test_a_repository_keeps_its_history(imports: Import, importer: str, link: str):
    imports(importer, exports.repository(imports.folder))
    assert link in imports.text("home")
    assert "![plaat.png](/files/img/plaat.png)" in imports.text("zij")
    written = imports.history("plan")
    assert [(one.came_from, one.author.name) for one in written] == [
        ("oud", "Sanne de Boer"),
        ("", "Sanne de Boer"),
    ]
    assert imports.history("zij")[0].author.name == "Wim"
    assert "oud.md" not in imports.files()


def test_outline_keeps_its_tree(imports: Import):
    report = imports("outline", SOURCES["outline"][0](imports.folder))
    text = imports.text("zorg/boven")
    assert "## Kop\n\n**vet** en [door](/wiki/zorg/boven/onder)" in text
    assert "![](/files/zorg/boven/plaat.png)" in text
    assert "\\*ster\\*" in imports.text("zorg/boven/onder")
    assert [(one.what, one.code) for one in report.left_out] == [
        ("Zorg: geheim overleg", "import_draft")
    ]


def test_front_matter_in_toml_comes_in_as_it_is(imports: Import):
    text = "+++\ndate = 2024-05-01\n+++\nTekst.\n"
    imports("markdown", exports.zipped(imports.folder / "a.zip", {"a.md": text}))
    assert imports.text("a") == text
