"""A page with its discussion as a file: Markdown, or HTML that needs nothing else."""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request

from wiki.domain.content.paths import slug
from wiki.render.links import Others
from wiki.render.slots import labels
from wiki.services.exports import whole_pages
from wiki.services.pages import including
from wiki.web.http.context import actor, base_url, gettext, language, wiki

blueprint = Blueprint("whole_pages", __name__)

_OURS = re.compile(r'(href|src)="/(?!/)')


@blueprint.get("/export/<path:path>")
def export(path: str) -> Response:
    """The page and what was said about it, to keep: `format` is `md` or `html`."""
    words = labels(gettext, language())
    whole = whole_pages.read(wiki(), actor(), path, words)
    is_html = request.args.get("format") == "html"
    if is_html:
        view, others = whole.view, Others()
        expanded = including.expand(
            wiki(), actor(), view.path, view.html, view.links, words, others
        )
        html = wiki().renderer.fill(expanded, view.links, words, others=others)
        text = render_template("pages/pages/whole.html", whole=whole, view=view, html=html)
        text = _OURS.sub(rf'\1="{base_url()}/', text)
    else:
        text = whole_pages.markdown(whole, language())
    kind = "text/html" if is_html else "text/markdown"
    answer = Response(text, content_type=f"{kind}; charset=utf-8")
    name = (slug(whole.view.title) or "page") + (".html" if is_html else ".md")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
