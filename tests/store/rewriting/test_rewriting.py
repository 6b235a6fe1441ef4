"""History written anew: commit for commit what it was, but for what had to go."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from tests.store.conftest import ENVIRONMENT
from wiki.domain.operation.purging import Task
from wiki.store.objects.reading import Reader
from wiki.store.rewriting import moving, pruning, rewriting
from wiki.store.store import Store, StoreError

NAMES = [
    b"a.md",
    b"map/b.md",
    b"map/diep/c.md",
    "é ü.md".encode(),
    b'"q"\\n.md',
    b"map",
    b"x\xff.md",
]
MODES = [b"100644", b"100644", b"100644", b"100755", b"120000", b"160000"]
NOT_A_COMMIT = b"1234567890abcdef1234567890abcdef12345678"


def run(git: Path, *words: str, given: bytes = b"") -> bytes:
    command = ["git", f"--git-dir={git}", *words]
    return subprocess.run(
        command, input=given, check=True, capture_output=True, env=ENVIRONMENT
    ).stdout


def stream(seed: int) -> bytes:
    """A history for `git fast-import`: branches, merges, odd names and modes, old dates."""
    some = random.Random(seed)
    said = []
    for number in range(1, 41):
        message = some.choice([b"gewoon", b"van Jan Geheim", b"", b"twee\n\nDenktank: edit\n"])
        who = some.choice([b"Jan Geheim <jan@geheim.example>", b"An <an@example.org>", b"\xe9 <>"])
        when = b"%d +0%d00" % (some.randint(0, 2**31), some.randint(0, 9))
        head = b"commit refs/heads/t%d\nmark :%d\n" % (some.randint(0, 2), number)
        said.append(head + b"author %s %s\ncommitter %s %s\n" % (who, when, who, when))
        said.append(b"data %d\n%s\n" % (len(message), message))
        parents = some.sample(range(1, number), min(number - 1, some.choice([1, 1, 1, 2, 3])))
        words = [b"from", b"merge", b"merge"]
        said += [b"%s :%d\n" % pair for pair in zip(words, parents, strict=False)]
        for _ in range(some.randint(0, 3)):
            said.append(operation(some))
        said.append(b"\n")
    said.append(b"tag v1\nfrom :20\ntagger An <an@example.org> 5 +0100\ndata 10\nJan Geheim\n")
    said.append(b"tag v2\nfrom :1\ntagger An <an@example.org> 5 +0100\ndata 2\nok\n")
    return b"".join(said)


def operation(some: random.Random) -> bytes:
    name, mode = some.choice(NAMES), some.choice(MODES)
    quoted = b'"%s"' % name.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    if some.random() < 0.2:
        return b"D %s\n" % quoted
    if mode == b"160000":
        return b"M 160000 %s %s\n" % (NOT_A_COMMIT, quoted)
    text = some.choice(
        [b"Jan Geheim zei %d\n", b"niets %d\n", b"\x00Jan Geheim %d", b"JanGeheim %d"]
    )
    data = text % some.randint(0, 9)
    return b"M %s inline %s\ndata %d\n%s\n" % (mode, quoted, len(data), data)


def files(git: Path, commit: str) -> dict[bytes, tuple[bytes, bytes]]:
    """Mode and content of each file."""
    found = {}
    for line in run(git, "ls-tree", "-r", "-z", commit).split(b"\0")[:-1]:
        about, name = line.split(b"\t", 1)
        mode, kind, id = about.split()
        found[name] = (mode, run(git, "cat-file", "blob", id.decode()) if kind == b"blob" else id)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_every_commit_is_what_it_was(tmp_path: Path, seed: int) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "pages")], check=True)
    git = tmp_path / "pages/.git"
    run(git, "fast-import", "--quiet", "--force", given=stream(seed))
    run(git, "symbolic-ref", "HEAD", "refs/heads/t0")
    run(git, "pack-refs", "--all")
    # Objects that are borrowed are ours afterwards.
    subprocess.run(["git", "clone", "-q", "-s", "--mirror", git, tmp_path / "own.git"], check=True)
    git = tmp_path / "own.git"
    reader = Reader(git)
    task = Task(words=("Jan Geheim", "jan@geheim.example"), instead="NN")
    found = rewriting.survey(git, reader, task, lambda what, done, total: None)
    done = rewriting.rewrite(git, reader, found, lambda what, done, total: None)
    assert set(done.commits) == found.written
    for node in found.nodes:
        new = done.commits.get(node.id, node.id)
        is_kept = node.id not in found.changed and not any(p in done.commits for p in node.parents)
        assert (new == node.id) == is_kept
        before, after = files(git, node.id), files(git, new)
        assert after.keys() == before.keys()
        for name, (mode, data) in before.items():
            wanted = data if data.startswith(b"\0") else data.replace(b"Jan Geheim", b"NN")
            # Texts that were two stay two: an empty line tells them apart.
            assert after[name][0] == mode
            assert after[name][1].rstrip(b"\n") == wanted.rstrip(b"\n")
        old, rewritten = (reader.read_as("commit", id) for id in (node.id, new))
        cleaned = old.replace(b"Jan Geheim", b"NN").replace(b"jan@geheim.example", b"NN")
        assert rewritten.split(b"\nauthor ", 1)[1] == cleaned.split(b"\nauthor ", 1)[1]
        parents = [
            line.split()[1].decode() for line in rewritten.split(b"\n") if line[:7] == b"parent "
        ]
        assert parents == [done.commits.get(parent, parent) for parent in node.parents]
    moving.begin(git, done.moves, found.refs)
    moving.ready(git, {})
    moving.move(git, done.moves)
    assert pruning.prune(git) == [str(tmp_path / "pages/.git/objects")]
    moving.end(git)
    assert run(git, "fsck", "--strict", "--no-dangling") == b""
    objects = run(git, "cat-file", "--batch-all-objects", "--batch", "--unordered")
    assert b"van Jan Geheim" not in objects
    assert b"jan@geheim" not in objects
    assert not (git / "objects/info/alternates").exists()
    assert b"ok" in run(git, "cat-file", "tag", "v2")
    assert b"NN" in run(git, "cat-file", "tag", "v1")


def test_a_push_meanwhile_ends_it(store: Store, save) -> None:
    first = save({"a.md": b"Jan Geheim"})
    reader = Reader(store.git)
    task = Task(words=("Geheim",), instead="NN")
    found = rewriting.survey(store.git, reader, task, lambda what, done, total: None)
    done = rewriting.rewrite(store.git, reader, found, lambda what, done, total: None)
    run(store.git, "update-ref", "refs/heads/zij", first)
    with pytest.raises(StoreError, match="purge_moved"):
        moving.begin(store.git, done.moves, found.refs)
    assert not moving.is_begun(store.git)
    assert save({"a.md": b"verder"})
    assert store.fsck() == []


def test_what_bore_our_seal_is_sealed_anew_and_nothing_else(store: Store, save) -> None:
    save({"a.md": b"van Jan Geheim", "map/b.md": b"ook"})
    save({"a.md": b"niets"})
    copied = run(store.git, "log", "-1", "--format=%B", "main")
    tree = run(store.git, "rev-parse", "main~1^{tree}").strip().decode()
    commit = run(store.git, "commit-tree", tree, "-p", "main", "-F-", given=copied).strip()
    run(store.git, "update-ref", "refs/heads/main", commit.decode())
    save({"a.md": b"weer"})
    before = [commit.sealed for commit in store.log()]
    assert before == [True, True, False, True]
    reader = Reader(store.git, store.seal)
    task = Task(words=("Jan Geheim",), instead="NN")
    found = rewriting.survey(store.git, reader, task, lambda *said: None)
    done = rewriting.rewrite(store.git, reader, found, lambda *said: None)
    head = done.moves["refs/heads/main"][1]
    assert [commit.sealed for commit in store.log(until=head)] == before
    assert b"Geheim" not in run(store.git, "log", "-p", head)
