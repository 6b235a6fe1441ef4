"""`make attack`: try to stop, spoil or open a wiki that runs, for 20 minutes.

    make attack                                   every seen case, then the fuzzers, 20 minutes
    make attack ARGS="--minutes 1 --seed 7"       shorter, and repeatable
    make attack ARGS="--replay FILE"              one failure again, from the file that was kept
    make attack ARGS="--power"                    power cuts at many moments (tests/faults)

Only this machine is asked; everything happens in a folder of its own, and it stops by itself.
Failures are kept in `attack/` with what is needed to see them again; the exit code says if any.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random

from tests.attack import cases, trees
from tests.attack.asking import Fuzzer, addresses
from tests.attack.siege import Act, Failure, Siege, Slow, act_of
from tests.attack.trees import Push
from tests.faults import power

KEPT = Path("attack")
BEFORE = 12
"""Acts that are kept with a failure."""


def seen() -> Iterator[Act]:
    """Every case that was seen."""
    yield from cases.ASKS.values()
    for name in cases.TEXTS:
        yield from cases.with_text(name)
    yield from (Slow(24, in_body=False), Slow(24, in_body=True), Slow(500, in_body=True))
    yield from (Push(what, 1) for what in trees.KINDS)


def fuzzed(seed: int, scale: int) -> Iterator[Act]:
    """Requests without end, a push among every sixty."""
    fuzzer, random = Fuzzer(addresses()), Random(seed)
    number = seed * 1_000_000
    while True:
        number += 1
        if random.random() < 1 / 60:
            yield Push(random.choice(list(trees.KINDS)), number, scale)
        else:
            yield fuzzer.ask(number)


def attack(siege: Siege, acts: Iterator[Act], seconds: float) -> Iterator[Failure]:
    """Act until the time is over; gives each failure once."""
    end, known = time.monotonic() + seconds, set[str]()
    last: deque[Act] = deque(maxlen=BEFORE)
    for act in acts:
        if time.monotonic() > end:
            return
        last.appendleft(act)
        for what in siege.do(act):
            # The same fault from another address is told once.
            if (short := what[:60]) not in known:
                known.add(short)
                yield Failure(what, list(last))


def run(acts: Iterator[Act], seconds: float, folder: Path) -> list[Failure]:
    """The attack on a fresh wiki; gives all that was not as promised."""
    siege = Siege(folder)
    found = []
    try:
        siege.begin()
        for failure in attack(siege, acts, seconds):
            found.append(failure)
            _tell(failure, len(found))
        for what in siege.finish():
            found.append(Failure(what, []))
            _tell(found[-1], len(found))
        witnessed = sum(len(one.saves) + len(one.comments) for one in siege.witnesses)
        print(f"{siege.acts} acts, {witnessed} answered writes, {len(found)} failures")
    finally:
        siege.end()
    return found


def replay(file: Path) -> int:
    """Play one failure again: its last act alone, else all that came before."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    acts = [act_of(act) for act in kept["acts"]]
    for chosen in (acts[:1], acts[::-1]):
        with tempfile.TemporaryDirectory(prefix="attack-") as folder:
            if run(iter(chosen), 600, Path(folder)):
                print(f"seen again with {len(chosen)} acts")
                return 1
    print("not seen again")
    return 0


def cut_power(seed: int, seconds: float) -> int:
    """Power cuts for about so long: ten recordings, each cut at as many moments as time allows."""
    number, found = 0, 0
    for turn in range(10):
        with tempfile.TemporaryDirectory(prefix="power-") as folder:
            recording = power.record(Path(folder), seconds=10)
            for cut in power.cuts(recording, int(seconds / 15), seed + turn, Path(folder)):
                number += 1
                if bad := power.wrong(cut):
                    found += 1
                    print(f"seed {seed + turn}, {cut.what}: {bad}", flush=True)
    print(f"{number} cuts, {found} failures")
    return 1 if found else 0


def _tell(failure: Failure, number: int) -> None:
    KEPT.mkdir(exist_ok=True)
    file = KEPT / f"{time.strftime('%H%M%S')}-{number}.json"
    failure.keep(file)
    print(f'\n{failure.what}\n  again: make attack ARGS="--replay {file}"', flush=True)


def main() -> int:
    """The command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--scale", type=int, default=4, help="how large pushes are; 1: small")
    parser.add_argument("--skip-seen", action="store_true", help="begin with the fuzzers")
    parser.add_argument("--replay", type=Path)
    parser.add_argument("--power", action="store_true", help="power cuts instead")
    given = parser.parse_args()
    if given.replay:
        return replay(given.replay)
    print(f"seed {given.seed}", flush=True)
    if given.power:
        return cut_power(given.seed, given.minutes * 60)
    fixed: Iterator[Act] = iter(()) if given.skip_seen else seen()
    with tempfile.TemporaryDirectory(prefix="attack-") as folder:
        acts = chain(fixed, fuzzed(given.seed, given.scale))
        return 1 if run(acts, given.minutes * 60, Path(folder)) else 0


if __name__ == "__main__":
    sys.exit(main())
