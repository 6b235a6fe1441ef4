"""A short attack, the same each time; `make attack` is the long one.

All tests of this file try one wiki, one after another.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack import cases, trees
from tests.attack.__main__ import attack, fuzzed
from tests.attack.siege import Act, Failure, Siege, Slow, act_of
from tests.attack.trees import Push

pytestmark = pytest.mark.slow
SEED = 7
ACTS = 120


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """A wiki under attack."""
    made = Siege(tmp_path_factory.mktemp("siege"))
    try:
        made.begin()
        yield made
    finally:
        made.end()


@pytest.mark.parametrize("name", cases.ASKS)
def test_what_was_seen_stops_nothing(siege: Siege, name: str) -> None:
    assert siege.do(cases.ASKS[name]) == []


@pytest.mark.parametrize("name", cases.TEXTS)
def test_a_text_that_was_seen_stops_nothing(siege: Siege, name: str) -> None:
    assert [wrong for act in cases.with_text(name) for wrong in siege.do(act)] == []


@pytest.mark.parametrize("what", trees.KINDS)
def test_a_push_stops_nothing(siege: Siege, what: str) -> None:
    assert siege.do(Push(what, SEED)) == []


@pytest.mark.parametrize("in_body", [False, True])
def test_slow_senders_hold_up_nobody(siege: Siege, in_body: bool) -> None:
    assert siege.do(Slow(500, in_body, seconds=4)) == []


def test_fuzzed_requests_stop_nothing(siege: Siege) -> None:
    acts = itertools.islice(fuzzed(SEED, 1), ACTS)
    assert [failure.what for failure in attack(siege, acts, seconds=40)] == []


def test_afterwards_all_is_there_and_it_starts_again(siege: Siege) -> None:
    assert siege.finish() == []
    assert all(witness.saves and witness.comments for witness in siege.witnesses)


def test_a_failure_can_be_kept_and_played_again(tmp_path: Path) -> None:
    acts: list[Act] = [cases.ASKS["quoted cookies"], Push("deep", 3), Slow(24, in_body=True)]
    Failure("x", acts).keep(tmp_path / "x.json")
    kept = json.loads((tmp_path / "x.json").read_text())
    assert [act_of(act) for act in kept["acts"]] == acts
