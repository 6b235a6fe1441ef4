"""The Containerfile done by hand: each stage in a root of its own, then its command.

A Debian with Python stands in for the image that the file starts from. What a container engine
adds is done here too: the root is read-only, /data is the volume, no capability is left.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

from tests.bare import guide, machine

_RUNNABLE = "mount --bind {0} {0} && mount -o remount,bind,ro / && cd {0} && exec {1}"


class Image:
    """A stage of a Containerfile, as far as it has been followed."""

    def __init__(self, folder: Path, context: Path, stages: dict[str, Path]) -> None:
        self.folder = folder
        self._context = context
        self._stages = stages
        self._at = "/"
        self._environment: dict[str, str] = {"PATH": machine.PATH}
        self.user = self.volume = ""
        self.command: list[str] = []
        self.health: list[str] = []

    def follow(self, word: str, rest: str) -> None:
        """Do one step."""
        match word:
            case "RUN":
                self._run(rest)
            case "COPY":
                self._copy(rest.split())
            case "WORKDIR":
                self._at = rest
                (self.folder / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "ENV":
                for pair in rest.split():
                    name, _, value = pair.partition("=")
                    self._environment[name] = value.replace("$PATH", self._environment["PATH"])
            case "USER":
                self.user = rest
            case "VOLUME":
                self.volume = rest
            case "CMD":
                self.command = json.loads(rest)
            case "HEALTHCHECK":
                self.health = json.loads(rest[rest.index(" CMD ") + 5 :])
            case "EXPOSE" | "STOPSIGNAL":
                pass
            case _:
                raise machine.Failed(f"{word} in the Containerfile is not known here")

    def _run(self, line: str) -> None:
        mounted = "mount -t proc proc /proc; mount -t tmpfs tmpfs /tmp; cd {}; {}"
        around = [f"{name}={value}" for name, value in self._environment.items()]
        done = subprocess.run(
            [
                *("unshare", "--mount", "--fork", "chroot", str(self.folder), "env", "-i"),
                *(*machine.environment(), *around),
                *("sh", "-c", mounted.format(self._at, line)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise machine.Failed(
                f"RUN {line}\nended with {done.returncode}:\n{done.stdout[-3000:]}"
            )

    def _copy(self, words: list[str]) -> None:
        source = self._context
        if words[0].startswith("--from="):
            source = self._stages[words.pop(0).partition("=")[2]]
        *names, target = words
        base = self.folder / self._at.lstrip("/") / target.lstrip("/")
        if target.startswith("/"):
            base = self.folder / target.lstrip("/")
        for name in names:
            found = source / name.lstrip("/")
            end = base / found.name if target.endswith("/") else base
            end.parent.mkdir(parents=True, exist_ok=True)
            # cp keeps links and modes, and a folder's contents go into the folder that is named
            subprocess.run(["cp", "-a", "-T", str(found), str(end)], check=True)

    def runnable(self) -> list[str]:
        """Give the words that run its command as an engine does, from the machine's process 1."""
        return ["sh", "-c", _RUNNABLE.format(self.volume, self.confined(self.command))]

    def confined(self, words: list[str]) -> str:
        """Give the line that runs something in the started container, as an engine does."""
        number, _, group = self.user.partition(":")
        around = [f"{name}={value}" for name, value in self._environment.items()]
        become = f"setpriv --reuid {number} --regid {group} --clear-groups"
        without = "--bounding-set=-all --inh-caps=-all --no-new-privs"
        return f"env -i {shlex.join(around)} {become} {without} {shlex.join(words)}"


def context(checkout: Path, folder: Path) -> Path:
    """Give what the build gets to see: what is committed and .dockerignore lets in."""
    folder.mkdir()
    names = guide.let_in(checkout / ".dockerignore")
    packed = subprocess.run(
        ["git", "-C", str(checkout), "archive", "HEAD", "--", *names],
        stdout=subprocess.PIPE,
        check=True,
    )
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
    return folder


def build(checkout: Path, base: Path, work: Path) -> Image:
    """Follow the Containerfile of a checkout and give its last stage."""
    seen = context(checkout, work / "context")
    stages: dict[str, Path] = {}
    made: Image | None = None
    for word, rest in guide.instructions(checkout / "deploy" / "Containerfile"):
        if word == "FROM":
            name = rest.partition(" AS ")[2] or "last"
            subprocess.run(["cp", "-a", str(base), str(work / name)], check=True)
            stages[name] = work / name
            made = Image(work / name, seen, stages)
        elif made is not None:
            made.follow(word, rest)
    if made is None:
        raise machine.Failed("the Containerfile has no stage")
    shutil.rmtree(seen)
    return made
