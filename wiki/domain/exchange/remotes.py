"""Remotes: repositories elsewhere that the wiki keeps in step with."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import count
from urllib.parse import urlsplit

from wiki.domain.content.paths import MAX_BYTES, slug
from wiki.domain.errors import Invalid

MOST_ADDRESS = 500
_BRANCH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}")
_SHORT = re.compile(r"(?P<user>[A-Za-z0-9._-]+)@(?P<host>[A-Za-z0-9.-]+):(?P<path>[^:/].*)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_PATH = re.compile(r"/[\w.~%+@/-]+", re.ASCII)


class Way(StrEnum):
    """How the wiki shows there who it is."""

    TOKEN = "token"
    KEY = "key"


class State(StrEnum):
    """How it goes with a remote."""

    NEW = "new"
    WELL = "well"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote: `secret` is sealed, `seen` the commit that both had last.

    `host_keys` are what its host showed the first time, in the lines of ssh's `known_hosts`.
    `problem` is the code of what is wrong, `detail` its values as JSON. `owner` added it.
    """

    id: int
    name: str
    address: str
    branch: str
    way: Way
    user: str
    secret: str
    public_key: str
    host_keys: str
    owner: int
    state: State
    problem: str
    detail: str
    failures: int
    seen: str
    tried: datetime | None
    synced: datetime | None
    due: datetime

    @property
    def values(self) -> Mapping[str, object]:
        """What fills the sentence about the problem."""
        found = json.loads(self.detail or "{}")
        return found if isinstance(found, dict) else {}

    @property
    def kept(self) -> Mapping[str, str]:
        """Files from there that both sides changed, and beside which of ours each is kept."""
        found = self.values.get("kept")
        return found if isinstance(found, dict) else {}

    @property
    def fingerprints(self) -> Sequence[str]:
        """The keys of its host, as hosts publish theirs."""
        keys = (line.split()[1:3] for line in self.host_keys.splitlines())
        return [f"{kind} {fingerprint(base64.b64decode(key))}" for kind, key in keys]


def fingerprint(key: bytes) -> str:
    """What people compare of a public key of ssh."""
    digest = base64.b64encode(hashlib.sha256(key).digest()).decode()
    return "SHA256:" + digest.rstrip("=")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a repository is: `scheme` is https, http or ssh."""

    scheme: str
    user: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as git takes it."""
        user = f"{self.user}@" if self.user and self.scheme == "ssh" else ""
        return f"{self.scheme}://{user}{self.host}:{self.port}{self.path}"


_PORTS = {"https": 443, "http": 80, "ssh": 22}


def read_address(written: str, way: Way) -> Place:
    """Where an address leads. Raises Invalid (field `address`)."""
    if len(written) > MOST_ADDRESS:
        raise Invalid.field("address", "remote_address")
    written = written.strip()
    if not written or not written.isascii() or not written.isprintable():
        raise Invalid.field("address", "remote_address")
    short = _SHORT.fullmatch(written)
    if short and "://" not in written:
        written = f"ssh://{short['user']}@{short['host']}/{short['path']}"
    try:
        parts = urlsplit(written)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        raise Invalid.field("address", "remote_address") from None
    host = parts.netloc.rpartition("@")[2].partition(":")[0] if "[" not in parts.netloc else ""
    host = host or f"[{parts.hostname}]"
    is_place = _HOST.fullmatch(host) and _PATH.fullmatch(parts.path) and ".." not in parts.path
    if not is_place or parts.query or parts.fragment or parts.password or not port:
        raise Invalid.field("address", "remote_address")
    if (parts.scheme == "ssh") != (way is Way.KEY):
        raise Invalid.field("address", f"remote_address_{way.value}")
    if parts.username and way is Way.TOKEN:
        raise Invalid.field("address", "remote_address_secret")
    return Place(parts.scheme, parts.username or "", host, port, parts.path)


def check_branch(written: str) -> str:
    """The name of a branch. Raises Invalid (field `branch`)."""
    branch = written.strip() or "main"
    wrong = ("..", "//", "@{", ".lock/")
    if not _BRANCH.fullmatch(branch) or branch.endswith((".lock", ".", "/")):
        raise Invalid.field("branch", "remote_branch")
    if any(one in branch for one in wrong) or "/." in branch:
        raise Invalid.field("branch", "remote_branch")
    return branch


def name_beside(file: str, remote: str, taken: Collection[str]) -> str:
    """A name for what a remote says of a file, beside it: `kaart.png` gives `kaart-forge.png`.

    `taken` are the names in its folder, in lower case.
    """
    folder, slash, name = file.rpartition("/")
    stem, dot, end = name.rpartition(".")
    if not stem:
        stem, dot, end = name, "", ""
    mark = slug(remote)[:20].rstrip("-") or "remote"
    for number in count(1):
        tail = f"-{mark}" + (f"-{number}" if number > 1 else "") + dot + end
        room = max(MAX_BYTES - len((folder + slash + tail).encode()), 1)
        made = stem.encode()[:room].decode(errors="ignore") + tail
        if made.lower() not in taken:
            return folder + slash + made
    raise AssertionError
