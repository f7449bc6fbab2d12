"""Come back from a backup: into an empty place, or with what is there put aside; all of it or nothing."""

import os
import secrets
import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError

from config import Settings
from forum.base.db import make_engine
from forum.base.holding import DATABASE_LOCK, Hold, InUse
from forum.migrations.steps import migrate
from forum.transfer.backup.archive import SECRET_FILE, ArchiveReader, BadArchive, Manifest
from forum.transfer.backup.loading import check_revision, fill, settle
from forum.transfer.backup.making import Progress, sync_folder
from forum.transfer.backup.moves import JOURNAL, PREPARED, Move, Plan, carry_out, finish_interrupted, write_plan
from forum.transfer.backup.tables import table_shapes

#: Fill themselves as soon as something runs, and say nothing about whether anybody was here.
FILLED_BY_THEMSELVES = frozenset(("schedules",))

#: The server of the database notices only after a moment that a process is gone; so long, and this often, it is asked.
UNTIL_ALONE = 3.0
ASKED_EVERY = 0.1


class CannotRestore(Exception):
    """Everything is as it was, and the operator can be told why."""


@dataclass(frozen=True)
class Restored:
    """What came back, where the old state is, and what will be sent once more."""

    manifest: Manifest
    aside: str | None
    mails_waiting: int


def restore(settings: Settings, archive: Path, now: datetime, progress: Progress, *, force: bool = False) -> Restored:
    """Put an installation back as the backup holds it. Raises CannotRestore with nothing changed."""
    try:
        with ArchiveReader(archive) as reader:
            check_revision(reader.manifest)
            with Hold(settings.data, alone=True):
                finish_interrupted(settings)
                reader.check_room(settings.data)
                return _Restore(settings, reader, now, progress, force).run()
    except BadArchive as wrong:
        raise CannotRestore(f"{wrong} Nothing was changed.") from wrong
    except InUse as taken:
        raise CannotRestore(
            f"Sportello, or one of its commands, is at work on {taken}. Stop it first; nothing was changed."
        ) from taken
    except OperationalError as away:
        raise CannotRestore(f"The database cannot be reached or is in use: {str(away.orig).splitlines()[0]}") from away
    except DBAPIError as refused:
        raise CannotRestore(f"The database refused: {str(refused.orig).splitlines()[0]}") from refused
    except OSError as wrong:
        raise CannotRestore(f"{wrong.filename or settings.data}: {wrong.strerror or wrong}") from wrong


