"""The blueprints of the API; each module that is imported here declares its operations."""

from __future__ import annotations

from wiki.web.api import (
    about,
    files,
    history,
    operations,
    pages,
    search,
    suggestions,
    talk,
    think_tank,
    tools,
    watches,
)

MODULES = (files, history, pages, search, suggestions, talk, think_tank, tools, watches)
BLUEPRINTS = (operations.blueprint, about.blueprint)
