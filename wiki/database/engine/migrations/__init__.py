"""The truth's tables, brought to their newest form when the wiki starts.

Each file in `versions/` is one step, numbered; a database that has taken the last one is left
alone without loading Alembic. To make a new step from changed tables, run `write("what changed")`
against a database that has taken all others.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from wiki.database.engine import changes

_FOLDER = Path(__file__).parent
_ALONE = 7316103
"""Among PostgreSQL's advisory locks, ours for migrating."""


def newest() -> str:
    """The number of the last step."""
    return max(_steps())


def _steps() -> set[str]:
    return {file.name.partition("_")[0] for file in (_FOLDER / "versions").glob("[0-9]*_*.py")}


def after(step: str) -> list[str]:
    """The names of the steps that come after one, in order; of all if it is empty."""
    names = (file.stem for file in (_FOLDER / "versions").glob("[0-9]*_*.py"))
    return sorted(name for name in names if name.partition("_")[0] > step)


def is_unknown(step: str) -> bool:
    """Whether a step is of another version than this one."""
    return bool(step) and step not in _steps()


def taken(connection: Connection) -> str:
    """The number of the last step that a database has taken; empty if it took none."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def upgrade(engine: Engine) -> None:
    """Take the steps that a database has not taken, in one transaction; one process at a time.

    Raises ValueError if its last step is none of ours.
    """
    with engine.begin() as connection:
        last = taken(connection)
        if last == newest():
            return
        if is_unknown(last):
            raise ValueError(f"its tables are those of another version of Denktank ({last})")
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_ALONE})"))
            if taken(connection) == newest():
                return
        _run(connection, "upgrade")
        changes.begin(connection)


def write(engine: Engine, message: str) -> None:
    """Write the next step from the difference between the tables in the code and a database."""
    with engine.begin() as connection:
        _run(connection, "revision", message)


def _run(connection: Connection, what: str, message: str = "") -> None:
    # Alembic is slow to load and at nearly every start not needed.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    if what == "upgrade":
        command.upgrade(config, "head")
    else:
        number = f"{int(newest()) + 1:04}"
        command.revision(config, message=message, autogenerate=True, rev_id=number)
