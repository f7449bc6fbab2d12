"""The tables of the index on PostgreSQL, one set for each generation, and how changes are written to them."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, text

from search_index.document import Document
from search_index.ranking import facets_of, figures_of, surfaces_of
from search_index.weighing import weigh

#: Raise it when the tables change.
TABLES_VERSION = 3

#: What a row of the vocabulary is.
TERM, SURFACE = 0, 1

#: Documents written with one set of statements.
CHUNK = 200

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
        impact smallint NOT NULL,
        PRIMARY KEY (term_id, document_id) INCLUDE (impact)
    )
    """,
    """
    CREATE TABLE @facet (
        name text COLLATE "C" NOT NULL,
        document_id integer NOT NULL,
        PRIMARY KEY (name, document_id)
    )
    """,
    "CREATE INDEX ON @facet (document_id)",
    "CREATE INDEX ON @document (created DESC, id)",
    "CREATE INDEX ON @document (score DESC, created DESC, id)",
)


class Names:
    """Statements with the names of one generation's tables put in; `@posting` is the table of postings."""

    def __init__(self, prefix: str, generation: int = 0) -> None:
        if not _PREFIX.match(prefix):
            raise ValueError(f"not a prefix for table names: {prefix!r}")
        self._prefix = prefix
        self._state = f"{prefix}_state"
        self._others = f"{prefix}_{generation}_"

    def run(self, connection: Connection, statement: str, **values: Any) -> Any:
        ready = statement.replace("@state", self._state).replace("@", self._others)
        return connection.execute(text(ready), values)

    def create_state(self, connection: Connection) -> None:
        self.run(connection, _STATE)

    def create(self, connection: Connection) -> None:
        for statement in _GENERATION:
            self.run(connection, statement)

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


def remove(names: Names, connection: Connection, keys: Iterable[str]) -> int:
    """Take documents out and say how many there were."""
    rows = names.run(
        connection,
        "DELETE FROM @document WHERE key = ANY(:keys) RETURNING id, terms, surfaces",
        keys=list(keys),
    ).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    lost: Counter[int] = Counter()
    for row in rows:
        lost.update(row.terms)
        lost.update(row.surfaces)
    names.run(
        connection,
        "DELETE FROM @posting WHERE term_id = ANY(:terms) AND document_id = ANY(:ids)",
        terms=list({term for row in rows for term in row.terms}),
        ids=ids,
    )
    names.run(connection, "DELETE FROM @facet WHERE document_id = ANY(:ids)", ids=ids)
    _count(names, connection, {term: -seen for term, seen in lost.items()})
    return len(rows)


def add(names: Names, connection: Connection, documents: list[Document]) -> None:
    """Put documents in that are not there yet."""
    weighed = [(document, weigh(document), surfaces_of(document)) for document in documents]
    terms = _identify(names, connection, TERM, {term for _, found, _ in weighed for term in found.impacts})
    surfaces = _identify(names, connection, SURFACE, {word for _, _, words in weighed for word in words})
    gained: Counter[int] = Counter()
    postings: tuple[list[int], list[int], list[int]] = ([], [], [])
    facets: tuple[list[str], list[int]] = ([], [])
    for document, found, words in weighed:
        own = [terms[term] for term in found.impacts]
        spelt = [surfaces[word] for word in words]
        figures = figures_of(document)
        number = names.run(
            connection,
            "INSERT INTO @document (key, score, created, quality, neighbours, terms, surfaces)"
            " VALUES (:key, :score, :created, :quality, :neighbours, :terms, :surfaces) RETURNING id",
            key=document.key,
            score=max(-(2**31), min(2**31 - 1, figures.score)),
            created=figures.created,
            quality=max(0.0, min(1.0, figures.quality)),
            neighbours=found.neighbours,
            terms=own,
            surfaces=spelt,
        ).scalar_one()
        gained.update(own)
        gained.update(spelt)
        postings[0].extend(own)
        postings[1].extend([number] * len(own))
        postings[2].extend(found.impacts.values())
        having = facets_of(document)
        facets[0].extend(having)
        facets[1].extend([number] * len(having))
    names.run(
        connection,
        "INSERT INTO @posting (term_id, document_id, impact)"
        " SELECT * FROM unnest(CAST(:a AS integer[]), CAST(:b AS integer[]), CAST(:c AS smallint[]))",
        a=postings[0],
        b=postings[1],
        c=postings[2],
    )
    names.run(
        connection,
        "INSERT INTO @facet (name, document_id) SELECT * FROM unnest(CAST(:a AS text[]), CAST(:b AS integer[]))",
        a=facets[0],
        b=facets[1],
    )
    _count(names, connection, gained)


def _identify(names: Names, connection: Connection, kind: int, terms: set[str]) -> dict[str, int]:
    """Give the number of each term of the vocabulary, adding those that are new."""
    listed = sorted(terms)
    known = _numbers(names, connection, kind, listed)
    fresh = [term for term in listed if term not in known]
    if fresh:
        names.run(
            connection,
            "INSERT INTO @term (kind, term) SELECT :kind, * FROM unnest(CAST(:terms AS text[]))",
            kind=kind,
            terms=fresh,
        )
        known.update(_numbers(names, connection, kind, fresh))
    return known


def _numbers(names: Names, connection: Connection, kind: int, terms: list[str]) -> dict[str, int]:
    rows = names.run(
        connection,
        "SELECT term, id FROM @term WHERE kind = :kind AND term = ANY(CAST(:terms AS text[]))",
        kind=kind,
        terms=terms,
    )
    return {row.term: row.id for row in rows}


def _count(names: Names, connection: Connection, changes: Mapping[int, int]) -> None:
    names.run(
        connection,
        "UPDATE @term AS t SET frequency = t.frequency + c.change"
        " FROM unnest(CAST(:ids AS integer[]), CAST(:changes AS integer[])) AS c (id, change)"
        " WHERE t.id = c.id",
        ids=list(changes),
        changes=list(changes.values()),
    )
