"""An import as a whole: who is who, what is told to whom, and what happens when it is killed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PASSWORD
from tests.fixtures import exports
from tests.fixtures.access import set_rule
from tests.services.imports.conftest import Import
from wiki.database.notices import fan_out as told
from wiki.database.notices import watches
from wiki.domain.access.rights import SYSTEM
from wiki.domain.errors import Forbidden, Invalid, NotFound
from wiki.domain.members.members import Status
from wiki.services.imports import importing
from wiki.services.login import sessions
from wiki.services.members import members
from wiki.services.notices import fan_out


@pytest.fixture
def ning(imports: Import) -> Path:
    return exports.written(imports.folder, exports.ning())


def test_people_are_members_where_they_are_known(imports: Import, ning: Path) -> None:
    sanne = members.add(imports.wiki, username="sdb", email=exports.EMAIL, password=PASSWORD)
    members.add(imports.wiki, username="wim", email="", password=PASSWORD)
    report = imports("ning", ning, told={"0aaa": "wim"})
    assert report.people == [("Sanne de Boer", "sdb"), ("Wim van Dam", "wim")]
    newest, *_ = imports.history("blogs/terugblik")
    assert (newest.author.name, newest.author.uid) == ("sdb", sanne.uid)
    assert [one.username for one in imports.comments("blogs/terugblik")] == ["wim"]
    with pytest.raises(NotFound):
        imports("ning", ning, told={"0aaa": "niemand"})


def test_nobody_who_was_unknown_can_log_in(imports: Import, ning: Path) -> None:
    imports("ning", ning)
    found = members.find(imports.wiki, SYSTEM).members
    assert [(one.name, one.email, one.status) for one in found] == [
        ("Sanne de Boer", "", Status.IMPORTED),
        ("Wim van Dam", "", Status.IMPORTED),
    ]
    for one in found:
        with pytest.raises(Forbidden):
            sessions.require_active(imports.wiki, one)
        members.approve(imports.wiki, SYSTEM, one.username)
        assert members.get(imports.wiki, SYSTEM, one.username).status is Status.IMPORTED
        page = members.page(imports.wiki, SYSTEM, one.username)
        assert page.member.called == one.name


def test_nobody_is_told(imports: Import, ning: Path, member: Any) -> None:
    fan_out.catch_up(imports.wiki)
    imports("ning", ning, told={"0aaa": member.username, "0bbb": member.username})
    while fan_out.catch_up(imports.wiki):
        pass
    with imports.wiki.database.read() as connection:
        assert told.waiting(connection, 10) == []
        assert watches.first(connection) is None


def test_who_is_killed_begins_again(
    imports: Import, ning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*args: object) -> None:
        raise KeyboardInterrupt

    for where in ("write", "join", "say"):
        with monkeypatch.context() as patched:
            patched.setattr(importing._Run, where, killed)
            with pytest.raises(KeyboardInterrupt):
                imports("ning", ning)
        if where != "say":
            assert imports.wiki.store.head() == ""
    report = imports("ning", ning)
    assert (report.revisions, report.comments) == (0, 1)
    assert len(imports.comments("blogs/terugblik")) == 1
    assert len(imports.history("gesprekken/schakel-in-de-keten")) == 3
    assert not (imports.wiki.store.git / "denktank.line").exists()


def test_what_was_changed_here_stays(imports: Import) -> None:
    source = exports.written(imports.folder / "bron", {"a.md": "# A\n\nEen.\n", "b.md": "# B\n"})
    imports("markdown", source)
    imports.change("a", "# A\n\nHier.\n")
    imports.change("b", "# B\n\nMeer.\n")
    exports.written(source, {"a.md": "# A\n\nDaar.\n", "b.md": "# B!\n", "c.md": "# C\n"})
    tried = imports("markdown", source, dry_run=True)
    report = imports("markdown", source)
    assert tried == report
    assert [(one.what, one.code) for one in report.left_out] == [("a.md", "import_changed_here")]
    assert imports.text("a") == "# A\n\nHier.\n"
    assert imports.text("b") == "# B!\n\nMeer.\n"
    assert imports.text("c") == "# C\n"


def test_it_takes_nobody_s_place(imports: Import) -> None:
    imports.change("a", "# Van hier\n")
    imports.change("Map/x", "# X\n")
    source = exports.written(imports.folder / "bron", {"a.md": "# A\n", "map/y.md": "[[a]]\n"})
    imports("markdown", source)
    assert imports.text("a") == "# Van hier\n"
    assert imports.text("a-2") == "# A\n"
    assert "[[a-2]]" in imports.text("Map/y")
    imports("markdown", source, into="elders")
    assert imports.text("elders/a") == "# A\n"


def test_a_private_group_needs_a_closed_folder(imports: Import, ning: Path) -> None:
    with pytest.raises(Invalid):
        imports("ning", ning, private="besloten")
    set_rule(imports.wiki, SYSTEM, prefix="besloten", right="read", role="member")
    report = imports("ning", ning, private="besloten")
    assert "besloten/groepen/geheim-overleg.md" in imports.files()
    assert [one.what for one in report.left_out if one.code == "import_private"] == [
        "events: geheim overleg"
    ]


def test_times_are_those_of_the_source(imports: Import, ning: Path) -> None:
    imports.change("index", "# Hier\n")
    imports("ning", ning)
    merge, *_ = reversed(list(imports.wiki.store.log()))
    line = [
        one for one in imports.wiki.store.log(until=merge.parents[1]) if "Imported: " in one.message
    ]
    times = [one.authored for one in line]
    assert times == sorted(times)
    assert times[-1] < datetime(2011, 1, 1, tzinfo=UTC)
    assert all(one.sealed and one.committed == int(one.authored.timestamp()) for one in line)
