"""Templates as Python compiled them, kept in the data folder.

To compile the form of an editor takes half a second: a process that starts finds what another one
has compiled. What is damaged, of another version or cannot be kept is compiled anew.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

FOLDER = "compiled"
_SIZE = 32


def install(app: Flask, data: Path) -> None:
    """Let an application keep its compiled templates in a data folder, if nobody else does."""
    if app.jinja_env.bytecode_cache is None:
        app.jinja_env.bytecode_cache = Compiled(data / FOLDER)


class Compiled(BytecodeCache):
    """Compiled templates by name, each behind a digest of it and of the version that made it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._version = version("denktank").encode()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if what is kept is whole and of this version."""
        try:
            kept = (self._folder / bucket.key).read_bytes()
        except OSError:
            return
        if kept[:_SIZE] == self._digest(kept[_SIZE:]):
            bucket.bytecode_from_string(kept[_SIZE:])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled; it is not flushed, for what is not whole is compiled anew."""
        code = bucket.bytecode_to_string()
        draft = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                draft.write_bytes(self._digest(code) + code)
                draft.replace(self._folder / bucket.key)
            finally:
                draft.unlink(missing_ok=True)

    def _digest(self, code: bytes) -> bytes:
        return blake2b(self._version + b"\0" + code, digest_size=_SIZE).digest()
