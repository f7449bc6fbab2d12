"""The checks of the database, of the index that follows it, and of what waits to be carried."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, make_url, select, text
from sqlalchemy.orm import Session

from config import Settings
from forum.base.backlog import find_backlog
from forum.base.db import Store, make_engine
from forum.base.outbox import WAITING, Delivery
from forum.cli.doctor.findings import ADVICE, OK, WRONG, Finding
from forum.knowledge.models import Article
from forum.migrations.steps import newest_revision, revision_of
from forum.questions.models import Question
from forum.questions.queries import is_public
from forum.search.documents import question_key
from forum.search.reactions import CHANNEL

#: The log is cut back to 64 MB; much more means that somebody reads for hours, or nobody could.
LARGE_LOG = 512 * 1024 * 1024

#: What waits longer than this has no courier.
LONGEST_WAIT = timedelta(minutes=10)

#: Questions looked for in the index.
SAMPLE = 200

#: Looking through a larger file takes longer than a doctor has.
QUICK_CHECK_BYTES = 1_000_000_000

CLOCKS_APART = timedelta(seconds=5)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Reachable, of the right schema, sound, and set up so that what was acknowledged is kept."""
    if settings.is_sqlite:
        path = Path(str(make_url(settings.database_url).database))
        if not path.exists():
            yield Finding(
                "database",
                WRONG,
                f"{path} does not exist.",
                "Start Sportello once, which makes it, or restore a backup.",
            )
            return
        if path.stat().st_mode & 0o077:
            yield Finding("database", WRONG, f"Others on this machine can read {path}.", f"chmod 600 {path}")
    with connected(settings) as connection:
        yield _version(connection)
        yield _schema(connection)
        yield from _sqlite(connection, settings) if settings.is_sqlite else _postgresql(connection)


def check_outbox(settings: Settings) -> Iterator[Finding]:
    """What was given up, and what nobody carries."""
    now = datetime.now(UTC)
    with connected(settings) as connection, Session(connection) as session:
        backlog = find_backlog(session, now)
    if backlog.dead:
        yield Finding(
            "outbox",
            WRONG,
            f"{backlog.dead} deliveries were given up.",
            "Look at Administration → Jobs; send them again when the cause is gone.",
        )
    if backlog.oldest_waiting_at is not None and now - backlog.oldest_waiting_at > LONGEST_WAIT:
        minutes = (now - backlog.oldest_waiting_at).total_seconds() / 60
        said = f"{backlog.waiting} deliveries wait, the oldest for {minutes:.0f} minutes; {backlog.failing} have failed before."
        yield Finding(
            "outbox", WRONG, said, "Is a courier running? `sportello serve` brings one, `sportello courier` is one."
        )
    elif not backlog.dead:
        yield Finding("outbox", OK, f"{backlog.waiting} deliveries wait, none for long.")


def check_index(settings: Settings) -> Iterator[Finding]:
    """Whether the index opens and holds what the database holds."""
    from forum.app import open_index

    engine = make_engine(settings.database_url, pool_size=2)
    index = None
    try:
        store = Store(engine)
        if settings.search == "whoosh" and not settings.index_folder.is_dir():
            yield Finding("index", ADVICE, "There is no index yet.", "It is made at the start.")
            return
        index = open_index(settings, store)
        reason = index.needs_rebuild()
        if reason is not None:
            yield Finding("index", WRONG, f"The index cannot be used: {reason}.", "sportello reindex")
            return
        with store.reading() as session:
            wanted = _documents(session)
            sample = list(
                session.scalars(
                    select(Question.id).where(is_public(Question)).order_by(Question.id.desc()).limit(SAMPLE)
                )
            )
            carried = select(func.count()).select_from(Delivery).where(Delivery.channel == CHANNEL)
            waiting = session.scalar(carried.where(Delivery.state == WAITING)) or 0
        held = index.count()
        keys = index.keys()
        missing = [number for number in sample if question_key(number) not in keys]
        said = f"The index holds {held} documents, the database {wanted}; {waiting} changes are on their way."
        if not waiting and (held != wanted or missing):
            yield Finding("index", WRONG, said, "sportello reindex")
        else:
            yield Finding("index", OK, said)
    finally:
        if index is not None:
            index.close()
        engine.dispose()


