"""A difference as a patch that `git apply` takes, written by git itself."""

from __future__ import annotations

import pygit2
from pygit2.enums import DiffOption


def unified(old: bytes | None, new: bytes | None, file: str, was: str = "") -> bytes:
    """A patch of one file's bytes, `was` its former name; None: the file is not there.

    Empty if nothing differs. Bytes that are no text come out as git's binary patch.
    """
    was = was or file
    patch = _patch(old, new, was, file)
    if was == file or old is None or new is None:
        return patch
    # libgit2 does not say of two texts that one took the other's place: the lines that say so
    # stand after the first, with the names in the quotes that it gave them.
    first, _, before, after, _ = _patch(b"", b"\n", was, file).split(b"\n", 4)
    renamed = b"rename from %s\nrename to %s\n" % (_name(before), _name(after))
    return first + b"\n" + renamed + patch.partition(b"\n")[2]


def _name(line: bytes) -> bytes:
    """The name in a line like `--- "a/name"`, without its `a/`."""
    quoted = line[4:].rstrip(b"\t")
    return b'"' + quoted[3:] if quoted.startswith(b'"') else quoted[2:]


def _patch(old: bytes | None, new: bytes | None, was: str, file: str) -> bytes:
    made = pygit2.Patch.create_from(
        old, new, old_as_path=was, new_as_path=file, flag=DiffOption.SHOW_BINARY
    )
    return made.data
