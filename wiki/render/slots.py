"""Slots: places in rendered HTML for what depends on other pages, on the reader or the language.

A slot is a token between two private-use characters. It begins with a mark that each process draws
by lot, so nobody can write one, whatever text, title or name reaches a page; and the characters are
removed from what is rendered. Rendered HTML with its slots is the same for everybody and can be
kept by blob, in the process that made it.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape, unescape

from markupsafe import Markup

from wiki.domain.content.addresses import url_of
from wiki.domain.content.fragments import elsewhere
from wiki.domain.content.links import LinkKind, Way, host_of
from wiki.domain.content.names import To
from wiki.render.links import LinkState, Others, file_url, is_picture, new_url, signature

OPEN, CLOSE, APART = "\ue000", "\ue001", "\ue002"
MARK = OPEN + secrets.token_hex(8)
"""What every slot of this process begins with."""

IN_PLACE = "other-picture"
"""The class of links in whose place the picture comes to which they lead, once a reader asks."""

_FORGED = re.compile("[\ue000-\ue002]")
_SLOT = re.compile(f"{MARK}([A-Z])([^{OPEN}{CLOSE}]*){CLOSE}")
_TAG = re.compile(r"<[^<>]*+>")
_SIZE = re.compile(r"([1-9][0-9]{0,3})(?:x([1-9][0-9]{0,3}))?")
_NAMED = re.compile(f"{MARK}N([^{OPEN}{CLOSE}]*){CLOSE}([^{OPEN}{CLOSE}]*){MARK}Z{CLOSE}")
_OTHER = re.compile(f"{MARK}X([^{OPEN}{CLOSE}]*){CLOSE}([^{OPEN}{CLOSE}]*){MARK}W{CLOSE}")
_MENTION = re.compile(f"{MARK}M([^{OPEN}{CLOSE}]*){CLOSE}([^{OPEN}{CLOSE}]*){MARK}Y{CLOSE}")


def nothing_drawn(digest: str) -> bool:
    """Say of no diagram that it is drawn."""
    return False


@dataclass(frozen=True, slots=True)
class Labels:
    """The words that rendered pages need, in the reader's language.

    `turn` holds `%(number)s`, `other_picture` `%(host)s`.
    """

    section_link: str = "Link to this section"
    edit_section: str = "Edit this section"
    turn: str = "Turn %(number)s"
    footnotes: str = "Footnotes"
    footnote_back: str = "Back to the text"
    wanted: str = "This page does not exist yet"
    remark: str = "Comment on this paragraph"
    note: str = "Note"
    tip: str = "Tip"
    important: str = "Important"
    warning: str = "Warning"
    caution: str = "Caution"
    include_loop: str = "this page includes itself"
    include_deep: str = "pages include each other too deep here"
    include_much: str = "more is included here than fits on a page"
    include_section: str = "there is no such section"
    contents: str = "Contents"
    diagram: str = "diagram; its source stands below it"
    diagram_source: str = "Source of this diagram"
    language: str = "en"
    formula_wrong: str = "(this formula cannot be read)"
    formula_much: str = "(more formulas than are drawn on one page)"
    list_within: str = "(a list stands on a line of its own)"
    other_picture: str = "picture of %(host)s"


def labels(gettext: Callable[[str], str], language: str) -> Labels:
    """The words in the language of a gettext function, and which that is."""
    _ = gettext
    return Labels(
        section_link=_("Link to this section"),
        edit_section=_("Edit this section"),
        turn=_("Turn %(number)s"),
        footnotes=_("Footnotes"),
        footnote_back=_("Back to the text"),
        wanted=_("This page does not exist yet"),
        remark=_("Comment on this paragraph"),
        note=_("Note"),
        tip=_("Tip"),
        important=_("Important"),
        warning=_("Warning"),
        caution=_("Caution"),
        include_loop=_("this page includes itself"),
        include_deep=_("pages include each other too deep here"),
        include_much=_("more is included here than fits on a page"),
        include_section=_("there is no such section"),
        contents=_("Contents"),
        diagram=_("diagram; its source stands below it"),
        diagram_source=_("Source of this diagram"),
        language=language,
        formula_wrong=_("(this formula cannot be read)"),
        formula_much=_("(more formulas than are drawn on one page)"),
        list_within=_("(a list stands on a line of its own)"),
        other_picture=_("picture of %(host)s"),
    )


def clean(text: str) -> str:
    """The text without the characters that make slots."""
    return _FORGED.sub("\ufffd", text) if _FORGED.search(text) else text


def slot(kind: str, *parts: str) -> str:
    """A slot of one kind (a capital letter) with its parts, escaped for HTML text."""
    return MARK + kind + APART.join(escape(clean(part)) for part in parts) + CLOSE


def drop(html: str) -> str:
    """The HTML with its slots taken out, what links hold kept."""
    return _SLOT.sub("", html)


def fill(
    html: str,
    resolve: Mapping[str, LinkState],
    words: Labels | None = None,
    edit: str = "",
    remark: str = "",
    others: Others | None = None,
    is_drawn: Callable[[str], bool] = nothing_drawn,
) -> Markup:
    """HTML with every slot filled.

    `resolve` says what each link's target is now; a target it does not hold is wanted. `edit` is
    the address that edits the page (empty: this reader may not); a section's is `?section=<n>`.
    `remark` is how the address begins that comments on a paragraph, its range of characters comes
    after (empty: this reader may not). `others` is how pictures of other sites are shown.
    """
    filling = _Filling(resolve, words or Labels(), edit, remark, others or Others(), is_drawn)
    html = _OTHER.sub(filling.other, html)
    return Markup(_SLOT.sub(filling.one, _NAMED.sub(filling.named, html)))


def fill_mentions(html: str, members: Mapping[str, str]) -> str:
    """HTML with its mentions filled; `members` has usernames by folded form, others stay text."""

    def mention(match: re.Match[str]) -> str:
        name = members.get(match[1].casefold())
        if name is None:
            return match[2]
        address = escape(url_of("member", name))
        return f'<a class="mention" href="{address}">{match[2]}</a>'

    return _MENTION.sub(mention, html)


class _Filling:
    def __init__(
        self,
        resolve: Mapping[str, LinkState],
        words: Labels,
        edit: str,
        remark: str,
        others: Others,
        is_drawn: Callable[[str], bool],
    ) -> None:
        self.resolve = resolve
        self.words = words
        self.edit = edit
        self.remark = remark
        self.others = others
        self.is_drawn = is_drawn

    def one(self, match: re.Match[str]) -> str:
        kind, inside = match.groups()
        if kind == "Z":
            return "</a>"
        parts = inside.split(APART)
        if kind == "L":
            return self._link(*map(unescape, parts))
        if kind == "E":
            return self._embed(*map(unescape, parts))
        if kind == "I":
            return self._picture(*map(unescape, parts))
        if kind == "H":
            return self._heading(*parts)
        if kind == "T":
            return escape(self.words.turn.replace("%(number)s", parts[0]))
        if kind == "B":
            return escape(self.words.footnote_back)
        if kind == "P":
            return self._paragraph(*parts)
        if kind in "DG":
            return self._diagram(kind, parts[0])
        if kind == "Q":
            return "<code>{{" + parts[0] + "}}</code>"
        if kind == "C":
            return self._contents(parts)
        if kind == "K":
            return escape(getattr(self.words, parts[0]))
        return escape(self.words.footnotes) if kind == "F" else ""

    def _diagram(self, kind: str, digest: str) -> str:
        """What stands before (D) and behind (G) the source of a diagram that is drawn."""
        if not self.is_drawn(digest):
            return ""
        if kind == "G":
            return "</details>"
        address, alt = escape(url_of("diagram", digest)), escape(self.words.diagram)
        said = escape(self.words.diagram_source)
        return (
            f'<p class="diagram-picture"><img src="{address}" alt="{alt}" loading="lazy"></p>'
            f'<details><summary class="diagram-source">{said}</summary>'
        )

    def _contents(self, parts: list[str]) -> str:
        """A list of headings, each a level, an id and its words."""
        out: list[str] = []
        above: list[int] = []
        for at in range(0, len(parts) - 2, 3):
            level = int(parts[at])
            while len(above) > 1 and above[-1] > level:
                above.pop()
                out.append("</li></ul>")
            if not above or level > above[-1]:
                above.append(level)
                out.append("<ul>")
            else:
                above[-1] = level
                out.append("</li>")
            out.append(f'<li><a href="#{parts[at + 1]}">{parts[at + 2]}</a>')
        inner = "".join(out) + "</li></ul>" * len(above)
        return f'<nav aria-label="{escape(self.words.contents)}">{inner}</nav>'

    def named(self, match: re.Match[str]) -> str:
        """A link without words of its own: it bears the page's title, or what was written."""
        inside, written = match.groups()
        kind, target, anchor, beside = map(unescape, inside.split(APART))
        state = self.resolve.get(target)
        if state is None or state.path is None or not state.title:
            return self._link(kind, target, anchor, beside) + written + "</a>"
        return f'<a href="{escape(state.url())}">{escape(state.title)}</a>'

    def other(self, match: re.Match[str]) -> str:
        """A picture of another site: as we fetch it, or a link that says what it leads to."""
        inside, written = match.groups()
        address, title, sizes, path, within = inside.split(APART)
        is_shown = bool(self.others.way is Way.PROXY and self.others.key and path)
        if is_shown:
            written = self._fetched(unescape(address), unescape(path), written, unescape(sizes))
        if within:
            return written
        said = f' title="{title}"' if title else ""
        if is_shown:
            return f'<a href="{address}" rel="noopener noreferrer"{said}>{written}</a>'
        mark = f"external {IN_PLACE}" if self.others.way is Way.CLICK else "external"
        host = self.words.other_picture.replace("%(host)s", host_of(unescape(address)))
        return (
            f'<a class="{mark}" href="{address}" rel="noopener noreferrer"{said}>'
            f'<span class="other-words">{written}</span>'
            f'<span class="other-host"> ({escape(host)})</span></a>'
        )

    def _fetched(self, url: str, path: str, written: str, sizes: str) -> str:
        """The picture at an address of ours; where it cannot be had, its words stand there."""
        code = signature(self.others.key, path, url)
        source = escape(url_of("other_picture", path, code=code, u=url))
        alt = escape(unescape(_TAG.sub("", written)))
        return f'<img src="{source}" alt="{alt}" data-words=""{sizes} loading="lazy">'

    def _link(self, kind: str, target: str, anchor: str, beside: str) -> str:
        """A link's opening tag; `beside` is where else it may lead: to a file, or a screen."""
        state = self.resolve.get(target)
        if state is not None and state.path is not None:
            title = f' title="{escape(state.title)}"' if state.title else ""
            place = anchor if state.is_file else elsewhere(anchor)
            return f'<a href="{escape(state.url(place))}"{title}>'
        if beside:
            other = beside if kind == LinkKind.SCREEN else file_url(beside)
            return f'<a href="{escape(other)}">'
        address = escape(new_url(target, LinkKind(kind)))
        return f'<a class="wanted" href="{address}" title="{escape(self.words.wanted)}">'

    def _picture(self, target: str, alt: str, title: str, beside: str, sizes: str) -> str:
        """A picture; a link if something else is meant."""
        state = self.resolve.get(target) or LinkState(beside, to=To.FILE)
        if not state.is_file or not is_picture(state.path or ""):
            return self._link("file", target, "", beside) + escape(alt or target) + "</a>"
        said = f' title="{escape(title)}"' if title else ""
        source = escape(state.url())
        return f'<img src="{source}" alt="{escape(alt)}"{said}{sizes} loading="lazy">'

    def _embed(self, target: str, anchor: str, label: str, words: str) -> str:
        """Write what `![[...]]` shows: a picture (`label`: how wide, or what), else a link."""
        state = self.resolve.get(target)
        if state is None or not state.is_file or not is_picture(state.path or ""):
            return self._link("wiki", target, anchor, "") + escape(words) + "</a>"
        size = _SIZE.fullmatch(label)
        alt = target if size or not label else label
        sizes = f' width="{size[1]}"' if size else ""
        sizes += f' height="{size[2]}"' if size and size[2] else ""
        return self._picture(target, alt, "", "", sizes)

    def _paragraph(self, start: str, end: str) -> str:
        """The link at a paragraph's end that comments on it."""
        if not self.remark:
            return ""
        label = escape(self.words.remark)
        address = escape(f"{self.remark}{start}-{end}")
        return (
            f'<a class="passage-link" href="{address}" rel="nofollow" '
            f'aria-label="{label}" title="{label}">¶</a>'
        )

    def _heading(self, anchor: str, number: str) -> str:
        words = self.words
        tools = (
            f'<a class="heading-link" href="#{anchor}" '
            f'aria-label="{escape(words.section_link)}" title="{escape(words.section_link)}">#</a>'
        )
        if self.edit and number:
            address = escape(f"{self.edit}{'&' if '?' in self.edit else '?'}section={number}")
            tools += f'<a class="heading-edit" href="{address}">{escape(words.edit_section)}</a>'
        return f'<span class="heading-tools">{tools}</span>'
