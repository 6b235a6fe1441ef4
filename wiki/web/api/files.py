"""Files beside pages."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from wiki.domain.content.addresses import url_of
from wiki.domain.login.access_tokens import Scope
from wiki.services.content import files
from wiki.web.api import shapes
from wiki.web.api.operations import Made, operation
from wiki.web.content.files import sent_file
from wiki.web.http import pace, sizes
from wiki.web.http.context import actor, wiki

TAG = "files"
BYTES = "application/octet-stream"


@operation("GET", "/attachments/<path:path>", TAG, answer=shapes.FileListShape, codes=(404, 410))
def listing(path: str) -> dict[str, Any]:
    """List the files beside a page, by name."""
    found = files.beside(wiki(), actor(), path)
    return {"path": found.path, "items": [listed.name for listed in found.files]}


@operation("GET", "/files/<path:file>", TAG, raw=BYTES, codes=(404,))
def read(file: str) -> Response:
    """Read a file."""
    return sent_file(file)


@operation(
    "PUT",
    "/files/<path:file>",
    TAG,
    scope=Scope.EDIT,
    answer=shapes.FileShape,
    raw=BYTES,
    status=201,
    codes=(404, 409, 410, 413, 422),
)
@sizes.takes_file
def put(file: str) -> Made:
    """Put a file beside a page; one of that name gets a new version."""
    page, _, name = file.rpartition("/")
    data = request.get_data()
    pace.take_file(data)
    added = files.add(wiki(), actor(), page, name, data)
    return Made(added, 201, {"Location": url_of("api_file", added.file)})
