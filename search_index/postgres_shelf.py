"""One snapshot of the index on PostgreSQL as the ranking reads it: few statements, and lists as one value each."""

import sys
from array import array
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection

from search_index.contract import Sort
from search_index.postgres_tables import SURFACE, TERM, Names, array_of, lines
from search_index.ranking import EVERYTHING, Bounds, Conditions, Figures

#: A list this many times as long as the documents asked for is not read; each of them is looked up.
LOOKED_UP = 8

#: Lists are read together as long as they are no longer than this in all, and no more of them.
READ_TOGETHER = 4_000
MOST_TOGETHER = 40

#: All documents of a list one after the other, and their impacts, as `_unpacked` reads them.
_PACKED_IDS = "string_agg(int4send(document_id), ''::bytea)"
_PACKED = f"{_PACKED_IDS}, string_agg(int2send(impact), ''::bytea)"

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
        told = self._rows(f"SELECT {_PACKED_IDS} FROM @facet WHERE name = :name", name=facet)  # noqa: S608
        return set(_unpacked("i", told.scalar_one()))

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
