"""Sources made into what the index takes: one that cannot be is found by its name, if at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from wiki.domain.content.setaside import Item, mark_of
from wiki.domain.search.search import Site
from wiki.projections.search.storage.entries import entry
from wiki.projections.search.texts.documents import Document
from wiki.projections.search.texts.sources import NAME, Source
from wiki.projections.setaside import Trial


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document with the values that the index keeps of it."""

    document: Document
    fields: dict[str, Any]


def prepare(documents: Iterable[Document]) -> list[Prepared]:
    """The documents, analysed; raises whatever their texts do to the analysis."""
    return [Prepared(document, entry(document)) for document in documents]


def tried(source: Source, site: Site, trial: Trial) -> list[Prepared]:
    """Prepare what a source gives; if it cannot be described, its names, and the trial knows."""
    return trial.of(
        source.item,
        lambda: prepare(source.documents(site)),
        lambda reason: prepare(source.names(site)),
    )


def tried_alone(documents: Iterable[Document], trial: Trial) -> list[Prepared]:
    """Documents of names alone, each tried by itself: one that cannot be analysed is left out."""
    prepared: list[Prepared] = []
    for document in documents:
        item = Item(NAME, "person", document.path, mark_of(document.title))
        prepared += trial.of(item, partial(prepare, [document]), lambda reason: [])
    return prepared
