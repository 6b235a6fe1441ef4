"""A repository elsewhere: fetched from and pushed to, by git, within bounds and never by force.

What comes in is put in a repository beside ours that borrows our objects, so that it can be looked
at, and thrown away, before ours has any of it. Git may speak only to the address that was looked
up, follows nobody elsewhere, and is ended when its time is over.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from wiki.store.git import command, lock

_FOLDER = "denktank.elsewhere"
_REF = "refs/denktank/elsewhere"
_BLOCK = 512
"""Bytes that `ulimit -f` counts in (POSIX)."""
_SIGNS: Sequence[tuple[str, str]] = (
    ("remote_no_ssh", r"\bssh: (?:command )?not found|cannot run ssh"),
    (
        "remote_moved",
        r"non-fast-forward|fetch first|stale info|cannot lock ref|failed to update ref",
    ),
    ("remote_full", r"no space left|quota exceeded|disk quota|out of space|disk full"),
    ("remote_refuses", r"remote rejected|hook declined|protected branch|denied by|HTTP 413"),
    ("remote_large", r"file too large|file size limit|fetch-pack: invalid index-pack output"),
    ("remote_slow", r"operation too slow|timed? ?out|too long"),
    # Of a host that is away ssh says as well that the repository could not be read.
    ("remote_down", r"connect to host|connection refused"),
    ("remote_host", r"host key verification|host identification has changed|host key for"),
    (
        "remote_denied",
        r"authentication failed|could not read|permission denied|error: 40[13]|access denied"
        r"|invalid credentials",
    ),
    ("remote_missing", r"not found|error: 404|does not (?:appear|exist)|no such file"),
    (
        "remote_down",
        r"could not resolve|couldn't connect|failed to connect|connection (?:refused|reset)"
        r"|unable to access|network is unreachable|hung up|early eof|error: 5\d\d"
        r"|empty reply|no route to host|connection closed",
    ),
)
"""What git says of what went wrong, and the code for it; the first that fits."""
_SHOWN = re.compile(r"fingerprint for the (\S+) key sent by the remote host is\s+(SHA256:\S+)\b")
"""Of a changed key, what matters stands below ssh's banner."""
_SAID = 300


class Failed(Exception):
    """A remote cannot be used as things are: `code` names why, `said` is what git said."""

    def __init__(self, code: str, said: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.said = said


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A repository elsewhere and how to speak with it; `most_bytes` of one pack are taken."""

    url: str
    branch: str
    settings: Mapping[str, str]
    environment: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 45.0
    most_bytes: int = 200_000_000


@contextmanager
def beside(git: Path) -> Iterator[Path]:
    """An empty repository that borrows our objects, for as long as this lasts."""
    with lock.held_file(git / f"{_FOLDER}.lock"):
        folder = git / _FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        try:
            command.run(folder, "init", "--bare", "--quiet")
            borrowed = f"{(git / 'objects').resolve()}\n"
            (folder / "objects/info/alternates").write_text(borrowed, encoding="utf-8")
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def fetch(folder: Path, there: Elsewhere, ours: str) -> str:
    """Fetch its branch into the repository beside ours; gives its newest commit, empty if none.

    `ours` is one of our commits, so that git need not ask for everything. Raises Failed.
    """
    if ours:
        command.run(folder, "update-ref", "refs/heads/known", ours)
    listed = _run(folder, there, "ls-remote", "--", there.url, f"refs/heads/{there.branch}")
    found = re.match(r"([0-9a-f]{40})\trefs/heads/", listed)
    if not found:
        return ""
    words = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    _run(folder, there, "fetch", *words, "--", there.url, f"+refs/heads/{there.branch}:{_REF}")
    return command.run(folder, "rev-parse", _REF).strip()


def leads(folder: Path, earlier: str, later: str) -> bool:
    """Whether one commit leads up to another; not if it is nowhere to be found."""
    status, _, _ = command.attempt(folder, "merge-base", "--is-ancestor", earlier, later)
    return status == 0


def bring(git: Path, folder: Path) -> None:
    """Copy what was fetched into our repository, where no branch names it yet."""
    words = ("--quiet", "--no-tags", "--no-write-fetch-head", str(folder), _REF)
    command.run(git, "-c", "fetch.unpackLimit=1", "fetch", *words)


def push(git: Path, there: Elsewhere, commit: str) -> None:
    """Let its branch go forward to a commit of ours; never any other way. Raises Failed."""
    wanted = f"{commit}:refs/heads/{there.branch}"
    _run(git, there, "push", "--quiet", "--no-verify", "--", there.url, wanted)


def _run(git: Path, there: Elsewhere, *words: str) -> str:
    limit = str(max(1, there.most_bytes // _BLOCK))
    shell = ["sh", "-c", 'ulimit -f "$0" && exec git "$@"', limit]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*shell, "-c", "safe.directory=*", f"--git-dir={git}", *words],
            env=_environment(there),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            start_new_session=True,
        )
        try:
            status = process.wait(there.seconds)
        except subprocess.TimeoutExpired:
            raise Failed("remote_slow") from None
        finally:
            if process.poll() is None:
                # With ssh, or whatever else it started.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        out.seek(0)
        errors.seek(0)
        if status:
            raise _failure(status, errors.read().decode("utf-8", "replace"))
        return out.read().decode("utf-8", "replace")


def _environment(there: Elsewhere) -> dict[str, str]:
    told = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        **there.environment,
    }
    settings = {
        "protocol.allow": "never",
        f"protocol.{there.url.partition(':')[0]}.allow": "always",
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "500",
        "http.lowSpeedTime": "20",
        "transfer.fsckObjects": "true",
        "fetch.unpackLimit": "1",
        "core.hooksPath": os.devnull,
        "credential.helper": "",
        "pack.threads": "1",
        **there.settings,
    }
    for number, (key, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    told["GIT_CONFIG_COUNT"] = str(len(settings))
    return told


def _failure(status: int, said: str) -> Failed:
    if status in (-signal.SIGXFSZ, 128 + signal.SIGXFSZ):
        return Failed("remote_large")
    lines = [line for line in said.splitlines() if line.strip()]
    code = next(
        (code for code, sign in _SIGNS if re.search(sign, said[:20_000], re.IGNORECASE)),
        "remote_failed",
    )
    shown = _SHOWN.search(said)
    short = " ".join(shown.groups()) if shown else " ".join(" ".join(lines[:3]).split())
    return Failed(code, "".join(one if one.isprintable() else " " for one in short)[:_SAID])
