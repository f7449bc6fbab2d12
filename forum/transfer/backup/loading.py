"""Fill an empty database from an archive, and prove that it then holds what the archive says."""

import hashlib
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from forum.migrations.steps import known_revisions, migrate, newest_revision
from forum.transfer.backup.archive import ArchiveReader, BadArchive, Manifest
from forum.transfer.backup.tables import TableShape, WrongRow, read_rows, table_shapes, write_rows

Step = Callable[[int], Any]


def check_revision(manifest: Manifest) -> None:
    """Raise BadArchive where this code does not know the way from the backup's schema to its own."""
    if manifest.revision in known_revisions():
        return
    if manifest.revision > newest_revision():
        raise BadArchive(
            f"The backup was made by Sportello {manifest.product}, whose schema ({manifest.revision}) is newer "
            f"than this one's ({newest_revision()}). Install the newer one."
        )
    raise BadArchive(f"The backup is at revision {manifest.revision!r}, which this Sportello does not know.")


def fill(connection: Connection, reader: ArchiveReader, step: Step) -> None:
    """Make the schema as it was, put every row in, and compare with the manifest; within the caller's transaction."""
    manifest = reader.manifest
    check_revision(manifest)
    migrate(connection, manifest.revision)
    shapes = {shape.name: shape for shape in table_shapes(connection)}
    _check_tables(manifest, shapes)
    is_sqlite = connection.dialect.name == "sqlite"
    keys: list[tuple[str, str, str]] = []
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    else:
        connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        keys = _drop_foreign_keys(connection)
    try:
        for part in manifest.tables:
            # A migration may have written rows of its own, which the backup has too.
            connection.exec_driver_sql(f'DELETE FROM "{part.name}"')  # noqa: S608
            write_rows(connection, shapes[part.name], reader.lines(part), step)
        for table, name, definition in keys:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}')
        if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise BadArchive("The backup is damaged: some of its rows point to rows that are not in it.")
    except WrongRow as wrong:
        raise BadArchive(f"The backup is damaged: {wrong} holds what is no row of it.") from wrong
    except (DBAPIError, sqlite3.Error) as wrong:
        raise BadArchive(f"The backup is damaged: {_first_line(wrong)}") from wrong
    except Exception as wrong:
        if type(wrong).__module__.startswith("psycopg"):
            raise BadArchive(f"The backup is damaged: {_first_line(wrong)}") from wrong
        raise
    _set_counters(connection, manifest, is_sqlite)
    _compare(connection, manifest, shapes)


def settle(connection: Connection) -> int:
    """After the upgrade: everybody signs in anew, nothing is in anybody's hands. Returns the mails that wait."""
    for statement in (
        "UPDATE user_sessions SET ended_at = CURRENT_TIMESTAMP WHERE ended_at IS NULL",
        "UPDATE deliveries SET leased_until = NULL, leased_by = NULL WHERE leased_until IS NOT NULL",
        "UPDATE schedules SET leased_until = NULL WHERE leased_until IS NOT NULL",
    ):
        connection.execute(text(statement))
    waiting = "SELECT count(*) FROM deliveries WHERE state = 'waiting' AND channel = 'mail'"
    return int(connection.scalar(text(waiting)) or 0)


def _check_tables(manifest: Manifest, shapes: dict[str, TableShape]) -> None:
    told = {part.name: tuple((name, kind) for name, kind in part.columns) for part in manifest.tables}
    if told != {shape.name: shape.columns for shape in shapes.values()}:
        raise BadArchive(f"The tables of the backup are not those of revision {manifest.revision}.")


def _compare(connection: Connection, manifest: Manifest, shapes: dict[str, TableShape]) -> None:
    """Read everything back: what was written must be what was meant."""
    for part in manifest.tables:
        digest, rows = hashlib.sha256(), 0
        for line in read_rows(connection, shapes[part.name]):
            digest.update(line)
            rows += 1
        if (rows, digest.hexdigest()) != (part.rows, part.sha256):
            raise BadArchive(f"The table {part.name} did not come back as it was: {rows} of {part.rows} rows.")


def _drop_foreign_keys(connection: Connection) -> list[tuple[str, str, str]]:
    """Tables may point to each other in a ring, so the constraints come back when all rows are there."""
    found = connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"
        )
    ).all()
    keys = [(str(table).strip('"'), str(name), str(definition)) for table, name, definition in found]
    for table, name, _definition in keys:
        connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
    return keys


def _set_counters(connection: Connection, manifest: Manifest, is_sqlite: bool) -> None:
    """Numbers that were given out once are not given again."""
    if is_sqlite:
        for part in manifest.tables:
            if part.last_id is not None and _counts_by_itself(connection, part.name):
                connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (part.name,))
                connection.exec_driver_sql("INSERT INTO sqlite_sequence VALUES (?, ?)", (part.name, part.last_id))
        return
    for part in manifest.tables:
        if ["id", "whole"] not in part.columns:
            continue
        # Without a sequence, setval of NULL does nothing.
        connection.execute(
            text(
                "SELECT setval(pg_get_serial_sequence(:table, 'id'), greatest(:last, highest, 1),"  # noqa: S608
                " greatest(:last, highest) > 0)"
                f' FROM (SELECT coalesce(max(id), 0) AS highest FROM "{part.name}") AS counted'
            ),
            {"table": part.name, "last": part.last_id or 0},
        )


def _counts_by_itself(connection: Connection, table: str) -> bool:
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :n"), {"n": table})
    return "AUTOINCREMENT" in str(made.scalar()).upper()


def _first_line(error: Exception) -> str:
    origin = getattr(error, "orig", None) or error
    return str(origin).partition("\n")[0][:200]
