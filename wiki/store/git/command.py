"""Git's own command, for what is rare or long: packing, checking, copying, whole histories."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from wiki.store.objects.versions import StoreError

# The user's own configuration and an outer repository must not decide what happens here.
LOCAL = "DENKTANK_LOCAL"
"""Tells hooks, by being there, that it is us who move a ref."""
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "LC_ALL": "C",
    LOCAL: "1",
}
_OUTER = {"GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"}
_CHUNK = 1 << 16


def run(git: Path, *arguments: str) -> str:
    """Run `git <arguments>` on the repository folder `git`; gives what it printed.

    Raises StoreError (`store_git_failed`, or `store_git_missing` if there is no git at all).
    """
    status, out, err = attempt(git, *arguments)
    if status:
        raise StoreError("store_git_failed", command=arguments[0], detail=err.strip()[-500:])
    return out


def attempt(git: Path, *arguments: str) -> tuple[int, str, str]:
    """The same, giving exit status, output and errors instead of raising on a bad status."""
    status, out, err = _execute(git, arguments, with_extended_output=True, with_exceptions=False)
    return int(status), str(out), str(err)


def fields(git: Path, given: IO[bytes], *arguments: str) -> Iterator[bytes]:
    """Yield what a command prints, field by field as NUL ends them, while it runs; reads `given`.

    Raises StoreError (`store_git_failed`) at the end of what a failing command printed.
    """
    from git.exc import GitCommandError

    process = _execute(git, arguments, istream=given, as_process=True)
    rest = b""
    try:
        while chunk := process.stdout.read(_CHUNK):
            *whole, rest = (rest + chunk).split(b"\0")
            yield from whole
        if rest:
            yield rest
        process.wait()
    except GitCommandError as error:
        detail = str(error.stderr).strip()[-500:]
        raise StoreError("store_git_failed", command=arguments[0], detail=detail) from error
    finally:
        process.stdout.close()
        process.stderr.close()


def stream(git: Path, *arguments: str) -> Iterator[bytes]:
    """Yield what a command prints, bit by bit while it runs. Raises StoreError as `run` does."""
    with process(git, NOTHING, *arguments) as running:
        while chunk := running.stdout.read(_CHUNK):
            yield chunk


PIPE = -1
"""In the place of what a command reads: its standard input is written to."""
NOTHING = -3
"""The same: it reads nothing."""


@contextmanager
def process(git: Path, given: IO[bytes] | int, *arguments: str) -> Iterator[Any]:
    """A running command with its pipes; when this is left it has ended.

    An error inside kills it. Raises StoreError as `run` does.
    """
    # GitPython ends a command when its own handle on it is thrown away.
    handle = _execute(git, arguments, istream=given, as_process=True)
    running = handle.proc
    try:
        yield running
        status = running.wait()
        if status:
            detail = running.stderr.read().decode("utf-8", "replace").strip()[-500:]
            raise StoreError("store_git_failed", command=arguments[0], detail=detail)
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
        handle.proc = None
        for pipe in (running.stdin, running.stdout, running.stderr):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()


def _execute(git: Path, arguments: tuple[str, ...], **options: Any) -> Any:
    # Loaded here: most processes never run a command, and it costs each 13 MB.
    from git import Git
    from git.exc import GitCommandNotFound

    outer = {name: "" for name in os.environ if name in _OUTER}
    command = ["git", "-c", "safe.directory=*", f"--git-dir={git}", *arguments]
    try:
        return Git(git.parent).execute(command, env=_ENVIRONMENT | outer, **options)
    except GitCommandNotFound:
        raise StoreError("store_git_missing") from None
