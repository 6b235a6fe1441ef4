"""A Debian root of its own, and a machine that is started from it in namespaces of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BOOT = Path(__file__).with_name("boot.sh")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_NEEDED = ("unshare", "nsenter", "pivot_root", "ip", "git", "cp")
_APART = ("--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Failed(Exception):
    """Something did not go as the guide says."""


def lacking(made: Path | None) -> str:
    """Say why no machine can be made here, "" if one can; `made` is a root to take."""
    if os.geteuid() != 0:
        return "only root can start a machine from a folder"
    gone = [name for name in _NEEDED if shutil.which(name) is None]
    if gone:
        return f"not on this machine: {', '.join(gone)} (apt install util-linux iproute2 git)"
    if made is None and not _maker():
        return (
            "neither mmdebstrap nor debootstrap is here: apt install mmdebstrap, "
            "or name a Debian root that was made elsewhere with --root FOLDER"
        )
    if made is not None and not (made / "etc" / "debian_version").exists():
        return f"{made} is not the root of a Debian"
    return ""


def _maker() -> str:
    """Give the program that makes a root, "" if there is none."""
    return next((name for name in ("mmdebstrap", "debootstrap") if shutil.which(name)), "")


def root(folder: Path, suite: str, mirror: str, *, small: bool, with_packages: str = "") -> None:
    """Make a Debian in a folder: as the installer leaves it, or `small` as images of it are."""
    maker = _maker()
    words = [maker]
    if small:
        words.append("--variant=minbase")
    elif maker == "mmdebstrap":
        words.append("--variant=important")
    if with_packages:
        words.append(f"--include={with_packages}")
    done = subprocess.run(
        [*words, suite, str(folder), mirror], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{maker} made no {suite} from {mirror}:\n{done.stderr[-2000:]}")


def ready(folder: Path) -> None:
    """Let a root reach the registries as this machine does, and apt ask nothing."""
    shutil.copy("/etc/resolv.conf", folder / "etc" / "resolv.conf")
    if CERTIFICATES.exists():
        shutil.copy(CERTIFICATES, folder / "etc" / "registries.crt")
    apt = folder / "etc" / "apt" / "apt.conf.d" / "99bare"
    apt.write_text('APT::Get::Assume-Yes "true";\n', encoding="utf-8")


def environment() -> list[str]:
    """Give what a command in the root has around it: nothing of this machine but certificates."""
    made = [f"PATH={PATH}", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
    return made + (["PIP_CERT=/etc/registries.crt"] if CERTIFICATES.exists() else [])


@contextmanager
def _cgroup() -> Iterator[Path]:
    """A group of processes of its own, gone afterwards."""
    top = Path(tempfile.mkdtemp(prefix="bare-cgroup-"))
    subprocess.run(["mount", "-t", "cgroup2", "cgroup2", str(top)], check=True)
    made = top / f"bare-{os.getpid()}"
    made.mkdir(exist_ok=True)
    try:
        yield made
    finally:
        for folder, _, _ in os.walk(made, topdown=False):
            Path(folder).rmdir()
        subprocess.run(["umount", str(top)], check=True)
        top.rmdir()


class Machine:
    """What runs from a root; commands run inside, with this machine's network or its own."""

    def __init__(self, folder: Path, process: int, outside: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self._process = process
        self._outside = outside

    def stop(self, seconds: float) -> None:
        """Let its first command end by itself, as an engine does. Raises Failed."""
        os.kill(self._process, signal.SIGTERM)
        try:
            status = self._outside.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failed(f"it does not stop in {seconds:.0f} s") from None
        if status:
            raise Failed(f"told to stop, it ended with {status}")

    def words(self, line: str, *, at: str = "/root", user: str = "", alone: bool) -> list[str]:
        """Give the words that run a line of shell inside; `alone` is with its own network."""
        spaces = [space for space in _APART if alone or space != "--net"]
        home = f"/home/{user}" if user else "/root"
        become = ["runuser", "-u", user, "--"] if user else []
        return [
            *("nsenter", "--target", str(self._process), *spaces, "--", "env", "-i"),
            *(*environment(), f"HOME={home}", *become),
            *("bash", "-c", f"cd {at} && {{ {line}\n}}"),
        ]

    def run(self, line: str, *, at: str = "/root", user: str = "", alone: bool = False) -> str:
        """Run a line of shell inside and give what it says."""
        done = subprocess.run(
            self.words(line, at=at, user=user, alone=alone),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise Failed(f"{line}\nended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout


@contextmanager
def started(folder: Path, *command: str, log: Path) -> Iterator[Machine]:
    """A machine from a root, with a command as its process 1; stopped afterwards."""
    with _cgroup() as group, log.open("wb") as said:
        enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
        apart = ["unshare", *_APART, "--fork", "--kill-child"]
        process = subprocess.Popen(
            ["sh", "-c", enter, "sh", *apart, "bash", str(BOOT), str(folder), *command],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            first = _first(process, command[0], log)
            try:
                yield Machine(folder, first, process)
            finally:
                # all goes with process 1; one that became another user outlives unshare
                with suppress(ProcessLookupError):
                    os.kill(first, signal.SIGKILL)
        finally:
            process.kill()
            process.wait()
            if not until(lambda: not _busy(group), 30):
                raise Failed(f"processes of the machine are left in {group}")


def _busy(group: Path) -> bool:
    """Whether a process is left in a group or below it."""
    return "populated 1" in (group / "cgroup.events").read_text()


def _first(process: subprocess.Popen[bytes], command: str, log: Path) -> int:
    """Give the process, as this machine numbers it, that is process 1 of the started machine."""
    found: list[int] = []

    def look() -> bool:
        if process.poll() is not None:
            raise Failed(f"the machine did not start:\n{log.read_text(errors='replace')[-2000:]}")
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for one in listed:
            words = Path(f"/proc/{one}/cmdline").read_bytes().split(b"\0")
            if str(BOOT).encode() not in words and words[0] != b"unshare":
                found.append(int(one))
        return bool(found)

    if not until(look, 30):
        raise Failed(f"{command} did not start:\n{log.read_text(errors='replace')[-2000:]}")
    return found[0]


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
