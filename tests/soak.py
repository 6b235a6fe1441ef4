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
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil

from tests.fixtures.gate import Gate
from tests.fixtures.nodes import Told, Writer, compare, first_pages, node, start, wait_for
from tests.fixtures.postgres import as_server, free_port, programs, server_user
from tests.fixtures.running import Running

_STRICT = "synchronous_standby_names = '*'\n"


class Databases:
    """A primary and a standby that it waits for; either may become the primary."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None, "PostgreSQL is not installed"
        # Where one of its programs is only linked to, the others are beside it.
        self._bin = (found / "initdb").resolve().parent
        self._folder = folder
        self._user = server_user()
        if self._user:
            shutil.chown(folder, self._user)
        self.ports = [free_port(), free_port()]
        self.primary = 0
        self._run("initdb", "-D", self._data(0), "-U", "denktank", "-A", "trust", "-E", "UTF8")
        self._start(0)
        self._follow()

    def _data(self, number: int) -> Path:
        return self._folder / f"data{number}"

    def _run(self, program: str, *words: object) -> None:
        as_server(self._user, self._bin / program, *words)

    def _start(self, number: int) -> None:
        options = f"-c listen_addresses=127.0.0.1 -p {self.ports[number]} -k {self._folder}"
        options += " -c fsync=on -c max_connections=300"
        log = self._folder / f"log{number}"
        self._run("pg_ctl", "-D", self._data(number), "-o", options, "-l", log, "-w", "start")

    def _follow(self) -> None:
        """Make the other one a standby, and wait for it with every commit."""
        other = 1 - self.primary
        shutil.rmtree(self._data(other), ignore_errors=True)
        port = self.ports[self.primary]
        words = ["-h", "127.0.0.1", "-p", port, "-U", "denktank", "-D", self._data(other), "-R"]
        self._run("pg_basebackup", *words, "-c", "fast", "-X", "stream")
        self._set(other, "")
        self._start(other)
        self._set(self.primary, _STRICT)
        self._run("pg_ctl", "-D", self._data(self.primary), "reload")

    def _set(self, number: int, text: str) -> None:
        file = self._data(number) / "postgresql.auto.conf"
        kept = [line for line in file.read_text().splitlines() if "synchronous_stand" not in line]
        file.write_text("".join(f"{line}\n" for line in kept) + text)

    def fail_over(self) -> None:
        """Kill the primary, let the standby take over, and make another standby."""
        self._run("pg_ctl", "-D", self._data(self.primary), "-m", "immediate", "-w", "stop")
        time.sleep(1.0)
        self.primary = 1 - self.primary
        self._run("pg_ctl", "-D", self._data(self.primary), "-w", "promote")
        self._follow()

    def restart(self) -> None:
        """Kill the primary, and start it again."""
        self._run("pg_ctl", "-D", self._data(self.primary), "-m", "immediate", "-w", "stop")
        time.sleep(0.5)
        self._start(self.primary)

    def stop(self) -> None:
        """Stop both."""
        for number in (0, 1):
            with suppress(subprocess.CalledProcessError):
                self._run("pg_ctl", "-D", self._data(number), "-m", "immediate", "-w", "stop")


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
    folder.chmod(0o755)
    (folder / "pg").mkdir()
    databases = Databases(folder / "pg")
    gates = [[Gate(port) for port in databases.ports] for _ in range(asked.nodes)]
    nodes = [node(folder / str(n), _url(gates[n])) for n in range(asked.nodes)]
    try:
        start(nodes)
        first_pages(nodes[0], asked.writers)
        found = _soak(nodes, Trouble(nodes, gates, databases, asked.seed), asked)
    finally:
        for one in nodes:
            one.end()
        databases.stop()
    print("\n".join(found) or "nothing lost, nothing twice, all nodes equal")
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(found))


def _url(gates: list[Gate]) -> str:
    hosts = "&".join(f"host=127.0.0.1:{gate.port}" for gate in gates)
    return f"postgresql+psycopg://denktank@/postgres?{hosts}&target_session_attrs=primary"


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
