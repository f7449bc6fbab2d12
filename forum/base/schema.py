"""Which revision the database is at, and which one this code needs."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, inspect, select, table
from sqlalchemy.sql import column

MIGRATIONS = Path(__file__).parent.parent / "migrations"


@lru_cache(maxsize=1)
def newest_revision() -> str:
    """The revision this code needs; revisions are numbered, so nothing has to be loaded to know."""
    return max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at, or None for one without tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))
