"""Whatever members do they do on any node, and what one did the next request on another sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from tests.fixtures.running import PASSWORD
from tests.services.operation.test_nodes import nodes, settings
from wiki.database.engine.schema import PROJECTIONS, SEARCH, projections, truth
from wiki.domain.access.rights import Actor, Role
from wiki.domain.errors import Unavailable
from wiki.domain.search.query import parse
from wiki.domain.search.search import Scope
from wiki.engine import Wiki, open_wiki
from wiki.services.content import files
from wiki.services.editing import renaming, saving, suggestions, trash, undoing
from wiki.services.members import members
from wiki.services.operation import backup, jobs
from wiki.services.operation.worker import every_job
from wiki.services.talk import comments

pytestmark = pytest.mark.postgres
__all__ = ["nodes"]
TEXT = "# Gracht\n\nEen.\n\nTwee.\n\nDrie.\n"

On = Callable[[int], Wiki]


@pytest.fixture
def on(nodes: list[Wiki]) -> On:
    """A node as a request finds it: `on(0)`."""

    def begun(number: int) -> Wiki:
        wiki = nodes[number]
        wiki.refresh()
        wiki.follow()
        return wiki

    return begun


@pytest.fixture
def editor(nodes: list[Wiki]) -> Actor:
    """Somebody who may do all of it."""
    return members.add(
        nodes[0], username="anna", email="anna@example.org", password=PASSWORD, role=Role.MODERATOR
    ).actor


@pytest.fixture
def restored(another_url: str, tmp_path: Path) -> Iterator[Callable[[Path], Wiki]]:
    """Puts a backup into a wiki of its own, and opens that as a node."""
    opened: list[Wiki] = []

    def put(file: Path) -> Wiki:
        folder = tmp_path / "restored"
        backup.restore(file, folder / "wiki", {}, another_url)
        opened.append(open_wiki(settings(folder, another_url)))
        return opened[0]

    yield put
    for wiki in opened:
        wiki.close()


def blob(wiki: Wiki, path: str) -> str:
    entry = wiki.store.entry(f"{path}.md")
    return entry.blob if entry else ""


def save(wiki: Wiki, who: Actor, path: str, text: str, base: str) -> str:
    return saving.save(wiki, who, path, saving.Sent(text, base)).revision


def said(wiki: Wiki, path: str) -> str:
    return wiki.store.read(f"{path}.md").data.decode()


def test_what_is_done_on_any_node_is_so_on_all(
    on: On, editor: Actor, tmp_path: Path, restored: Callable[[Path], Wiki]
) -> None:
    save(on(0), editor, "a", TEXT, "")
    base = blob(on(1), "a")
    changed = save(on(1), editor, "a", TEXT.replace("Een.", "Een brug."), base)
    # Somebody began before that, elsewhere: both changes stay.
    save(on(0), editor, "a", TEXT.replace("Drie.", "Drie bruggen."), base)
    assert said(on(1), "a") == TEXT.replace("Een.", "Een brug.").replace("Drie.", "Drie bruggen.")
    undoing.undo(on(1), editor, "a", changed)
    assert said(on(0), "a") == TEXT.replace("Drie.", "Drie bruggen.")
    renaming.rename(on(0), editor, "a", "b/c")
    files.add(on(1), editor, "b/c", "kaart.txt", b"een kaart")
    assert [one.name for one in files.listing(on(0), editor, "b/c")] == ["kaart.txt"]
    waiting = suggestions.suggest(on(0), editor, "b/c", saving.Sent(TEXT, blob(on(0), "b/c")))
    assert waiting
    suggestions.accept(on(1), editor, waiting)
    assert said(on(0), "b/c") == TEXT
    deleted = trash.delete(on(0), editor, "b/c")
    assert not blob(on(1), "b/c")
    trash.restore(on(1), editor, "b/c", deleted.revision)
    comments.post(on(0), editor, "b/c", "Er ligt ijs op de gracht.")
    one, other = on(0), on(1)
    assert one.store.head() == other.store.head()
    assert one.store.fsck() == other.store.fsck() == []
    backup.write(other, tmp_path / "backup.tar.gz")
    again = restored(tmp_path / "backup.tar.gz")
    assert again.store.head() == one.store.head()
    for wiki in (one, other, again):
        jobs.search(wiki)
        kinds = {hit.kind.value for hit in wiki.search.search(parse("gracht"), Scope()).hits}
        assert kinds == {"page", "comment"}


def test_an_old_node_goes_on_with_the_tables_of_a_newer_version(
    on: On, editor: Actor, tmp_path: Path, postgres_url: str
) -> None:
    """A new version adds columns and tables; until its node is upgraded too, the old one works."""
    save(on(0), editor, "a", TEXT, "")
    for job in every_job():
        job.do(on(0))
    with on(0).database.write() as connection:
        tables = [
            *truth.tables,
            *(f"{PROJECTIONS}.{one.name}" for one in projections.sorted_tables),
        ]
        for table in (*tables, f"{SEARCH}.indexes"):
            connection.execute(sql(f"ALTER TABLE {table} ADD COLUMN newer text DEFAULT 'newer'"))
        connection.execute(sql("CREATE TABLE newer (id integer PRIMARY KEY)"))
        connection.execute(sql("UPDATE alembic_version SET version_num = '9999'"))
    save(on(0), editor, "a", TEXT.replace("Een.", "Een brug."), blob(on(0), "a"))
    comments.post(on(1), editor, "a", "Er ligt ijs op de gracht.")
    renaming.rename(on(1), editor, "a", "b")
    for number in (0, 1):
        for job in every_job():
            job.do(on(number))
        hits = on(number).search.search(parse("gracht"), Scope()).hits
        assert {(hit.kind.value, hit.path) for hit in hits} == {("page", "b"), ("comment", "b")}
    with pytest.raises(Unavailable, match="database_unreadable"):
        open_wiki(settings(tmp_path / "one", postgres_url))
