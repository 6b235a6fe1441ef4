"""Make passwords.bin of services/login anew: `pip install zxcvbn`, `python docs/passwords.py`."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from wiki.services.login.passwords import PREFIX

HERE = Path(__file__).parents[1]
LEAST = 3
"""Shorter words come down to nothing when digits around them are taken away."""


def dutch() -> set[str]:
    """The words of the search's own lists."""
    files = (HERE / "wiki" / "analysis" / "data").glob("*_nl.txt")
    return {word for file in files for word in file.read_text(encoding="utf-8").casefold().split()}


def main() -> None:
    """Write the file and say how many words it holds."""
    words = {word.casefold() for listed in FREQUENCY_LISTS.values() for word in listed} | dutch()
    marks = {
        hashlib.sha1(word.encode(), usedforsecurity=False).digest()[:PREFIX]
        for word in words
        if len(word) >= LEAST
    }
    (HERE / "wiki" / "services" / "login" / "passwords.bin").write_bytes(b"".join(sorted(marks)))
    sys.stdout.write(f"{len(marks)} words\n")


if __name__ == "__main__":
    main()
