"""Queries that nobody asks in good faith, and what they cost on a large index."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from wiki.domain.search.query import parse
from wiki.domain.search.search import Scope, Search

ODD = (
    '"',
    '""',
    "*",
    "*a*",
    "a*",
    "be*",
    "b*e*",
    "?",
    "-",
    "--",
    "OR",
    "OR OR",
    "NIET",
    "AND",
    "|",
    "(",
    ")",
    "(a+)+$",
    "(x+x+)+y",
    "[[:alpha:]]",
    "^.*$",
    "\\",
    "{}",
    "~",
    "soort:",
    "soort:x",
    "na:x",
    "na:0000",
    "voor:9999-99-99",
    "in:history",
    "in:",
    "wie:",
    "wie:a",
    "tag:*",
    "vraag:%",
    "titel:",
    "titel:b*",
    "q:q:q:",
    "\x00",
    "\x1b[2J",
    "\u202e",
    "\u0301",
    "\ufeff",
    "ﷺ",
    "𝔞",
    "İ",
    "ß",
    "9" * 400,
    "a" * 10_000,
    "raad" * 200,
    "-burger",
    "de",
    "het een van",
    "; DROP TABLE",
    "<script>",
    "' OR 1=1",
    "%00",
    "../..",
)
"""Pieces of hostile queries."""

FORMS = (
    "{}",
    '"{}"',
    '"{} {}"',
    '"{} {}" OR',
    "{} OR",
    "-{}",
    "{}*",
    "{2}*",
    "{2}* OR",
    "-{2}*",
    "titel:{}",
    "titel:{2}*",
    "{}e",
    "x{}",
)
"""What is made of two words and a beginning, up to thirty times."""


def queries(words: list[str], count: int) -> Iterator[str]:
    """So many queries out of odd pieces, noise, and words that are in the index."""
    chance = random.Random(4)
    noise = 'abe*"-() :|OR\\?[]{}^$+.,/&é\0\n\t'
    for number in range(count):
        kind = number % 4
        if kind == 0:
            yield "".join(chance.choices(noise, k=chance.randint(1, 600)))
        elif kind == 1:
            yield " ".join(chance.choices(ODD, k=chance.randint(1, 40)))
        elif kind == 2:
            pieces = [*chance.choices(ODD, k=8), *chance.choices(words, k=chance.randint(1, 40))]
            chance.shuffle(pieces)
            yield " ".join(pieces)
        else:
            form = chance.choice(FORMS)
            count = chance.randint(1, 30)
            picked = [chance.choices(words, k=2) for _ in range(count)]
            yield " ".join(form.format(one, other, one[:2]) for one, other in picked)


def slowest(search: Search, asked: Iterator[str]) -> tuple[float, str]:
    """The milliseconds of processor time of the query that took most, and that query."""
    worst = (0.0, "")
    for text in asked:
        began = time.thread_time()
        search.search(parse(text), Scope())
        worst = max(worst, (1000 * (time.thread_time() - began), text))
    return worst
