"""Answers in XML for programs: nothing in them that XML cannot hold, and kept by their mark."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

from flask import Response, request

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def answer(text: str, kind: str, updated: datetime | None = None) -> Response:
    """An answer of this kind, which a program that has it already need not get again."""
    made = Response(clean(text), content_type=kind)
    made.headers["Content-Type"] = f"{kind}; charset=utf-8"
    made.headers["Cache-Control"] = "private, no-cache"
    made.set_etag(hashlib.sha256(made.get_data()).hexdigest()[:20])
    if updated:
        made.last_modified = updated
    made.make_conditional(request)
    return made
