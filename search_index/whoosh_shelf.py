"""One state of a Whoosh index as the ranking reads it, and the schema it is kept in.

Whoosh keeps the postings; what they say is worked out before (`weighing`) and after (`ranking`) by us, so
that all backends rank alike. Postings are read a block at a time through the matcher's own arrays: its
public interface costs three calls for each posting and would make a search ten times slower. That, and the
pickled formats, are why the version is pinned.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter
from whoosh.columns import NumericColumn, VarBytesColumn
from whoosh.fields import COLUMN, ID, STORED, FieldType, Schema
from whoosh.formats import Existence
from whoosh.index import FileIndex

from search_index.ranking import Figures

#: Raise it when the schema changes.
SCHEMA_VERSION = 2

#: The document that remembers how far the index is; no real key begins so.
MARK = "\x01mark"

#: Quality 0 to 1 as a byte.
QUALITY_STEPS = 200

#: Words read when looking for those that begin so.
MOST_WORDS = 20_000

#: Lists of words kept, for the next letter typed and for several mistakes in one query.
WORD_LISTS = 4

#: Figures of more documents than these are read all at once and kept: each costs three reads of a file.
MANY = 1_000

#: A shorter list is read again: it would only push out one that costs.
LONG_LIST = 200


class Weighed(FieldType):  # type: ignore[misc]
    """A field that takes its terms ready made, with their weights, and keeps nothing else."""

    def __init__(self) -> None:
        super().__init__(format=Existence(), analyzer=None)

    def index(self, value: dict[str, float], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, weight in value.items():
            yield term.encode(), 1, weight, b""


def make_schema() -> Schema:
    return Schema(
        key=ID(unique=True, stored=True),
        text=Weighed(),
        facet=Weighed(),
        word=Weighed(),
        score=COLUMN(NumericColumn("i")),
        created=COLUMN(NumericColumn("q")),
        quality=COLUMN(NumericColumn("B")),
        neighbours=COLUMN(VarBytesColumn()),
        mark=STORED(),
    )


class _Terms(W3FieldWriter):  # type: ignore[misc]
    def add_postings(self, schema: Schema, lengths: object, items: Iterable[Any]) -> None:
        super().add_postings(schema, None, items)


class LengthlessCodec(W3Codec):  # type: ignore[misc]
    """Writes what the usual codec writes, without asking the disk for a field length at every posting."""

    def field_writer(self, storage: Any, segment: Any) -> _Terms:
        return _Terms(self, storage, segment)


class _Leaf:
    """One segment and where its document numbers begin."""

    def __init__(self, reader: Any, offset: int) -> None:
        self.reader = reader
        self.offset = offset
        self.deleted = frozenset(reader.segment().deleted_docs())
        self.columns = {
            name: reader.column_reader(name)
            for name in ("score", "created", "quality", "neighbours")
            if reader.has_column(name)
        }

    def figures(self, number: int) -> Figures:
        def read(name: str) -> int:
            column = self.columns.get(name)
            return int(column[number]) if column is not None else 0

        return Figures(read("score"), read("created"), read("quality") / QUALITY_STEPS)

    def all_figures(self) -> list[Figures]:
        return [self.figures(number) for number in range(self.reader.doc_count_all())]

    def neighbours(self, number: int) -> bytes:
        column = self.columns.get("neighbours")
        return bytes(column[number]) if column is not None else b""

    def postings(self, field: str, term: str) -> tuple[list[int], list[float]]:
        """Give all live documents with the term, numbered for the whole index, and its weights in them."""
        encoded = term.encode()
        if (field, encoded) not in self.reader:
            return [], []
        matcher = self.reader.postings(field, encoded)
        matcher = getattr(matcher, "child", matcher)
        numbers: list[int] = []
        weights: list[float] = []
        while matcher.is_active():
            matcher._read_weights()
            numbers.extend(accumulate(matcher._data[0]))
            weights.extend(matcher._weights)
            matcher._next_block()
        if self.deleted:
            live = [place for place, number in enumerate(numbers) if number not in self.deleted]
            if len(live) < len(numbers):
                numbers = [numbers[place] for place in live]
                weights = [weights[place] for place in live]
        if self.offset:
            numbers = [number + self.offset for number in numbers]
        return numbers, weights


class WhooshShelf:
    """A searcher of one thread. It never changes: when `is_current` is false, open another."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._reader = index.reader()
        self._state = self._reader.generation()
        self._leaves = [_Leaf(reader, offset) for reader, offset in self._reader.leaf_readers()]
        self._figures: list[Figures] | None = None
        self._word_lists: dict[tuple[str, str], list[tuple[str, int]]] = {}
        marks = self.numbers_of(MARK)
        self.mark: dict[str, Any] = self._reader.stored_fields(marks[0]).get("mark", {}) if marks else {}
        self._marks = set(marks)

    def probe(self) -> None:
        """Read the first and the last of what every segment holds; raise, somehow, when that cannot be."""
        for leaf in self._leaves:
            last = leaf.reader.doc_count_all() - 1
            for number in {0, last}:
                leaf.reader.stored_fields(number)
                leaf.figures(number)
                leaf.neighbours(number)
            first = next(leaf.reader.iter_from("text", b""), None)
            if first is not None and first[0][0] == "text":
                leaf.postings("text", first[0][1].decode())

    def is_current(self) -> bool:
        return bool(self._index.latest_generation() == self._state)

    def close(self) -> None:
        self._reader.close()

    @property
    def count(self) -> int:
        return max(0, int(self._reader.doc_count()) - len(self._marks))

    def numbers_of(self, key: str) -> list[int]:
        return self._whole("key", key)[0]

    def all_names(self) -> Iterator[str]:
        for _, stored in self._reader.iter_docs():
            if stored["key"] != MARK:
                yield stored["key"]

    def _whole(self, field: str, term: str) -> tuple[list[int], list[float]]:
        numbers: list[int] = []
        weights: list[float] = []
        for leaf in self._leaves:
            found, impacts = leaf.postings(field, term)
            numbers += found
            weights += impacts
        return numbers, weights

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for term in terms:
            encoded = term.encode()
            frequency = sum(leaf.reader.doc_frequency("text", encoded) for leaf in self._leaves)
            if frequency:
                found[term] = frequency
        return found

    def words(self, beginning: str) -> Iterable[tuple[str, int]]:
        return self._lexicon("word", beginning)

    def terms(self, beginning: str) -> Iterable[tuple[str, int]]:
        return self._lexicon("text", beginning)

    def _lexicon(self, name: str, beginning: str) -> list[tuple[str, int]]:
        kept = self._word_lists.get((name, beginning))
        if kept is not None:
            return kept
        found: dict[str, int] = {}
        encoded = beginning.encode()
        for leaf in self._leaves:
            for (field, term), told in islice(leaf.reader.iter_from(name, encoded), MOST_WORDS):
                if field != name or not term.startswith(encoded):
                    break
                word = term.decode()
                found[word] = found.get(word, 0) + told.doc_frequency()
        listed = list(found.items())
        if len(listed) >= LONG_LIST:
            if len(self._word_lists) >= WORD_LISTS:
                self._word_lists.pop(next(iter(self._word_lists)))
            self._word_lists[name, beginning] = listed
        return listed

    def postings(self, term: str, among: dict[int, float] | None) -> tuple[Sequence[int], Sequence[float]]:
        return self._whole("text", term)

    def having(self, facet: str) -> set[int]:
        return set(self._whole("facet", facet)[0])

    def everything(self) -> set[int]:
        return set(self._reader.all_doc_ids()) - self._marks

    def _leaf_of(self, number: int) -> _Leaf:
        for leaf in reversed(self._leaves):
            if number >= leaf.offset:
                return leaf
        raise IndexError(number)

    def figures(self, numbers: Sequence[int]) -> list[Figures]:
        if len(numbers) > MANY:
            if self._figures is None:
                self._figures = [each for leaf in self._leaves for each in leaf.all_figures()]
            return [self._figures[number] for number in numbers]
        found = []
        for number in numbers:
            leaf = self._leaf_of(number)
            found.append(leaf.figures(number - leaf.offset))
        return found

    def neighbours(self, numbers: Sequence[int]) -> list[bytes]:
        found = []
        for number in numbers:
            leaf = self._leaf_of(number)
            found.append(leaf.neighbours(number - leaf.offset))
        return found

    def names(self, numbers: Sequence[int]) -> list[str]:
        return [str(self._reader.stored_fields(number)["key"]) for number in numbers]
