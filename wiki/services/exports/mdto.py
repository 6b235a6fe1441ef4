"""Metadata by MDTO, the norm of the Dutch archives: https://www.nationaalarchief.nl/archiveren/mdto

A question is an information object of the kind "Dossier"; each of its files is a "bestand", a
representation of it, told in a file of its own. What an archive decides and no wiki knows (how long
it is kept, what it is worth) is said to be undecided.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as Tree

SPACE = "https://www.nationaalarchief.nl/mdto"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_WHERE = f"{SPACE} {SPACE}/MDTO-XML1.0.1.xsd"
_OWN = "Denktank"
"""Terms of no list: an archive replaces them by its own."""
_FORMATS = {
    "md": ("Markdown", "fmt/1149"),
    "json": ("JSON Data Interchange Format", "fmt/817"),
    "html": ("Hypertext Markup Language", "fmt/471"),
    "png": ("Portable Network Graphics", "fmt/11"),
    "jpg": ("JPEG File Interchange Format", "fmt/43"),
    "jpeg": ("JPEG File Interchange Format", "fmt/43"),
    "gif": ("Graphics Interchange Format", "fmt/4"),
    "pdf": ("Acrobat PDF", "fmt/276"),
    "txt": ("Plain Text File", "x-fmt/111"),
    "csv": ("Comma Separated Values", "x-fmt/18"),
}
_NAME_MOST = 80


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the bag: its id, name, size, digest, and when that was made."""

    id: str
    name: str
    size: int
    sha256: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The metadata of a question: who keeps it, under which id, what happened when."""

    id: str
    source: str
    name: str
    text: str
    tags: Sequence[str]
    address: str
    language: str
    begun: datetime
    ended: datetime
    status: str
    files: Sequence[Held]


def question(record: Kept) -> bytes:
    """The metadata of a question as an information object."""
    root = _root()
    about = Tree.SubElement(root, "informatieobject")
    _identity(about, record.id, record.source)
    _text(about, "naam", record.name[:_NAME_MOST])
    _term(about, "aggregatieniveau", "Dossier", "", "Begrippenlijst Aggregatieniveaus MDTO")
    for tag in record.tags:
        _text(about, "trefwoord", tag)
    if record.text:
        _text(about, "omschrijving", record.text)
    if record.address:
        place = Tree.SubElement(about, "raadpleeglocatie")
        _text(place, "raadpleeglocatieOnline", record.address)
    _text(about, "taal", record.language)
    _event(about, "Creatie", record.begun, "")
    _event(about, "Afsluiting", record.ended, record.status)
    _term(about, "waardering", "Nog niet gewaardeerd")
    for held in record.files:
        _reference(about, "heeftRepresentatie", held.name, held.id, record.source)
    _reference(about, "archiefvormer", record.source)
    limit = Tree.SubElement(about, "beperkingGebruik")
    _term(limit, "beperkingGebruikType", "Openbaar")
    return _written(root)


def file(held: Held, record: Kept) -> bytes:
    """The metadata of one file."""
    root = _root()
    about = Tree.SubElement(root, "bestand")
    _identity(about, held.id, record.source)
    _text(about, "naam", held.name[-_NAME_MOST:])
    _text(about, "omvang", str(held.size))
    label, code = _FORMATS.get(held.name.rpartition(".")[2].lower(), ("Onbekend", ""))
    _term(about, "bestandsformaat", label, code, "PRONOM-register")
    sum = Tree.SubElement(about, "checksum")
    _term(sum, "checksumAlgoritme", "SHA-256", "", "Begrippenlijst ChecksumAlgoritme MDTO")
    _text(sum, "checksumWaarde", held.sha256)
    _text(sum, "checksumDatum", _moment(held.when))
    _reference(about, "isRepresentatieVan", record.name[:_NAME_MOST], record.id, record.source)
    return _written(root)


def _root() -> Tree.Element:
    attributes = {"xmlns": SPACE, "xmlns:xsi": _SCHEMA, "xsi:schemaLocation": _WHERE}
    return Tree.Element("MDTO", attributes)


def _written(root: Tree.Element) -> bytes:
    Tree.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + bytes(Tree.tostring(root)) + b"\n"


def _text(around: Tree.Element, name: str, text: str) -> None:
    clean = "".join(c for c in text if c.isprintable() or c in "\n\t") or "-"
    Tree.SubElement(around, name).text = clean


def _identity(around: Tree.Element, id: str, source: str, name: str = "identificatie") -> None:
    made = Tree.SubElement(around, name)
    _text(made, "identificatieKenmerk", id)
    _text(made, "identificatieBron", source)


def _term(around: Tree.Element, name: str, label: str, code: str = "", terms: str = _OWN) -> None:
    made = Tree.SubElement(around, name)
    _text(made, "begripLabel", label)
    if code:
        _text(made, "begripCode", code)
    _reference(made, "begripBegrippenlijst", terms)


def _reference(
    around: Tree.Element, name: str, called: str, id: str = "", source: str = ""
) -> None:
    made = Tree.SubElement(around, name)
    _text(made, "verwijzingNaam", called[:_NAME_MOST])
    if id:
        _identity(made, id, source, "verwijzingIdentificatie")


def _event(around: Tree.Element, kind: str, when: datetime, result: str) -> None:
    made = Tree.SubElement(around, "event")
    _term(made, "eventType", kind)
    _text(made, "eventTijd", _moment(when))
    if result:
        _text(made, "eventResultaat", result)


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
