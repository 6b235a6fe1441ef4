"""Trees and commits as no form makes them, pushed by real git.

Objects are written raw: git's own commands refuse half of what other programs write.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pygit2
from pygit2.enums import ObjectType

from tests.attack import cases, grammar

FOLDER = "duw"
"""Where the pushed files are; each push takes away what the one before brought."""

BLOB, FOLDER_MODE = b"100644", b"40000"
Entry = tuple[bytes, bytes, bytes]
"""Mode, name, raw id."""


@dataclass(frozen=True)
class Push:
    """One push: which kind, from which seed, and how large (1 is for a short run)."""

    what: str
    seed: int
    scale: int = 1

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {**vars(self), "kind": "push"}

    def __str__(self) -> str:
        return f"push of {self.what} (seed {self.seed}, scale {self.scale})"


@dataclass(frozen=True)
class Pushed:
    """What came of it; `paths` are pages to visit."""

    accepted: bool
    paths: Sequence[str]
    said: str


class Hands:
    """Somebody with a clone, and no fear."""

    def __init__(self, folder: Path, target: Path) -> None:
        self.target = target
        self._git = folder
        subprocess.run(["git", "init", "-q", "--bare", folder], check=True)
        alternates = folder / "objects" / "info" / "alternates"
        alternates.write_text(os.fspath(target.absolute() / "objects") + "\n")
        self._repository = pygit2.Repository(os.fspath(folder))

    def push(self, push: Push) -> Pushed:
        """Make the objects and push them, again if somebody saved meanwhile."""
        for _ in range(20):
            random = Random(push.seed)
            head = self.head()
            made = KINDS[push.what](self, random, push.scale, head)
            done = self._push(made.commit, forced=made.forced)
            if done.returncode == 0 or self.head() == head:
                break
        return Pushed(done.returncode == 0, made.paths, done.stderr)

    def head(self) -> str:
        """The newest revision of the wiki."""
        words = ["git", f"--git-dir={self.target}", "rev-parse", "main"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def _push(self, commit: str, *, forced: bool) -> subprocess.CompletedProcess[str]:
        words = ["git", f"--git-dir={self._git}", "push", "-q"]
        words += ["--force"] if forced else []
        return subprocess.run(
            [*words, os.fspath(self.target), f"{commit}:refs/heads/main"],
            capture_output=True,
            text=True,
            errors="replace",
        )

    # -- raw objects --

    def blob(self, data: bytes) -> bytes:
        """A blob's raw id."""
        return self._raw(ObjectType.BLOB, data)

    def tree(self, entries: Sequence[Entry]) -> bytes:
        """A tree with these entries, sorted as git does; whatever they are named."""

        def place(entry: Entry) -> bytes:
            return entry[1] + (b"/" if entry[0] == FOLDER_MODE else b"")

        ordered = sorted(entries, key=place)
        return self._raw(ObjectType.TREE, b"".join(b"%s %s\0%s" % entry for entry in ordered))

    def commit(
        self,
        parents: Sequence[str],
        folder: bytes | None,
        message: bytes = b"pushed",
        author: bytes = b"Pusher <p@example.org> 1500000000 +0100",
        more: bytes = b"",
        root: Sequence[Entry] = (),
    ) -> str:
        """The first parent with another folder `duw` (None: without it) and more entries."""
        names = {name for _, name, _ in root}
        kept = [
            entry
            for entry in self._entries(parents[0])
            if entry[1] not in names and not entry[1].startswith(FOLDER.encode())
        ]
        if folder:
            kept.append((FOLDER_MODE, FOLDER.encode(), folder))
        lines = [b"tree " + self.tree([*kept, *root]).hex().encode()]
        lines += [b"parent " + parent.encode() for parent in parents]
        lines += [b"author " + author, b"committer " + author]
        raw = b"\n".join(lines) + b"\n" + more + b"\n" + message
        return self._raw(ObjectType.COMMIT, raw).hex()

    def _entries(self, commit: str) -> Iterator[Entry]:
        """The entries of a commit's tree; read here, since libraries refuse odd commits."""
        _, data = self._repository.odb.read(commit)
        _, tree = self._repository.odb.read(data[5:45].decode())
        while tree:
            head, _, rest = tree.partition(b"\0")
            mode, _, name = head.partition(b" ")
            yield mode, name, rest[:20]
            tree = rest[20:]

    def _raw(self, kind: ObjectType, data: bytes) -> bytes:
        return self._repository.odb.write(kind, data).raw


@dataclass(frozen=True)
class Made:
    """A commit to push."""

    commit: str
    paths: Sequence[str] = ()
    forced: bool = False


