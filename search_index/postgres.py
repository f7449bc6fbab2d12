"""The index on PostgreSQL: our own terms in our own tables, in the database the forum lives in, ranked by us.

No extension and no text search configuration is used, so it runs on any server and ranks like the other
backends. A search is one snapshot: what a commit brought or took away is there for all of it or for none of
it.
"""

import logging
import sys
import time
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from search_index import ranking
from search_index.clues import correct
from search_index.contract import STAMP, Batch, Hits, IndexBusy, IndexDamaged, Query, Sort
from search_index.document import Document
from search_index.postgres_tables import CHUNK, SURFACE, TABLES_VERSION, TERM, Names, add, array_of, lines, remove
from search_index.ranking import EVERYTHING, Bounds, Conditions, Figures, commonest

#: Seconds a writer waits for another before IndexBusy.
PATIENCE = 10

#: Milliseconds a removal of old tables may wait for those who read them, and how often it is tried.
REMOVAL_PATIENCE = 200
REMOVALS = 10

#: Milliseconds a statement of a search may take; what takes longer finds nothing, and says so.
SEARCH_TIMEOUT = 2_000

#: A list this many times as long as the documents asked for is not read; each of them is looked up.
LOOKED_UP = 8

#: Lists are read together as long as they are no longer than this in all, and no more of them.
READ_TOGETHER = 4_000
MOST_TOGETHER = 40

#: All documents of a list one after the other, and their impacts, as `_unpacked` reads them.
_PACKED = "string_agg(int4send(document_id), ''::bytea), string_agg(int2send(impact), ''::bytea)"

#: Words read when looking for those that begin so.
MOST_WORDS = 20_000

#: Documents that filters alone leave are counted so far.
MOST_COUNTED = 10_000

#: How documents are put in order, and what keeps them within bounds.
_ORDERS = {
    Sort.RELEVANCE: "d.created DESC, d.id",
    Sort.NEWEST: "d.created DESC, d.id",
    Sort.SCORE: "d.score DESC, d.created DESC, d.id",
}
_WITHIN = "d.score BETWEEN :least AND :most AND d.created >= :after AND d.created < :before"

#: No figure is beyond it.
MOST = 2**62

POSTGRES_STAMP = f"{STAMP}, tables {TABLES_VERSION}"

log = logging.getLogger(__name__)
T = TypeVar("T")


#: A term, how many documents have it, and its number.
_Entry = tuple[str, int, int]


class _Met(NamedTuple):
    key: str
    figures: Figures
    neighbours: bytes


