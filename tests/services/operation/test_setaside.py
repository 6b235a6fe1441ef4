"""What cannot be described is set aside: the page is shown as written, everything else goes on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wiki.database.notices import notifications
from wiki.database.operation import setaside
from wiki.domain.access.rights import SYSTEM
from wiki.domain.content.setaside import MOST_BYTES, TOO_LARGE, Item
from wiki.projections import anchors, catalogue, crumbs, history, sentences
from wiki.projections.crumbs import MOST_DEATHS, crumbs_in
from wiki.projections.search.writing import prepared
from wiki.projections.setaside import DEADLY
from wiki.services.notices import fan_out
from wiki.services.operation import jobs, projections
from wiki.services.search import search
from wiki.services.talk import anchors as passages_of_talk
from wiki.services.talk import comments

POISON = "# Boos\n\ngif [[goed]]\n"


@pytest.fixture
def poisoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """No reader of Markdown survives a text that says `gif`."""
    scan = catalogue.scan

    def fail(text: str, *rest: Any) -> Any:
        if "gif" in text:
            raise RecursionError
        return scan(text, *rest)

    monkeypatch.setattr(catalogue, "scan", fail)


def aside(wiki: Any, part: str = "") -> dict[str, str]:
    """Reasons by key."""
    found = projections.set_aside(wiki)
    return {fault.item.key: fault.reason for fault in found if part in ("", fault.item.part)}


def test_following_goes_on_and_says_what_it_left(wiki: Any, page: Any, client: Any, poisoned: None):
    page("boos", POISON)
    page("goed", "# Goed\n\nzie [[boos]]\n")
    assert aside(wiki)["boos"].startswith("RecursionError in ")
    shown = client.get("/wiki/boos")
    assert shown.status_code == 200
    assert "gif" in shown.text
    assert client.get("/wiki/goed").status_code == 200
    assert not [one for one in projections.check(wiki) if one.where in projections.SQL]


def test_the_record_goes_with_the_text_and_with_the_page(wiki: Any, page: Any, poisoned: None):
    page("boos", POISON)
    page("boos", POISON + "nog eens\n")
    page("erg", POISON)
    with wiki.database.read() as connection:
        tries = {one.item.key: one.tries for one in setaside.every(connection)}
    assert tries == {"boos": 1, "erg": 1}
    page("boos", "# Mak\n")
    page("erg", None)
    assert not aside(wiki)


def test_a_rebuild_tries_again(wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(catalogue, "scan", lambda *_: 1 / 0)
        page("boos", POISON)
    assert aside(wiki)
    projections.rebuild(wiki, projections.NAMES, lambda *_: None)
    assert not aside(wiki)
    with wiki.database.read() as connection:
        assert connection.execute(catalogue.entries.links.select()).first() is not None


def test_a_page_that_cannot_be_rendered_is_shown_as_written(
    wiki: Any, page: Any, client: Any, monkeypatch: pytest.MonkeyPatch
):
    page("boos", POISON + "om te zien\n")
    monkeypatch.setattr(wiki.renderer, "render", lambda *_, **__: 1 / 0)
    shown = client.get("/wiki/boos", headers={"Accept-Language": "nl"})
    assert shown.status_code == 200
    assert "# Boos" in shown.text
    assert "De wiki kan deze tekst niet lezen" in shown.text
    assert aside(wiki, "view")["boos"].startswith("ZeroDivisionError")
    page("boos", "# Mak\n")
    assert not aside(wiki)


def test_a_text_that_killed_processes_is_not_tried_again(
    wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
):
    page("a", "# A\n")
    item = Item("catalogue", "page", "b", wiki.store.entry("a.md").blob)
    for _ in range(MOST_DEATHS):
        die_at(wiki, item)
    crumbs_in(wiki.store.git)._looked = -100
    assert not crumbs_in(wiki.store.git).is_deadly(item), "killed in a row by somebody"
    monkeypatch.setattr(crumbs, "APART", 0)
    crumbs_in(wiki.store.git)._looked = -100
    page("b", "# A\n")
    assert aside(wiki) == {"b": DEADLY}
    projections.rebuild(wiki, ["history"], lambda *_: None)
    assert not aside(wiki)


@pytest.mark.parametrize("part", ["catalogue", "search", "passages", "anchors"])
def test_a_text_that_happened_to_be_hit_is_tried_again_when_it_has_rested(
    wiki: Any, page: Any, member: Any, monkeypatch: pytest.MonkeyPatch, part: str
):
    monkeypatch.setattr(crumbs, "APART", 0)
    page("b", "# B\n\nEen zin met honing.\n")
    comments.post(wiki, member, "b", "Waarom?", anchor="Een zin")
    entry = wiki.store.entry("b.md")
    item = {
        "passages": Item("passages", "text", entry.blob),
        "anchors": Item("anchors", "page", "b", wiki.store.head()),
    }.get(part, Item(part, "page", "b", entry.blob))
    for _ in range(MOST_DEATHS):
        die_at(wiki, item)
    crumbs_in(wiki.store.git)._looked = -100
    projections._make_anew(wiki, [part], lambda *_: None)
    catch_up(wiki)
    jobs.again(wiki)
    catch_up(wiki)
    assert aside(wiki, part) == {"b": DEADLY}, "it rests"
    let_rest(wiki, minutes=9)
    monkeypatch.setattr(wiki, "clock", lambda: datetime.now(UTC) + timedelta(minutes=9))
    jobs.again(wiki)
    catch_up(wiki)
    assert not aside(wiki, part)
    assert not projections.check(wiki)
    die_at(wiki, item)
    let_rest(wiki, minutes=0)
    assert not crumbs_in(wiki.store.git).is_deadly(item), "it was survived, which counts anew"


def catch_up(wiki: Any) -> None:
    """What the worker does until nothing waits."""
    for job in (jobs.sentences, jobs.anchors, jobs.search, jobs.deleted_text):
        while job(wiki):
            pass


def let_rest(wiki: Any, minutes: int) -> None:
    """The last deaths were so long ago."""
    for file in (wiki.store.git / crumbs.FOLDER).iterdir():
        os.utime(file, (0, time.time() - minutes * 60))
    crumbs_in(wiki.store.git)._looked = -100


def test_a_text_that_goes_on_killing_rests_longer_each_time(
    wiki: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(crumbs, "APART", 0)
    item = Item("search", "page", "b", "x")
    known = crumbs_in(wiki.store.git)
    for _ in range(MOST_DEATHS):
        die_at(wiki, item)
    for minutes, is_deadly in ((9, False), (0, True), (9, True), (17, False)):
        if not minutes:
            die_at(wiki, item)
        let_rest(wiki, minutes)
        assert known.is_deadly(item) is is_deadly, minutes


def test_a_process_that_a_text_holds_ends(wiki: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(crumbs, "APART", 0)
    item = Item("catalogue", "page", "b")
    for _ in range(MOST_DEATHS):
        die_at(wiki, item, _hang, signal.SIGPROF)
    crumbs_in(wiki.store.git)._looked = -100
    assert crumbs_in(wiki.store.git).is_deadly(item)


def die_at(
    wiki: Any, item: Item, how: Callable[[Any, Item], None] | None = None, by: int = signal.SIGKILL
) -> None:
    """A process that is killed in the middle of an item."""
    child = multiprocessing.get_context("fork").Process(target=how or _die, args=(wiki, item))
    child.start()
    child.join(30)
    assert child.exitcode == -by


def _hang(wiki: Any, item: Item) -> None:
    crumbs_in(wiki.store.git).watch(0.1)
    with crumbs_in(wiki.store.git).at(item):
        while True:
            "a" * 1_000_000 in "b" * 1_000_000  # noqa: B015


def _die(wiki: Any, item: Item) -> None:
    with crumbs_in(wiki.store.git).at(item):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_page_that_is_too_large_is_a_link_to_the_file(wiki: Any, page: Any, client: Any):
    large = b"# Groot\n\n" + b"woord " * (MOST_BYTES // 6)
    page("groot", large)
    page("groot", large + b"meer")
    assert aside(wiki) == {"groot": TOO_LARGE}
    shown = client.get("/wiki/groot")
    assert shown.status_code == 200
    assert "/raw/groot" in shown.text
    assert len(shown.data) < 100_000
    assert client.get("/raw/groot").data == large + b"meer"
    assert client.get("/diff/groot").status_code == 413
    assert client.get("/history/groot").status_code == 200


def test_health_names_what_is_set_aside(
    wiki: Any, page: Any, client: Any, admin: Any, login: Any, poisoned: None
):
    page("boos", POISON)
    login(client, "chef")
    shown = client.get("/admin/health").text
    assert 'data-trouble="set_aside"' in shown
    assert 'data-aside="catalogue boos"' in shown


def test_lists_stay_as_they_are_while_following_fails(
    wiki: Any, page: Any, client: Any, monkeypatch: pytest.MonkeyPatch
):
    page("a", "# A\n")
    monkeypatch.setattr(catalogue, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        page("b", "# B\n")
    assert client.get("/recent").status_code == 200
    assert client.get("/wiki/b").status_code == 200
    assert client.get("/readyz").json["behind"]["catalogue"] == 1
    monkeypatch.undo()
    wiki._rest_until = 0
    client.get("/recent")
    assert client.get("/readyz").json["behind"]["catalogue"] == 0


def test_the_index_has_the_name_of_what_it_cannot_take(
    wiki: Any, page: Any, member: Any, monkeypatch: pytest.MonkeyPatch
):
    page("boos", POISON)
    page("goed", "# Goed\n")
    bad = comments.post(wiki, member, "goed", "nog meer gif").id
    good = comments.post(wiki, member, "goed", "honing").id
    monkeypatch.setattr(prepared, "entry", _but(prepared.entry, lambda doc: "gif" in doc.text))
    while wiki.search.update(wiki.store, wiki.database):
        pass
    assert set(aside(wiki, "search")) == {"boos", str(bad)}
    assert found(wiki, "boos") == ["boos"]
    assert found(wiki, "honing") == ["goed"]
    assert not projections.check(wiki)
    wiki.search.rebuild(wiki.store, wiki.database, lambda *_: None)
    assert set(aside(wiki, "search")) == {"boos", str(bad)}
    assert good
    page("boos", "# Mak\n")
    comments.delete(wiki, member, bad)
    while wiki.search.update(wiki.store, wiki.database):
        pass
    assert not aside(wiki)


def found(wiki: Any, words: str) -> list[str]:
    """Paths that a search finds."""
    return [one.hit.path for one in search.search(wiki, SYSTEM, search.SearchForm(q=words)).hits]


def _but(make: Callable[..., Any], is_bad: Callable[..., bool]) -> Callable[..., Any]:
    """The same function, but for what it cannot take."""

    def tried(*given: Any, **named: Any) -> Any:
        if is_bad(*given):
            raise MemoryError
        return make(*given, **named)

    return tried


def test_sentences_of_what_cannot_be_cut_are_none(
    wiki: Any, page: Any, client: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sentences, "keys", _but(sentences.keys, lambda text: "gif" in text))
    page("boos", POISON)
    page("goed", "# Goed\n\nEen zin.\n")
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    assert set(aside(wiki, "passages")) == {"boos"}
    assert client.get("/blame/goed").status_code == 200
    assert client.get("/blame/boos").status_code == 422
    page("boos", "# Mak\n\nEen andere zin.\n")
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    assert client.get("/blame/boos").status_code == 200
    assert not aside(wiki)
    assert not [one for one in projections.check(wiki) if one.where == "passages"]


def test_a_page_whose_past_cannot_be_woven_waits_for_nobody(
    wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
):
    fold = _but(sentences.Weave.fold, lambda weave, step, keys: any("gif" in key for key in keys))
    monkeypatch.setattr(sentences.Weave, "fold", fold)
    page("boos", "# Lief\n\nEen zin.\n")
    page("boos", POISON)
    page("goed", "# Goed\n\nEen zin.\n")
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    with wiki.database.read() as connection:
        assert sentences.behind(connection) == 0
    assert set(aside(wiki, "passages")) == {"boos"}
    assert not [one for one in projections.check(wiki) if one.where == "passages"]
    monkeypatch.undo()
    page("boos", POISON + "meer\n")
    while sentences.catch_up(wiki.store, wiki.database):
        pass
    assert not aside(wiki, "passages")
    assert not [one for one in projections.check(wiki) if one.where == "passages"]


def test_passages_of_comments_go_on_without_it(
    wiki: Any, page: Any, client: Any, member: Any, monkeypatch: pytest.MonkeyPatch
):
    for path in ("a", "b"):
        page(path, f"# {path}\n\nEen zin over {path}.\n")
        comments.post(wiki, member, path, "Waarom?", anchor="Een zin")
    bad = wiki.store.entry("a.md").blob
    step = anchors.Step.follow
    monkeypatch.setattr(
        anchors.Step, "follow", _but(step, lambda this, one, made: made.blob == bad)
    )
    for path in ("a", "b"):
        page(path, f"# {path}\n\nNu een andere zin. Een zin over {path}.\n")
    while anchors.catch_up(passages_of_talk.source(wiki)):
        pass
    assert set(aside(wiki, "anchors")) == {"a"}
    shown = client.get("/wiki/a")
    assert shown.status_code == 200
    assert "Waarom?" in shown.text
    assert not [one for one in projections.check(wiki) if one.where == "anchors"]


def test_a_comment_that_cannot_be_told_does_not_keep_the_others(
    wiki: Any, page: Any, client: Any, member: Any, editor: Any, monkeypatch: pytest.MonkeyPatch
):
    page("a", "# A\n")
    comments.post(wiki, member, "a", "Hallo @bram, gif")
    comments.post(wiki, member, "a", "Hallo @bram, honing")
    mentions = _but(wiki.renderer.mentions, lambda text: "gif" in text)
    monkeypatch.setattr(wiki.renderer, "mentions", mentions)
    monkeypatch.setattr(wiki.renderer, "fill_comment", lambda *_, **__: 1 / 0)
    assert not fan_out.catch_up(wiki)
    with wiki.database.read() as connection:
        assert len(notifications.of_member(connection, editor.id)) == 1
    assert len(aside(wiki, "telling")) == 1
    shown = client.get("/wiki/a")
    assert shown.status_code == 200
    assert "Hallo @bram, gif" in shown.text


def test_revisions_whose_words_cannot_be_counted_count_none(
    wiki: Any, page: Any, monkeypatch: pytest.MonkeyPatch
):
    page("boos", POISON)
    monkeypatch.setattr(history.diff, "stats", lambda *_: 1 / 0)
    assert history.count_words(wiki.store, wiki.database) == 1
    assert history.count_words(wiki.store, wiki.database) == 0


def test_damage_is_no_reason_to_stop(wiki: Any, page: Any, client: Any):
    page("a", "# A\n")
    page("kapot", "# Kapot\n")
    blob = wiki.store.entry("kapot.md").blob
    assert client.get("/wiki/kapot").status_code == 200
    (wiki.store.git / "objects" / blob[:2] / blob[2:]).unlink()
    wiki.store.close()
    projections.rebuild(wiki, projections.NAMES, lambda *_: None)
    assert set(aside(wiki, "catalogue")) == {"kapot"}
    page("b", "# B\n")
    assert client.get("/wiki/b").status_code == 200
