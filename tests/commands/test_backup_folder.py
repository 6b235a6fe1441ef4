"""Backups that are kept by a rule, and the drill that tries one."""

from __future__ import annotations

import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from wiki.commands.backup import backup, drill
from wiki.domain.operation import retention
from wiki.engine import Wiki, open_wiki
from wiki.services.operation import backup_folder
from wiki.settings import Settings


@pytest.mark.parametrize("written", ["", "7", "7x", "d7", "7d,7d", "0d", "-1d", "7d,,4w", "٣d"])
def test_a_rule_that_cannot_be_read(written: str) -> None:
    with pytest.raises(ValueError, match="7d,4w,12m"):
        retention.read(written)


def test_a_rule_keeps_the_newest_of_each_period() -> None:
    start = datetime(2026, 3, 31, 3, tzinfo=UTC)
    made = [start - timedelta(hours=12 * number) for number in range(800)]
    kept = sorted(retention.read("7d, 4w,12m,1y").kept(made), reverse=True)
    assert kept[0] == start
    assert len({when.date() for when in kept if when > start - timedelta(days=7)}) == 7
    # The last moment of each month, as far back as there are any.
    assert [when.month for when in kept if when < start - timedelta(days=40)] == [
        *(1, 12, 11, 10, 9, 8, 7, 6, 5, 4)
    ]
    assert retention.read("1y").kept([]) == set()


def test_a_machine_that_was_off_loses_nothing() -> None:
    made = [datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2, 3)]
    late = datetime(2026, 6, 1, tzinfo=UTC)
    assert retention.read("4d").kept([*made, late]) == {*made, late}


def test_only_its_own_old_backups_are_removed(wiki: Wiki, blank: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    now = wiki.clock()
    for day in (9, 8, 3, 2, 1):
        wiki.clock = lambda day=day: now - timedelta(days=day)  # type: ignore[misc]
        backup_folder.write(wiki, folder)
    ours = sorted(folder.iterdir())
    other = open_wiki(Settings(data=tmp_path / "other"))
    other.clock = lambda: now - timedelta(days=30)
    backup_folder.write(other, folder)
    other.close()
    (folder / "denktank-20200101T000000Z.tar.gz").write_bytes(b"no backup at all")
    (folder / "denktank-20200102T000000Z.tar.gz").symlink_to(ours[0])
    shutil.copy(ours[0], folder / "kept by hand.tar.gz")
    foreign = set(folder.iterdir()) - set(ours)
    data = ["--data", str(wiki.settings.data)]
    done = CliRunner().invoke(backup, [str(folder), "--keep", "2d", *data])
    assert done.exit_code == 0, done.output
    left = set(folder.iterdir())
    assert foreign <= left
    assert len(left - foreign) == 2
    assert ours[-1] in left
    assert all(str(gone) in done.output for gone in ours[:-1])


@pytest.mark.parametrize("words", [["{}", "--keep", "x"], ["{}/no.tar.gz", "--keep", "7d"]])
def test_what_cannot_be_kept_so_is_said_first(wiki: Wiki, tmp_path: Path, words: list[str]) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    given = [word.format(folder) for word in words]
    done = CliRunner().invoke(backup, [*given, "--data", str(wiki.settings.data)])
    assert (done.exit_code, list(folder.iterdir())) == (2, [])
    assert "--keep" in done.output


def test_a_drill_leaves_nothing(wiki: Wiki, tmp_path: Path) -> None:
    (wiki.settings.data / "denktank.cfg").write_text(
        "DATABASE_URL = postgresql://a@127.0.0.1:1/a\nLANGUAGE = en\n"
        "MAIL_URL = smtp://127.0.0.1:1\n"
    )
    file, _ = backup_folder.write(wiki, tmp_path)
    room = tmp_path / "room"
    room.mkdir()
    done = CliRunner().invoke(drill, [str(file), "--in", str(room)])
    assert (done.exit_code, "everything agrees" in done.output) == (0, True), done.output
    assert list(room.iterdir()) == []
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(file.read_bytes()[:-200])
    done = CliRunner().invoke(drill, [str(broken), "--in", str(room)])
    assert (done.exit_code, list(room.iterdir())) == (2, []), done.output


def test_a_drill_that_is_told_to_stop_leaves_nothing(
    wiki: Wiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, _ = backup_folder.write(wiki, tmp_path)
    room = tmp_path / "room"
    room.mkdir()
    before = signal.getsignal(signal.SIGTERM)

    def stopped(settings: Settings) -> None:
        assert settings.data.exists()
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(backup_folder, "_checked", stopped)
    done = CliRunner().invoke(drill, [str(file), "--in", str(room)])
    assert (done.exit_code, list(room.iterdir())) == (143, [])
    assert signal.getsignal(signal.SIGTERM) == before
