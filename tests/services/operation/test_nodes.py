"""A wiki on two nodes: what is done on one holds on the other, also what goes for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from tests.fixtures.running import PASSWORD
from wiki.database.history import history
from wiki.database.history import sentences as kept
from wiki.database.notices import notifications as told
from wiki.database.operation.lead import Lead
from wiki.domain.access.rights import Role
from wiki.domain.errors import Unavailable
from wiki.domain.history.revisions import Author
from wiki.domain.notices.notifications import Kind, NewNotification
from wiki.domain.operation.nodes import Standby
from wiki.engine import Wiki, open_wiki
from wiki.projections import catalogue, sentences
from wiki.services.members import members
from wiki.services.operation import jobs, purging
from wiki.services.operation import nodes as presences
from wiki.services.operation import projections as looking
from wiki.services.operation.nodes import Presence
from wiki.services.operation.worker import Job, every_job, run
from wiki.settings import Settings
from wiki.store.store import Change, StoreError

pytestmark = pytest.mark.postgres
NAME = "Zeldzaamheid"


def settings(folder: Path, url: str) -> Settings:
    return Settings(data=folder / "wiki", database_url=url, secret_key="tests", shared_pages=True)


@pytest.fixture
def nodes(tmp_path: Path, postgres_url: str) -> Iterator[list[Wiki]]:
    """Two nodes that are open."""
    nodes = [open_wiki(settings(tmp_path / name, postgres_url)) for name in ("one", "other")]
    yield nodes
    for wiki in nodes:
        wiki.close()


def save(wiki: Wiki, text: str, file: str = "a.md") -> str:
    revision = wiki.store.commit(
        [Change(file, text.encode())],
        author=Author("anna", "a@members.invalid"),
        message="",
        trailers={"Denktank": "edit"},
        expect={},
    )
    wiki.follow(has_committed=True)
    return revision


def test_several_nodes_need_postgresql(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="shared_pages_sqlite"):
        open_wiki(settings(tmp_path, ""))


def test_a_node_that_is_behind_never_moves_the_lists_back(nodes: list[Wiki]) -> None:
    one, other = nodes
    save(one, "# Eerst")
    other.refresh()
    newest = save(one, "# Nieuw")
    # It has not looked since; what is in SQL tells it.
    other.follow()
    assert other.store.head() == newest
    assert looking.behind(one)["history"] == looking.behind(other)["history"] == 0


def test_rows_of_a_newer_version_are_left_to_nodes_that_know_it(
    nodes: list[Wiki], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = nodes
    save(one, "# Eerst")
    with monkeypatch.context() as newer:
        newer.setattr("wiki.projections.catalogue.FORMAT", 999)
        one.follow()
        save(one, "# Van een nieuwe versie")
        assert not looking.behind(one)["catalogue"]
    other.refresh()
    other.follow()
    save(other, "# Van een oude")
    with one.database.read() as connection:
        assert looking.progress.get(connection, "catalogue")[1] % catalogue.MARKS == 999


def test_a_purge_on_one_node_leaves_nothing_on_the_others(nodes: list[Wiki]) -> None:
    one, other = nodes
    save(one, f"# C\n\n{NAME}", "c.md")
    for text in ("# A", f"# A\n\n{NAME}", "# A\n\nweg"):
        old = save(one, text)
    blob = one.store.entry("a.md", at=one.store.get(old).parents[0]).blob
    for wiki in nodes:
        jobs.follow(wiki)
        jobs.search(wiki)
        jobs.export(wiki)
    one.close()
    alone = nodes[0] = open_wiki(one.settings, alone=True)
    found = purging.look(alone, purging.of_words(alone, [NAME], "N"), lambda *_: None)
    kept = save(other, "# B", "b.md")
    with pytest.raises(StoreError, match="purge_moved"):
        purging.purge(alone, found, None, "op verzoek", lambda *_: None)
    alone.close()
    alone = nodes[0] = open_wiki(one.settings, alone=True)
    assert alone.store.head() == kept
    found = purging.look(alone, purging.of_words(alone, [NAME], "N"), lambda *_: None)
    Presence(other).renew()
    with other.database.write() as connection:
        connection.execute(sql("UPDATE nodes SET name = 'ander', seen = seen - interval '8 days'"))
    done = purging.purge(alone, found, None, "op verzoek", lambda *_: None)
    assert done.nodes == ["ander"]
    presences.tidy(other)
    assert [(node.name, node.behind) for node in look(other).every] == [("ander", -1)]
    assert presences.forget(other, "ander")
    assert not presences.forget(other, "ander")
    alone.close()
    nodes[0] = open_wiki(one.settings)
    assert other.store.blob(blob)
    jobs.follow(other)
    jobs.search(other)
    assert other.store.head() == nodes[0].store.head() != kept
    assert other.store.epoch == nodes[0].store.epoch == 2
    for wiki in nodes:
        with pytest.raises(Unavailable):
            wiki.store.blob(blob)
        assert wiki.store.fsck() == []
        data = wiki.settings.data
        assert not [f for f in data.rglob("*") if f.is_file() and NAME.encode() in f.read_bytes()]
    save(other, "# Verder")
    nodes[0].refresh()
    assert nodes[0].store.head() == other.store.head()


def test_one_of_several_workers_does_what_is_done_once(nodes: list[Wiki]) -> None:
    one, other = nodes
    assert one.leads()
    assert not other.leads()
    done: list[str] = []

    def job(name: str, *, everywhere: bool = False) -> Job:
        def do(wiki: Wiki) -> bool:
            done.append(name)
            return False

        return Job(name, do, every=1, everywhere=everywhere)

    for wiki in nodes:
        job("mail").run(wiki, 0, changed=True)
        job("search", everywhere=True).run(wiki, 0, changed=True)
    assert sorted(done) == ["mail", "search", "search"]
    one.close()
    nodes[0] = open_wiki(one.settings)
    # Whoever asks first has it once the old connection is gone.
    with closing(Lead(other.database)) as lead:
        assert lead.held()
        assert not nodes[0].leads()


def test_who_leads_and_stands_still_leads_no_more(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hasty:
        hasty.setattr("wiki.database.operation.lead.SILENT", 1)
        frozen = open_wiki(settings(tmp_path / "frozen", postgres_url))
    other = open_wiki(settings(tmp_path / "other", postgres_url))
    with closing(frozen), closing(other):
        assert frozen.leads()
        end = time.monotonic() + 60
        while not other.leads():
            assert time.monotonic() < end, "nobody leads"
            time.sleep(0.1)
        # It may go on at any moment, and asks before it does anything.
        assert not frozen.leads()
        assert other.leads()


def test_who_reads_does_not_wait_for_who_tells(nodes: list[Wiki]) -> None:
    one, other = nodes
    anna = members.add(one, username="anna", email="", password=PASSWORD, role=Role.MEMBER).id
    now = one.clock()
    with one.database.write() as connection:
        for topic in ("a", "b"):
            told.add(connection, [anna], NewNotification(Kind.CHANGE, now, topic=topic))
    with one.database.write() as teller:
        assert told.take(teller, "a", [anna])
        with other.database.write() as reader:
            told.read_all(reader, anna, 1_000, now)
    with one.database.read() as connection:
        assert [(left.topic, left.read) for left in told.of_member(connection, anna)] == [
            ("b", now)
        ]


def test_the_index_is_never_moved_back_by_a_node_that_is_behind(nodes: list[Wiki]) -> None:
    one, other = nodes
    save(one, "# Eerst")
    other.refresh()
    newest = save(one, "# Nieuw")
    jobs.search(one)
    # It has not looked since; the index tells it.
    jobs.search(other)
    assert one.search.progress.revision == newest


def test_sentences_of_a_newer_version_are_left_to_nodes_that_know_it(
    nodes: list[Wiki], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = nodes
    save(one, "# Eerst\n\nEen zin.")
    with monkeypatch.context() as newer:
        newer.setattr("wiki.projections.sentences.FORMAT", 999)
        while jobs.sentences(one):
            pass
    save(other, "# Eerst\n\nEen andere zin.")
    before = sentences_of(one)
    for wiki in nodes:
        assert not jobs.sentences(wiki)
        with wiki.database.read() as connection:
            (page,) = history.pages_at(connection, "a")
        assert not sentences.follow(wiki.store, wiki.database, page)
    assert sentences_of(one) == before
    monkeypatch.setattr("wiki.projections.sentences.FORMAT", 999)
    while jobs.sentences(other):
        pass
    assert sentences_of(one) != before


def sentences_of(wiki: Wiki) -> tuple[object, ...]:
    """What is kept of who wrote what, and in which format."""
    with wiki.database.read() as connection:
        return (
            looking.progress.get(connection, sentences.NAME),
            connection.execute(kept.sentences.select()).all(),
            connection.execute(kept.weaves.select()).all(),
        )


def in_the_past(wiki: Wiki, what: str) -> None:
    with wiki.database.write() as connection:
        connection.execute(sql(f"UPDATE {what} - interval '2 hours'"))


def test_jobs_for_a_folder_are_done_on_every_node() -> None:
    own = {job.name for job in every_job() if job.everywhere}
    assert own == {
        "follow",
        "search",
        "export",
        "mirror",
        "lost",
        "diagrams",
        "measure",
        "maintain",
    }


def test_nodes_are_seen_and_two_of_one_name_are_noticed(
    nodes: list[Wiki], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow this machine is, what was done just now is lately.
    monkeypatch.setattr("wiki.domain.operation.nodes.SILENT", 3_600)
    one, other = nodes
    one.settings = replace(one.settings, node_name="een")
    other.settings = replace(other.settings, node_name="twee")
    first, second = Presence(one), Presence(other)
    save(one, "# Nieuw")
    for presence in (first, second, first):
        presence.renew()
    seen = look(one)
    assert (seen.name, seen.leader) == ("een", "een")
    assert [(node.name, node.behind, node.is_alive) for node in seen.every] == [
        ("een", 0, True),
        ("twee", 1, True),
    ]
    assert seen.standby is Standby.NONE
    assert (seen.behind, look(other).behind) == (0, 1)
    other.refresh()
    # A worker that was started again is no twin; two that go on are.
    again = Presence(other)
    again.renew()
    assert (look(other).behind, look(one).every[1].behind) == (0, 0)
    assert not look(one).every[1].has_twin
    second.renew()
    assert look(one).every[1].has_twin
    assert not any(node.differs for node in look(one).every)
    other.settings = replace(other.settings, node_name="drie", secret_key="another")
    Presence(other).renew()
    assert [node.name for node in look(one).every if node.differs] == ["drie"]
    assert presences.forget(one, "drie")
    in_the_past(one, "nodes SET seen = seen")
    assert not look(one).every[0].is_alive
    with one.database.write() as connection:
        connection.execute(sql("UPDATE nodes SET seen = seen - interval '8 days'"))
    presences.tidy(one)
    assert look(one).every == []
    # A worker tells of itself by itself.
    stop = threading.Event()

    def end(_: Wiki) -> bool:
        done = bool(look(one).every)
        if done:
            stop.set()
        return not done

    assert run(one, stop, [Job("own", end, every=1, everywhere=True)])
    assert [node.name for node in look(other).every] == ["een"]


def look(wiki: Wiki) -> presences.Nodes:
    found = presences.look(wiki)
    assert found
    return found
