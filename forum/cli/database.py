"""Bring the schema up to date, or say whether it is."""

import logging
import sqlite3
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Engine, make_url

from config import Settings
from forum.base.clock import utc_now
from forum.base.db import make_engine
from forum.migrations.steps import migrate, newest_revision, revision_of

log = logging.getLogger(__name__)

#: Copies made before an upgrade, the newest last; older ones are deleted.
KEEP_COPIES = 3


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at, or None for an empty one."""
    with engine.connect() as connection:
        return revision_of(connection)


def make_ready(settings: Settings) -> None:
    """Make the schema right before anything is served.

    An embedded database, and an empty one of any kind, is upgraded; otherwise the operator is told to do it.
    """
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        found, needed = current_revision(engine), newest_revision()
        if found == needed:
            return
        if found is not None and found > needed:
            raise click.ClickException(
                f"The database is at revision {found}, newer than this Sportello ({needed}). Install the newer one."
            )
        if found is None or settings.is_sqlite:
            upgrade(engine, settings)
            return
        raise click.ClickException(f"The database is at revision {found} and needs {needed}. Run: sportello db upgrade")
    finally:
        engine.dispose()


def upgrade(engine: Engine, settings: Settings) -> None:
    """Run the migrations that are missing, all or none; an embedded database is copied first."""
    if settings.is_sqlite and current_revision(engine) not in (None, newest_revision()):
        copy_aside(settings)
    with engine.execution_options(writes=True).connect() as connection, connection.begin():
        migrate(connection)


def copy_aside(settings: Settings) -> Path:
    """A consistent copy of the embedded database, kept beside it."""
    database = Path(str(make_url(settings.database_url).database))
    folder = settings.data / "copies"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{database.stem}-{utc_now():%Y%m%dT%H%M%S}.sqlite"
    source = sqlite3.connect(database)
    try:
        source.execute("VACUUM INTO ?", (str(target),))
    finally:
        source.close()
    for old in sorted(folder.glob("*.sqlite"))[:-KEEP_COPIES]:
        old.unlink()
    return target


@click.group()
def db() -> None:
    """The schema of the database."""


@db.command("upgrade")
def upgrade_command() -> None:
    """Bring the schema up to date."""
    from forum.cli.main import settings
    from forum.cli.maintenance import closed_meanwhile

    chosen = settings()
    engine = make_engine(chosen.database_url, pool_size=1)
    before = current_revision(engine)
    with closed_meanwhile(chosen):
        upgrade(engine, chosen)
    after = current_revision(engine)
    engine.dispose()
    click.echo(f"The database was at {before or 'nothing'} and is now at {after}.")


@db.command("check")
def check_command() -> None:
    """Say whether the schema is up to date; exit 1 if not."""
    from forum.cli.main import settings

    engine = make_engine(settings().database_url, pool_size=1)
    found, needed = current_revision(engine), newest_revision()
    differences = _differences(engine) if found == needed else []
    engine.dispose()
    if found != needed:
        raise click.ClickException(
            f"The database is at {found or 'nothing'} and needs {needed}. Run: sportello db upgrade"
        )
    if differences:
        raise click.ClickException(f"The database differs from what the code expects: {differences[0]}")
    click.echo(f"The database is up to date, at {found}.")


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a table belongs to the models; the search index keeps its own beside them."""
    return kind != "table" or not (name or "").startswith("search_index")


def _differences(engine: Engine) -> list[Any]:
    """What autogeneration would change, which should be nothing."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from forum.migrations.env import metadata

    def compare(connection: Connection) -> list[Any]:
        ours = MigrationContext.configure(connection, opts={"include_name": is_ours})
        return list(compare_metadata(ours, metadata()))

    with engine.connect() as connection:
        return compare(connection)
