"""The database as everybody uses it: engine, column types, and units of work that commit or leave no trace."""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.types import TypeDecorator

from forum.base.errors import StoreBusy
from forum.base.holding import share_database

T = TypeVar("T")

#: A writer waits this long for its turn; with what follows a page still answers within two seconds.
WRITE_PATIENCE = timedelta(seconds=1.5)

#: Twice as often as was ever needed with eight writers on one row.
WRITE_ATTEMPTS = 6

#: The wait before the first repetition; doubled each time, with jitter so that two do not meet again.
FIRST_PAUSE = 0.01

#: Truncates the write-ahead log after a large transaction, which otherwise keeps its size for good.
JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024

#: Prepared statements that a connection to SQLite keeps; all our pages together ask some two hundred.
STATEMENTS = 400

#: Where a connection to SQLite keeps whether it may write.
WRITES = "writes"

SERIALIZATION_FAILURES = ("40001", "40P01", "55P03")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone; SQLite, which knows none, keeps it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NameSet(TypeDecorator[frozenset[str]]):
    """A small set of names in one column, padded by blanks so that one of them can be looked for."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return f" {' '.join(sorted(value))} " if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        return frozenset((value or "").split())


#: SQLite counts only an INTEGER PRIMARY KEY by itself, PostgreSQL should have the wider type.
BigId = BigInteger().with_variant(Integer, "sqlite")

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]
OptionalMoment = Annotated[datetime | None, mapped_column(UtcDateTime)]


class Model(DeclarativeBase):
    """What every table is made from; names of constraints follow one pattern, so migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, int: BigId, frozenset[str]: NameSet}


def make_engine(url: str, pool_size: int = 5, *, shared: bool = True) -> Engine:
    """An engine for either database, set up so that an acknowledged write outlives a power cut.

    Only who replaces the whole database has one that is not `shared`.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, pool_size)
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, hide_parameters=True)
    if shared:
        share_database(engine)
    return engine


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Whoever made the folder may have left it open to all; the log beside the file takes the file's mode.
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        # What people write, and what they prove themselves by, has no place in a traceback.
        hide_parameters=True,
        connect_args={
            "check_same_thread": False,
            "cached_statements": STATEMENTS,
            "timeout": WRITE_PATIENCE.total_seconds(),
        },
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    """Take BEGIN away from the driver, which would send it too late to protect what was read."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"journal_size_limit={JOURNAL_SIZE_LIMIT}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once, for a reader that turned writer could only fail; readers cannot write."""
    writes = connection.get_execution_options().get("writes", False)
    # Said only where it is news: it makes SQLite prepare every statement anew, which takes longer than a page's reading.
    if connection.info.get(WRITES) is not writes:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        connection.info[WRITES] = writes
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # Waits for nobody and cannot fail, so it needs none of what goes before and after a statement.
        driver: Any = connection.connection.dbapi_connection
        driver.execute("BEGIN")


class ReadingSession(Session):
    """A session that only reads, within one transaction of a connection that it gives away without more ado."""

    def __init__(self, engine: Engine, info: dict[str, Any]) -> None:
        self._own = engine.connect()
        self._own.begin()
        super().__init__(
            self._own, info=info, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only"
        )

    def connection(self, *_args: Any, **_kwargs: Any) -> Connection:
        return self._own

    def close(self) -> None:
        super().close()
        self._own.close()


class Store:
    """Hands out sessions: for reading, or for one unit of work that commits on return.

    `context` is given to every session as `session.info`, so that what an action needs from outside
    (who listens to its events) arrives with the session and not from a global.
    """

    def __init__(self, bind: Engine | Connection, context: dict[str, Any] | None = None) -> None:
        self.bind = bind
        self.context = context if context is not None else {}
        if isinstance(bind, Engine):
            is_postgresql = bind.dialect.name == "postgresql"
            reading = {"isolation_level": "READ COMMITTED", "postgresql_readonly": True} if is_postgresql else {}
            writing = {"isolation_level": "REPEATABLE READ"} if is_postgresql else {}
            self._reading: Engine | Connection = bind.execution_options(writes=False, **reading)
            self._writing: Engine | Connection = bind.execution_options(writes=True, **writing)
        else:
            self._reading = self._writing = bind

    @property
    def is_sqlite(self) -> bool:
        return self.bind.dialect.name == "sqlite"

    def close(self) -> None:
        """Close all connections, as before a fork; the next use opens new ones."""
        self.bind.engine.dispose()

    def session(self, *, writes: bool) -> Session:
        """A session that the caller closes, and commits if it writes."""
        if not writes and isinstance(self._reading, Engine):
            return ReadingSession(self._reading, self.context)
        return Session(
            self._writing if writes else self._reading,
            info=self.context,
            autoflush=writes,
            expire_on_commit=False,
            join_transaction_mode="create_savepoint",
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of things and cannot change it."""
        session = self.session(writes=False)
        try:
            yield session
        finally:
            session.close()

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and commit; start it again when it met another writer.

        Raises StoreBusy when its turn does not come. `work` must do nothing that cannot be done twice.
        """
        deadline = time.monotonic() + WRITE_PATIENCE.total_seconds()
        for attempt in range(WRITE_ATTEMPTS):
            session = self.session(writes=True)
            try:
                result = work(session)
                session.commit()
                return result
            except DBAPIError as error:
                session.rollback()
                if not _met_another_writer(error):
                    raise
                is_late = time.monotonic() > deadline
                if isinstance(error, IntegrityError):
                    # The other writer's row is there by now: the same again is a mistake of ours, but not at first sight.
                    if attempt == WRITE_ATTEMPTS - 1 or (is_late and attempt > 0):
                        raise
                elif attempt == WRITE_ATTEMPTS - 1 or is_late:
                    raise StoreBusy from error
            except BaseException:
                session.rollback()
                raise
            finally:
                session.close()
            time.sleep(FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311
        raise StoreBusy


def _met_another_writer(error: DBAPIError) -> bool:
    """Whether the same work could succeed now: a lock, a stale snapshot, or a row somebody just made."""
    if isinstance(error, IntegrityError):
        return True
    if isinstance(error.orig, sqlite3.OperationalError):
        return "locked" in str(error.orig) or "busy" in str(error.orig)
    if isinstance(error, OperationalError | DBAPIError):
        return getattr(error.orig, "sqlstate", None) in SERIALIZATION_FAILURES
    return False
