"""Every table there is: they live beside their queries, one noun per module."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import wiki.database

_MACHINERY = {"tables", "migrations", "database", "backend", "sqlite", "postgres", "dump"}


@cache
def load() -> None:
    """Import each noun's module, so that the metadata of both schemas knows its tables."""
    for room in pkgutil.iter_modules(wiki.database.__path__):
        package = importlib.import_module(f"wiki.database.{room.name}")
        for module in pkgutil.iter_modules(package.__path__):
            if module.name not in _MACHINERY:
                importlib.import_module(f"{package.__name__}.{module.name}")
