"""Several nodes with one ledger: each catches up with the others, whatever it missed."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import delete, update

from tests.store.conftest import ANNA
from wiki.database.history.ledger import PostgresLedger, git_log, git_refs, git_state, replace
from wiki.domain.errors import NotFound, Unavailable
from wiki.store.branch.worktree import RECORD
from wiki.store.rewriting import pruning
from wiki.store.shared import bases, copy
from wiki.store.store import Change, Stale

pytestmark = pytest.mark.postgres


def commit(store, text, file="a.md", **more):
    """Save one file."""
    change = Change(file, text.encode())
    trailers = {"Denktank": "edit"}
    more = {"expect": {}, **more}
    return store.commit([change], author=ANNA, message=text, trailers=trailers, **more)


def heads(*stores):
    """Where each is, once it looked."""
    for store in stores:
        store.refresh(all=True)
    return {store.head() for store in stores}


@pytest.fixture
def nodes(join, tmp_path):
    """Two nodes; the first has a page."""
    first = join(tmp_path / "first")
    commit(first, "one")
    return first, join(tmp_path / "second")


def test_what_one_saves_the_other_reads_when_it_looks(nodes):
    one, other = nodes
    assert other.read("a.md").data == b"one"
    revision = commit(other, "two")
    assert one.read("a.md").data == b"one"
    assert one.refresh()
    assert not one.refresh()
    assert (one.head(), one.read("a.md").data) == (revision, b"two")
    assert one.fsck() == other.fsck() == []


def test_who_was_overtaken_saves_upon_it_or_is_stale(nodes):
    one, other = nodes
    commit(one, "theirs", "b.md")
    mine = commit(other, "mine", expect={"a.md": other.read("a.md").id})
    assert other.read("b.md").data == b"theirs"
    commit(one, "again", expect={"a.md": other.read("a.md").id})
    with pytest.raises(Stale):
        commit(other, "late", expect={"a.md": other.read("a.md", mine).id})
    with other.locked():
        assert other.read("a.md").data == b"again"
        commit(other, "alone", expect={"a.md": other.read("a.md").id})
    assert len(heads(one, other)) == 1


@pytest.mark.parametrize("number", [3, 60])
def test_a_node_that_was_away_takes_all_that_it_missed(nodes, number):
    one, other = nodes
    for at in range(number):
        commit(one, f"{at}\n" * 50, f"p/{at % 4}.md")
    assert heads(one, other) == {one.head()}
    assert other.fsck() == []
    assert [e.blob for e in other.list()] == [e.blob for e in one.list()]


def test_what_is_missing_is_fetched_when_it_is_read(nodes):
    one, other = nodes
    revision = commit(one, "two")
    assert other.read("a.md", revision).data == b"two"


def test_a_push_to_one_is_a_push_to_all_and_is_refused_behind(nodes, tmp_path, git, put):
    one, other = nodes
    git(tmp_path, "clone", "-q", str(one.folder), "clone")
    clone = tmp_path / "clone"
    commit(other, "theirs", "b.md")
    pushed = put(clone, {"c.md": "pushed"})
    git(clone, "tag", "v1")
    # The node was behind, its copy catches up, and both lines are merged.
    git(clone, "push", "-q", "origin", "HEAD:refs/for/main", "v1")
    assert heads(one, other) == {one.head()}
    assert {e.file for e in other.list()} == {"a.md", "b.md", "c.md"}
    assert git(other.folder, "--git-dir=.git", "rev-parse", "v1").strip() == pushed
    git(clone, "push", "-q", "origin", ":v1")
    other.refresh(all=True)
    assert git(other.folder, "--git-dir=.git", "tag") == ""
    assert one.fsck() == other.fsck() == []


def test_a_node_that_the_ledger_went_back_behind_keeps_what_it_had(nodes, nodes_database, tmp_path):
    """As when a standby takes over that had not been told of the last saves."""
    one, other = nodes
    before = one.head()
    lost = commit(one, "lost")
    assert heads(other) == {lost}
    with nodes_database.write() as connection:
        connection.execute(delete(git_log).where(git_log.c.new == lost))
        connection.execute(update(git_refs).values(oid=before))
        connection.execute(update(git_state).values(seq=git_state.c.seq - 1))
    assert heads(one, other) == {before}
    assert one.lost() == other.lost() == [lost]
    kept = commit(other, "kept")
    assert heads(one, other) == {kept}
    assert one.read("a.md", lost).data == b"lost"


def test_a_base_takes_the_place_of_the_moves_and_new_nodes_begin_with_it(
    nodes, ledger, nodes_database, join, tmp_path, monkeypatch
):
    one, other = nodes
    monkeypatch.setattr("wiki.store.shared.bases._LEAST", 1)
    assert one.compact()
    assert not one.compact()
    with nodes_database.write() as connection:
        connection.execute(delete(git_log).where(git_log.c.seq < ledger.standing().base))
    commit(one, "after")
    third = join(tmp_path / "third")
    assert heads(one, other, third) == {one.head()}
    assert third.fsck() == []


def test_a_copy_of_before_a_crash_of_the_machine_is_made_anew(nodes, join):
    one, _ = nodes
    (one.git / copy.RUN).write_text("another")
    (one.git / RECORD).write_text("exported")
    blob = one.entry("a.md").blob
    (one.git / "objects" / blob[:2] / blob[2:]).unlink()
    again = join(one.folder)
    assert again.read("a.md").data == b"one"
    assert again.fsck() == []
    assert (again.git / RECORD).read_text() == "exported"


def test_a_copy_whose_files_are_gone_is_made_anew(nodes, join):
    one, other = nodes
    head = commit(other, "two")
    shutil.rmtree(one.folder)
    assert join(one.folder).head() == head


def test_a_save_whose_answer_was_lost_is_found_and_not_made_twice(nodes, ledger, monkeypatch):
    one, _ = nodes
    move = ledger.move
    answers = iter([True, False])

    def lost(steps, ids, pack):
        seq = move(steps, ids, pack) if next(answers) else 0
        raise Unavailable("database_away", seq=seq)

    monkeypatch.setattr(ledger, "move", lost)
    revision = commit(one, "once")
    monkeypatch.undo()
    assert one.head() == revision
    assert [c.message.split("\n")[0] for c in one.log()] == ["one", "once"]


def test_a_base_is_packed_before_anybody_waits_for_it(nodes, monkeypatch):
    """The server ends a transaction in which git packs for minutes."""
    one, _ = nodes
    monkeypatch.setattr("wiki.store.shared.bases._LEAST", 1)
    rebase = PostgresLedger.rebase
    packed = []

    def seen(ledger, standing, base):
        packed.extend(one.git.glob("denktank.base-*/base-*.pack"))
        return rebase(ledger, standing, base)

    monkeypatch.setattr(PostgresLedger, "rebase", seen)
    assert one.compact()
    assert len(packed) == 1


def test_a_node_that_was_away_takes_saves_and_pushes_in_their_order(nodes, tmp_path, git, put):
    """What is saved over a pushed text is told as the difference from that."""
    one, other = nodes
    git(tmp_path, "clone", "-q", str(one.folder), "clone")
    clone = tmp_path / "clone"
    for at in range(2):
        text = "".join(f"{at} {line}\n" for line in range(60))
        put(clone, {f"pushed/{at}.md": text})
        git(clone, "push", "-q", "origin", "HEAD:refs/for/main")
        one.refresh(all=True)
        commit(one, text.replace(" 30\n", " x\n"), f"pushed/{at}.md")
        git(clone, "pull", "-q", "--rebase", "origin", "main")
    for number in range(50):
        commit(one, str(number))
    assert heads(one, other) == {one.head()}
    assert other.fsck() == []


def test_all_that_came_by_one_push_is_taken_whatever_was_there_of_it(nodes, tmp_path, git, put):
    one, other = nodes
    git(tmp_path, "clone", "-q", str(one.folder), "clone")
    clone = tmp_path / "clone"
    git(clone, "branch", "as-it-was")
    put(clone, {"c.md": "pushed"})
    git(clone, "push", "-q", "--atomic", "origin", "as-it-was", "HEAD:refs/heads/work")
    assert heads(one, other) == {one.head()}
    names = ("refs/heads/as-it-was", "refs/heads/work")
    here, there = (git(node.folder, "--git-dir=.git", "show-ref", *names) for node in nodes)
    assert here == there
    assert one.fsck() == other.fsck() == []


def test_a_base_that_is_replaced_while_it_is_taken_is_taken_anew(
    nodes, ledger, join, tmp_path, monkeypatch
):
    one, _ = nodes
    monkeypatch.setattr("wiki.store.shared.bases._LEAST", 1)
    monkeypatch.setattr("wiki.store.shared.bases._PIECE", 64)
    assert one.compact()
    commit(one, " ".join(map(str, range(2_000))))
    base, made = PostgresLedger.base, []

    def replaced(asked):
        for number, part in enumerate(base(asked)):
            if number == 1:
                made.append(one.compact())
            yield part

    monkeypatch.setattr(PostgresLedger, "base", replaced)
    third = join(tmp_path / "third")
    assert made == [True, False]
    assert third.head() == one.head()
    assert third.fsck() == []


def test_no_process_of_a_node_reads_what_was_purged_on_another(nodes, nodes_database, join, git):
    one, other = nodes
    old = commit(one, "secret", "b.md")
    beside = join(other.folder)
    git(other.folder, "--git-dir=.git", "repack", "-aq")
    git(other.folder, "--git-dir=.git", "prune-packed", "-q")
    with ThreadPoolExecutor(1) as thread:
        # Each thread has files of its own open.
        for read in (other.read, beside.read, partial(call_in, thread, beside.read)):
            assert read("b.md", old).data == b"secret"
        new = purge(one, nodes_database, git)
        assert heads(other, beside) == {new}
        for read in (other.read, beside.read, partial(call_in, thread, beside.read)):
            with pytest.raises(NotFound):
                read("b.md", old)


def test_who_dies_while_a_history_is_dropped_drops_it_again(
    nodes, nodes_database, git, monkeypatch
):
    one, other = nodes
    old = commit(one, "secret", "b.md")
    assert heads(other) == {old}
    new = purge(one, nodes_database, git)

    def die(git):
        raise ProcessLookupError(git)

    with monkeypatch.context() as dying, pytest.raises(ProcessLookupError):
        dying.setattr(pruning, "prune", die)
        other.refresh()
    assert heads(other) == {new}
    with pytest.raises(NotFound):
        other.read("b.md", old)


def purge(store, database, git):
    """Let the ledger have a history without the last commit, which is given."""
    tree = git(store.folder, "--git-dir=.git", "rev-parse", "HEAD~:").strip()
    new = git(store.folder, "--git-dir=.git", "commit-tree", tree, "-m", "purged").strip()
    moves = {"refs/heads/main": (store.head(), new)}
    with bases.parts(store.git, [new]) as base, database.write() as connection:
        assert replace(connection, 1, moves, [], base)
    return new


def call_in(thread, what, *arguments):
    """What is given in a thread."""
    return thread.submit(what, *arguments).result()
