"""Three nodes, a primary and a synchronous standby, killed at random while members save.

`python -m tests.soak --minutes 10`: prints what was done and what was not as it must be; exit code
1 if anything was. Nodes, their workers and web processes are killed, links to the database cut, and
the primary is killed, after which the standby takes over and another one is made.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from tests.fixtures.gate import Gate
from tests.fixtures.nodes import Told, Writer, compare, first_pages, node, start, wait_for
from tests.fixtures.running import Running
from tests.fixtures.standby import Databases, pair


class Trouble:
    """What is done to the nodes, at random; `done` counts it."""

    def __init__(
        self, nodes: list[Running], gates: list[list[Gate]], databases: Databases, seed: int
    ) -> None:
        self._nodes = nodes
        self._gates = gates
        self._databases = databases
        self._random = random.Random(seed)
        self.done: Counter[str] = Counter()

    def make(self) -> None:
        """Do one thing."""
        acts = {
            "process killed": (self._process, 12),
            "node killed": (self._node, 2),
            "link cut": (self._link, 3),
            "primary killed": (self._databases.restart, 0.5),
            "failover": (self._databases.fail_over, 0.5),
        }
        name = self._random.choices(list(acts), [weight for _, weight in acts.values()])[0]
        acts[name][0]()
        self.done[name] += 1

    def _process(self) -> None:
        one = self._random.choice(self._nodes)
        assert one.process is not None
        with suppress(psutil.NoSuchProcess, IndexError):
            below = psutil.Process(one.process.pid).children(recursive=True)
            self._random.choice(below).kill()

    def _node(self) -> None:
        one = self._random.choice(self._nodes)
        one.end()
        time.sleep(self._random.random() * 2)
        one.start(wait=False)

    def _link(self) -> None:
        gates = self._random.choice(self._gates)
        for gate in gates:
            gate.shut()
        time.sleep(self._random.random() * 3)
        for gate in gates:
            gate.open()


def main() -> int:
    """Make trouble for some minutes, then compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between two troubles")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="denktank-soak-"))
    with pair() as databases:
        gates = [[Gate(port) for port in databases.ports] for _ in range(asked.nodes)]
        urls = [databases.url(*(gate.port for gate in some)) for some in gates]
        nodes = [node(folder / str(number), url) for number, url in enumerate(urls)]
        try:
            start(nodes)
            first_pages(nodes[0], asked.writers)
            found = _soak(nodes, Trouble(nodes, gates, databases, asked.seed), asked)
        finally:
            for one in nodes:
                one.end()
    print("\n".join(found) or "nothing lost, nothing twice, all nodes equal")
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(found))


def _soak(nodes: list[Running], trouble: Trouble, asked: argparse.Namespace) -> list[str]:
    told = Told()
    writers = [Writer(nodes, number, told, asked.seed) for number in range(asked.writers)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + asked.minutes * 60
    while time.monotonic() < end:
        time.sleep(asked.pause * (0.5 + random.random()))
        trouble.make()
    for one in nodes:
        wait_for(one, "/wiki/p0")
    for writer in writers:
        writer.stop.set()
    for writer in writers:
        writer.join(60)
    seconds = sorted(told.seconds)
    print(f"{len(told.saved)} saves answered, {told.read} read on another node at once")
    print(f"not answered: {dict(told.unanswered)}; done: {dict(trouble.done)}")
    if seconds:
        p95 = seconds[int(len(seconds) * 0.95)]
        print(f"seconds a save, with its form: p50 {statistics.median(seconds):.2f}, p95 {p95:.2f}")
    return compare(nodes, told)


if __name__ == "__main__":
    sys.exit(main())
