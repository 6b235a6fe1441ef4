"""The search index follows git and SQL, and heals itself."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from wiki.domain.history.revisions import Author
from wiki.domain.search.query import parse
from wiki.domain.search.search import NotReady, Scope
from wiki.engine import open_wiki
from wiki.projections import crumbs
from wiki.projections.search import index
from wiki.services.content import files
from wiki.services.operation import jobs, projections
from wiki.settings import Settings
from wiki.store.store import Change

WRITER = Author("denktank", f"denktank@{Author.DOMAIN}")

DIALOGUE = """---
kind: dialogue
title: Gesprek over de wijk
status: held
date: 2009-12-02
participants: [{name: Anna de Vries}, {name: Bert}]
questions: [vragen/wijk]
---
**Anna de Vries:** Bewoners beginnen zelf.

**Bert:** En de gemeente volgt.
"""


@pytest.fixture
def update(wiki: Any) -> Callable[[], None]:
    """Lets the index catch up."""

    def run() -> None:
        while wiki.search.update(wiki.store, wiki.database):
            pass

    return run


@pytest.fixture
def found(wiki: Any) -> Callable[[str], list[tuple[str, str]]]:
    """Searches, and gives kind and path of what was found."""

    def search(text: str) -> list[tuple[str, str]]:
        hits = wiki.search.search(parse(text), Scope(), limit=100).hits
        return [(hit.kind.value, hit.path) for hit in hits]

    return search


def test_without_an_index_nothing_is_searched(wiki: Any) -> None:
    with pytest.raises(NotReady):
        wiki.search.search(parse("burger"), Scope())
    assert wiki.search.progress.revision == ""


def test_pages_come_change_and_go(page: Any, update: Any, found: Any, wiki: Any) -> None:
    page("a", "# Burgers\n\nDe wijkraad.")
    page("b", "# Iets anders\n")
    update()
    assert found("burger") == [("page", "a")]
    page("a", "# Raadsleden\n")
    update()
    assert found("burger") == []
    assert found("raadslid") == [("page", "a")]
    page("a", None)
    update()
    assert found("raadslid") == []
    assert wiki.search.progress.revision == wiki.store.head()


ODD = {
    "bereik": "Periode 2015-2018, seizoen 2023/2024, bedrag € 1.250.000,00.",
    "streep": "co-creatie via e-mail en wi-fi",
    "samen": "cocreatie en wifi",
    "arab": "الثِّقة بين الناس",
    "hindi": "यह हिन्दी शब्द है",
    "thai": "ความไว้วางใจในชุมชน",
    "oost": "我们需要更多的信任和合作。",
    "teken": "route 🚲 hier",
    "vreemd": "---\nrollen: [jurist]\nextra:\n  diep: [notaris]\nseries: Waarheen?\n---\nx",
}


FINDS = [
    ("2018", "bereik"),
    ("2024", "bereik"),
    ('"2015-2018"', "bereik"),
    ("1.250.000", "bereik"),
    ("1250000", "bereik"),
    ("cocreatie", "streep samen"),
    ("co-creatie", "streep samen"),
    ("email", "streep"),
    ("wifi", "streep samen"),
    ("mail", "streep"),
    ("الثقة", "arab"),
    ("हिन्दी", "hindi"),
    ("ไว้วางใจ", "thai"),
    ("信任", "oost"),
    ('"信任和合作"', "oost"),
    ("信", "oost"),
    ("作", "oost"),
    ("任信", ""),
    ("🚲", "teken"),
    ('"route 🚲"', "teken"),
    ("jurist", "vreemd"),
    ("notaris", "vreemd"),
    ("waarheen", "vreemd"),
]


def test_odd_words_are_found_and_marked(page: Any, update: Any, found: Any, wiki: Any) -> None:
    for path, text in ODD.items():
        page(path, text)
    update()
    for query, pages in FINDS:
        assert sorted(path for _, path in found(query)) == sorted(pages.split()), query
    [hit] = wiki.search.search(parse("信任"), Scope()).hits
    assert "信任" in "".join(p.text for s in hit.snippets for p in s.pieces if p.marked)


def test_a_pasted_sentence_finds_its_page_first(page: Any, update: Any, found: Any) -> None:
    words = "raad wijk buurt plan school markt park brug straat plein".split()
    for number in range(30):
        shifted = words[number % 10 :] + words[: number % 10]
        page(f"p{number}", f"# Blad {number}\n\n" + " en ".join(shifted[::-1] * 4) + ".\n")
    page("bron", "# Bron\n\n" + "Iets heel anders. " * 300 + "De raad van de wijk en de buurt.\n")
    update()
    assert found("De raad van de wijk en de buurt.")[0] == ("page", "bron")


def test_files_beside_a_page_come_and_go_by_name(
    page: Any, update: Any, found: Any, wiki: Any, editor: Any
) -> None:
    page("vragen/wijk", "# Wijk\n")
    update()
    files.add(wiki, editor, "vragen/wijk", "Plattegrond noord.PDF", b"%PDF-1.4")
    update()
    assert found("plattegrond") == [("page", "vragen/wijk")]
    assert wiki.search.check(wiki.store, wiki.database) == []
    change = Change("vragen/wijk/plattegrond-noord.pdf", None)
    wiki.store.commit([change], author=WRITER, message="gone", trailers={}, expect={})
    wiki.follow()
    update()
    assert found("plattegrond") == []


def test_a_thing_keeps_its_mark_wherever_it_goes(
    page: Any, update: Any, wiki: Any, editor: Any
) -> None:
    from wiki.services.editing import renaming

    page("gesprekken/wijk", DIALOGUE)
    update()
    before = wiki.search.marks(parse("wijk OF gemeente"), Scope())
    assert len(before) == 2
    renaming.rename(wiki, editor, "gesprekken/wijk", "gesprekken/buurt")
    wiki.follow()
    update()
    assert wiki.search.marks(parse("wijk OF gemeente"), Scope()) == before
    first = "**Bert:** Goedemorgen.\n\n**Anna de Vries:** Bewoners"
    page("gesprekken/buurt", DIALOGUE.replace("**Anna de Vries:** Bewoners", first))
    update()
    assert wiki.search.marks(parse("wijk OF gemeente"), Scope()) == before


def test_turns_and_people_are_found(page: Any, update: Any, found: Any, wiki: Any) -> None:
    page("gesprekken/wijk", DIALOGUE)
    update()
    assert ("turn", "gesprekken/wijk") in found("bewoner")
    assert found("soort:beurt gemeente") == [("turn", "gesprekken/wijk")]
    assert found("soort:persoon anna") == [("person", "people/anna-de-vries")]
    hit = wiki.search.search(parse("soort:beurt gemeente"), Scope()).hits[0]
    assert (hit.number, hit.person, hit.questions) == (2, "Bert", ("vragen/wijk",))
    page("gesprekken/wijk", DIALOGUE.replace("Anna de Vries", "Clara"))
    update()
    assert found("soort:persoon anna") == []
    assert found("soort:persoon clara") == [("person", "people/clara")]


def test_a_redirect_is_not_found(page: Any, update: Any, found: Any) -> None:
    page("oud", "---\nredirect: nieuw\n---\nBurgers\n")
    update()
    assert found("burger") == []


def test_a_name_that_a_text_begins_with_is_part_of_its_first_word(
    page: Any, update: Any, found: Any
) -> None:
    page("b", "burgers\n")
    update()
    assert found("burger") == [("page", "b")]


def test_comments_follow_their_page(
    page: Any, update: Any, found: Any, wiki: Any, member: Any
) -> None:
    from wiki.database.talk import comments
    from wiki.domain.talk.comments import NewComment, State

    revision = page("vragen/wijk", "# Wijk\n")
    with wiki.database.write() as connection:
        text = "Bij ons heet dat een buurthuis."
        new = NewComment("vragen/wijk", revision, member.id, text, wiki.clock())
        id = comments.add(connection, new)
    update()
    assert found("buurthuizen") == [("comment", "vragen/wijk")]
    page("vragen/wijk", None)
    update()
    assert found("buurthuis") == []
    page("vragen/wijk", "# Wijk\n")
    update()
    before = found("buurthuis")
    with wiki.database.write() as connection:
        comments.set_state(connection, id, State.HIDDEN)
    update()
    assert found("buurthuis") == []
    assert before in ([], [("comment", "vragen/wijk")])


def test_members_are_found_by_name_and_pages_by_their_author(
    page: Any, update: Any, found: Any, wiki: Any, editor: Any
) -> None:
    from wiki.database.members import members as accounts

    page("a", "# Wijk\n", editor)
    update()
    assert found("soort:persoon bram") == [("person", "members/bram")]
    assert found("wie:bram wijk") == [("page", "a")]
    assert found("wie:anna wijk") == []
    with wiki.database.write() as connection:
        accounts.change(connection, editor.id, {"status": "suspended"})
    update()
    assert found("soort:persoon bram") == []


def test_a_hidden_author_is_not_found_by_name(
    page: Any, update: Any, found: Any, wiki: Any, editor: Any
) -> None:
    from wiki.database.history import hiding
    from wiki.domain.history.revisions import Part

    revision = page("a", "# Wijk\n", editor)
    update()
    with wiki.database.write() as connection:
        hiding.hide(connection, [(revision, "a")], Part.AUTHOR, "privé", None, wiki.clock())
    update()
    assert found("wie:bram wijk") == []
    assert found("wijk") == [("page", "a")]
    with wiki.database.write() as connection:
        hiding.show(connection, [(revision, "a")], Part.AUTHOR)
    update()
    assert found("wie:bram wijk") == [("page", "a")]


def test_a_person_with_an_account_is_found_once(
    page: Any, update: Any, found: Any, wiki: Any, editor: Any
) -> None:
    from wiki.database.members import members as accounts

    def change(**to: str) -> None:
        with wiki.database.write() as connection:
            accounts.change(connection, editor.id, to)
        update()

    def offered(scope: Scope | None = None) -> list[str]:
        return [one.path for one in wiki.search.complete("anna", scope or Scope())]

    linked = DIALOGUE.replace("{name: Anna de Vries}", "{name: Anna de Vries, member: bram}")
    page("gesprekken/wijk", linked)
    update()
    both = {("person", "people/anna-de-vries"), ("person", "members/bram")}
    assert set(found("soort:persoon anna OF bram")) == both
    change(name="Anna de Vries")
    one = [("person", "members/bram")]
    assert found("soort:persoon anna OF bram") == one
    assert offered() == ["members/bram"]
    only_dialogues = Scope(everywhere=False, rules=(("gesprekken", True),))
    assert offered(only_dialogues) == ["people/anna-de-vries"]
    hits = wiki.search.search(parse("soort:persoon anna"), only_dialogues).hits
    assert [hit.path for hit in hits] == ["people/anna-de-vries"]
    wiki.search.rebuild(wiki.store, wiki.database, lambda done, total: None)
    assert found("soort:persoon anna OF bram") == one
    page("gesprekken/wijk", DIALOGUE)
    update()
    assert set(found("soort:persoon anna")) == both
    page("gesprekken/wijk", linked)
    update()
    assert found("soort:persoon anna") == one
    change(status="suspended")
    assert found("soort:persoon anna") == [("person", "people/anna-de-vries")]
    change(status="active", name="Bram")
    assert set(found("soort:persoon anna OF bram")) == both
    page("gesprekken/wijk", None)
    change(name="Anna de Vries")
    assert found("soort:persoon anna") == one
    assert offered(only_dialogues) == []


def test_days_and_years_are_those_of_the_site(page: Any, update: Any, wiki: Any) -> None:
    page("a", DIALOGUE.replace("2009-12-02", "2010-01-01"))
    page("b", DIALOGUE.replace("2009-12-02", "2009-12-31T23:30Z"))
    update()
    results = wiki.search.search(parse("soort:gesprek na:2010"), Scope())
    assert sorted(hit.path for hit in results.hits) == ["a", "b"]
    assert dict(results.facets["year"]) == {"2010": 2}


def test_following_gives_the_same_as_building(
    page: Any, update: Any, found: Any, wiki: Any
) -> None:
    chance = random.Random(4)
    words = ["burger", "wijk", "raad", "zorg", "keten"]
    for _ in range(30):
        path = chance.choice("abcdef")
        gone = chance.random() < 0.2 and wiki.store.read(f"{path}.md")
        page(path, None if gone else " ".join(chance.choices(words, k=3)) + "\n")
        if chance.random() < 0.5:
            update()
    update()
    assert wiki.search.check(wiki.store, wiki.database) == []
    followed = {word: sorted(found(word)) for word in words}
    told: list[tuple[int, int]] = []
    wiki.search.rebuild(wiki.store, wiki.database, lambda done, total: told.append((done, total)))
    assert {word: sorted(found(word)) for word in words} == followed
    assert told[-1][0] == told[-1][1] > 0


@pytest.mark.slow
def test_several_processes_build_the_same(
    page: Any, found: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        page(f"p{number}", f"# Bladzijde {number}\n\nburger woord{number}\n")
    page("gesprekken/wijk", DIALOGUE)
    monkeypatch.setattr("wiki.projections.search.writing.build.ALONE", 25)
    wiki.search.rebuild(wiki.store, wiki.database, lambda done, total: None)
    assert wiki.search.check(wiki.store, wiki.database) == []
    assert len(found("burger")) == 60
    assert found("soort:persoon bert") == [("person", "people/bert")]


def test_one_searches_while_another_writes(page: Any, update: Any, found: Any, wiki: Any) -> None:
    from threading import Thread

    page("vast", "burger\n")
    update()
    failed: list[BaseException] = []
    going = True

    def read() -> None:
        while going:
            try:
                wiki.search._answers.clear()
                assert ("page", "vast") in found("burger")
            except BaseException as error:
                failed.append(error)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(25):
        page("los", f"wijk {number}\n")
        update()
    going = False
    for reader in readers:
        reader.join()
    assert failed == []


def test_an_index_whose_place_was_taken_is_not_damaged(
    page: Any, update: Any, found: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is still reading the old one finds its files gone."""
    page("a", "burger\n")
    update()
    rebuild = wiki.search.rebuild

    def taken(*_: object) -> None:
        # A column's file is opened when it is first asked for.
        rebuild(wiki.store, wiki.database, lambda done, total: None)
        raise FileNotFoundError("x.kind.col")

    monkeypatch.setattr(index, "check", taken)
    with pytest.raises(NotReady):
        wiki.search.check(wiki.store, wiki.database)
    monkeypatch.undo()
    live = wiki.search.folder.live()
    update()
    assert wiki.search.folder.live() == live, "nothing is built anew"
    assert found("burger") == [("page", "a")]


