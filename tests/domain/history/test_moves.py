"""Files that moved in one commit are found as git finds them, however many they are."""

from __future__ import annotations

import subprocess
from pathlib import Path
from random import Random

import pytest

from wiki.domain.history.moves import alike, bag, moves

WORDS = "water dijk polder besluit raad lid vraag boer stad energie grond prijs jaar".split()
Texts = dict[str, bytes]


def found(gone: Texts, come: Texts) -> dict[str, str]:
    """The moves between texts that stand for their own blobs."""
    blobs = {text.hex(): text for text in (*gone.values(), *come.values())}
    went, came = ({file: text.hex() for file, text in side.items()} for side in (gone, come))
    return moves(went, came, blobs.get)


def by_git(folder: Path, gone: Texts, come: Texts) -> dict[str, str]:
    """The same as git finds them without a limit."""
    git = ["git", "-C", str(folder), "-c", "diff.renameLimit=0"]
    subprocess.run([*git, "init", "-q"], check=True)
    trees = []
    for side in (gone, come):
        subprocess.run([*git, "read-tree", "--empty"], check=True)
        for file, text in side.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_bytes(text)
        subprocess.run([*git, "add", "-f", "--", *side], check=True)
        written = subprocess.run([*git, "write-tree"], check=True, capture_output=True, text=True)
        trees.append(written.stdout.strip())
    told = subprocess.run(
        [*git, "diff", "-M", "--name-status", "--diff-filter=R", *trees],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = (line.split("\t") for line in told.splitlines())
    return {new: old for _, old, new in lines}


def text_of(lot: Random, lines: int) -> list[str]:
    return [" ".join(lot.choices(WORDS, k=9)) + f" {lot.random()}\n" for _ in range(lines)]


def test_a_reorganisation_is_found_as_git_finds_it(tmp_path: Path) -> None:
    lot = Random(11)
    gone: Texts = {}
    come: Texts = {}
    for number in range(260):
        lines = text_of(lot, lot.randint(4, 30))
        front = ["---\n", "kind: page\n", "---\n"]
        gone[f"oud/blad-{number}.md"] = "".join([*front, *lines]).encode()
        for line in lot.sample(range(len(lines)), k=len(lines) * (number % 10) // 10):
            lines[line] = text_of(lot, 1)[0]
        name = f"blad-{number}" if number % 3 else f"anders-{number}"
        come[f"nieuw/{number % 7}/{name}.md"] = "".join([*front, *lines]).encode()
    theirs = by_git(tmp_path, gone, come)
    assert len(theirs) > 150
    assert found(gone, come) == theirs


def test_pages_that_differ_in_one_line_find_their_own(tmp_path: Path) -> None:
    form = "".join(text_of(Random(1), 20))
    gone = {f"a/{n}/index.md": f"{form}Blad {n} van de rij\n".encode() for n in range(1_500)}
    come = {
        f"b/{n}/index.md": f"{form}Blad {n} van de rij\nErbij.\n".encode() for n in range(1_500)
    }
    assert found(gone, come) == {f"b/{n}/index.md": f"a/{n}/index.md" for n in range(1_500)}


def test_of_the_same_text_in_many_files_each_stays_with_its_name() -> None:
    gone = {f"a/{n}/{name}.md": b"Leeg.\n" for n in range(9) for name in ("x", "y")}
    come = {f"b/{n}/{name}.md": b"Leeg.\n" for n in range(9) for name in ("y", "x")}
    assert found(gone, come) == {new: "a" + new[1:] for new in come}
    assert found(gone, {"b/z.md": b"Leeg.\n"}).keys() == {"b/z.md"}


def test_a_file_that_alone_has_its_name_goes_before_one_that_is_more_alike() -> None:
    lines = [f"regel {n} van dit blad\n" for n in range(20)]
    gone = {"a/x.md": "".join(lines).encode(), "a/y.md": "".join([*lines[:19], "y\n"]).encode()}
    come = {"b/x.md": "".join([*lines[:18], "x\n", "z\n"]).encode()}
    assert found(gone, come) == {"b/x.md": "a/x.md"}


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (b"", b"", 0),
        (b"een\ntwee\n", b"een\r\ntwee\r\n", 1),
        (b"een\n", b"een\ntwee\n", 4 / 9),
        (b"x" * 64 + b"een", b"x" * 64 + b"twee", 64 / 68),
    ],
)
def test_how_alike_two_texts_are(one: bytes, other: bytes, share: float) -> None:
    assert alike(bag(one), bag(other)) == pytest.approx(share)


def test_what_cannot_be_read_is_only_found_unchanged() -> None:
    same = moves({"a.md": "1", "b.md": "2"}, {"c.md": "1", "d.md": "3"}, lambda blob: None)
    assert same == {"c.md": "a.md"}
