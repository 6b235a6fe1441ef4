"""Three nodes on one database, in processes of their own: what one was answered is on all.

`make soak-nodes` does this for as long as one likes, and kills more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.fixtures.nodes import Told, Writer, compare, finds, first_pages, node, start
from tests.fixtures.running import Running

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
WRITERS, TURNS = 2, 4


@pytest.fixture
def nodes(postgres_url: str, tmp_path: Path) -> Iterator[list[Running]]:
    """Three nodes that run."""
    nodes = [node(tmp_path / str(number), postgres_url) for number in range(3)]
    try:
        start(nodes)
        first_pages(nodes[0], WRITERS)
        yield nodes
    finally:
        for one in nodes:
            one.end()


def test_what_was_answered_is_on_all_nodes_whatever_is_killed(nodes: list[Running]) -> None:
    told = Told()
    writers = [Writer(nodes, number, told, seed=1) for number in range(WRITERS)]
    chance = random.Random(1)
    for _ in range(TURNS):
        for writer in writers:
            writer.turn()
        victim = chance.choice(nodes)
        # The web server or the worker, whichever it is: the supervisor starts it again.
        killed = chance.choice(psutil.Process(victim.process.pid).children())
        killed.kill()
    assert len(told.saved) == WRITERS * TURNS
    assert told.read
    assert compare(nodes, told) == []
    writers[0].comment("p0", "Er groeit fonteinkruid in de gracht.")
    assert all(finds(one, "fonteinkruid") for one in nodes)
