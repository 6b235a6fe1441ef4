"""The text of an odt file, and files that would do harm."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures.office import odt as made
from tests.fixtures.office import packed
from wiki.domain.errors import Invalid
from wiki.domain.search import docx, odt, office


def test_headings_paragraphs_and_notes_are_text() -> None:
    data = made(
        "<text:tracked-changes><text:p>geschrapt</text:p></text:tracked-changes>"
        "<text:h>Kop</text:h><text:p>Een<text:s/>twee<text:tab/><text:span>drie</text:span>"
        "<text:note><text:note-body><text:p>noot</text:p></text:note-body></text:note></text:p>"
        "<text:list>los<text:list-item><text:p>punt</text:p></text:list-item></text:list>"
    )
    assert odt.text(data).split("\n") == ["Kop", "Een twee\tdrie", "noot", "", "punt", ""]


@pytest.mark.parametrize("read", [odt.text, docx.whole])
@pytest.mark.parametrize(
    ("part", "code"),
    [
        (" " * (office.MOST + 1), "large"),
        ("<!DOCTYPE x [<!ENTITY a 'ha'>]><x>&a;</x>", "unreadable"),
        ("<x>", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_what_would_do_harm_is_refused(read: Any, part: str, code: str) -> None:
    with pytest.raises(Invalid, match=code):
        read(packed(content_xml=part, word__document_xml=part))
    with pytest.raises(Invalid, match="unreadable"):
        read(packed(other=part))
    with pytest.raises(Invalid, match="unreadable"):
        read(b"PK\x03\x04")


def test_an_archive_of_very_many_files_is_refused() -> None:
    with pytest.raises(Invalid, match="odt_large"):
        odt.text(packed(**{f"x{number}": "" for number in range(10_001)}))
