"""The power of a node goes: its copy is nothing but a copy, and heals by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import saving_node
from tests.faults.power import Cut, Recording, cuts
from tests.faults.recorded import Disk, records
from tests.faults.shim import Shim, compiled
from tests.fixtures.running import CHECKOUT
from wiki.database.engine.database import Database
from wiki.database.history.ledger import PostgresLedger
from wiki.domain.errors import WikiError
from wiki.store.shared.store import SharedStore

pytestmark = pytest.mark.postgres
CUTS = 16


@pytest.fixture
def recording(postgres_url: str, tmp_path: Path) -> Recording:
    """All that a node did to its disk."""
    Database.open(postgres_url, tmp_path).close()
    folder, log = tmp_path / "node" / "pages", tmp_path / "records"
    folder.mkdir(parents=True)
    start = Disk(folder.parent)
    shim = Shim(compiled(tmp_path), folder.parent, tmp_path / "control", log)
    words = [folder, tmp_path / "other", postgres_url, log]
    try:
        subprocess.run(
            [sys.executable, "-m", "tests.faults.saving_node", *map(str, words)],
            cwd=CHECKOUT,
            env={**os.environ, **shim.environment},
            check=True,
        )
    finally:
        shim.close()
    return Recording(start, list(records(log)))


def wrong(cut: Cut, url: str) -> str:
    """What is not right when the node is opened after the cut; empty if all is well."""
    ledger = PostgresLedger.at(url)
    try:
        store = SharedStore.enter(cut.folder / "pages", ledger)
        known = {commit.id for commit in store.log("", store.head())}
        if lost := [revision for revision in cut.answered if revision not in known]:
            return f"gone: {lost}"
        if said := store.fsck() or store.lost():
            return str(said)
        newest = saving_node.save(store, cut.what)
        return "" if ledger.tip("refs/heads/main").oid == newest else "not saved"
    except (WikiError, OSError) as error:
        return repr(error)
    finally:
        ledger.close()


def test_a_node_whose_power_went_heals_by_itself(
    recording: Recording, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked() -> dict[str, str]:
        every = cuts(recording, CUTS, seed=1, folder=tmp_path)
        return {cut.what: said for cut in every if (said := wrong(cut, postgres_url))}

    # Who took it for a copy that was killed, on a machine that went on, would read half files.
    assert looked()
    monkeypatch.setattr("wiki.store.shared.copy._run", lambda: "another run of the machine")
    assert looked() == {}