class _Restore:
    """One restore, from looking at the target to the last move."""

    def __init__(
        self, settings: Settings, reader: ArchiveReader, now: datetime, progress: Progress, force: bool
    ) -> None:
        self.settings = settings
        self.reader = reader
        self.progress = progress
        self.force = force
        self.mark = f"restored {now:%Y%m%dT%H%M%S} {secrets.token_hex(4)}"
        self.prepared = settings.data / PREPARED
        self.aside = settings.data / f"before-restore-{now:%Y%m%dT%H%M%S}-{self.mark[-4:]}"

    def run(self) -> Restored:
        self.prepared.mkdir(mode=0o700)
        try:
            return self._into_sqlite() if self.settings.is_sqlite else self._into_postgresql()
        finally:
            # What is still to be moved stays for the next start.
            if not (self.settings.data / JOURNAL).exists():
                shutil.rmtree(self.prepared, ignore_errors=True)

    # -- SQLite: a new file beside the old one

    def _into_sqlite(self) -> Restored:
        place = Path(str(make_url(self.settings.database_url).database)).absolute()
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        had_something = self._check_empty(place)
        # The file may live outside the data folder, and only within one file system is a move one step.
        new = place.with_name(f".{place.name}.restoring")
        for left in (new, *_beside(new)):
            left.unlink(missing_ok=True)
        try:
            waiting = self._fill_file(new)
            aside = place.parent / self.aside.name
            moves = [Move(None, str(log), str(aside / log.name)) for log in _beside(place) if log.exists()]
            moves.append(Move(str(new), str(place), str(aside / place.name)))
            plan = self._plan(moves, had_something, asks_database=False)
            write_plan(self.settings.data, plan)
            carry_out(self.settings.data, plan)
        finally:
            if not (self.settings.data / JOURNAL).exists():
                new.unlink(missing_ok=True)
        return Restored(self.reader.manifest, str(self.aside) if had_something else None, waiting)

    def _check_empty(self, place: Path) -> bool:
        """Whether there is anything to lose; refuse then, unless told otherwise."""
        had_something = self._has_media()
        if place.exists() and place.stat().st_size:
            engine = make_engine(self.settings.database_url, pool_size=1)
            try:
                with engine.connect() as connection:
                    had_something = holds_something(connection) or had_something
            except DBAPIError:
                # Nobody can read it, which is a reason to restore and none to throw it away.
                had_something = True
            finally:
                engine.dispose()
        self._refuse_unless_forced(had_something)
        return had_something

    def _fill_file(self, new: Path) -> int:
        engine = make_engine(f"sqlite:///{new}", pool_size=1)
        try:
            waiting = self._fill(engine)
            with engine.connect() as connection:
                if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                    raise CannotRestore("The new database is not sound; is the disk? Nothing was changed.")
        finally:
            engine.dispose()
        with new.open("rb") as file:
            os.fsync(file.fileno())
        for left in _beside(new):
            left.unlink(missing_ok=True)
        return waiting

    def _fill(self, engine: Engine) -> int:
        with engine.execution_options(writes=True).connect() as connection, connection.begin():
            fill(connection, self.reader, self.progress("Rows", self.reader.manifest.rows))
            migrate(connection)
            return settle(connection)

    # -- PostgreSQL: one transaction

    def _into_postgresql(self) -> Restored:
        engine = make_engine(self.settings.database_url, pool_size=1, shared=False)
        try:
            with engine.execution_options(writes=True).connect() as connection, connection.begin() as transaction:
                if not _alone(connection):
                    raise CannotRestore(
                        "Sportello is connected to this database, here or elsewhere. Stop it first; nothing was changed."
                    )
                had_something = holds_something(connection) or self._has_media()
                self._refuse_unless_forced(had_something)
                schema = f"before_restore_{self.aside.name.removeprefix('before-restore-').replace('-', '_').lower()}"
                _clear(connection, schema if had_something else None)
                fill(connection, self.reader, self.progress("Rows", self.reader.manifest.rows))
                migrate(connection)
                waiting = settle(connection)
                connection.exec_driver_sql(f"COMMENT ON TABLE alembic_version IS '{self.mark}'")
                plan = self._plan([], had_something, asks_database=True)
                write_plan(self.settings.data, plan)
                transaction.commit()
            carry_out(self.settings.data, plan)
        finally:
            engine.dispose()
        kept = f"the schema {schema}, files in {self.aside}" if had_something else None
        return Restored(self.reader.manifest, kept, waiting)

    # -- files

    def _has_media(self) -> bool:
        media = self.settings.data / "media"
        return media.is_dir() and any(media.iterdir())

    def _refuse_unless_forced(self, had_something: bool) -> None:
        if had_something and not self.force:
            raise CannotRestore(
                "There is something in this installation already. With --force it is put aside; nothing was changed."
            )

    def _plan(self, moves: list[Move], had_something: bool, *, asks_database: bool) -> Plan:
        """Unpack the files, and say what goes where."""
        for part in self.reader.manifest.files:
            target = self.prepared / part.path
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.reader.unpack(part, target)
            with target.open("rb") as file:
                os.fsync(file.fileno())
        (self.prepared / "media").mkdir(exist_ok=True, mode=0o700)
        data = self.settings.data
        names = ["media", *([SECRET_FILE] if self.reader.manifest.secret == "file" else [])]  # noqa: S105
        moves = moves + [Move(str(self.prepared / name), str(data / name), str(self.aside / name)) for name in names]
        # The index knows what was, and is made anew from what is.
        moves.append(Move(None, str(self.settings.index_folder), str(self.aside / "index")))
        sync_folder(self.prepared)
        throw_away = [] if had_something else sorted({str(Path(move.aside).parent) for move in moves})
        return Plan(self.mark, asks_database, moves, throw_away)


def holds_something(connection: Connection) -> bool:
    """Whether any of our tables has a row that a person, not a clock, caused."""
    there = set(inspect(connection).get_table_names())
    if "alembic_version" not in there:
        # What others keep in a database is none of our business, unless it has our names.
        return bool(there & {"users", "questions"})
    for shape in table_shapes(connection):
        if shape.name in FILLED_BY_THEMSELVES:
            continue
        if connection.exec_driver_sql(f'SELECT 1 FROM "{shape.name}" LIMIT 1').first() is not None:  # noqa: S608
            return True
    return False


def _alone(connection: Connection) -> bool:
    """Take the database for this transaction alone. To wait for the lock in a queue would turn servers away meanwhile."""
    until = time.monotonic() + UNTIL_ALONE
    while not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": DATABASE_LOCK}):
        if time.monotonic() > until:
            return False
        time.sleep(ASKED_EVERY)
    return True


def _clear(connection: Connection, schema: str | None) -> None:
    """Move our tables into a schema of their own, or drop empty ones."""
    names = sorted(inspect(connection).get_table_names())
    if "alembic_version" not in names:
        names = []
    if schema is not None:
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
    for name in names:
        if schema is not None:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"')
        else:
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')


def _beside(database: Path) -> list[Path]:
    """The log and its index, which SQLite keeps while somebody has the database open."""
    return [database.with_name(f"{database.name}{ending}") for ending in ("-wal", "-shm")]
