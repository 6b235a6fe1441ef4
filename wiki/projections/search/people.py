"""The people whom dialogues name: found in the index itself, from its dialogues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from wiki.domain.paths import slug
from wiki.domain.search import Found, Site
from wiki.projections.search.documents import Document, person_document, person_owner
from wiki.projections.search.view import Part, View


def documents(view: View, site: Site, only: set[str] | None = None) -> Iterator[Document]:
    """A document for each person (or only for those with these slugs) that a dialogue names."""
    names: dict[str, str] = {}
    said: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for part in view.parts:
        for document, person in _named(part):
            key = slug(person)
            if key and (only is None or key in only):
                names.setdefault(key, person)
                path = part.segment.stored(document)["path"]
                said[key].append((path, part.segment.when[document]))
    for key, dialogues in said.items():
        yield person_document(key, names[key], dialogues, site)


def named_by(view: View, owners: set[str]) -> set[str]:
    """The slugs of the people whom the dialogues of these owners name."""
    found: set[str] = set()
    for part in view.parts:
        for owner in owners:
            for document in part.segment.postings("owner", owner):
                if document not in part.deleted:
                    found.update(map(slug, part.segment.values("people", document)))
    return found - {""}


def owners(slugs: set[str]) -> list[str]:
    """The owners of these people's documents."""
    return [person_owner(key) for key in sorted(slugs)]


def _named(part: Part) -> Iterator[tuple[int, str]]:
    kinds = part.segment.column("kind")
    codes = {n for n, value in enumerate(kinds.values) if value == Found.DIALOGUE}
    for document in sorted(part.live(kinds.documents(codes))):
        for person in part.segment.values("people", document):
            yield document, person
