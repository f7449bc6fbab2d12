"""The tables of the index on PostgreSQL, one set for each generation, and how changes are written to them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from search_index.document import Document
from search_index.ranking import facets_of, figures_of, surfaces_of
from search_index.weighing import weigh

#: Raise it when the tables change.
TABLES_VERSION = 3

#: What a row of the vocabulary is.
TERM, SURFACE = 0, 1

#: Documents written with one set of statements.
CHUNK = 500

#: A place for a value, but not a cast.
_PLACE = re.compile(r"(?<!:):([a-z_0-9]+)")

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")

_STATE = """
    CREATE TABLE IF NOT EXISTS @state (
        id smallint PRIMARY KEY CHECK (id = 1),
        generation integer NOT NULL,
        stamp text NOT NULL,
        upto bigint NOT NULL,
        documents integer NOT NULL
    )
"""

_GENERATION = (
    """
    CREATE TABLE @document (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text COLLATE "C" NOT NULL UNIQUE,
        score integer NOT NULL,
        created bigint NOT NULL,
        quality real NOT NULL,
        neighbours bytea NOT NULL,
        terms integer[] NOT NULL,
        surfaces integer[] NOT NULL
    )
    """,
    """
    CREATE TABLE @term (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind smallint NOT NULL,
        term text COLLATE "C" NOT NULL,
        frequency integer NOT NULL DEFAULT 0,
        UNIQUE (kind, term)
    )
    """,
    """
    CREATE TABLE @posting (
        term_id integer NOT NULL,
        document_id integer NOT NULL,
        impact smallint NOT NULL
    )
    """,
    """
    CREATE TABLE @facet (
        name text COLLATE "C" NOT NULL,
        document_id integer NOT NULL
    )
    """,
)

#: What is cheaper to make once everything is in.
_INDEXES = (
    "ALTER TABLE @posting ADD PRIMARY KEY (term_id, document_id) INCLUDE (impact)",
    "ALTER TABLE @facet ADD PRIMARY KEY (name, document_id)",
    "CREATE INDEX ON @facet (document_id)",
    "CREATE INDEX ON @document (created DESC, id)",
    "CREATE INDEX ON @document (score DESC, created DESC, id)",
)

_TO_ESCAPE = re.compile(r"[\\\t\n\r]")
_ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}


@lru_cache(maxsize=200)
def _for_driver(statement: str) -> str:
    return _PLACE.sub(r"%(\1)s", statement)


class Names:
    """Statements with the names of one generation's tables put in; `@posting` is the table of postings."""

    def __init__(self, prefix: str, generation: int = 0) -> None:
        if not _PREFIX.match(prefix):
            raise ValueError(f"not a prefix for table names: {prefix!r}")
        self._prefix = prefix
        self._state = f"{prefix}_state"
        self._others = f"{prefix}_{generation}_"

    def run(self, connection: Connection, statement: str, **values: Any) -> Any:
        return connection.exec_driver_sql(_for_driver(self._said(statement)), values or None)

    def copy(self, connection: Connection, table: str, rows: Iterable[str]) -> None:
        """Put rows into a table as lines of tab-separated columns."""
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {self._said(table)} FROM STDIN") as copy:
            copy.write("".join(rows))

    def _said(self, statement: str) -> str:
        return statement.replace("@state", self._state).replace("@", self._others)

    def create_state(self, connection: Connection) -> None:
        self.run(connection, _STATE)

    def create(self, connection: Connection) -> None:
        for statement in _GENERATION:
            self.run(connection, statement)

    def complete(self, connection: Connection) -> None:
        """After everything was put in: frequencies, indexes, and what the planner wants to know."""
        count_all(self, connection)
        for statement in _INDEXES:
            self.run(connection, statement)
        self.run(connection, "ANALYZE @document, @term, @posting, @facet")

    def tidy(self, connection: Connection) -> None:
        """Let searches read indexes alone; outside a transaction."""
        self.run(connection, "VACUUM @term, @posting, @facet")

    def drop(self, connection: Connection) -> None:
        self.run(connection, "DROP TABLE IF EXISTS @document, @term, @posting, @facet")

    def generations(self, connection: Connection) -> list[int]:
        """Say of which generations there are tables."""
        found = self.run(
            connection,
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename ~ :pattern",
            pattern=f"^{self._prefix}_[0-9]+_document$",
        )
        return sorted(int(name.removeprefix(f"{self._prefix}_").removesuffix("_document")) for name in found.scalars())

    def have(self, connection: Connection) -> bool:
        found = self.run(
            connection,
            "SELECT to_regclass(a) IS NOT NULL AND to_regclass(b) IS NOT NULL AND to_regclass(c) IS NOT NULL"
            " AND to_regclass(d) IS NOT NULL"
            " FROM (VALUES ('@document', '@term', '@posting', '@facet')) AS t (a, b, c, d)",
        )
        return bool(found.scalar())


