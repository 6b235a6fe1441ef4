"""Public pages by OAI-PMH: for archives and catalogues that fetch them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, g, render_template, request

from wiki.domain.content.addresses import url_of
from wiki.services.exports import harvest
from wiki.web.exports import xml
from wiki.web.http.context import base_url, wiki

blueprint = Blueprint("oai", __name__)


@blueprint.get("/oai")
def answer() -> Response:
    """Answer a harvester; what it asks wrongly is answered by the protocol's own codes."""
    g.language = wiki().settings.language
    base = base_url()
    host = urlsplit(base).hostname or "localhost"
    prefix = f"oai:{host}:"
    given = [(name, value) for name, value in request.args.items(multi=True)]
    text = render_template(
        "exports/oai/oai.xml",
        found=harvest.answer(wiki(), given, prefix),
        prefix=prefix,
        host=host,
        stamp=harvest.stamp,
        base=base,
        here=base + quote(url_of("oai")),
        written=wiki().clock(),
    )
    return xml.answer(text, "text/xml")