class PostgresShelf:
    """One snapshot of the tables, as the ranking reads it."""

    def __init__(self, connection: Connection, names: Names, documents: int) -> None:
        self._connection = connection
        self._names = names
        #: Number and frequency of each term met so far; those whose lists will be wanted; what was read of lists and
        #: of documents.
        self._terms: dict[str, tuple[int, int]] = {}
        self._likely: set[str] = set()
        self._postings: dict[int, tuple[Sequence[int], Sequence[int]]] = {}
        self._met: dict[int, _Met] = {}
        self.count = documents

    def _rows(self, statement: str, **values: Any) -> Any:
        return self._names.run(self._connection, statement, **values)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        rows = self._rows(
            "SELECT term, frequency, id FROM @term WHERE kind = :kind AND frequency > 0"
            " AND term = ANY(string_to_array(:terms, chr(10)))",
            kind=TERM,
            terms=lines(terms),
        )
        found = self._learn(rows.all())
        self._likely.update(found)
        return found

    def words(self, beginning: str) -> Iterable[tuple[str, int]]:
        return [(word, frequency) for word, frequency, _ in self._lexicon(SURFACE, beginning)]

    def terms(self, beginning: str) -> Iterable[tuple[str, int]]:
        return self._learn(self._lexicon(TERM, beginning)).items()

    def _lexicon(self, kind: int, beginning: str) -> Sequence[_Entry]:
        found: Sequence[_Entry] = self._rows(
            "SELECT term, frequency, id FROM @term WHERE kind = :kind AND frequency > 0"
            " AND term >= :first AND term < :last LIMIT :most",
            kind=kind,
            first=beginning,
            last=beginning + "\U0010ffff",
            most=MOST_WORDS,
        ).all()
        return found

    def _learn(self, entries: Sequence[_Entry]) -> dict[str, int]:
        self._terms.update({term: (number, frequency) for term, frequency, number in entries})
        return {term: frequency for term, frequency, _ in entries}

    def postings(self, term: str, among: dict[int, float] | None) -> tuple[Sequence[int], Sequence[int]]:
        if term not in self._terms and not self.frequencies([term]):
            return [], []
        number, frequency = self._terms[term]
        if number in self._postings:
            return self._postings[number]
        if among is not None and frequency > LOOKED_UP * len(among):
            told = self._rows(
                f"SELECT {_PACKED} FROM @posting"  # noqa: S608 - texts of ours
                " WHERE term_id = :term AND document_id = ANY(CAST(:among AS integer[]))",
                term=number,
                among=array_of(among),
            ).one()
            return _unpacked("i", told[0]), _unpacked("h", told[1])
        self._read(number, frequency)
        return self._postings.get(number, ([], []))

    def _read(self, number: int, frequency: int) -> None:
        """Read the list of a term, and with it short ones that are likely to be asked for next."""
        wanted, together = [number], frequency
        for other, length in sorted((self._terms[term] for term in self._likely), key=lambda each: each[1]):
            together += length
            if together > READ_TOGETHER:
                break
            if other != number and other not in self._postings:
                wanted.append(other)
        rows = self._rows(
            f"SELECT term_id, {_PACKED} FROM @posting"  # noqa: S608 - texts of ours
            " WHERE term_id = ANY(CAST(:terms AS integer[])) GROUP BY term_id",
            terms=array_of(wanted[:MOST_TOGETHER]),
        )
        for term_id, documents, impacts in rows:
            self._postings[term_id] = _unpacked("i", documents), _unpacked("h", impacts)

    def having(self, facet: str) -> set[int]:
        return set(self._rows("SELECT document_id FROM @facet WHERE name = :name", name=facet).scalars())

    def everything(self) -> set[int]:
        return set(self._rows("SELECT id FROM @document").scalars())

    def figures(self, numbers: Sequence[int]) -> list[Figures]:
        self._meet(numbers)
        return [self._met[number].figures for number in numbers]

    def _meet(self, numbers: Sequence[int]) -> None:
        """Read all there is to know of documents that are not known yet."""
        strangers = [number for number in numbers if number not in self._met]
        if strangers:
            rows = self._rows(
                "SELECT id, key, score, created, quality, neighbours FROM @document"
                " WHERE id = ANY(CAST(:ids AS integer[]))",
                ids=array_of(strangers),
            )
            for number, key, score, created, quality, neighbours in rows:
                self._met[number] = _Met(key, Figures(score, created, quality), neighbours)

    def fitting(self, numbers: Collection[int] | None, bounds: Bounds) -> list[int]:
        asked, values = _among(numbers)
        rows = self._rows(f"SELECT id FROM @document AS d WHERE {asked} AND {_WITHIN}", **values, **_limits(bounds))  # noqa: S608
        return list(rows.scalars())

    def first(self, numbers: Collection[int] | None, sort: Sort, most: int) -> list[int]:
        asked, values = _among(numbers)
        rows = self._rows(
            f"SELECT id FROM @document AS d WHERE {asked} ORDER BY {_ORDERS[sort]} LIMIT :limit",  # noqa: S608
            limit=most,
            **values,
        )
        return list(rows.scalars())

    def listed(self, conditions: Conditions, bounds: Bounds, sort: Sort, most: int) -> tuple[list[int], int, bool]:
        asked = [_WITHIN] if bounds != EVERYTHING else ["true"]
        values: dict[str, Any] = _limits(bounds) if bounds != EVERYTHING else {}
        for number, names in enumerate([*conditions.groups, *((name,) for name in conditions.without)]):
            negation = "NOT " if number >= len(conditions.groups) else ""
            asked.append(
                f"{negation}EXISTS (SELECT 1 FROM @facet AS f"  # noqa: S608 - texts of ours
                f" WHERE f.document_id = d.id AND f.name = ANY(CAST(:names{number} AS text[])))"
            )
            values[f"names{number}"] = list(names)
        condition = " AND ".join(asked)
        rows = self._rows(
            f"SELECT id FROM @document AS d WHERE {condition} ORDER BY {_ORDERS[sort]} LIMIT :limit",  # noqa: S608
            limit=most,
            **values,
        ).scalars()
        found = list(rows)
        if len(found) < most:
            return found, len(found), True
        total = self._rows(
            f"SELECT count(*) FROM (SELECT 1 FROM @document AS d WHERE {condition} LIMIT {MOST_COUNTED}) AS t",  # noqa: S608
            **values,
        ).scalar_one()
        return found, total, total < MOST_COUNTED

    def neighbours(self, numbers: Sequence[int]) -> list[bytes]:
        self._meet(numbers)
        return [self._met[number].neighbours for number in numbers]

    def names(self, numbers: Sequence[int]) -> list[str]:
        self._meet(numbers)
        return [self._met[number].key for number in numbers]

    def all_names(self) -> set[str]:
        return set(self._rows("SELECT key FROM @document").scalars())


def _unpacked(kind: str, told: bytes | None) -> Sequence[int]:
    """Whole numbers of a kind of `array`, which the server sent one after the other."""
    numbers = array(kind, told or b"")
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def _among(numbers: Collection[int] | None) -> tuple[str, dict[str, Any]]:
    """A condition that keeps to the documents, and its values."""
    return ("true", {}) if numbers is None else ("d.id = ANY(CAST(:ids AS integer[]))", {"ids": array_of(numbers)})


def _limits(bounds: Bounds) -> dict[str, int]:
    return {
        "least": _whole(bounds.least),
        "most": _whole(bounds.most),
        "after": _whole(bounds.after),
        "before": _whole(bounds.before),
    }


def _whole(figure: float) -> int:
    return int(max(-MOST, min(MOST, figure)))


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
