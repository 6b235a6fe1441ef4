"""Signs by their names: `:smile:` is 😄. A time such as 10:30:45 is none."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

WRITTEN = re.compile(r":([a-z0-9_+-]{1,60}+):(?!\w)")
"""What may be the name of a sign."""


def sign(text: str, at: int, first: int) -> tuple[str, int] | None:
    """The sign whose name begins with the colon here, and where that ends; None if none does.

    `first` is where the text that it stands in begins.
    """
    if at > first and (text[at - 1].isalnum() or text[at - 1] == ":"):
        return None
    found = WRITTEN.match(text, at)
    known = found and _signs().get(found[1])
    return (known, found.end()) if found and known else None


@cache
def _signs() -> dict[str, str]:
    """Each name and its sign; read when the first name is met."""
    written = files("wiki.domain.markdown").joinpath("data", "emoji.txt").read_text("utf-8")
    return dict(line.split(" ", 1) for line in written.splitlines())
