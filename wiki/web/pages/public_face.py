"""Answers to programs that look at a site: where they may look, what there is, its signs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from wiki.domain.content.addresses import url_of
from wiki.services.exports import sitemap
from wiki.services.operation import settings
from wiki.web.http.context import (
    arg_number,
    base_url,
    logo,
    placed,
    respond,
    static_urls,
    wiki,
)
from wiki.web.pages.crawlers import CLOSED

blueprint = Blueprint("public_face", __name__)

A_DAY = "public, max-age=86400"


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Tell robots where they may look (RFC 9309): nowhere, where not everybody may read."""
    root = placed(url_of("front"))
    if not sitemap.is_public(wiki()):
        return _text(f"User-agent: *\nDisallow: {root}\n")
    shut = [f"Disallow: {root}{name}" for name in (*CLOSED, "*?at=", "*&at=")]
    lines = ["User-agent: *", *shut, ""]
    where = f"Sitemap: {base_url()}{url_of('sitemap')}"
    return _text("\n".join([*lines, where, ""]))


def _text(text: str) -> Response:
    answer = Response(text, content_type="text/plain; charset=utf-8")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


@blueprint.get("/sitemap.xml")
def site_map() -> Response:
    """All pages that anybody may read; where they are very many, the parts of that list."""
    number = arg_number("part")
    found = sitemap.read(wiki(), number or 1)
    is_index = not number and found.parts > 1
    answer = respond("pages/public_face/sitemap.xml", found=found, is_index=is_index)
    answer.content_type = "application/xml; charset=utf-8"
    return answer


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Show what the site is called and looks like on somebody's device."""
    name = wiki().settings.site_name
    answer = jsonify(
        name=name,
        short_name=name[:12].strip(),
        description=wiki().settings.tagline,
        lang=wiki().settings.language,
        start_url=placed(url_of("front")),
        scope=placed(url_of("front")),
        display="minimal-ui",
        background_color="#fbfaf6",
        theme_color="#fbfaf6",
        icons=_icons(),
    )
    answer.content_type = "application/manifest+json"
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _icons() -> list[dict[str, Any]]:
    if logo():
        return [{"src": placed(logo()), "type": "image/png", "sizes": "256x256"}]
    static = static_urls(current_app.static_folder or "", current_app.static_url_path or "")
    drawn, small = placed(static("img/icon.svg")), placed(static("img/icon-192.png"))
    return [
        {"src": drawn, "type": "image/svg+xml", "sizes": "any"},
        {"src": small, "type": "image/png", "sizes": "192x192"},
    ]


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The site's sign, for programs that look for it here."""
    if mark := wiki().logo:
        answer = Response(settings.logo(wiki(), mark), content_type="image/png")
    else:
        folder = Path(current_app.static_folder or "") / "img"
        answer = Response((folder / "favicon.ico").read_bytes(), content_type="image/x-icon")
    answer.headers["Cache-Control"] = A_DAY
    return answer
