"""The last gate: only elements and attributes on these lists leave the renderer."""

from __future__ import annotations

import re

import nh3
from pygments.token import STANDARD_TYPES

from wiki.render.plugins import mathematics

SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_BLOCKS = "p h1 h2 h3 h4 h5 h6 blockquote pre ul ol li dl dt dd table thead tbody tr th td hr div"
_INLINE = (
    "a abbr b br code del em i img input ins kbd label mark s small span strong sub sup time u"
)
_STRUCTURE = "section details summary aside"

TAGS = frozenset(f"{_BLOCKS} {_INLINE} {_STRUCTURE}".split()) | mathematics.ELEMENTS

_ALERTS = {"note", "tip", "important", "warning", "caution"}
_BOTH_WAYS = "p ul ol dl blockquote table h1 h2 h3 h4 h5 h6".split()

ATTRIBUTES: dict[str, set[str]] = {
    "a": {"href", "title", "id", "rel", "role", "aria-label"},
    "abbr": {"title"},
    # What scrolls sideways is scrolled with the keyboard too.
    "div": {"tabindex"},
    "details": {"open"},
    "pre": {"tabindex"},
    "img": {"src", "alt", "title", "loading", "width", "height"},
    "input": {"checked"},
    "li": {"id", "value"},
    "ol": {"start"},
    "section": {"id", "aria-labelledby"},
    "sup": {"id"},
    "td": {"colspan", "rowspan"},
    "th": {"scope", "aria-label", "colspan", "rowspan"},
    "span": {"id"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
    **{name: set(said) for name, said in mathematics.ATTRIBUTES.items()},
}
for _name in _BOTH_WAYS:
    ATTRIBUTES[_name] = ATTRIBUTES.get(_name, set()) | {"dir"}

_ALIGNED = {"align-left", "align-right", "align-center"}

CLASSES: dict[str, set[str]] = {
    "a": {"external", "refused", "footnote-back", "image-link", "wanted", "diff-move"},
    "code": set(),
    "del": {"diff-removed"},
    "div": {"table-scroll", "turn-text", "turn-who", "task", "diff-moved-here", "diff-moved-away"}
    | _ALIGNED
    | {"alert", "formula", "short-code", "toc", "diagram"}
    | {f"alert-{kind}" for kind in _ALERTS},
    "ins": {"diff-added"},
    "li": {"task"},
    "p": {"refused"} | _ALIGNED,
    **{f"h{level}": _ALIGNED for level in range(1, 7)},
    "pre": {"highlight", "too-deep", "front-matter"},
    "section": {"turn", "footnotes"},
    "span": {
        "alert-title",
        "formula-note",
        "list-note",
        "turn-name",
        "turn-meta",
        "turn-number",
        "refused",
        "file",
        "visually-hidden",
    }
    | {name for name in STANDARD_TYPES.values() if name},
    "sup": {"footnote-ref"},
    "td": _ALIGNED,
    "th": _ALIGNED,
}

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    tag_attribute_values={"input": {"type": {"checkbox"}}},
    set_tag_attribute_values={"input": {"disabled": ""}},
    url_schemes=set(SCHEMES),
    link_rel=None,
    clean_content_tags={"script", "style"},
    strip_comments=True,
)


_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_OPENS = re.compile(f"<({'|'.join(_BOTH_WAYS)})(?=[ >])")


def sanitise(html: str) -> str:
    """The HTML with nothing in it that is not allowed."""
    return _CLEANER.clean(html)


def both_ways(html: str) -> str:
    """Sanitised HTML whose blocks read from right to left where their text does."""
    if not _RIGHT_TO_LEFT.search(html):
        return html
    return _OPENS.sub(r'<\1 dir="auto"', html)
