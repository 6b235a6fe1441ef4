"""Git applies a patch and has the bytes."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wiki.store.history.patches import unified

NAME, OTHER = 'map é/een "x" y.md', "andere map/z w.md"
patched = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "d"]), max_size=20)


@pytest.mark.slow
@given(patched, patched)
def test_git_applies_the_patch(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str]
) -> None:
    before, after = "".join(old).encode(), "".join(new).encode()
    assert_applies(tmp_path_factory.mktemp("patch"), before, after)


@pytest.mark.parametrize("was", [NAME, OTHER])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"een\r\ntwee\r\n", b"een\r\n2\r\n"),
        (b"een\r\ntwee\nDRIE\rvier", b"een\r\n2\nDRIE\rvier\r"),
        (b"\xef\xbb\xbfeen\r\n", b"\xef\xbb\xbfeen\r\ntwee\r\n"),
        (b"\xef\xbb\xbfeen\n", b"een\n"),
        (b"caf\xe9\ntwee\n", b"caf\xe9\n2\n"),
        (b"caf\xe9\n", "café\n".encode()),
        ("é\n".encode("utf-16"), "è\n".encode("utf-16")),
        (b"een\n", b"een\n"),
        (b"een", b""),
    ],
)
def test_git_applies_a_patch_of_bytes(tmp_path: Path, old: bytes, new: bytes, was: str) -> None:
    assert_applies(tmp_path, old, new, was)


@pytest.mark.parametrize(
    ("old", "new"), [(None, b"a\nb"), (b"a\n", None), (b"a", b"a\n"), (None, b"")]
)
def test_git_applies_a_new_and_a_deleted_file(
    tmp_path: Path, old: bytes | None, new: bytes | None
) -> None:
    assert_applies(tmp_path, old, new)


def assert_applies(folder: Path, old: bytes | None, new: bytes | None, was: str = NAME) -> None:
    before, after = folder / was, folder / NAME
    before.parent.mkdir(parents=True)
    if old is not None:
        before.write_bytes(old)
    patch = unified(old, new, NAME, was)
    assert bool(patch) == (old != new or was != NAME)
    if patch:
        subprocess.run(["git", "apply", "-"], input=patch, cwd=folder, check=True)
    assert (after.read_bytes() if after.exists() else None) == new
    assert was == NAME or not before.exists()
