"""Texts that are hard to read: pieces of Markdown, YAML and dialogue, nested and repeated.

Everything comes from one `random.Random`, so that a seed gives the same text again.
"""

from __future__ import annotations

from random import Random

_SHORT = """
a b c d e f Nou Hallo één ß İ ǆ x1 , . ! ? : ; - _ * ** *** ` `` ``` ~ ~~ ~~~ # ## ###### > >> |
|- |:-: - * + 1. 1) 999999999. [ ] ( ) [[ ]] [a]( [a][b] [a]: ![a]( <a> </a> <a <!-- --> <![CDATA[
<?x ?> <https://a.example/ https://a.example/?q= http:// www. mailto: a@b.example @anna & &amp;
&#32; &#x110000; &nbsp \\ \\\\ $ $$ ^ [^1] [^1]: ==x== +++ --- === ___ *** {{ }} {% %} ${ %0 %s
title: kind: date: tags: participants: - ? !!python/object &x *x <<: | > ' {a: [ }
"""
PIECES = (
    *_SHORT.split(),
    "\n",
    "\n\n",
    "\r",
    "\r\n",
    " ",
    "   ",
    "    ",
    "\t",
    "  \n",
    "\n> ",
    "\n- ",
    "\n    ",
    "\n\n1. ",
    "\na|b\n-|-\n",
    "|   ",
    "a\n===\n",
    "\n---\n",
    "\n```\n",
    "**Anna:** ",
    "Anna: ",
    "\n**Spreker A:** ja\n\n",
    "\u0301",
    "\u0323",
    "e\u0301\u0323",
    "\u200d",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u00a0",
    "\u2028",
    "\u0085",
    "\ue000",
    "\ue001x\ue002",
    "\U000f0000",
    "\U0001f468\u200d\U0001f469",
    "\ufdfa",
    "\u1100\u1161",
    "\x00",
    "\x1b[2J",
    "\x07",
    "\x7f",
)
"""What texts are made of."""

NESTS = (
    ("[", "](a)"),
    ("![", "](a)"),
    ("**", "**"),
    ("*", "*"),
    ("~~", "~~"),
    ("> ", ""),
    ("- ", ""),
    ("1. ", ""),
    ("> a\n- b\n", ""),
    ("(", ")"),
    ("[[", "]]"),
    ("<", ">"),
    ("<b>", "</b>"),
    ("`", "`"),
    ("[a](", ")"),
    ("[^", "]"),
    ("{a: ", "}"),
    ("&a [", "]"),
)
FRONT = (
    "---\n{0}\n---\n{1}",
    "---\ntitle: {0}\nkind: dialogue\nstatus: held\ndate: 2020-01-02T10:00+01:00\n"
    "participants: [{{name: Anna}}, {{name: Bram}}]\n---\n**Anna:** {1}\n\n**Bram:** {1}\n",
    "---\ntitle: t\nkind: question\nstatus: {0}\ntags: [{0}]\n---\n{1}",
    "---\ndate: {0}\nend: {0}\nquestions: [{0}]\nrecording: {0}\n---\n# {1}\n",
    "---\nredirect: {0}\n---\n{1}",
    "# {0}\n\n{1}",
    "a|b\n-{0}\n{1}",
    "[{0}]: {1}\n\n[{0}]",
)
DATES = (
    "0000-00-00",
    "0001-01-01",
    "9999-12-31T23:59:60+23:59",
    "2020-01-01T00:00+99:99",
    "1e999",
    "99999999999999999999-01-01",
    "-1-1-1",
    "2020-02-30",
    "now",
)
NUMBERS = (
    *("0", "-1", "1", "00", "1e9", "0x10", "٣", "²", "1_000", "+1", " 1", "1.0", "NaN"),
    *("2147483648", "9223372036854775808", "9" * 40, "9" * 4400),
)


def unit(random: Random, most: int = 5) -> str:
    """A few pieces."""
    return "".join(random.choices(PIECES, k=random.randint(1, most)))


def text(random: Random, most: int) -> str:
    """A text of at most so many characters: repeated, nested, mixed, or all of these."""
    size = min(most, random.choice((0, 1, 40, 400, 4000, 40_000, 200_000, 400_000, 1_000_000)))
    shape = random.randrange(6)
    if shape == 0:
        made = _repeated(random, size)
    elif shape == 1:
        made = _nested(random, size)
    elif shape == 2:
        made = unit(random, min(size + 1, 20_000))
    elif shape == 3:
        made = unit(random, 40) + _repeated(random, size) + unit(random, 40)
    else:
        made = random.choice(FRONT).format(_repeated(random, size // 2), _nested(random, size // 2))
    return made[:most]


def _repeated(random: Random, size: int) -> str:
    what = unit(random)
    return unit(random) + what * max(1, size // len(what)) + unit(random)


def _nested(random: Random, size: int) -> str:
    opening, closing = random.choice(NESTS)
    times = max(1, size // (len(opening) + len(closing)))
    if random.random() < 0.3:
        closing = ""
    return opening * times + unit(random) + closing * times


def word(random: Random) -> str:
    """A short value, as for an address or a small field."""
    kind = random.randrange(8)
    if kind == 0:
        return random.choice(NUMBERS)
    if kind == 1:
        return random.choice(DATES)
    if kind == 2:
        return random.choice(
            ("", " ", "..", "../..", "/", "//", ".", ".git/config", "con", "a/" * 100)
        )
    if kind == 3:
        return random.choice(("a", "\u0301", "\U0001f468", "é", "%", "\ue000", "'")) * 3000
    return unit(random)


def query(random: Random) -> str:
    """Something to search for."""
    parts = 'plan -plan "a b" a* *a ?? person: tag:x after:1970 (a OR b) NOT AND " ( ) ~ ^9'
    return " ".join(
        random.choices([*parts.split(), unit(random)], k=random.choice((1, 3, 30, 3000)))
    )


def broken(random: Random, data: bytes) -> bytes:
    """The bytes as no encoding has them: overlong, cut, surrogates, Latin-1, NUL."""
    wrong = (
        b"\xff\xfe",
        b"\xc0\xaf",
        b"\xe0\x80\xaf",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe9",
    )
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice((*wrong, b"\0")) * random.choice((1, 3, 1000)) + data[at:]
