"""How Alembic meets our tables; run by Alembic, with the caller's connection."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from wiki.database.engine.schema import Moment, truth


def _render(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our own types as what they are in SQL: a step must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=truth,
    render_as_batch=True,
    render_item=_render,
    transactional_ddl=False,
)
context.run_migrations()
