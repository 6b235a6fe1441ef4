"""A Ning network comes in: discussions as dialogues, each turn by who gave it."""

from __future__ import annotations

from tests.fixtures import exports
from tests.services.imports.conftest import Import
from wiki.domain.content.pages import Kind
from wiki.domain.pages import dialogues
from wiki.domain.pages.turns import turns
from wiki.render import frontmatter


def test_everything_comes_in_once(imports: Import):
    source = exports.written(imports.folder, exports.ning())
    tried = imports("ning", source, dry_run=True)
    assert imports.wiki.store.head() == ""
    report = imports("ning", source)
    assert tried == report
    assert (report.pages, report.revisions, report.files, report.comments) == (5, 9, 2, 1)
    head = imports.wiki.store.head()
    again = imports("ning", source)
    assert (again.revisions, again.comments, again.known) == (0, 0, 10)
    assert imports.wiki.store.head() == head
    assert imports.secrets() == []


def test_an_answered_discussion_is_a_dialogue(imports: Import):
    imports("ning", exports.zipped(imports.folder / "n.zip", exports.ning()))
    text = imports.text("gesprekken/schakel-in-de-keten")
    meta = frontmatter.read(text)
    assert meta.kind is Kind.DIALOGUE
    assert dialogues.check(meta) == []
    said = turns(text, [one.name for one in meta.participants])
    assert [turn.speaker for turn in said] == ["Wim van Dam", "Sanne de Boer", "Wim van Dam"]
    assert "}{" in said[0].said
    assert "(/files/gesprekken/schakel-in-de-keten/7-plaat.png)" in said[0].said
    assert "8-stuk.pdf" in said[1].said
    written = imports.history("gesprekken/schakel-in-de-keten")
    assert [(one.author.name, one.when.isoformat()[:10]) for one in written] == [
        ("Wim van Dam", "2010-02-03"),
        ("Sanne de Boer", "2010-02-02"),
        ("Wim van Dam", "2010-02-01"),
    ]


def test_who_is_called_by_an_address_speaks_without_a_name(imports: Import):
    files = exports.ning()
    name = "archief/ning-members-local.json"
    files[name] = str(files[name]).replace("Sanne de Boer", exports.EMAIL)
    imports("ning", exports.written(imports.folder, files))
    meta = frontmatter.read(imports.text("gesprekken/schakel-in-de-keten"))
    assert [one.name for one in meta.participants] == ["Wim van Dam", "Onbekend"]
    assert imports.secrets() == []


def test_the_rest_finds_its_place(imports: Import):
    report = imports("ning", exports.written(imports.folder, exports.ning()))
    assert (
        frontmatter.read(imports.text("vragen/wat-is-een-vraag-en-wat-niet")).kind is Kind.QUESTION
    )
    event = frontmatter.read(imports.text("agenda/tweegesprek"))
    assert (event.kind, event.status, event.location) == (Kind.DIALOGUE, "held", "Utrecht")
    assert [one.text for one in imports.comments("blogs/terugblik")] == ["Mooi."]
    left = {(one.what, one.code) for one in report.left_out}
    assert {
        ("blogs: Nog niet af", "import_draft"),
        ("groups: geheim overleg", "import_private"),
        ("discussions: geheim overleg", "import_private"),
        ("events: geheim overleg", "import_private"),
        ("Wim van Dam", "import_ning_wall"),
    } <= left


def test_an_answer_that_came_later_is_taken_in_beside_what_changed_here(imports: Import):
    files = exports.ning()
    imports("ning", exports.written(imports.folder, files))
    path = "gesprekken/schakel-in-de-keten"
    imports.change(path, imports.text(path).replace("Wie is", "Wie was"))
    name = "archief/ning-discussions-local.json"
    later = (
        '{"id":"1:Comment:9","contributorName":"0bbb",'
        '"description":"Later.","createdDate":"2012-01-01"}'
    )
    grown = str(files[name]).replace('"comments": [', f'"comments": [{later},')
    report = imports("ning", exports.written(imports.folder, {name: grown}))
    assert (report.pages, report.revisions) == (1, 1)
    assert "Later." in imports.text(path)
    assert "Wie was" in imports.text(path)
