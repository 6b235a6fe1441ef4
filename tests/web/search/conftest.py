"""A wiki whose search is Whoosh's, and one whose search is PostgreSQL's: each test runs on both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.engines import ENGINES, engine
from wiki.settings import Settings


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings with every default but the engine of search, in a fresh folder."""
    return Settings(data=tmp_path / "wiki", secret_key="only for tests", **engine(request))
