"""Requests for every address of the application, with every method, made from a seed."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import quote, quote_from_bytes

from tests.attack import grammar
from tests.attack.wire import Ask
from tests.fixtures.poison import KINDS

METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW")
WHO = ("", "mieke", "ed", "mo", "chef")
VICTIMS = ("slachtoffer1", "slachtoffer2")
PAGES = ("fz/a", "fz/b", "fz/gesprek", "fz/nieuw", "fz")
KEPT = re.compile(r"(?:/|%2f)(?:hof|bezig|plein)(?:$|[/?%#])", re.IGNORECASE)
"""Pages that others look at: nobody with rights may take them away in the meantime."""

DISRUPTIVE = re.compile(
    r"/admin/terms|/admin/rules/\d*1(?:$|/remove)|/account/(?:erase|password|sessions)"
)
"""What, sent well-formed by one who may, ends the game: new terms for all, the closed folder
opened, one's own account ended."""

MOST_TEXT = 1_000_000
OVER = 25_000_000
"""More bytes than any form may have."""

ASKED = (*KINDS, "q", "at", "page", "before", "view", "x")

TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/x-www-form-urlencoded; charset=utf-7",
    "",
    "\x01/*;;;=",
)
HEADERS = (
    ("Accept", "application/json"),
    ("Accept", "*/*;q=" + "9" * 200),
    ("Accept-Language", "nl;q=1e9, xx-" + "a" * 4000),
    ("Accept-Encoding", "gzip, br, *;q=0"),
    ("Range", "bytes=0-0,-1,5-2"),
    ("If-None-Match", '"' * 500),
    ("If-Modified-Since", "Thu, 99 Foo 99999 00:00:00 GMT"),
    ("X-Forwarded-For", "1.2.3.4, unknown, [::1%eth0]"),
    ("X-Forwarded-Proto", "javascript"),
    ("X-Forwarded-Host", "evil.example/\u00e9"),
    ("X-Forwarded-Prefix", "//evil"),
    ("X-HTTP-Method-Override", "DELETE"),
    ("Referer", "http://evil.example/" + "a" * 4000),
    ("User-Agent", "\u00e9\x1b[2J" * 50),
    ("Cookie", 'denktank="' + "a" * 3000 + '"; denktank=x; theme="dark"; language=nl; language=xx'),
    ("Cookie", 'language="nl\\054x"; theme=dark; theme="light"; =; ;;; a'),
    ("Expect", "100-continue"),
    ("Content-Encoding", "gzip"),
    ("Authorization", "Basic !!!"),
    ("X-CSRF-Token", "{{token}}"),
)


def addresses() -> list[str]:
    """Every rule of the application's map of addresses."""
    from wiki.app import create_app
    from wiki.engine import open_wiki
    from wiki.settings import Settings

    with TemporaryDirectory() as folder:
        wiki = open_wiki(Settings(data=Path(folder) / "wiki", secret_key="only to look"))
        try:
            return sorted(
                {rule.rule for rule in create_app(wiki.settings, wiki).url_map.iter_rules()}
            )
        finally:
            wiki.close()


