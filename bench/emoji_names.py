"""`python -m bench.emoji_names FILE`: by which names signs such as 😄 are written in a text.

Prints `wiki/domain/markdown/data/emoji.txt`, derived from `emoji/unicode_codes/emoji.json` of the
package `emoji`: the names that chat programs and GitHub use go before those of Unicode. Signs in
another colour of skin are left out. The wiki keeps this list and not the package, which takes
megabytes in each process for all that it knows in all languages.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

NAME = re.compile(r"[a-z0-9_+-]{1,60}")
WHOLE = 2
"""What the package says of signs that are written in full."""

SKINS = frozenset(map(chr, range(0x1F3FB, 0x1F400)))


def named(signs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Each name and its sign."""
    whole = {
        sign: about
        for sign, about in signs.items()
        if about["status"] == WHOLE and SKINS.isdisjoint(sign)
    }
    found: dict[str, str] = {}
    for names in (_aliases, _proper):
        for sign, about in whole.items():
            for name in names(about):
                if NAME.fullmatch(name):
                    found.setdefault(name, sign)
    return found


def _aliases(about: Mapping[str, Any]) -> Iterator[str]:
    yield from (name.strip(":").lower() for name in about.get("alias", ()))


def _proper(about: Mapping[str, Any]) -> Iterator[str]:
    yield about.get("en", "").strip(":").lower()


if __name__ == "__main__":
    for name, sign in sorted(named(json.loads(Path(sys.argv[1]).read_text("utf-8"))).items()):
        sys.stdout.write(f"{name} {sign}\n")
