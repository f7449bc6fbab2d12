"""The index on PostgreSQL: our own terms in our own tables, in the database the forum lives in, ranked by us.

No extension and no text search configuration is used, so it runs on any server and ranks like the other
backends. A search is one snapshot: what a commit brought or took away is there for all of it or for none of
it.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from search_index import ranking
from search_index.clues import correct
from search_index.contract import STAMP, Batch, Hits, IndexBusy, IndexDamaged, Query
from search_index.document import Document
from search_index.postgres_shelf import PostgresShelf
from search_index.postgres_tables import CHUNK, TABLES_VERSION, Names, add, remove
from search_index.ranking import commonest

#: Seconds a writer waits for another before IndexBusy.
PATIENCE = 10

#: Milliseconds a removal of old tables may wait for those who read them, and how often it is tried.
REMOVAL_PATIENCE = 200
REMOVALS = 10

#: Milliseconds a statement of a search may take; what takes longer finds nothing, and says so.
SEARCH_TIMEOUT = 2_000

POSTGRES_STAMP = f"{STAMP}, tables {TABLES_VERSION}"

log = logging.getLogger(__name__)
T = TypeVar("T")


class PostgresBatch:
    """Collect changes; the tables are touched at the commit only."""

    def __init__(self, index: "PostgresIndex") -> None:
        self._index = index
        self._changes: dict[str, Document | None] = {}

    def put(self, document: Document) -> None:
        self._changes[document.key] = document

    def drop(self, key: str) -> None:
        self._changes[key] = None

    def commit(self, upto: int) -> None:
        with self._index.writing() as connection:
            names, state = self._index.names_now(connection)
            _apply(names, connection, self._changes)
            _keep_state(names, connection, state.generation, upto)
        self._changes = {}


class PostgresRebuild:
    """Fill the tables of the next generation, in one transaction that nobody sees before it ends."""

    def __init__(self, connection: Connection, names: Names, generation: int) -> None:
        self._connection = connection
        self._names = names
        self._generation = generation
        self._changes: dict[str, Document | None] = {}
        self.is_committed = False

    def put(self, document: Document) -> None:
        self._changes[document.key] = document
        self._flush(CHUNK)

    def drop(self, key: str) -> None:
        self._changes[key] = None
        self._flush(CHUNK)

    def _flush(self, least: int) -> None:
        if len(self._changes) >= least:
            _apply(self._names, self._connection, self._changes, is_counted=False)
            self._changes = {}

    def commit(self, upto: int) -> None:
        self._flush(1)
        self._names.complete(self._connection)
        _keep_state(self._names, self._connection, self._generation, upto)
        self.is_committed = True


def _apply(
    names: Names, connection: Connection, changes: dict[str, Document | None], *, is_counted: bool = True
) -> None:
    remove(names, connection, changes, is_counted=is_counted)
    documents = [document for document in changes.values() if document is not None]
    for start in range(0, len(documents), CHUNK):
        add(names, connection, documents[start : start + CHUNK], is_counted=is_counted)


def _keep_state(names: Names, connection: Connection, generation: int, upto: int) -> None:
    names.run(
        connection,
        "INSERT INTO @state (id, generation, stamp, upto, documents)"
        " VALUES (1, :generation, :stamp, :upto, (SELECT count(*) FROM @document))"
        " ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, stamp = excluded.stamp,"
        " upto = excluded.upto, documents = excluded.documents",
        generation=generation,
        stamp=POSTGRES_STAMP,
        upto=upto,
    )


class PostgresIndex:
    def __init__(self, engine: Engine, prefix: str = "search_index") -> None:
        self._engine = engine
        self._prefix = prefix
        self._names = Names(prefix)
        self._lock = zlib.crc32(prefix.encode())
        #: Whether the last search found the table of the state.
        self._was_there = False

    def _state(self, connection: Connection, *, is_there: bool = False) -> Any:
        """Give the row that says which tables hold now; None before the first rebuild."""
        if not is_there and self._names.run(connection, "SELECT to_regclass('@state')").scalar() is None:
            return None
        return self._names.run(connection, "SELECT generation, stamp, upto, documents FROM @state").one_or_none()

    def names_now(self, connection: Connection) -> tuple[Names, Any]:
        state = self._state(connection)
        if state is None:
            raise IndexDamaged("missing")
        return Names(self._prefix, state.generation), state

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Be the only writer, in one transaction."""
        with self._engine.connect() as connection, connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
            try:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": self._lock})
            except OperationalError as error:
                raise IndexBusy("Another writer holds the index.") from error
            yield connection

    @contextmanager
    def open_batch(self) -> Iterator[Batch]:
        reason = self.needs_rebuild()
        if reason is not None:
            raise IndexDamaged(reason)
        yield PostgresBatch(self)

    @contextmanager
    def open_rebuild(self) -> Iterator[Batch]:
        self._remove_old()
        with self.writing() as connection:
            self._names.create_state(connection)
            state = self._state(connection)
            generation = state.generation + 1 if state else 1
            names = Names(self._prefix, generation)
            names.create(connection)
            rebuild = PostgresRebuild(connection, names, generation)
            yield rebuild
            if not rebuild.is_committed:
                connection.get_transaction().rollback()  # type: ignore[union-attr]
        if rebuild.is_committed:
            self._tidy(names)
        self._remove_old()

    def _tidy(self, names: Names) -> None:
        """What is only for speed; the index is complete without it."""
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                names.tidy(connection)
        except DBAPIError:
            log.warning("The tables of the search index could not be tidied.", exc_info=True)

    def _remove_old(self) -> None:
        """Remove tables no longer in use, in a transaction of their own: who still reads them holds one and wants the
        next, and would wait for us as we for them. What cannot be had soon stays until the next time."""
        for _ in range(REMOVALS):
            try:
                with self._engine.connect() as connection, connection.begin():
                    connection.execute(text(f"SET LOCAL lock_timeout = {REMOVAL_PATIENCE}"))
                    state = self._state(connection)
                    for generation in self._names.generations(connection):
                        if state is not None and generation < state.generation:
                            Names(self._prefix, generation).drop(connection)
                return
            except OperationalError:
                time.sleep(REMOVAL_PATIENCE / 1000)

    def search(self, query: Query) -> Hits:
        return self._ask(lambda shelf, _: ranking.find(shelf, query), Hits(is_reliable=False))

    def similar(self, text: str, limit: int = 5, *, filters: Query | None = None, exclude: str = "") -> Hits:
        return self._ask(
            lambda shelf, _: ranking.resembling(shelf, text, limit, filters, exclude), Hits(is_reliable=False)
        )

    def suggest(self, text: str) -> str | None:
        return self._ask(lambda shelf, _: correct(text, frequencies=shelf.frequencies, words=shelf.words), None)

    def complete(self, prefix: str, limit: int = 8) -> list[str]:
        return self._ask(lambda shelf, _: commonest(shelf.words, prefix, limit), [])

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return self._ask(lambda shelf, _: shelf.frequencies(terms), {})

    def upto(self) -> int:
        return self._ask(lambda _, state: int(state.upto), 0)

    def count(self) -> int:
        return self._ask(lambda shelf, _: shelf.count, 0)

    def keys(self) -> set[str]:
        return self._ask(lambda shelf, _: shelf.all_names(), set())

    def needs_rebuild(self) -> str | None:
        with self._engine.connect() as connection:
            state = self._state(connection)
            if state is None:
                return "missing"
            if state.stamp != POSTGRES_STAMP:
                return "made by another version"
            return None if Names(self._prefix, state.generation).have(connection) else "damaged"

    def close(self) -> None:
        """Nothing of its own is held; the engine belongs to whoever made it."""

    def _ask(self, question: Callable[[PostgresShelf, Any], T], otherwise: T) -> T:
        """Ask in one snapshot; twice, since the tables may be replaced just between two statements."""
        for is_last in (False, True):
            try:
                with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
                    connection.execute(text(f"SET LOCAL statement_timeout = {SEARCH_TIMEOUT}"))
                    state = self._state(connection, is_there=self._was_there)
                    if state is None:
                        return otherwise
                    self._was_there = True
                    names = Names(self._prefix, state.generation)
                    return question(PostgresShelf(connection, names, state.documents), state)
            except DBAPIError:
                self._was_there = False
                if is_last:
                    log.exception("The search index in the database did not answer.")
        return otherwise