def pages(hands: Hands, texts: Sequence[bytes]) -> tuple[bytes, list[str]]:
    """A folder with a page for each text."""
    entries = [(BLOB, b"t%d.md" % n, hands.blob(data)) for n, data in enumerate(texts)]
    return hands.tree(entries), [f"{FOLDER}/t{n}" for n in range(len(texts))]


def deep(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """A page in very many folders."""
    at = hands.tree([(BLOB, b"x.md", hands.blob(b"# Diep\n"))])
    depth = random.choice((130, 1200)) * scale
    for _ in range(depth):
        at = hands.tree([(FOLDER_MODE, b"d", at)])
    return Made(
        hands.commit([head], at), ["duw", "duw/" + "d/" * 20 + "d", "duw/" + "d/" * depth + "x"]
    )


def wide(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """A folder of very many pages."""
    blob = hands.blob(grammar.text(random, 200).encode("utf-8", "replace"))
    entries = [(BLOB, b"b%d.md" % n, blob) for n in range(400 * scale)]
    return Made(hands.commit([head], hands.tree(entries)), ["duw", "duw/b1"])


def modes(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Links, submodules, and modes that nobody uses."""
    del random, scale
    blob = hands.blob(b"/etc/passwd")
    kinds = (b"120000", b"160000", b"100755", b"100664", b"100600", b"0100644", b"0", b"777777")
    entries = [(mode, b"m%s.md" % mode, blob) for mode in kinds]
    return Made(hands.commit([head], hands.tree(entries)), [f"duw/m{m.decode()}" for m in kinds])


def names(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Names that are hard to write down."""
    odd = [
        *(
            b"\xff\xfe.md",
            b"\xc0\xaf.md",
            b"a\nb.md",
            b"a\rb.md",
            b"\x1b[2J.md",
            b"a\\b.md",
            b"-x.md",
        ),
        *(
            b"con.md",
            b"a .md",
            b"a..md",
            b"%2e.md",
            b"?x=1.md",
            b"#.md",
            b"'\"><.md",
            b".md",
            b"..md",
        ),
        *("é.md".encode(), "e\u0301.md".encode(), b"A.md", b"a.md", "\ue000.md".encode()),
        *("\u202egnp.md".encode(), b"n" * 255 + b".md", b"l" * 4000 + b".md", b".git", b"..", b"."),
        *(("\u0301" * 100 + ".md").encode(), b"[x](y).md", b"{{x}}.md", b"zonder"),
    ]
    chosen = random.sample(odd, len(odd) if scale > 1 else len(odd) // 2)
    blob = hands.blob(b"# Naam\n\n[[duw]]\n")
    paths = [f"duw/{name.decode('utf-8', 'replace').removesuffix('.md')}" for name in chosen]
    return Made(hands.commit([head], hands.tree([(BLOB, name, blob) for name in chosen])), paths)


def big(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Pages larger than any form may bring."""
    size = 6_000_000 * (scale if scale == 1 else 10)
    what = random.choice(
        (b"woord ", b"# Kop\n\nTekst van een regel.\n\n", b"- ", b"\0", b"a|b\n-|-\n")
    )
    tree, paths = pages(hands, [what * (size // len(what))])
    return Made(hands.commit([head], tree), paths)


def commits(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Commits whose people, dates and words are odd, one after another."""
    del scale
    who = [
        b"A <a@b.example> 0 +0000",
        b"A <a@b.example> -1 -0000",
        b"A <a@b.example> 99999999999 +9999",
        b"A <a@b.example> 9223372036854775807 +0100",
        b"A <a@b.example> 18446744073709551616 +0000",
        b"A <a@b.example>",
        b"<> 1 +0000",
        b"",
        b"\xff\xfe <\xff> 1500000000 +0100",
        "\ue000\u202e\u0301 <x@members.invalid> 1500000000 +0100".encode(),
        b"A <a@b.example> 4102444800 +0000",
        b"n" * 100_000 + b" <a@b.example> 1500000000 +0100",
    ]
    more = [
        b"",
        b"encoding latin1\n",
        b"encoding x-none\n",
        b"gpgsig -----BEGIN\n x\n",
        b"mergetag x\n",
    ]
    at, tree = head, b""
    for number in range(6):
        words = grammar.text(random, 3000).encode("utf-8", "replace").replace(b"\0", b"")
        message = random.choice((b"", b"\xe9\xff", b"\n\n\n", words, b"woord " * 50_000))
        tree, paths = pages(hands, [b"# Versie %d\n" % number])
        at = hands.commit([at], tree, message, random.choice(who), random.choice(more))
    return Made(at, paths)


def trailers(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Commits that say they are the wiki's own."""
    lines = [
        *(b"Denktank: edit", b"Denktank: rename", b"Denktank: delete", b"Denktank: undo"),
        *(b"Denktank: suggestion", b"Denktank: \xff", b"Denktank: none", b"Base: " + b"0" * 40),
        *(b"From: plein", b"From: ../../x", b"From: hof/plan", b"Reverts: " + head.encode()),
        *(b"Reverts: x", b"Redirect: hof/plan", b"Base: plein", b"Denktank-Suggestion: 1"),
    ]
    chosen = b"\n".join(random.choices(lines, k=random.choice((3, 10, 2000 * scale))))
    tree, paths = pages(hands, [b"# Vals\n\nNiet van de wiki.\n"])
    author = b"beheerder <1@members.invalid> 1500000000 +0100"
    return Made(hands.commit([head], tree, b"vals\n\n" + chosen, author), paths)


def merges(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """One commit with very many parents."""
    sides = []
    for number in range(20 * scale):
        tree, _ = pages(hands, [b"# Kant %d\n" % number])
        sides.append(hands.commit([head], tree, b"side %d" % number))
    tree, paths = pages(hands, [b"# Samen\n"])
    order = [head, *sides] if random.random() < 0.5 else [sides[0], head, *sides[1:]]
    return Made(hands.commit(order, tree, b"merge"), paths)


def many(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Very many commits at once."""
    at = head
    for number in range(60 * scale):
        tree, paths = pages(hands, [b"# Keer %d\n\n%d\n" % (number, random.random() * 1e9)])
        at = hands.commit([at], tree, b"keer %d" % number)
    return Made(at, paths)


def texts(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Pages whose text is hard to read."""
    found = [grammar.text(random, 400_000).encode("utf-8", "replace") for _ in range(3 * scale)]
    tree, paths = pages(hands, found)
    return Made(hands.commit([head], tree), paths)


def seen(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Every text that once stopped a wiki."""
    del random, scale
    tree, paths = pages(hands, [text.encode() for text in cases.TEXTS.values()])
    return Made(hands.commit([head], tree), paths)


def damaged(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Pages in no encoding, or in another."""
    del scale
    text = "---\ntitle: één\nkind: dialogue\n---\n# Twéé\n\nAnna: ja.\n"
    raw = [text.encode(name) for name in ("latin-1", "utf-16", "utf-32", "utf-8-sig")]
    raw += [grammar.broken(random, text.encode()) for _ in range(5)]
    raw += [text.replace("\n", "\r").encode(), text.replace("\n", "\r\n", 3).encode(), b"\0" * 1000]
    tree, paths = pages(hands, raw)
    return Made(hands.commit([head], tree), paths)


def twins(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """A file and a folder of the same name, redirects in a ring, a page over another's folder."""
    del random, scale
    link = hands.blob(b"---\nredirect: duw/b\n---\n")
    back = hands.blob(b"---\nredirect: duw/a\n---\n")
    inner = hands.tree([(BLOB, b"index.md", link), (BLOB, b"README.md", back)])
    entries = [(BLOB, b"a.md", link), (BLOB, b"b.md", back), (FOLDER_MODE, b"a.md.md", inner)]
    entries += [(BLOB, b"c", link), (FOLDER_MODE, b"c.md", inner), (FOLDER_MODE, b"c", inner)]
    return Made(hands.commit([head], hands.tree(entries)), ["duw/a", "duw/c", "duw/c.md", "duw"])


def bomb(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Folders that are one, in folders that are one: more files than there is time for."""
    del random, scale
    at = hands.tree([(BLOB, b"%d.md" % n, hands.blob(b"x")) for n in range(10)])
    for _ in range(9):
        at = hands.tree([(FOLDER_MODE, b"%d" % n, at) for n in range(10)])
    return Made(hands.commit([head], at), ["duw"])


def empty(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """Folders without anything in them, and nothing of what was pushed before."""
    del random, scale
    return Made(hands.commit([head], hands.tree([(FOLDER_MODE, b"leeg", hands.tree([]))])), ["duw"])


def rewind(hands: Hands, random: Random, scale: int, head: str) -> Made:
    """History that was there is taken away: git refuses."""
    del random, scale
    words = ["git", f"--git-dir={hands.target}", "rev-parse", f"{head}^"]
    parent = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
    return Made(parent, ["plein"], forced=True)


KINDS: dict[str, Callable[[Hands, Random, int, str], Made]] = {
    made.__name__: made
    for made in (
        *(deep, wide, modes, names, big, commits, trailers, merges, many),
        *(texts, seen, damaged, twins, bomb, empty, rewind),
    )
}
