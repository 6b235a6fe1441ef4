"""Closed questions for an archive: one bag each (RFC 8493), with checksums and metadata by MDTO.

A bag holds the question as it reads now, its discussion, the dialogues about it, the files beside
them and the list of every version. Only what everybody may read is in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from wiki.database.history import history
from wiki.database.pages import catalogue
from wiki.domain.access.rights import ANONYMOUS
from wiki.domain.content.pages import Kind, Summary
from wiki.domain.content.paths import file_of, slug
from wiki.domain.history.history import cursor
from wiki.engine import Wiki
from wiki.services.access import sight
from wiki.services.exports import mdto, published, whole_pages
from wiki.services.exports.folders import Folder
from wiki.services.history import hiding

CLOSED = ("answered", "parked")
_BATCH = 500
_ALGORITHMS = ("sha256", "sha512")


def write(wiki: Wiki, target: Path) -> int:
    """Write a bag for each closed question into a new folder; gives how many.

    Raises Conflict (`export_there`).
    """
    Folder(target)
    count = 0
    for summary in published.pages(wiki):
        if summary.meta.kind is Kind.QUESTION and summary.meta.status in CLOSED:
            name = f"{slug(summary.title)[:60] or 'vraag'}-{_digest(summary.page.encode())[:8]}"
            _bag(wiki, summary, Folder(target / name))
            count += 1
    return count


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bag(wiki: Wiki, question: Summary, folder: Folder) -> None:
    payload = dict(_payload(wiki, question))
    record = _told(wiki, question, payload)
    for held in record.files:
        payload[f"{held.name}.bestand.mdto.xml"] = mdto.file(held, record)
    payload["informatieobject.mdto.xml"] = mdto.question(record)
    tags: dict[str, bytes] = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": _info(wiki, question, payload).encode(),
    }
    for name, data in payload.items():
        folder.write(f"data/{name}", data)
    for algorithm in _ALGORITHMS:
        listed = {f"data/{name}": data for name, data in payload.items()}
        tags[f"manifest-{algorithm}.txt"] = _manifest(algorithm, listed)
    for name, data in tags.items():
        folder.write(name, data)
    for algorithm in _ALGORITHMS:
        folder.write(f"tagmanifest-{algorithm}.txt", _manifest(algorithm, tags))


def _manifest(algorithm: str, files: Mapping[str, bytes]) -> bytes:
    """A line for each file; what would break a line is written as RFC 8493 says."""
    lines = []
    for name, data in sorted(files.items()):
        spelled = name.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        lines.append(f"{hashlib.new(algorithm, data).hexdigest()}  {spelled}\n")
    return "".join(lines).encode()


def _info(wiki: Wiki, question: Summary, payload: Mapping[str, bytes]) -> str:
    size = sum(len(data) for data in payload.values())
    fields = {
        "Source-Organization": wiki.settings.site_name,
        "External-Identifier": question.page,
        "External-Description": question.title,
        "Bagging-Date": f"{wiki.clock():%Y-%m-%d}",
        "Payload-Oxum": f"{size}.{len(payload)}",
        "Bag-Software-Agent": "Denktank",
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in fields.items())


def _payload(wiki: Wiki, question: Summary) -> Iterator[tuple[str, bytes]]:
    """The files of a bag."""
    with wiki.database.read() as connection:
        seen = sight.of(wiki, ANONYMOUS)
        about = catalogue.dialogues_of(connection, question.path, sight=seen)
    for summary in (question, *about):
        whole = whole_pages.read(wiki, ANONYMOUS, summary.path)
        text = whole_pages.markdown(whole, wiki.settings.language)
        yield file_of(summary.path), text.encode()
        yield f"{summary.path}.versions.json", _versions(wiki, summary)
        for file, blob in published.files(wiki, f"{summary.path}/"):
            if "/" not in file.removeprefix(f"{summary.path}/"):
                yield file, wiki.store.blob(blob)


def _versions(wiki: Wiki, summary: Summary) -> bytes:
    """Every version of a page: when, by whom, and what was said of it; as everybody sees it."""
    listed, before = [], ""
    while True:
        with wiki.database.read() as connection:
            revisions = history.of_page(connection, summary.page, before=before, limit=_BATCH)
            shown = hiding.redact(wiki, connection, ANONYMOUS, revisions)
        listed += [
            {
                "version": one.commit,
                "when": one.when.isoformat(),
                "by": one.author.called,
                "event": one.event.value,
                "said": "" if one.is_silent else one.message,
            }
            for one in shown
        ]
        if len(revisions) < _BATCH:
            return json.dumps(listed, ensure_ascii=False, indent=1).encode() + b"\n"
        before = cursor(revisions[-1])


def _told(wiki: Wiki, question: Summary, payload: Mapping[str, bytes]) -> mdto.Kept:
    now = wiki.clock().astimezone(wiki.zone)
    base = wiki.settings.base_url.rstrip("/")
    versions = json.loads(payload[f"{question.path}.versions.json"])
    moments = [one["when"] for one in versions]
    held = [
        mdto.Held(f"{question.page}/{name}", name, len(data), _digest(data), now)
        for name, data in payload.items()
    ]
    return mdto.Kept(
        id=question.page,
        source=wiki.settings.site_name,
        name=question.title,
        text=question.excerpt,
        tags=question.meta.tags,
        address=f"{base}/wiki/{question.path}" if base else "",
        language=question.meta.lang or wiki.settings.language,
        begun=min(map(datetime.fromisoformat, moments), default=question.updated),
        ended=question.updated,
        status=question.meta.status,
        files=held,
    )
