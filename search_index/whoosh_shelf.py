"""One state of the embedded index as the ranking reads it: a few segment files and what is gone from each.

A state never changes and is read by all threads of a process at once; a segment that was there before stays
open, so that a commit costs the next search no more than the small file it wrote.
"""

import threading
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from search_index.contract import Sort
from search_index.ranking import Bounds, Conditions, Figures, list_by_sets, sorting_key
from search_index.segment_file import FACET, KEY, TEXT, WORD, SegmentFile

#: Quality 0 to 1 as a byte.
QUALITY_STEPS = 200

#: Words read when looking for those that begin so.
MOST_WORDS = 20_000

#: Lists of words kept, for the next letter typed and for several mistakes in one query.
WORD_LISTS = 4

#: A shorter list is read again: it would only push out one that costs.
LONG_LIST = 200

#: So many documents are put in order by themselves; more are met sooner by walking along all of them.
FEW = 5_000

_open: "WeakValueDictionary[tuple[str, int, int], SegmentFile]" = WeakValueDictionary()
_opening = threading.Lock()


def open_segment(path: Path) -> SegmentFile:
    """Open a file once for the whole process, and again when another one has taken its place."""
    told = path.stat()
    name = (str(path), told.st_ino, told.st_mtime_ns)
    with _opening:
        segment = _open.get(name)
        if segment is None:
            segment = _open[name] = SegmentFile(path)
        return segment


class _Leaf:
    """One segment, where its document numbers begin, and what is gone from it."""

    def __init__(self, segment: SegmentFile, first: int, gone: frozenset[int]) -> None:
        self.segment = segment
        self.first = first
        self.gone = frozenset(first + number for number in gone)
        self._gone_there = gone

    def postings(self, field: str, term: bytes) -> tuple[list[int], bytes]:
        """Give all live documents with the term, numbered for the whole index, and its impacts in them."""
        numbers, impacts = self.segment.postings(field, term, self.first)
        if self.gone:
            live = [place for place, number in enumerate(numbers) if number not in self.gone]
            if len(live) < len(numbers):
                return [numbers[place] for place in live], bytes([impacts[place] for place in live])
        return numbers, impacts

    def beginning(self, field: str, beginning: bytes) -> Iterable[tuple[bytes, int]]:
        return self.segment.beginning(field, beginning, MOST_WORDS, self._gone_there)

    def live(self) -> Iterable[int]:
        numbers = range(self.first, self.first + self.segment.count)
        return numbers if not self.gone else (number for number in numbers if number not in self.gone)


def _between(numbers: list[int], first: int, end: int) -> list[int]:
    return numbers[bisect_left(numbers, first) : bisect_left(numbers, end)]