def test_the_check_finds_what_is_not_in_the_index(page: Any, update: Any, wiki: Any) -> None:
    page("a", "burger\n")
    page("b", "wijk\n")
    update()
    with wiki.search.kept() as kept:
        kept.replace(kept.progress, ["page a"], ())
    (difference,) = wiki.search.check(wiki.store, wiki.database)
    assert (difference.key, difference.kept) == ("a", "")


def test_a_rewritten_branch_is_followed(page: Any, update: Any, found: Any, wiki: Any) -> None:
    page("a", "burger\n")
    first = wiki.store.head()
    page("a", "wijk\n")
    update()
    repository = wiki.settings.data / "pages"
    subprocess.run(["git", "-C", repository, "update-ref", "refs/heads/main", first], check=True)
    wiki.follow()
    update()
    assert found("burger") == [("page", "a")]
    assert found("wijk") == []


def index_files(wiki: Any) -> list[Path]:
    folder = wiki.settings.data / "search_index"
    return sorted(file for file in folder.rglob("*") if file.is_file() and ".lock" not in file.name)


def harm(file: Path, how: str) -> None:
    if how == "delete":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@pytest.mark.parametrize("how", ["delete", "truncate"])
def test_any_file_of_the_index_may_be_lost(
    page: Any, update: Any, found: Any, wiki: Any, how: str
) -> None:
    from wiki.projections.search.index import SearchIndex

    page("gesprekken/wijk", DIALOGUE)
    update()
    for number in range(len(index_files(wiki))):
        files = index_files(wiki)
        if number >= len(files):
            break
        harm(files[number], how)
        search_or_not_ready(found)
        wiki.search = SearchIndex.open(wiki.settings.data / "search_index")
        search_or_not_ready(found)
        update()
        assert found("soort:beurt gemeente") == [("turn", "gesprekken/wijk")], files[number].name


