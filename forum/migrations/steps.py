"""Which step of its history a schema is at, and how it takes the next ones."""

from pathlib import Path

from sqlalchemy import Connection, inspect, select, table, text
from sqlalchemy.sql import column

MIGRATIONS = Path(__file__).parent

#: Two processes that find the same old schema must not both change it.
MIGRATION_LOCK = 727274


def known_revisions() -> list[str]:
    """All revisions this code knows, oldest first; they are numbered, so nothing has to be loaded to know."""
    return sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def newest_revision() -> str:
    """The revision this code needs."""
    return known_revisions()[-1]


def revision_of(connection: Connection) -> str | None:
    """The revision the database is at, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations that are missing up to a revision, within the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    migrations = Config()
    migrations.set_main_option("script_location", str(MIGRATIONS))
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    migrations.attributes["connection"] = connection
    command.upgrade(migrations, revision)
