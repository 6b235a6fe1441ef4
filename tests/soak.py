"""Three nodes, a primary and a synchronous standby, killed at random while members save.

`python -m tests.soak --minutes 10`: prints what was done and what was not as it must be; exit code
1 if anything was. Nodes, their workers and web processes are killed, at random and at named points
of saves, pushes, compactions and purges; links to the database are cut; and the primary is killed,
after which the standby takes over and another one is made.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.fixtures.trouble import Trouble, cluster


def main() -> int:
    """Make trouble for some minutes, then compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two troubles")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="denktank-soak-"))
    with cluster(folder, asked.writers, asked.seed, nodes=asked.nodes) as trouble:
        found = _soak(trouble, asked)
    print("\n".join(found) or "nothing lost, nothing twice, all nodes equal")
    if not found:
        shutil.rmtree(folder, ignore_errors=True)
    return int(bool(found))


def _soak(trouble: Trouble, asked: argparse.Namespace) -> list[str]:
    trouble.begin()
    begin, length = time.monotonic(), asked.minutes * 60
    # Chance alone may leave the primary in peace.
    failovers = [begin + length / 3, begin + length * 2 / 3]
    while time.monotonic() < begin + length:
        time.sleep(asked.pause * (0.5 + random.random()))
        if failovers and time.monotonic() > failovers[0]:
            failovers.pop(0)
            trouble.fail_over()
        trouble.make()
    found, told = trouble.end(), trouble.told
    seconds = sorted(told.seconds)
    print(f"{len(told.saved)} saves answered, {told.read} read on another node at once")
    print(f"{len(told.said)} comments answered, of which the last are looked for on all nodes")
    print(f"not answered: {dict(told.unanswered)}")
    print(f"{trouble.kills()} kills: {dict(trouble.done)}")
    print(f"seconds they took: { ({what: round(long) for what, long in trouble.spent.items()}) }")
    if seconds:
        p95 = seconds[int(len(seconds) * 0.95)]
        print(f"seconds a save, with its form: p50 {statistics.median(seconds):.2f}, p95 {p95:.2f}")
    return found


if __name__ == "__main__":
    sys.exit(main())
