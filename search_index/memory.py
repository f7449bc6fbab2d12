"""An index in memory: the plainest one that keeps the contract, for tests and for trying a ranking out."""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import nsmallest

from search_index import ranking
from search_index.clues import correct
from search_index.contract import Batch, Hits, Query, Sort
from search_index.document import Document
from search_index.ranking import (
    Bounds,
    Conditions,
    Figures,
    commonest,
    facets_of,
    figures_of,
    list_by_sets,
    sorting_key,
    surfaces_of,
)
from search_index.weighing import weigh


class _Contents:
    """The documents of the index by number, and what leads to them."""

    def __init__(self) -> None:
        self.upto = 0
        self._numbers: dict[str, int] = {}
        self._next = 0
        self._keys: dict[int, str] = {}
        self._figures: dict[int, Figures] = {}
        self._neighbours: dict[int, bytes] = {}
        self._terms: dict[int, set[str]] = {}
        self._facets: dict[int, set[str]] = {}
        self._surfaces: dict[int, set[str]] = {}
        self._postings: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._having: defaultdict[str, set[int]] = defaultdict(set)
        self._words: Counter[str] = Counter()

    def put(self, document: Document) -> None:
        self.drop(document.key)
        number = self._next
        self._next += 1
        self._numbers[document.key] = number
        self._keys[number] = document.key
        self._figures[number] = figures_of(document)
        weighed = weigh(document)
        for term, impact in weighed.impacts.items():
            self._postings[term][number] = impact
        self._terms[number] = set(weighed.impacts)
        self._neighbours[number] = weighed.neighbours
        self._facets[number] = facets_of(document)
        for name in self._facets[number]:
            self._having[name].add(number)
        self._surfaces[number] = surfaces_of(document)
        self._words.update(self._surfaces[number])

    def drop(self, key: str) -> None:
        number = self._numbers.pop(key, None)
        if number is None:
            return
        del self._keys[number], self._figures[number], self._neighbours[number]
        for term in self._terms.pop(number):
            del self._postings[term][number]
        for name in self._facets.pop(number):
            self._having[name].discard(number)
        self._words.subtract(self._surfaces.pop(number))

    @property
    def count(self) -> int:
        return len(self._keys)

    def all_keys(self) -> set[str]:
        return set(self._numbers)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return {term: len(self._postings[term]) for term in terms if self._postings.get(term)}

    def words(self, beginning: str) -> Iterable[tuple[str, int]]:
        return [(word, seen) for word, seen in self._words.items() if seen > 0 and word.startswith(beginning)]

    def terms(self, beginning: str) -> Iterable[tuple[str, int]]:
        return [(term, len(found)) for term, found in self._postings.items() if found and term.startswith(beginning)]

    def postings(self, term: str, among: dict[int, float] | None) -> tuple[Sequence[int], Sequence[int]]:
        found = self._postings.get(term, {})
        return list(found), list(found.values())

    def having(self, facet: str) -> set[int]:
        return set(self._having.get(facet, ()))

    def everything(self) -> set[int]:
        return set(self._keys)

    def figures(self, numbers: Sequence[int]) -> list[Figures]:
        return [self._figures[number] for number in numbers]

    def fitting(self, numbers: Collection[int] | None, bounds: Bounds) -> list[int]:
        chosen = self._keys if numbers is None else numbers
        return [each for each in chosen if bounds.hold(self._figures[each].score, self._figures[each].created)]

    def first(self, numbers: Collection[int] | None, sort: Sort, most: int) -> list[int]:
        chosen = self._keys if numbers is None else numbers
        return nsmallest(most, chosen, key=lambda each: sorting_key(self._figures[each], each, sort))

    def listed(self, conditions: Conditions, bounds: Bounds, sort: Sort, most: int) -> tuple[list[int], int, bool]:
        return list_by_sets(self, conditions, bounds, sort, most)

    def neighbours(self, numbers: Sequence[int]) -> list[bytes]:
        return [self._neighbours[number] for number in numbers]

    def names(self, numbers: Sequence[int]) -> list[str]:
        return [self._keys[number] for number in numbers]


class MemoryBatch:
    """Collect changes: the last word about a key counts."""

    def __init__(self, contents: _Contents, lock: threading.RLock) -> None:
        self._contents = contents
        self._lock = lock
        self._changes: dict[str, Document | None] = {}
        self.is_committed = False

    def put(self, document: Document) -> None:
        self._changes[document.key] = document

    def drop(self, key: str) -> None:
        self._changes[key] = None

    def commit(self, upto: int) -> None:
        with self._lock:
            for key, document in self._changes.items():
                if document is None:
                    self._contents.drop(key)
                else:
                    self._contents.put(document)
            self._contents.upto = upto
        self._changes = {}
        self.is_committed = True


class MemoryIndex:
    def __init__(self) -> None:
        self._contents = _Contents()
        self._lock = threading.RLock()

    @contextmanager
    def open_batch(self) -> Iterator[Batch]:
        yield MemoryBatch(self._contents, self._lock)

    @contextmanager
    def open_rebuild(self) -> Iterator[Batch]:
        fresh = _Contents()
        batch = MemoryBatch(fresh, self._lock)
        yield batch
        if batch.is_committed:
            with self._lock:
                self._contents = fresh

    def search(self, query: Query) -> Hits:
        with self._lock:
            return ranking.find(self._contents, query)

    def similar(self, text: str, limit: int = 5, *, filters: Query | None = None, exclude: str = "") -> Hits:
        with self._lock:
            return ranking.resembling(self._contents, text, limit, filters, exclude)

    def suggest(self, text: str) -> str | None:
        with self._lock:
            return correct(text, frequencies=self._contents.frequencies, words=self._contents.words)

    def complete(self, prefix: str, limit: int = 8) -> list[str]:
        with self._lock:
            return commonest(self._contents.words, prefix, limit)

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        with self._lock:
            return self._contents.frequencies(terms)

    def upto(self) -> int:
        return self._contents.upto

    def count(self) -> int:
        return self._contents.count

    def keys(self) -> set[str]:
        with self._lock:
            return self._contents.all_keys()

    def needs_rebuild(self) -> str | None:
        return None

    def close(self) -> None:
        pass
