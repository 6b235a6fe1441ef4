"""Diagrams that a command drew: which there are, and what of an SVG may be shown.

A drawing is kept by the digest of its source. It is shown as `<img>`, where nothing in it can act;
still only elements and attributes on the lists here leave, and nothing that is fetched.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from lxml import etree

FOLDER = "diagrams"
LANGUAGE = "mermaid"
MOST_CHARACTERS = 20_000
"""Of a diagram that is drawn."""

MOST_BYTES = 2_000_000

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = frozenset(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath defs marker style"
    " title desc linearGradient radialGradient stop clipPath mask pattern symbol use filter"
    " feDropShadow feGaussianBlur feOffset feMerge feMergeNode feFlood feComposite".split()
)

_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_FETCHES = re.compile(r"url\s*\(\s*+(?!['\"]?#)|@import|\\|javascript:", re.IGNORECASE)
_BOX = re.compile(r"[-\d.e]{1,20}[ ,]+[-\d.e]{1,20}[ ,]+([\d.]{1,12})[ ,]+([\d.]{1,12})")


def digest(source: str) -> str:
    """Return what a diagram is kept by."""
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()


def file_of(folder: Path, name: str) -> Path:
    """Where the drawing with a digest is kept; an empty file is one that cannot be drawn."""
    return folder / f"{name}.svg"


def is_drawn(folder: Path, name: str) -> bool:
    """Whether there is a drawing with a digest."""
    try:
        return file_of(folder, name).stat().st_size > 0
    except OSError:
        return False


def sanitised(svg: bytes) -> bytes:
    """An SVG with nothing in it that acts or is fetched. Raises ValueError for what is none."""
    if len(svg) > MOST_BYTES:
        raise ValueError("the drawing is too large")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(svg, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("the drawing is no SVG") from error
    if root.tag != f"{SVG}svg" or b"<!DOCTYPE" in svg:
        raise ValueError("the drawing is no SVG")
    for element in list(root.iter()):
        _clean(element)
    box = _BOX.fullmatch(root.get("viewBox", ""))
    if box:
        # As a picture it has no other size than it says.
        root.set("width", box[1])
        root.set("height", box[2])
    return etree.tostring(root)


def _clean(element: etree._Element) -> None:
    tag = element.tag
    is_known = isinstance(tag, str) and tag.startswith(SVG) and tag[len(SVG) :] in ELEMENTS
    acts = tag == f"{SVG}style" and _FETCHES.search(element.text or "")
    parent = element.getparent()
    if (not is_known or acts) and parent is not None:
        parent.remove(element)
        return
    for name, value in list(element.attrib.items()):
        named, said = str(name), str(value)
        is_link = named in _HREF
        if (
            named.lower().startswith("on")
            or (is_link and not said.startswith("#"))
            or ("{" in named and not is_link)
            or _FETCHES.search(said)
        ):
            del element.attrib[name]
