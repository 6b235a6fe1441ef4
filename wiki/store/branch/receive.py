"""Git's `proc-receive` hook: a push to the wiki's branch lands, whoever saves meanwhile.

Git compares the branch with what it was when the push began. While two thousand commits come in,
somebody saves, and git refuses: beside busy savers a large push never landed. So git leaves the
update of this branch to us: under the writers' lock it goes forward, and if the branch moved
meanwhile, both lines are merged where git finds no conflict.

A client looks first itself and sends nothing if it has not fetched the newest save; beside savers
who never rest it pushes to `refs/for/<branch>`, which is no branch and lands in the same way.

Copied into the repository and run there by whoever pushes: it needs the standard library and git
alone. The protocol: https://git-scm.com/docs/githooks#proc-receive.

A push over HTTP comes by the wiki itself, which knows who pushes and what they may do. It leaves an
open socket (`DOOR`); then both hooks, this one and `pre-receive`, ask there instead.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

DOOR = "DENKTANK_DOOR"
"""Names the socket, by its number, on which the wiki is asked."""
LOCK = "denktank.lock"
NOTHING = "0" * 40
HEADS, OFFERED = "refs/heads/", "refs/for/"
FETCH = "fetch first: the pages changed meanwhile; or push to refs/for/<branch>"
MOST_FILES = 1_000_000
_ENTRY = re.compile(rb"([0-7]{1,11}) [^\0]*\0(.{20})", re.DOTALL)


class Rejected(Exception):
    """The push cannot land; the text is what the one who pushes reads."""


class Trees:
    """How many files trees hold, each tree read once.

    A few hundred bytes can name one folder ten times, in ten others, ten deep: whoever follows that
    file by file never ends.
    """

    def __init__(self) -> None:
        words = ["git", "cat-file", "--batch"]
        self._git = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._known: dict[str, int] = {}

    def files(self, root: str) -> int:
        """Count how many files a tree holds, those in its folders included."""
        waiting = [root]
        while waiting:
            tree = waiting[-1]
            entries = _ENTRY.findall(self._read(tree))
            folders = [id.hex() for mode, id in entries if int(mode, 8) == 0o40000]
            unknown = [id for id in folders if id not in self._known]
            if unknown:
                # Not by calls in calls: a tree may be deeper than these may be.
                waiting += unknown
                continue
            inside = sum(self._known[id] for id in folders)
            self._known[waiting.pop()] = len(entries) - len(folders) + inside
        return self._known[root]

    def _read(self, name: str) -> bytes:
        assert self._git.stdin
        assert self._git.stdout
        self._git.stdin.write(name.encode() + b"\n")
        self._git.stdin.flush()
        *_, size = self._git.stdout.readline().split()
        # What is missing has no size, and is told by the check that git itself makes.
        return self._git.stdout.read(int(size) + 1)[:-1] if size.isdigit() else b""


def main() -> None:
    """Answer git, as the hook that it runs."""
    if sys.argv[1:] == ["pre-receive"]:
        sys.exit(_look())
    _receive()


def _look() -> int:
    """Ask the wiki whether a push may come in, then whoever has a hook of their own."""
    lines = sys.stdin.buffer.read()
    answer = _ask(
        hook="pre-receive",
        refs=lines.decode(errors="replace").splitlines(),
        apart=os.environ.get("GIT_QUARANTINE_PATH", ""),
    )
    own = os.path.abspath("hooks/pre-receive")  # noqa: PTH100 (loaded for each push)
    if not answer["refused"] and os.access(own, os.X_OK):
        return subprocess.run([own], input=lines, check=False).returncode
    return int(bool(answer["refused"]))


def _ask(**question: object) -> dict[str, Any]:
    """The wiki's answer to a question; what it says besides goes to who pushes."""
    with socket.socket(fileno=os.dup(int(os.environ[DOOR]))) as door:
        door.sendall(json.dumps(question).encode() + b"\n")
        answer: dict[str, Any] = json.loads(door.makefile("rb").readline())
    for line in answer["said"]:
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
    return answer


def _receive() -> None:
    """For each branch that is pushed to, say that it landed or why not."""
    said = next(_packets())
    features = b"\0atomic" if b"atomic" in said else b""
    list(_packets())
    _say(b"version=1" + features)
    _flush()
    commands = [line.split(" ", 2) for line in map(_text, _packets())]
    if DOOR in os.environ:
        for old, new, ref in commands:
            why = _ask(hook="proc-receive", old=old, new=new, ref=ref)["refused"]
            _say(f"ng {ref} {why}".encode() if why else f"ok {ref}".encode())
        _flush()
        return
    with open(LOCK, "a") as lock:  # noqa: PTH123 (loaded for each push: the less the better)
        fcntl.flock(lock, fcntl.LOCK_EX)
        trees = Trees()
        for old, new, ref in commands:
            try:
                _land(old, new, ref, trees)
            except Rejected as error:
                _say(f"ng {ref} {error}".encode())
            else:
                # Not where it went: who pushed does not have that commit.
                _say(f"ok {ref}".encode())
    _flush()


def _land(old: str, new: str, ref: str, trees: Trees) -> None:
    """Let the branch hold what is pushed; raises Rejected."""
    if new == NOTHING:
        raise Rejected("the wiki's branch is not deleted")
    ref = ref.replace(OFFERED, HEADS, 1) if ref.startswith(OFFERED) else ref
    head = _git("rev-parse", "--verify", "--quiet", ref)
    if old != NOTHING and not _holds(new, old):
        raise Rejected("non-fast-forward")
    for commit in _git("rev-list", new, "--not", *filter(None, [head])).split():
        if trees.files(f"{commit}^{{tree}}") > MOST_FILES:
            raise Rejected(f"revision {commit[:10]} holds more than {MOST_FILES} files")
    landed = new if not head or _holds(new, head) else _merged(head, new)
    _git("update-ref", ref, landed, head or NOTHING, refused=FETCH)


def _merged(head: str, new: str) -> str:
    """A commit of both lines, by the one who made the last commit of the push."""
    if _holds(head, new):
        return head
    written = _git("merge-tree", "--write-tree", head, new, refused=FETCH)
    name, email = _git("log", "-1", "--format=%cn%n%ce", new).split("\n")
    people = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", name), ("EMAIL", email))
    }
    message = "Merge what was pushed with what was saved meanwhile"
    words = ("commit-tree", written.split("\n")[0], "-p", head, "-p", new, "-m", message)
    return _git(*words, refused=FETCH, **people)


def _holds(later: str, earlier: str) -> bool:
    return subprocess.run(["git", "merge-base", "--is-ancestor", earlier, later]).returncode == 0


def _git(*words: str, refused: str = "", **environment: str) -> str:
    """Give what git prints; where it fails that is nothing, or Rejected is raised."""
    done = subprocess.run(
        ["git", *words], env={**os.environ, **environment}, capture_output=True, check=False
    )
    if done.returncode and refused:
        raise Rejected(refused)
    return "" if done.returncode else done.stdout.decode(errors="surrogateescape").strip()


def _packets() -> Iterator[bytes]:
    """Read what git says, up to its next pause."""
    read = sys.stdin.buffer.read
    while size := int(read(4) or b"0", 16):
        yield read(size - 4)


def _text(packet: bytes) -> str:
    return packet.decode(errors="surrogateescape").rstrip("\n")


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(b"%04x%s\n" % (len(line) + 5, line))


def _flush() -> None:
    sys.stdout.buffer.write(b"0000")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
