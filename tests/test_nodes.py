"""Three nodes in processes of their own, killed at every named point while members save.

`make soak-nodes` does this at random and for as long as one likes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.trouble import POINTS, cluster

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


def test_what_was_answered_is_on_all_nodes_wherever_one_dies(tmp_path: Path) -> None:
    with cluster(tmp_path, writers=2, seed=1, flush=False) as trouble:
        trouble.begin()
        for point in POINTS:
            trouble.kill_at(point)
        trouble.databases.fail_over()
        assert trouble.end() == []
        assert {point: trouble.done[point] for point in POINTS} == dict.fromkeys(POINTS, 1)
        assert trouble.told.saved
        assert trouble.told.read
        assert trouble.told.said