@contextmanager
def connected(settings: Settings) -> Iterator[Connection]:
    """A connection that cannot change anything."""
    engine = make_engine(settings.database_url, pool_size=1)
    try:
        with engine.execution_options(writes=False).connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _version(connection: Connection) -> Finding:
    if connection.dialect.name == "sqlite":
        return Finding("database", OK, f"SQLite {sqlite3.sqlite_version}.")
    return Finding("database", OK, f"PostgreSQL {connection.scalar(text('SHOW server_version'))}.")


def _schema(connection: Connection) -> Finding:
    found, needed = revision_of(connection), newest_revision()
    if found == needed:
        return Finding("database", OK, f"The schema is up to date, at {found}.")
    if found is not None and found > needed:
        return Finding(
            "database",
            WRONG,
            f"The schema is at {found}, newer than this Sportello ({needed}).",
            "Install the newer one.",
        )
    return Finding(
        "database", WRONG, f"The schema is at {found or 'nothing'} and needs {needed}.", "sportello db upgrade"
    )


def _sqlite(connection: Connection, settings: Settings) -> Iterator[Finding]:
    path = Path(str(make_url(settings.database_url).database))
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    wrong = [name for name, value in wanted.items() if connection.exec_driver_sql(f"PRAGMA {name}").scalar() != value]
    if wrong:
        yield Finding(
            "database",
            WRONG,
            f"{', '.join(wrong)} is not as it should be.",
            "Is the folder on a network disk? Move it to a local one.",
        )
    if path.stat().st_size <= QUICK_CHECK_BYTES:
        sound = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if sound != "ok":
            yield Finding(
                "database", WRONG, f"The file is damaged: {sound}", "Stop, keep a copy, restore the last backup."
            )
        elif broken is not None:
            yield Finding(
                "database",
                WRONG,
                f"A row of {broken[0]} points to a row of {broken[2]} that is not there.",
                "Restore the last backup, or ask for help.",
            )
        else:
            yield Finding("database", OK, "The file is sound, and every row it points to is there.")
    else:
        yield Finding(
            "database", ADVICE, "The file is too large for a quick look.", "Make a backup, which reads every row."
        )
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        yield Finding(
            "database",
            WRONG,
            f"The log beside it has grown to {log.stat().st_size / 1e6:.0f} MB.",
            "Does something read for hours? Restart.",
        )


def _postgresql(connection: Connection) -> Iterator[Finding]:
    for name, right in (
        ("synchronous_commit", ("on", "remote_apply")),
        ("fsync", ("on",)),
        ("server_encoding", ("UTF8",)),
    ):
        value = connection.scalar(text(f"SHOW {name}"))
        if value not in right:
            yield Finding(
                "database", WRONG, f"{name} is {value}.", f"Set it to {right[0]}: what was acknowledged may be lost."
            )
    there = connection.scalar(text("SELECT clock_timestamp()"))
    assert isinstance(there, datetime)  # noqa: S101
    apart = abs(there - datetime.now(UTC))
    if apart > CLOCKS_APART:
        yield Finding(
            "clock",
            WRONG,
            f"The clocks here and at the database are {apart.total_seconds():.0f} seconds apart.",
            "Use NTP on both.",
        )
    invalid = connection.scalar(text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated"))
    if invalid:
        yield Finding(
            "database", WRONG, f"{invalid} constraints are not validated.", "VALIDATE them, or restore a backup."
        )


def _documents(session: Session) -> int:
    questions = session.scalar(select(func.count()).select_from(Question).where(is_public(Question))) or 0
    live = (Article.published_id.is_not(None), Article.archived_at.is_(None))
    return questions + (session.scalar(select(func.count()).select_from(Article).where(*live)) or 0)
