"""Make a backup while everything goes on: one moment of the database, the files that belong to it, one file."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, make_url, text

from config import Settings
from forum.base.db import make_engine
from forum.migrations.steps import known_revisions, revision_of
from forum.transfer.backup.archive import (
    BLOCK,
    FOLDERS,
    SECRET_FILE,
    ArchiveReader,
    ArchiveWriter,
    BadArchive,
    FilePart,
    Manifest,
    TablePart,
)
from forum.transfer.backup.loading import fill
from forum.transfer.backup.tables import TableShape, read_rows, table_shapes

#: Says how far something is: a label and the whole, then the steps.
Progress = Callable[[str, int], Callable[[int], Any]]


class CannotBackUp(Exception):
    """Nothing was written, and the operator can be told why."""


@dataclass(frozen=True)
class Made:
    """What was written."""

    manifest: Manifest
    bytes: int


def make_backup(settings: Settings, target: Path, now: datetime, progress: Progress, *, force: bool = False) -> Made:
    """Write the backup under another name, restore it into a scratch database, compare, and give it its name."""
    if target.exists() and not force:
        raise CannotBackUp(f"{target} exists; take another name, or --force to replace it.")
    if not target.parent.is_dir() or target.is_dir():
        raise CannotBackUp(f"{target} is not a file in a folder that exists.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    scratch = target.with_name(f".{target.name}.checking")
    descriptor = _take(unfinished)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            file.truncate()
            manifest = _write(settings, file, now, progress)
            file.flush()
            os.fsync(file.fileno())
            _check(unfinished, scratch, progress)
            size = unfinished.stat().st_size
            if force:
                unfinished.replace(target)
            else:
                os.link(unfinished, target)
        sync_folder(target.parent)
    except FileExistsError as taken:
        raise CannotBackUp(f"{target} came into being meanwhile and was left alone.") from taken
    except BadArchive as wrong:
        raise CannotBackUp(
            f"The backup was made and did not come back whole, so it was thrown away: {wrong}"
        ) from wrong
    except OSError as wrong:
        raise CannotBackUp(f"The backup could not be written to {target.parent}: {wrong.strerror or wrong}.") from wrong
    finally:
        unfinished.unlink(missing_ok=True)
        shutil.rmtree(scratch, ignore_errors=True)
    return Made(manifest, size)


def sync_folder(folder: Path) -> None:
    """Make a new name outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(unfinished: Path) -> int:
    """Open the unfinished file; what a killed backup left there is written over, a living one's is not."""
    try:
        descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as wrong:
        raise CannotBackUp(f"Nothing can be written to {unfinished.parent}: {wrong.strerror or wrong}.") from wrong
    try:
        os.fchmod(descriptor, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        os.close(descriptor)
        raise CannotBackUp(f"Another backup is being written to {unfinished.parent} under the same name.") from taken
    return descriptor


def _write(settings: Settings, file: IO[bytes], now: datetime, progress: Progress) -> Manifest:
    if settings.is_sqlite and not Path(str(make_url(settings.database_url).database)).exists():
        raise CannotBackUp("There is no database yet, so there is nothing to back up.")
    archive = ArchiveWriter(file)
    try:
        manifest = _write_parts(settings, archive, now, progress)
    except BaseException:
        archive.give_up()
        raise
    archive.finish(manifest)
    return manifest


def _write_parts(settings: Settings, archive: ArchiveWriter, now: datetime, progress: Progress) -> Manifest:
    """First the database as it is at one moment, then the files: one that a row names is there by then."""
    engine = make_engine(settings.database_url, pool_size=1)
    options = {} if settings.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        with engine.execution_options(writes=False, **options).connect() as connection, connection.begin():
            revision = revision_of(connection)
            if revision is None:
                raise CannotBackUp("The database is empty, so there is nothing to back up.")
            if revision not in known_revisions():
                raise CannotBackUp(f"The database is at revision {revision}, which this Sportello does not know.")
            shapes = table_shapes(connection)
            step = progress("Rows", sum(count_rows(connection, shape) for shape in shapes))
            last_ids = _last_ids(connection)
            tables = [_add_table(archive, connection, shape, last_ids, step) for shape in shapes]
    finally:
        engine.dispose()
    files = [part for path in _files(settings) if (part := _add_file(archive, settings.data, path)) is not None]
    return Manifest(
        revision=revision,
        database="sqlite" if settings.is_sqlite else "postgresql",
        made_at=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        secret="file" if any(part.path == SECRET_FILE for part in files) else "setting",
        tables=tables,
        files=files,
    )


def _add_table(
    archive: ArchiveWriter,
    connection: Connection,
    shape: TableShape,
    last_ids: dict[str, int],
    step: Callable[[int], Any],
) -> TablePart:
    rows, size, digest = archive.add(f"tables/{shape.name}.jsonl", read_rows(connection, shape))
    step(rows)
    return TablePart(
        shape.name, [list(column) for column in shape.columns], rows, size, digest, last_ids.get(shape.name)
    )


def _last_ids(connection: Connection) -> dict[str, int]:
    """The highest numbers given out, where the database remembers them apart from the rows."""
    if connection.dialect.name == "sqlite":
        there = connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")).first()
        found = connection.execute(text("SELECT name, seq FROM sqlite_sequence")).all() if there else []
        return {str(name): int(last) for name, last in found}
    rows = connection.execute(
        text(
            "SELECT d.refobjid::regclass::text, s.last_value FROM pg_sequences s"
            " JOIN pg_depend d ON d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass AND d.refobjsubid > 0"
            " WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL AND d.deptype IN ('a', 'i')"
        )
    ).all()
    return {str(table).strip('"'): int(last) for table, last in rows}


def count_rows(connection: Connection, shape: TableShape) -> int:
    """How many rows a table has."""
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{shape.name}"').scalar() or 0)  # noqa: S608


def _files(settings: Settings) -> Iterator[str]:
    """Paths below the data folder, without what is not finished."""
    if not settings.secret_key and (settings.data / SECRET_FILE).is_file():
        yield SECRET_FILE
    for folder in FOLDERS:
        for path in sorted((settings.data / folder).rglob("*")):
            relative = path.relative_to(settings.data)
            unfinished = path.name.endswith(".new") or any(part.startswith(".") for part in relative.parts)
            if path.is_file() and not path.is_symlink() and not unfinished:
                yield relative.as_posix()


def _add_file(archive: ArchiveWriter, data: Path, path: str) -> FilePart | None:
    """None for a file that was deleted meanwhile."""
    try:
        with (data / path).open("rb") as file:
            _count, size, digest = archive.add(f"files/{path}", iter(lambda: file.read(BLOCK), b""), packed=False)
    except FileNotFoundError:
        return None
    return FilePart(path, size, digest)


def _check(archive: Path, scratch: Path, progress: Progress) -> None:
    """Come back from it in a folder of its own, which every row and every file must survive."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700)
    with ArchiveReader(archive) as reader:
        reader.check_room(scratch)
        engine = make_engine(f"sqlite:///{scratch / 'database.sqlite'}", pool_size=1)
        try:
            with engine.execution_options(writes=True).connect() as connection, connection.begin():
                fill(connection, reader, progress("Checked", reader.manifest.rows))
        finally:
            engine.dispose()
        for number, part in enumerate(reader.manifest.files):
            reader.unpack(part, scratch / str(number))
            (scratch / str(number)).unlink()
