"""After saving: what is said, and the way back to where the writer came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, flash, request
from markupsafe import Markup, escape

from wiki.domain.content import sections, text
from wiki.domain.content.addresses import url_of
from wiki.services.editing.saving import Saved
from wiki.web.http.context import back_to, called, gettext, ngettext, page_url, placed, see_other

_NO_WAY_BACK = (
    url_of("edit", ""),
    *(url_of(name) for name in ("new", "login", "register", "preview")),
)
"""Forms: where one does not go back to."""


def came_from() -> str:
    """Where the writer was before the form, as it or the browser says; empty if nowhere else."""
    if request.method == "POST":
        return back_to(request.form.get("back"), "")
    referrer = urlsplit(request.referrer or "")
    root = placed(url_of("front"))
    path = url_of("front") + referrer.path.removeprefix(root)
    is_here = referrer.netloc == request.host and referrer.path.startswith(root)
    if not is_here or path.startswith(_NO_WAY_BACK):
        return ""
    return back_to(path + (f"?{referrer.query}" if referrer.query else ""), "")


def saved_page(saved: Saved, *, is_told: bool = False) -> Response:
    """The answer to a save that stands: to the page, with what came in meanwhile.

    `is_told`: something better than "saved" was said already.
    """
    ways = _ways(saved)
    if saved.merged:
        names = [called(r.author.called) for r in saved.merged if r.author.name]
        names = list(dict.fromkeys(names))
        flash(_came_in(saved, names) + ways, "done")
    elif not saved.changed:
        flash(escape(gettext("Nothing was different, so no new version was made.")) + ways, "info")
    elif saved.listed and not is_told:
        flash(escape(gettext("Saved.")) + ways, "done")
    if not saved.listed:
        flash(gettext("Saved. Lists and history follow in a moment."), "info")
    return see_other(page_url(saved.path))


def _ways(saved: Saved) -> Markup:
    """Links to the section that was edited, and to where the writer came from."""
    ways = Markup("")
    part = text.normalise(request.form.get("part", ""))
    section = next(iter(sections.sections(part)), None) if part else None
    if section:
        said = gettext("To the section %(title)s") % {"title": section.title}
        ways += Markup(' <a href="{}#{}">{}</a>').format(page_url(saved.path), section.anchor, said)
    back = came_from()
    if back and back.partition("?")[0] != page_url(saved.path):
        said = gettext("Back to where you were")
        ways += Markup(' <a href="{}">{}</a>').format(back, said)
    return ways


def _came_in(saved: Saved, names: list[str]) -> Markup:
    """The sentence that says what was merged, and from whom."""
    count = len(saved.merged)
    said = ngettext(
        "Saved, and merged with a change by %(names)s that came in meanwhile.",
        "Saved, and merged with %(num)s changes by %(names)s that came in meanwhile.",
        count,
    ) % {"names": ", ".join(names), "num": count}
    oldest = saved.merged[-1]
    link = url_of("diff", saved.path, from_=oldest.commit, to=saved.merged[0].commit)
    if count == 1:
        link = url_of("diff", saved.path, to=oldest.commit)
    summaries = "; ".join(r.message for r in saved.merged if r.message)
    quoted = Markup(" “{}”.").format(summaries[:200]) if summaries else Markup("")
    see = gettext("See what came in")
    return escape(said) + quoted + Markup(' <a href="{}">{}</a>').format(link, see)
