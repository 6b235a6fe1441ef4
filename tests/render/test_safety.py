"""Nothing that people write runs: 280 vectors, as page and as comment."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import lxml.html
import pytest

from wiki.domain.history.diff import words
from wiki.render.diff import side_html, source_html, words_html
from wiki.render.links import LinkState
from wiki.render.markdown import Renderer
from wiki.render.marked import rendered_html
from wiki.render.writing.sanitise import ATTRIBUTES, SCHEMES, TAGS

FILE = Path(__file__).with_name("vectors.txt")
FILLED = {"a": {"class"}, "img": {"loading"}, "input": {"type", "disabled"}, "span": {"class"}}
RENDERER = Renderer()


def vectors() -> Iterator[str]:
    escape = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))")
    plain = {"n": "\n", "t": "\t", "\\": "\\"}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#: "):
            yield escape.sub(
                lambda m: plain.get(m[3], m[0]) if m[3] else chr(int(m[1] or m[2], 16)), line
            )


VECTORS = list(vectors())


def assert_safe(html: str) -> None:
    root = lxml.html.fragment_fromstring(html, create_parent="main")
    for element in root.iterdescendants():
        assert isinstance(element.tag, str), html
        assert element.tag in TAGS, html
        for name, value in element.attrib.items():
            allowed = ATTRIBUTES.get(element.tag, set()) | FILLED.get(element.tag, set())
            assert name in allowed | {"class"}, (name, html)
            if name in ("href", "src"):
                assert_safe_address(value, element.tag)


def assert_safe_address(value: str, tag: str) -> None:
    shown = re.sub(r"[\x00-\x20]", "", unescape(value)).lower()
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", shown)
    if tag == "img":
        assert shown.startswith("/files/")
    elif scheme:
        assert scheme.group().rstrip(":") in SCHEMES
    else:
        assert shown == "/" or shown.startswith(("/wiki/", "/files/", "/new?", "/edit/a/b?", "#"))


def test_there_are_enough_vectors() -> None:
    assert len(VECTORS) >= 200


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_vector_does_nothing(vector: str) -> None:
    page = RENDERER.render(vector, path="a/b")
    assert_safe(RENDERER.fill(page.html, {}, edit="/edit/a/b"))
    known = {target: LinkState("a/b", vector) for target in page.targets}
    assert_safe(RENDERER.fill(page.html, known))
    assert_safe(RENDERER.fill_comment(RENDERER.comment(vector), {}, {}))


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_vector_does_nothing_in_a_difference(vector: str) -> None:
    """Differences are made of escaped text only: no element but our own can be in them."""
    ours = {"div", "p", "ins", "del", "span", "details", "summary", "a"}
    root = lxml.html.fromstring(words_html(words("begin\n\nx", f"{vector}\n\nx")))
    assert {element.tag for element in root.iter()} <= ours
    assert "<script" not in source_html("@@ -1 +1 @@\n+" + vector.replace("\n", "\n+") + "\n")
    assert "<script" not in side_html([])


def test_rendered_difference_is_sanitised() -> None:
    result = rendered_html("<p>a</p>", '<p>b</p><script>alert(1)</script><img src=x onerror="1">')
    assert result is not None
    assert "script" not in result
    assert "onerror" not in result


def test_slots_cannot_be_forged() -> None:
    page = RENDERER.render("\ue000Z\ue001 &#xE000;Z&#xE001; [\ue000Z\ue001](x)")
    assert "</a> " not in RENDERER.fill(page.html, {}).split('<a class="wanted"')[0]


def test_a_title_from_elsewhere_is_no_slot() -> None:
    forged = "\ue000Hx\ue0021\ue001\ue000Z\ue001"
    page = RENDERER.render("[[andere]] en [een](andere)\n")
    state = LinkState("andere", f"Titel {forged}")
    shown = RENDERER.fill(page.html, {"andere": state}, edit="/edit/a")
    assert "heading-edit" not in shown
    assert shown.count("</a>") == 2
