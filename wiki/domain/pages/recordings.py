"""A dialogue's recording: an address elsewhere, or a file that plays beside the text."""

from __future__ import annotations

import re

from wiki.domain.content.addresses import url_of

_MEDIA = {
    "audio": ("mp3", "m4a", "ogg", "oga", "opus", "wav", "flac"),
    "video": ("mp4", "m4v", "webm", "ogv"),
}
_NAME = re.compile(r"[^/\\:?#<>\"\s][^/\\:?#<>\"]{0,200}")
_FILES = "/files/"


def address(recording: str, path: str) -> str:
    """Where the recording of the page at a path stands; empty if that is no safe address."""
    if recording.startswith(("http://", "https://", _FILES)):
        return recording
    if path and _NAME.fullmatch(recording) and medium(_FILES + recording):
        return url_of("file", f"{path}/{recording}")
    return ""


def medium(address: str) -> str:
    """How a recording of this wiki plays: `audio` or `video`; empty for all others."""
    if not address.startswith(_FILES):
        return ""
    suffix = address.rpartition(".")[2].lower()
    return next((sort for sort, known in _MEDIA.items() if suffix in known), "")
