"""The blueprints of the API; each module that is imported here declares its operations."""

from __future__ import annotations

from wiki.web.api import (
    about,
    files,
    history,
    notices,
    operations,
    pages,
    search,
    suggestions,
    talk,
    think_tank,
    tools,
)

MODULES = (files, history, notices, pages, search, suggestions, talk, think_tank, tools)
BLUEPRINTS = (operations.blueprint, about.blueprint)
