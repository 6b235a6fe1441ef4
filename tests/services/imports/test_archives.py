"""Archives that would harm: what cannot be trusted stays out and is named, the rest comes in."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path

import pytest

from tests.fixtures import exports
from tests.services.imports.conftest import Import
from wiki.domain.errors import Invalid, TooLarge
from wiki.domain.imports.items import Report
from wiki.services.imports import archives


def test_only_what_can_be_trusted_comes_in(imports: Import) -> None:
    file = imports.folder / "a.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("goed.md", "# Goed\n")
        made.writestr("../buiten.md", "x")
        made.writestr("/etc/buiten.md", "x")
        made.writestr("a/../../buiten.md", "x")
        made.writestr("c:\\buiten.md", "x")
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
        made.writestr("bom.md", b"\0" * 40_000_000)
    report = imports("markdown", file)
    assert imports.files() == ["goed.md"]
    assert sorted((one.what, one.code) for one in report.left_out) == [
        ("../buiten.md", "import_outside"),
        ("/etc/buiten.md", "import_outside"),
        ("a/../../buiten.md", "import_outside"),
        ("bom.md", "import_grows"),
        ("c:\\buiten.md", "import_outside"),
        ("link.md", "import_link"),
    ]


def test_links_in_a_folder_are_not_followed(imports: Import) -> None:
    exports.written(imports.folder / "bron", {"goed.md": "# Goed\n"})
    (imports.folder / "bron/weg").symlink_to("/etc")
    (imports.folder / "bron/wachtwoorden.md").symlink_to("/etc/passwd")
    report = imports("markdown", imports.folder / "bron")
    assert imports.files() == ["goed.md"]
    assert {one.code for one in report.left_out} == {"import_link"}


def test_a_damaged_file_stays_out(imports: Import) -> None:
    file = exports.zipped(imports.folder / "a.zip", {"goed.md": "# Goed\n", "stuk.md": "x" * 999})
    data = bytearray(file.read_bytes())
    at = data.find(b"stuk.md") + len("stuk.md")
    data[at : at + 4] = b"\xff\xff\xff\xff"
    file.write_bytes(data)
    report = imports("markdown", file)
    assert [(one.what, one.code) for one in report.left_out] == [("stuk.md", "import_damaged")]


def test_an_archive_whose_entries_overlap_is_refused(tmp_path: Path) -> None:
    file = exports.zipped(tmp_path / "a.zip", {"a.md": "x" * 50_000 + "y", "b.md": "z"})
    data = bytearray(file.read_bytes())
    # Every entry of the central directory is told to hold more than the whole file.
    at = data.find(b"PK\x01\x02")
    while at != -1:
        data[at + 20 : at + 24] = struct.pack("<I", len(data))
        at = data.find(b"PK\x01\x02", at + 4)
    file.write_bytes(data)
    with pytest.raises(TooLarge):
        archives.opened(file, Report())


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(Invalid):
        archives.opened(tmp_path / "a.txt", Report())