class Fuzzer:
    """Makes requests; the same seed gives the same ones in the same order."""

    def __init__(self, rules: list[str]) -> None:
        self._rules = rules

    def ask(self, seed: int) -> Ask:
        """The request of this number."""
        random = Random(seed)
        rule = random.choice(self._rules)
        method = random.choices(METHODS, (40, 50, *[1] * (len(METHODS) - 2)))[0]
        who = random.choice(WHO)
        page = random.choice(PAGES)
        # Most addresses are what they should be: what lies behind the first check is met too.
        good = random.random() < 0.6
        target = self._target(random, rule, page if good else "")
        token = random.random() < 0.85
        if (
            who
            and token
            and method == "POST"
            and (KEPT.search(target) or DISRUPTIVE.search(target))
        ):
            who = ""
        headers = [random.choice(HEADERS) for _ in range(random.choice((0, 0, 0, 1, 3)))]
        body = b""
        if method not in ("GET", "HEAD"):
            kind, body = self._body(random, token)
            headers += [("Content-Type", kind)] if kind else []
        length = None
        if body and random.random() < 0.02:
            length = random.choice((len(body) + 10, 10**12, -1))
        pace = 0.05 if 0 < len(body) <= 60 and random.random() < 0.2 else 0.0
        return Ask(method, target, who, tuple(headers), body, pace, length, page)

    def _target(self, random: Random, rule: str, page: str) -> str:
        path = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: self._part(random, found, page), rule)
        if random.random() < 0.02:
            path = random.choice(("//", "/%2e%2e", "/\\", "/;x=1")) + path
        asked = [
            f"{random.choice(ASKED)}=" + self._escaped(random, self._value(random, "q"))
            for _ in range(random.choice((0, 0, 1, 1, 2, 5, 200)))
        ]
        # A head of more than 8 KB is refused before anything reads it: mostly less.
        return (path + ("?" + "&".join(asked) if asked else ""))[
            : random.choice((4000, 4000, 9000))
        ]

    def _part(self, random: Random, found: re.Match[str], page: str) -> str:
        converter, name = found.groups()
        if page and converter == "path":
            return quote(page)
        if page and name == "username":
            return random.choice((*VICTIMS, *WHO[1:3]))
        if converter == "int":
            return random.choice(("1", "2", "3", "0", "2147483648", "9" * 30))
        return self._escaped(random, grammar.word(random))

    @staticmethod
    def _escaped(random: Random, value: str) -> str:
        data = value.encode("utf-8", "surrogatepass")
        if random.random() < 0.1:
            data = grammar.broken(random, data)
        return quote_from_bytes(data[:3000], safe="/")

    def _value(self, random: Random, name: str) -> str:
        if name == "csrf_token":
            return "{{token}}"
        if name == "base" and random.random() < 0.8:
            return "{{base}}"
        if name in ("revision", "at", "from", "to", "since") and random.random() < 0.6:
            return "{{head}}"
        if name in ("username", "member", "usernames"):
            return random.choice((*VICTIMS, grammar.word(random)))
        if name in ("prefix", "new_path"):
            # Rules and renames stay in a corner of their own.
            return "fz/" + grammar.word(random)
        if name == "q":
            return grammar.query(random)
        if name == "email":
            return random.choice(
                ("a@b.example", "@", "a" * 3000 + "@b.example", grammar.word(random))
            )
        if KINDS.get(name) in ("choice", "number", "yes"):
            return random.choice(
                ("page", "dialogue", "question", "yes", "1", "nl", grammar.word(random))
            )
        is_large = random.random() < (0.3 if name == "text" else 0.02)
        return grammar.text(random, MOST_TEXT if is_large else random.choice((100, 3000)))

    def _body(self, random: Random, token: bool) -> tuple[str, bytes]:
        """Its type and its bytes."""
        odd = random.random()
        if odd < 0.005:
            return TYPES[0], b"text=" + b"a" * OVER
        if odd < 0.02:
            field = random.choice((b"a&", b"text=&", b"a=1&b=2&", b"&", b"tags=x&"))
            return TYPES[0], field * random.choice((1000, 100_000, 500_000))
        names = random.sample(sorted(KINDS), random.choice((1, 4, 12, len(KINDS))))
        names += [
            name for name in ("text", "title", "kind", "base", "summary") if random.random() < 0.7
        ]
        fields = [
            (name, self._value(random, name))
            for name in dict.fromkeys(names)
            if name != "csrf_token"
        ]
        if random.random() < 0.1:
            fields.append((grammar.word(random), grammar.word(random)))
        if token:
            fields.append(("csrf_token", "{{token}}"))
        random.shuffle(fields)
        shape = random.random()
        if shape < 0.65:
            return TYPES[0], self._urlencoded(random, fields)
        if shape < 0.85:
            return self._multipart(random, fields)
        return random.choice(TYPES), self._urlencoded(random, fields)

    @staticmethod
    def _urlencoded(random: Random, fields: list[tuple[str, str]]) -> bytes:
        parts = []
        for name, value in fields:
            data = value.encode("utf-8", "surrogatepass")
            if "{{" not in value and random.random() < 0.04:
                data = grammar.broken(random, data)
            escaped = random.random() < 0.8
            parts.append(
                quote(name).encode() + b"=" + (quote_from_bytes(data).encode() if escaped else data)
            )
        return b"&".join(parts)

    @staticmethod
    def _multipart(random: Random, fields: list[tuple[str, str]]) -> tuple[str, bytes]:
        parts = []
        for name, value in fields:
            data = value.encode("utf-8", "surrogatepass")
            label = quote(name)
            if KINDS.get(name) == "file" or random.random() < 0.05:
                file = random.choice(
                    ("a.txt", "../a.png", "é\u202etxt.exe", "a" * 300 + ".md", "con.txt", "")
                )
                label += f'"; filename="{file}'
            head = f'--gr3ns\r\nContent-Disposition: form-data; name="{label}"\r\n\r\n'.encode()
            parts.append(head + data + b"\r\n")
        end = b"--gr3ns--\r\n" if random.random() < 0.95 else b""
        return "multipart/form-data; boundary=gr3ns", b"".join(parts) + end