def remove(names: Names, connection: Connection, keys: Iterable[str], *, is_counted: bool = True) -> int:
    """Take documents out and say how many there were; without `is_counted`, frequencies are left to `count_all`."""
    rows = names.run(
        connection,
        "DELETE FROM @document WHERE key = ANY(CAST(:keys AS text[])) RETURNING id, terms, surfaces",
        keys=list(keys),
    ).all()
    if not rows:
        return 0
    ids = array_of(row.id for row in rows)
    names.run(
        connection,
        "DELETE FROM @posting WHERE term_id = ANY(CAST(:terms AS integer[])) AND document_id = ANY(CAST(:ids AS integer[]))",
        terms=array_of({term for row in rows for term in row.terms}),
        ids=ids,
    )
    names.run(connection, "DELETE FROM @facet WHERE document_id = ANY(CAST(:ids AS integer[]))", ids=ids)
    if is_counted:
        lost: Counter[int] = Counter()
        for row in rows:
            lost.update(row.terms)
            lost.update(row.surfaces)
        _count(names, connection, {term: -seen for term, seen in lost.items()})
    return len(rows)


def add(names: Names, connection: Connection, documents: list[Document], *, is_counted: bool = True) -> None:
    """Put documents in that are not there yet; without `is_counted`, frequencies are left to `count_all`."""
    weighed = [(document, weigh(document), surfaces_of(document)) for document in documents]
    terms = _identify(names, connection, TERM, {term for _, found, _ in weighed for term in found.impacts})
    surfaces = _identify(names, connection, SURFACE, {word for _, _, words in weighed for word in words})
    numbers = names.run(
        connection,
        "SELECT nextval(pg_get_serial_sequence('@document', 'id')) FROM generate_series(1, :count)",
        count=len(documents),
    ).scalars()
    gained: Counter[int] = Counter()
    rows: list[str] = []
    postings: list[str] = []
    facets: list[str] = []
    for number, (document, found, words) in zip(numbers, weighed, strict=True):
        own = [terms[term] for term in found.impacts]
        spelt = [surfaces[word] for word in words]
        figures = figures_of(document)
        score = max(-(2**31), min(2**31 - 1, figures.score))
        quality = max(0.0, min(1.0, figures.quality))
        rows.append(
            f"{number}\t{_escaped(document.key)}\t{score}\t{figures.created}\t{quality}"
            f"\t\\\\x{found.neighbours.hex()}\t{array_of(own)}\t{array_of(spelt)}\n"
        )
        postings += [f"{term}\t{number}\t{impact}\n" for term, impact in zip(own, found.impacts.values(), strict=True)]
        facets += [f"{_escaped(name)}\t{number}\n" for name in facets_of(document)]
        if is_counted:
            gained.update(own)
            gained.update(spelt)
    names.copy(connection, "@document (id, key, score, created, quality, neighbours, terms, surfaces)", rows)
    names.copy(connection, "@posting (term_id, document_id, impact)", postings)
    names.copy(connection, "@facet (name, document_id)", facets)
    if is_counted:
        _count(names, connection, gained)


def count_all(names: Names, connection: Connection) -> None:
    """Find out anew how many documents have each term and each word."""
    names.run(
        connection,
        "UPDATE @term AS t SET frequency = c.frequency FROM (SELECT id, count(*) AS frequency FROM"
        " (SELECT term_id AS id FROM @posting UNION ALL SELECT unnest(surfaces) FROM @document) AS seen GROUP BY id) AS c"
        " WHERE t.id = c.id",
    )


def array_of(numbers: Iterable[int]) -> str:
    """Numbers as the database reads an array of them: far cheaper than the driver's own way."""
    return f"{{{','.join(map(str, numbers))}}}"


def lines(texts: Iterable[str]) -> str:
    """Texts without line breaks in one, for `string_to_array(..., chr(10))`."""
    return "\n".join(texts)


def _escaped(text: str) -> str:
    """A text within a line that is copied into a table."""
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found.group()], text)


def _identify(names: Names, connection: Connection, kind: int, terms: set[str]) -> dict[str, int]:
    """Give the number of each term of the vocabulary, adding those that are new."""
    listed = sorted(terms)
    rows = names.run(
        connection,
        "SELECT term, id FROM @term WHERE kind = :kind AND term = ANY(string_to_array(:terms, chr(10)))",
        kind=kind,
        terms=lines(listed),
    )
    known: dict[str, int] = dict(rows.all())
    fresh = [term for term in listed if term not in known]
    if fresh:
        rows = names.run(
            connection,
            "INSERT INTO @term (kind, term) SELECT :kind, * FROM unnest(string_to_array(:terms, chr(10)))"
            " RETURNING term, id",
            kind=kind,
            terms=lines(fresh),
        )
        known.update(rows.all())
    return known


def _count(names: Names, connection: Connection, changes: Mapping[int, int]) -> None:
    names.run(
        connection,
        "UPDATE @term AS t SET frequency = t.frequency + c.change"
        " FROM unnest(CAST(:ids AS integer[]), CAST(:changes AS integer[])) AS c (id, change)"
        " WHERE t.id = c.id",
        ids=array_of(changes),
        changes=array_of(changes.values()),
    )
