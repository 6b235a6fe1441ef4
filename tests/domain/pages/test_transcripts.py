"""Transcripts of meeting programs, read and written as turns."""

from __future__ import annotations

import io
import zipfile

import pytest

from wiki.domain.errors import Invalid
from wiki.domain.pages import transcripts, turns
from wiki.domain.search import docx

Expected = list[tuple[str, int | None, str]]

VTT = """WEBVTT

NOTE made by a program

4f2a/1-0
00:00:01.000 --> 00:00:04.000
<v Anna de Boer>Welkom allemaal,</v>

2
00:00:04.000 --> 00:00:06.000
<v Anna de Boer>fijn dat jullie er zijn.</v>

00:01:14.500 --> 00:01:16.000 align:start
<v.loud Karel Vis>Dank &amp; ik heb
een <i>vraag</i>.</v>
"""


def read(text: str, *known: str) -> Expected:
    return [(said.label, said.time, said.text) for said in transcripts.read(text, known).turns]


FORMS: dict[str, tuple[str, Expected]] = {
    "WebVTT with voices": (
        VTT,
        [
            ("Anna de Boer", 1, "Welkom allemaal, fijn dat jullie er zijn."),
            ("Karel Vis", 74, "Dank & ik heb een vraag."),
        ],
    ),
    "WebVTT of Zoom": (
        "WEBVTT\r\n\r\n1\r\n00:00:01.000 --> 00:00:04.000\r\nAnna de Boer: Welkom.\r\n\r\n"
        "2\r\n00:00:04.000 --> 00:00:06.000\r\nEn dan nog: dit.\r\n\r\n"
        "3\r\n00:00:07.000 --> 00:00:09.000\r\nKarel Vis: Dank.\r\n",
        [("Anna de Boer", 1, "Welkom. En dan nog: dit."), ("Karel Vis", 7, "Dank.")],
    ),
    "two voices in one cue": (
        "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Anna>Ja?</v> <v Karel>Nee.</v>\n",
        [("Anna", 1, "Ja?"), ("Karel", 1, "Nee.")],
    ),
    "SRT": (
        "1\n00:00:01,000 --> 00:00:04,000\nAnna: Welkom\nallemaal.\n\n"
        "2\n00:00:05,000 --> 00:00:06,000\n- KAREL: Dank.\n- ANNA: Graag.\n",
        [("Anna", 1, "Welkom allemaal."), ("KAREL", 5, "Dank."), ("ANNA", 5, "Graag.")],
    ),
    "lines with names": (
        "Verslag van 15 december\n\nAnna: Welkom.\n**Karel Vis:** Dank.\n"
        "Let op: dit is van Karel.\nIk zeg: nee.\n\nSpreker 1: Einde.\n",
        [
            ("Anna", None, "Welkom."),
            ("Karel Vis", None, "Dank. Let op: dit is van Karel. Ik zeg: nee."),
            ("Spreker 1", None, "Einde."),
        ],
    ),
    "lines with times": (
        "[00:01:14] Anna: Hoi\n00:01:20 Karel: Dag\nAnna (00:02:00): Nog iets\n",
        [("Anna", 74, "Hoi"), ("Karel", 80, "Dag"), ("Anna", 120, "Nog iets")],
    ),
    "Teams": (
        "Anna de Boer started transcription\n\nAnna de Boer   0:03\nWelkom allemaal.\n\n"
        "Karel Vis   1:02:33\nDank.\nNog iets.\n",
        [("Anna de Boer", 3, "Welkom allemaal."), ("Karel Vis", 3753, "Dank. Nog iets.")],
    ),
    "Teams as it was": (
        "00:00:00.000 --> 00:00:05.200\nAnna de Boer\nHallo allemaal.\n\n"
        "0:0:5.200 --> 0:0:6.0\nKarel Vis\nDag.\n",
        [("Anna de Boer", 0, "Hallo allemaal."), ("Karel Vis", 5, "Dag.")],
    ),
    "Zoom with the time of the day": (
        "[Anna de Boer] 10:15:32\nWelkom.\n\n[Karel Vis] 10:15:40\nDank.\n",
        [("Anna de Boer", 0, "Welkom."), ("Karel Vis", 8, "Dank.")],
    ),
    "Meet": (
        "Overleg (2026-12-15 19:30 GMT+1) - Transcript\nAttendees\nAnna de Boer, Karel Vis\n"
        "Transcript\n00:00:00\n\nAnna de Boer: Welkom.\nKarel Vis: Dank.\n00:05:00\n\n"
        "Anna de Boer: Verder.\nMeeting ended after 00:06:12\n",
        [
            ("Anna de Boer", 0, "Welkom."),
            ("Karel Vis", None, "Dank."),
            ("Anna de Boer", 300, "Verder."),
        ],
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_forms(form: str) -> None:
    text, expected = FORMS[form]
    assert read(text) == expected


def test_a_known_name_need_not_look_like_one() -> None:
    assert read("de voorzitter: Welkom.\nanna: Dag.", "de voorzitter", "Anna de Boer") == [
        ("de voorzitter", None, "Welkom."),
        ("anna", None, "Dag."),
    ]


@pytest.mark.parametrize("text", ["", "Gewone tekst.\nZonder sprekers.", "WEBVTT\n\n", "a: b"])
def test_nobody_speaks(text: str) -> None:
    assert read(text) == []


def test_who_is_unknown_is_said() -> None:
    found = transcripts.read(VTT)
    assert found.labels == ["Anna de Boer", "Karel Vis"]
    assert found.unknown(turns.Speakers(["Anna de Boer"])) == ["Karel Vis"]


def test_what_is_written_is_read_as_the_same_turns() -> None:
    text = "Anna (0:01:14): # geen *kop*\nIk: ik\nKarel: <b>[[link]]\nLet: op\n"
    found = transcripts.read(text)
    names = {"Anna": "Anna de Boer", "Karel": "Karel Vis", "Ik": "", "Let": ""}
    body = transcripts.written(found, names)
    assert body == (
        "**Anna de Boer (0:01:14):** \\# geen \\*kop\\*\n\nIk: ik\n\n"
        "**Karel Vis:** \\<b>\\[\\[link\\]\\]\n\nLet: op\n"
    )
    said = turns.turns(body, ["Anna de Boer", "Karel Vis"])
    assert [(turn.speaker, turns.seconds(turn.time)) for turn in said] == [
        ("Anna de Boer", 74),
        ("Karel Vis", None),
    ]


def packed(document: str | bytes, name: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, document)
    return out.getvalue()


def document(*paragraphs: str) -> str:
    inside = "".join(f"<w:p><w:pPr/><w:r>{each}</w:r></w:p>" for each in paragraphs)
    return (
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body>{inside}</w:body></w:document>"
    )


def test_the_text_of_a_docx() -> None:
    data = packed(
        document(
            "<w:t>Anna de Boer</w:t><w:tab/><w:t xml:space='preserve'>0:03</w:t><w:br/>"
            "<w:t>Welkom &amp; dag.</w:t>",
            "<w:instrText>PAGE</w:instrText><w:t>Karel Vis</w:t><w:t>  0:10</w:t>",
            "<w:t>Dank.</w:t>",
        )
    )
    assert docx.is_docx(data)
    assert read(docx.text(data)) == [
        ("Anna de Boer", 3, "Welkom & dag."),
        ("Karel Vis", 10, "Dank."),
    ]


BILLION = "<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (packed(b" " * (docx.MOST + 1)), "docx_large"),
        (packed(document("<w:p/>" * 2_600_000).encode()), "docx_large"),
        (packed(BILLION + document("<w:t>&b;</w:t>")), "docx_unreadable"),
        (packed((OUTSIDE + document("<w:t>&a;</w:t>")).encode("utf-16")), "docx_unreadable"),
        (packed("<w:document>"), "docx_unreadable"),
        (packed("x", "elsewhere.xml"), "docx_unreadable"),
        (packed(document())[:-20], "docx_unreadable"),
        (b"PK\x03\x04", "docx_unreadable"),
    ],
)
def test_a_docx_that_would_do_harm(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        docx.text(data)
    assert caught.value.code == code