@pytest.mark.parametrize("how", ["delete", "truncate"])
def test_a_running_worker_notices_any_file_that_is_lost(
    page: Any, update: Any, found: Any, wiki: Any, tmp_path: Path, how: str
) -> None:
    for number in range(3):
        page(f"p{number}", "# Een\n\ngemeente\n")
        page("gesprekken/wijk", f"{DIALOGUE}\n**Bert:** Zeker {number} keer.\n")
        update()
    index, whole = wiki.settings.data / "search_index", tmp_path / "whole"
    shutil.copytree(index, whole)
    names = [file.relative_to(index) for file in index_files(wiki)]
    assert len(names) > 10
    for name in names:
        shutil.rmtree(index)
        shutil.copytree(whole, index)
        found("gemeente")
        harm(index / name, how)
        search_or_not_ready(found)
        update()
        assert len(found("gemeente")) == 5, name
        assert wiki.search.check(wiki.store, wiki.database) == [], name


def search_or_not_ready(found: Any) -> None:
    try:
        found("gemeente")
    except NotReady:
        return


def test_an_older_index_is_built_anew(
    page: Any, update: Any, found: Any, wiki: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page("a", "burger\n")
    update()
    before = wiki.search.folder.live()
    for module in ("folder", "fields"):
        monkeypatch.setattr(f"wiki.projections.search.storage.{module}.VERSION", 99)
    update()
    assert wiki.search.folder.live() != before
    assert found("burger") == [("page", "a")]


PROCESSES = multiprocessing.get_context("forkserver")
"""They begin with everything imported: a kill meets the work, not its start."""
PROCESSES.set_forkserver_preload([__name__])


def work(data: Path, ready: Any) -> None:
    """Index until killed."""
    wiki = open_wiki(Settings(data=data, secret_key="only for tests"))
    ready.set()
    while True:
        for job in (jobs.follow, jobs.search, jobs.sentences, jobs.deleted_text):
            job(wiki)


@pytest.fixture
def killed(wiki: Any) -> Callable[[float], None]:
    """Runs a worker that indexes, and kills it after so many seconds."""

    def run(seconds: float) -> None:
        ready = PROCESSES.Event()
        worker = PROCESSES.Process(target=work, args=(wiki.settings.data, ready))
        worker.start()
        assert ready.wait(60)
        time.sleep(seconds)
        worker.kill()
        worker.join()

    return run


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(
    page: Any,
    update: Any,
    found: Any,
    wiki: Any,
    member: Any,
    killed: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tests.projections.search.test_deleted_text import documents
    from wiki.database.talk import comments
    from wiki.domain.talk.comments import NewComment
    from wiki.projections import sentences

    chance = random.Random(9)
    for number in range(50):
        for other in range(4):
            page(f"p{number}/{other}", f"# Woord{number}x{other}\n\nburger {number}\n")
        page(f"p{number}/0", "# Burger\n")
        page(f"d{number}", DIALOGUE)
        with wiki.database.write() as connection:
            text = f"Opmerking{number} over burgers."
            new = NewComment(f"d{number}", wiki.store.head(), member.id, text, wiki.clock())
            comments.add(connection, new)
        killed(chance.random() * 0.15)
    update()
    # On a slow machine the same text may have been hit again and again.
    monkeypatch.setattr(crumbs, "rest_after", lambda deaths: timedelta(0))
    monkeypatch.setattr(projections, "rest_after", lambda deaths: timedelta(0))
    jobs.again(wiki)
    assert wiki.search.check(wiki.store, wiki.database) == []
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    while wiki.deleted_text.update(wiki.store, wiki.database):
        pass
    assert projections.set_aside(wiki) == []
    followed = documents(wiki.deleted_text)
    assert len(followed) == 50
    wiki.deleted_text.rebuild(wiki.store, wiki.database, lambda done, total: None)
    assert documents(wiki.deleted_text) == followed
    for number in range(50):
        assert found(f"woord{number}x3") == [("page", f"p{number}/3")]
        assert found(f"opmerking{number}") == [("comment", f"d{number}")]
    assert len(found("soort:beurt")) == 100
