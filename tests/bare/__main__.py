"""From a bare Debian, with the README and the guide alone, to https behind Caddy; timed.

`make bare`: a Debian root is made and started as a machine of its own, with systemd. There the
README's first command is run, then each line of docs/server.md, and the wiki is visited through
Caddy. Then the Containerfile is followed by hand, and its command run as a container would. It
needs root, mmdebstrap or debootstrap, and the registries of Debian and PyPI. It ends with 1 if
anything is not as the guide says or takes longer than ten minutes, and with 2 where no machine can
be made. What is not committed is not looked at.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bare import guide, image, machine
from tests.bare.machine import Failed, Machine
from tests.fixtures.ports import free_port

CHECKOUT = Path(__file__).parents[2]
SITE = "denktank.example.org"
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
BUDGET = 600
_BOOTED = "until systemctl is-system-running --wait; do sleep 0.2; done"
_WRONG = re.compile(r"^!! (\w+):", re.MULTILINE)
_GRACE = re.compile(r"^ +stop_grace_period: (\d+)s$", re.MULTILINE)
_LINK = re.compile(r"https?://\S+/setup/\S+")


class Clock:
    """What was done, and how long each took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one thing and say how long it took."""
        began = time.monotonic()
        try:
            yield
        except BaseException:
            print(f"{time.monotonic() - began:7.1f} s  FAILED: {name}", flush=True)
            raise
        self.taken.append((name, time.monotonic() - began))
        print(f"{self.taken[-1][1]:7.1f} s  {name}", flush=True)

    def since(self, number: int) -> float:
        """Give the seconds of all steps from one on."""
        return sum(seconds for _, seconds in self.taken[number:])


def checkout(folder: Path, source: Path) -> None:
    """Put a clone in a root, with the one change the guide tells for a name that few know."""
    origin = folder / "root" / "denktank.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--single-branch", str(source), str(origin)],
        check=True,
    )
    copy = folder / "root" / "denktank"
    subprocess.run(["git", "clone", "--quiet", str(origin), str(copy)], check=True)
    subprocess.run(
        ["git", "-C", str(copy), "remote", "set-url", "origin", "/root/denktank.git"], check=True
    )
    caddy = copy / "deploy" / "Caddyfile"
    text = caddy.read_text(encoding="utf-8")
    caddy.write_text(text.replace(f"{SITE}}} {{\n", f"{SITE}}} {{\n\ttls internal\n", 1), "utf-8")
    if "tls internal" not in caddy.read_text(encoding="utf-8"):
        raise Failed("deploy/Caddyfile does not name its site as it did")
    shutil.copy(Path(__file__).with_name("visitor.py"), folder / "usr" / "local" / "bin")


def visit(where: Machine, words: str, *, alone: bool = True) -> None:
    """Let somebody visit from inside, and say what they saw."""
    said = where.run(f"python3 /usr/local/bin/visitor.py {words} 2>/tmp/waited", alone=alone)
    for line in said.splitlines():
        print(f"           {line}", flush=True)


def first_command(clock: Clock, where: Machine, readme: str) -> None:
    """Run what the README begins with, as somebody without rights."""
    with clock.step(f"apt update; {guide.packages(readme)}"):
        where.run(f"apt update && {guide.packages(readme)}")
    where.run("useradd --create-home --shell /bin/bash reader")
    where.run("git clone --quiet /root/denktank.git /home/reader/denktank")
    where.run("chown -R reader: /home/reader")
    port = free_port()
    log = where.folder / "home" / "reader" / "said"
    words = where.words(
        f"exec make run ARGS='--port {port}'",
        at="/home/reader/denktank",
        user="reader",
        alone=False,
    )
    with log.open("wb") as said:
        running = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
        try:
            with clock.step("make run, to its first page"):
                visit(where, f"http://127.0.0.1:{port} --seconds 300", alone=False)
        finally:
            # as Ctrl-C does: to all that it started
            os.killpg(running.pid, signal.SIGINT)
            running.wait(timeout=30)
    with clock.step("Ctrl-C ends it"):
        where.run("timeout 30 bash -c 'while pgrep -u reader >/dev/null; do sleep 0.2; done'")
    if not _LINK.search(log.read_text(errors="replace")):
        raise Failed(f"make run told no one-time link:\n{log.read_text(errors='replace')}")


def follow(clock: Clock, where: Machine, text: str) -> str:
    """Do each step of a section, and give all that was said."""
    said = []
    for step in guide.steps(text):
        if step.file:
            (where.folder / step.file.lstrip("/")).write_text(step.text, encoding="utf-8")
        else:
            with clock.step(step.text):
                said.append(where.run(step.text, at="/root/denktank"))
    return "".join(said)


def server(clock: Clock, folder: Path, log: Path) -> float:
    """Do what the README and docs/server.md say; give the seconds until https had answered."""
    copy = folder / "root" / "denktank"
    text = (copy / "docs" / "server.md").read_text(encoding="utf-8")
    readme = (copy / "README.md").read_text(encoding="utf-8")
    (folder / "etc" / "hosts").write_text(f"127.0.0.1 localhost {SITE}\n", encoding="utf-8")
    with machine.started(folder, "/sbin/init", log=log) as where:
        with clock.step("the machine starts"):
            where.run(f"timeout 60 bash -c '{_BOOTED}'")
        first_command(clock, where, readme)
        began = len(clock.taken)
        said = follow(clock, where, guide.section(text, "With systemd"))
        link = _LINK.search(said)
        if link is None:
            raise Failed(f"denktank init told no one-time link:\n{said}")
        with clock.step(f"https://{SITE}/ answers behind Caddy, with its administrator"):
            visit(where, f"https://{SITE} --trust {AUTHORITY} --link '{link[0]}' --login")
        reached = clock.since(1)
        print(f"           of these {clock.since(began):.0f} s for the guide alone", flush=True)
        follow(clock, where, guide.section(text, "A new version"))
        with clock.step("https again, after the new version"):
            visit(where, f"https://{SITE} --trust {AUTHORITY} --login")
        afterwards(clock, where)
    return reached


def afterwards(clock: Clock, where: Machine) -> None:
    """Look whether the units run, the backup can be restored and the doctor is content."""
    own = "runuser -u denktank -- /opt/denktank/bin/denktank"
    with clock.step("the units run and the backup can be restored"):
        where.run("systemctl is-active denktank.service caddy.service denktank-backup.timer")
        where.run('test -z "$(systemctl list-units --failed --quiet --no-legend)"')
        where.run(f"{own} drill /var/backups/denktank/*.tar.gz", at="/tmp")
    said = where.run(f"{own} doctor --data /srv/denktank; true", at="/tmp", alone=True)
    print("           denktank doctor says:")
    print("".join(f"             {line}\n" for line in said.splitlines()), end="", flush=True)
    # the guide's mail server does not exist
    if "mail_server" not in said or set(_WRONG.findall(said)) - {"mail_server"}:
        raise Failed("the doctor finds something wrong that is not the mail server")
    with clock.step("systemctl stop denktank.service"):
        where.run("systemctl stop denktank.service")
        where.run('test "$(systemctl show -P Result denktank.service)" = success')


def container(clock: Clock, base: Path, work: Path, log: Path) -> None:
    """Follow the Containerfile and run what it makes."""
    with clock.step("the Containerfile, followed by hand"):
        made = image.build(CHECKOUT, base, work)
        shutil.copy(Path(__file__).with_name("visitor.py"), made.folder / "usr" / "local" / "bin")
    with machine.started(made.folder, *made.runnable(), log=log) as where:
        with clock.step("its command answers on a read-only root as its own user"):
            visit(where, "http://127.0.0.1:8000")
        with clock.step("the check of its health says so as that user"):
            where.run(made.confined(made.health), alone=True)
        link = _LINK.search(log.read_text(errors="replace"))
        if link is None:
            raise Failed(f"the log has no one-time link:\n{log.read_text(errors='replace')}")
        number = made.user.partition(":")[0]
        where.run(f'test "$(stat -c %u /proc/1)" = {number} && ! touch /opt/denktank/x')
        for words in (["touch", "/data/x"], ["ssh", "-V"], ["git", "--version"]):
            where.run(made.confined(words))
        wanted = _GRACE.search((CHECKOUT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
        if wanted is None:
            raise Failed("deploy/compose.yaml does not say how long a stop may take")
        with clock.step(f"SIGTERM ends it within the {wanted[1]} s of deploy/compose.yaml"):
            where.stop(float(wanted[1]))


def main() -> int:
    """Run it all and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="trixie", help="which Debian")
    parser.add_argument("--mirror", default="http://deb.debian.org/debian")
    parser.add_argument(
        "--root", type=Path, help="a Debian root that is there already; it is copied"
    )
    parser.add_argument("--in", dest="inside", type=Path, help="where there is room; else in /tmp")
    told = parser.parse_args()
    why = machine.lacking(told.root)
    if why:
        print(f"make bare cannot run here: {why}", file=sys.stderr)
        return 2
    work = Path(tempfile.mkdtemp(prefix="bare-", dir=told.inside))
    clock = Clock()
    try:
        with clock.step("a bare Debian"):
            if told.root:
                subprocess.run(["cp", "-a", str(told.root), str(work / "server")], check=True)
            else:
                machine.root(work / "server", told.suite, told.mirror, small=False)
            machine.ready(work / "server")
            checkout(work / "server", CHECKOUT)
        reached = server(clock, work / "server", work / "server.log")
        with clock.step("a small Debian with Python, for the image that the Containerfile names"):
            wanted = "python3,python3-venv"
            machine.root(work / "base", told.suite, told.mirror, small=True, with_packages=wanted)
            machine.ready(work / "base")
            (work / "base" / "usr" / "local" / "bin" / "python").symlink_to("/usr/bin/python3")
        container(clock, work / "base", work, work / "container.log")
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", str(work)], check=True)
    print(f"{clock.since(0):7.1f} s  in all; {reached:.0f} s of them from a bare Debian to https")
    print(f"ten minutes were {'kept' if reached <= BUDGET else 'NOT kept'}")
    return 0 if reached <= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