class WhooshShelf:
    """A state; when the index has moved on, open another."""

    def __init__(self, segments: Sequence[tuple[SegmentFile, frozenset[int]]]) -> None:
        self._leaves: list[_Leaf] = []
        first = 0
        for segment, gone in segments:
            self._leaves.append(_Leaf(segment, first, gone))
            first += segment.count
        self.count = first - sum(len(leaf.gone) for leaf in self._leaves)
        self.upto = segments[-1][0].upto if segments else 0
        self._word_lists: dict[tuple[str, str], list[tuple[str, int]]] = {}
        self._listing = threading.Lock()

    @property
    def segments(self) -> int:
        return len(self._leaves)

    def is_as_opened(self) -> bool:
        return all(leaf.segment.is_as_opened() for leaf in self._leaves)

    def check(self) -> None:
        """Read a little of every part of every segment; raise, somehow, when that cannot be."""
        for leaf in self._leaves:
            leaf.segment.check()

    def numbers_of(self, key: str) -> list[tuple[int, int]]:
        """Give where a document is: the place of its segment, and its number there."""
        encoded = key.encode()
        return [
            (place, number - leaf.first)
            for place, leaf in enumerate(self._leaves)
            for number in leaf.postings(KEY, encoded)[0]
        ]

    def all_names(self) -> set[str]:
        return {leaf.segment.keys[number - leaf.first].decode() for leaf in self._leaves for number in leaf.live()}

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for term in terms:
            encoded = term.encode()
            frequency = sum(leaf.segment.frequency(TEXT, encoded) for leaf in self._leaves)
            if frequency:
                found[term] = frequency
        return found

    def words(self, beginning: str) -> Iterable[tuple[str, int]]:
        return self._lexicon(WORD, beginning)

    def terms(self, beginning: str) -> Iterable[tuple[str, int]]:
        return self._lexicon(TEXT, beginning)

    def _lexicon(self, field: str, beginning: str) -> list[tuple[str, int]]:
        kept = self._word_lists.get((field, beginning))
        if kept is not None:
            return kept
        found: dict[bytes, int] = {}
        encoded = beginning.encode()
        for leaf in self._leaves:
            for word, frequency in leaf.beginning(field, encoded):
                found[word] = found.get(word, 0) + frequency
        listed = [(word.decode(), frequency) for word, frequency in found.items()]
        if len(listed) >= LONG_LIST:
            with self._listing:
                if len(self._word_lists) >= WORD_LISTS:
                    self._word_lists.pop(next(iter(self._word_lists)))
                self._word_lists[field, beginning] = listed
        return listed

    def _whole(self, field: str, term: bytes) -> tuple[list[int], bytes]:
        if len(self._leaves) == 1:
            return self._leaves[0].postings(field, term)
        numbers: list[int] = []
        impacts: list[bytes] = []
        for leaf in self._leaves:
            more, weights = leaf.postings(field, term)
            numbers += more
            impacts.append(weights)
        return numbers, b"".join(impacts)

    def postings(self, term: str, among: dict[int, float] | None) -> tuple[Sequence[int], Sequence[int]]:
        return self._whole(TEXT, term.encode())

    def having(self, facet: str) -> set[int]:
        return set(self._whole(FACET, facet.encode())[0])

    def everything(self) -> set[int]:
        return set().union(*(leaf.live() for leaf in self._leaves))

    def _leaf_of(self, number: int) -> _Leaf:
        for leaf in reversed(self._leaves):
            if number >= leaf.first:
                return leaf
        raise IndexError(number)

    def figures(self, numbers: Iterable[int]) -> list[Figures]:
        found = []
        for number in numbers:
            leaf = self._leaf_of(number)
            at = number - leaf.first
            segment = leaf.segment
            found.append(Figures(segment.scores[at], segment.created[at], segment.qualities[at] / QUALITY_STEPS))
        return found

    def fitting(self, numbers: Iterable[int] | None, bounds: Bounds) -> list[int]:
        least, most, after, before = bounds
        wanted = None if numbers is None else sorted(numbers)
        found: list[int] = []
        for leaf in self._leaves:
            scores, created, first = leaf.segment.scores, leaf.segment.created, leaf.first
            if wanted is None:
                fit = [
                    number
                    for number, (score, moment) in enumerate(zip(scores, created, strict=True), first)
                    if least <= score <= most and after <= moment < before
                ]
                found += fit if not leaf.gone else [number for number in fit if number not in leaf.gone]
            else:
                found += [
                    number
                    for number in _between(wanted, first, first + leaf.segment.count)
                    if least <= scores[number - first] <= most and after <= created[number - first] < before
                ]
        return found

    def first(self, numbers: Collection[int] | None, sort: Sort, most: int) -> list[int]:
        if numbers is not None and len(numbers) <= FEW:
            listed = list(numbers)
            figures = dict(zip(listed, self.figures(listed), strict=True))
            return sorted(listed, key=lambda number: sorting_key(figures[number], number, sort))[:most]
        chosen = numbers if numbers is None or isinstance(numbers, (set, dict)) else set(numbers)
        walks = [self._walk(leaf, sort) for leaf in self._leaves]
        met = (number for _, number in (merge(*walks) if len(walks) > 1 else chain(*walks)))
        return list(islice((number for number in met if chosen is None or number in chosen), most))

    @staticmethod
    def _walk(leaf: _Leaf, sort: Sort) -> Iterable[tuple[Any, int]]:
        segment = leaf.segment
        for at in segment.by_score if sort is Sort.SCORE else segment.by_date:
            number = leaf.first + at
            if number not in leaf.gone:
                yield sorting_key(Figures(segment.scores[at], segment.created[at], 0.0), number, sort), number

    def listed(self, conditions: Conditions, bounds: Bounds, sort: Sort, most: int) -> tuple[list[int], int, bool]:
        return list_by_sets(self, conditions, bounds, sort, most)

    def neighbours(self, numbers: Sequence[int]) -> list[bytes]:
        found = []
        for number in numbers:
            leaf = self._leaf_of(number)
            found.append(leaf.segment.neighbours(number - leaf.first))
        return found

    def names(self, numbers: Sequence[int]) -> list[str]:
        found = []
        for number in numbers:
            leaf = self._leaf_of(number)
            found.append(leaf.segment.keys[number - leaf.first].decode())
        return found
