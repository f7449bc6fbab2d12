"""One segment of the embedded index: a file written once, mapped into memory, read by all threads of a process.

A file holds keys, figures and neighbours of its documents by number, and for each field a vocabulary with the
documents that have each term. A term of one document, as most are, keeps it beside its name; others point to a
list: gaps between document numbers, as narrow as the widest of them allows, and a byte of impact for each. Both
are read by one call each into what Python adds up fastest. The vocabulary is cut into blocks; the first term
of each is at hand, so that a look-up reads one block.

Nothing in a file ever changes and nothing read from it is kept by the reader, so threads need no lock.
"""

import json
import marshal
import mmap
import os
import struct
import sys
import tempfile
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from heapq import merge
from itertools import accumulate, groupby
from operator import itemgetter, sub
from pathlib import Path
from typing import IO, Any
from zlib import crc32

#: What is looked up by term. `text` has impacts; of the others only the documents count.
KEY, TEXT, FACET, WORD = "key", "text", "facet", "word"
FIELDS = (KEY, TEXT, FACET, WORD)

#: Terms in a block of the vocabulary: read together, and cut apart for each look-up.
BLOCK = 48

#: Postings held in memory while writing, 60 MB or so; more go to files without a name first.
MOST_HELD = 1_000_000

#: Terms written to such a file at a time.
RUN_CHUNK = 1_000

#: Whether all documents with a term are gone is looked up for so many.
FEW = 50

#: The form of a file, and the order of bytes it is written in: read elsewhere, it is no file of ours.
MAGIC = b"shelf1" + sys.byteorder[:2].encode()

#: Where the directory is, how long, and its checksum; then MAGIC. The last bytes of every file.
_FOOT = struct.Struct("<QII8s")

#: Terms in a block, and bytes of their names.
_BLOCK_HEAD = struct.Struct("<HI")

_BETWEEN = b"\0"

#: How a list is kept, in the two lowest bits of a term's value: not at all, or gaps of one, two or four bytes.
_WIDTHS = ("", "B", "H", "I")
_DF_BITS = 24
_DF = (1 << _DF_BITS) - 1
_LOW = 0 if sys.byteorder == "little" else 3


class Damaged(Exception):
    """A file that is not as it was written."""


class Pool:
    """Postings on their way into a file: by field and term, each a document number and its impact in one code."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, dict[str, Any]] = {field: {} for field in FIELDS}
        self._count = 0
        self._runs: dict[str, list[IO[bytes]]] = {field: [] for field in FIELDS}

    def add(self, field: str, number: int, impacts: Mapping[str, int]) -> None:
        """Add the terms of one document; numbers must not fall."""
        held = self._held[field]
        seen = held.get
        base = number << 8
        for term, impact in impacts.items():
            codes = seen(term)
            if codes is None:
                held[term] = base | impact
            elif type(codes) is int:
                held[term] = array("I", (codes, base | impact))
            else:
                codes.append(base | impact)
        self._count += len(impacts)
        if self._count >= MOST_HELD:
            self._spill()

    def add_list(self, field: str, term: str, codes: "array[int]") -> None:
        """Add many documents of one term, all with higher numbers than it has."""
        held = self._held[field]
        before = held.get(term)
        if before is None:
            held[term] = codes
        elif type(before) is int:
            held[term] = array("I", (before,)) + codes
        else:
            before.extend(codes)
        self._count += len(codes)
        if self._count >= MOST_HELD:
            self._spill()

    def _spill(self) -> None:
        for field, held in self._held.items():
            if held:
                run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed with the pool
                self._runs[field].append(run)
                listed = list(_in_order(held))
                for start in range(0, len(listed), RUN_CHUNK):
                    marshal.dump([(term, codes.tobytes()) for term, codes in listed[start : start + RUN_CHUNK]], run)
                self._held[field] = {}
        self._count = 0

    def take(self, field: str) -> Iterator[tuple[str, "array[int]"]]:
        """Give each term of a field, in order, with its codes; once only."""
        held, self._held[field] = self._held[field], {}
        if not self._runs[field]:
            yield from _in_order(held)
            return
        runs = [*(_read_run(run) for run in self._runs[field]), _in_order(held)]
        for term, parts in groupby(merge(*runs, key=itemgetter(0)), key=itemgetter(0)):
            codes = array("I")
            for _, more in parts:
                codes.extend(more)
            yield term, codes

    def close(self) -> None:
        for runs in self._runs.values():
            for run in runs:
                run.close()


def _in_order(held: dict[str, Any]) -> Iterator[tuple[str, "array[int]"]]:
    for term in sorted(held):
        codes = held[term]
        yield term, array("I", (codes,)) if type(codes) is int else codes


def _read_run(run: IO[bytes]) -> Iterator[tuple[str, "array[int]"]]:
    run.seek(0)
    while True:
        try:
            listed = marshal.load(run)  # noqa: S302 - a file without a name, written by this very process
        except EOFError:
            return
        for term, written in listed:
            codes = array("I")
            codes.frombytes(written)
            yield term, codes


class SegmentMaker:
    """Take documents in, and write them as one file."""

    def __init__(self, folder: Path) -> None:
        self.pool = Pool(folder)
        self._keys: list[bytes] = []
        self._scores = array("i")
        self._created = array("q")
        self._qualities = bytearray()
        self._neighbours = bytearray()
        self._ends = array("Q")

    def __len__(self) -> int:
        return len(self._keys)

    def begin(self, key: str, score: int, created: int, quality: int, neighbours: bytes) -> int:
        """Begin a document with what is kept by its number, and give that."""
        number = len(self._keys)
        self._keys.append(key.encode())
        self._scores.append(score)
        self._created.append(created)
        self._qualities.append(quality)
        self._neighbours += neighbours
        self._ends.append(len(self._neighbours))
        self.pool.add(KEY, number, {key: 1})
        return number

    def take(self, segment: "SegmentFile", gone: frozenset[int]) -> None:
        """Take over the documents of another file that are not gone."""
        fresh: list[int] = []
        first = len(self._keys)
        for number in range(segment.count):
            if number in gone:
                fresh.append(-1)
                continue
            fresh.append(first)
            first += 1
            self._keys.append(segment.keys[number])
            self._scores.append(segment.scores[number])
            self._created.append(segment.created[number])
            self._qualities.append(segment.qualities[number])
            self._neighbours += segment.neighbours(number)
            self._ends.append(len(self._neighbours))
        for field in FIELDS:
            for term, numbers, impacts in segment.lists(field):
                codes = array(
                    "I",
                    [
                        fresh[number] << 8 | impact
                        for number, impact in zip(numbers, impacts, strict=True)
                        if fresh[number] >= 0
                    ],
                )
                if codes:
                    self.pool.add_list(field, term, codes)

    def write(self, file: IO[bytes], upto: int) -> None:
        """Write everything, and how far in the line of changes it reaches."""
        sections: dict[str, tuple[int, int, int]] = {}

        def put(name: str, content: bytes) -> None:
            sections[name] = (file.tell(), len(content), crc32(content))
            file.write(content)

        file.write(MAGIC)
        for field in FIELDS:
            heads, places = _write_field(file, self.pool.take(field))
            put(f"{field} heads", _BETWEEN.join(heads))
            put(f"{field} places", places.tobytes())
        put("keys", _BETWEEN.join(self._keys))
        put("scores", self._scores.tobytes())
        put("created", self._created.tobytes())
        put("qualities", bytes(self._qualities))
        put("neighbours", bytes(self._neighbours))
        put("ends", self._ends.tobytes())
        directory = json.dumps({"count": len(self._keys), "upto": upto, "sections": sections}).encode()
        at = file.tell()
        file.write(directory)
        file.write(_FOOT.pack(at, len(directory), crc32(directory), MAGIC))

    def close(self) -> None:
        """Let go of what was laid aside while documents came in."""
        self.pool.close()


def _write_field(file: IO[bytes], terms: Iterable[tuple[str, "array[int]"]]) -> tuple[list[bytes], "array[int]"]:
    """Write lists and blocks; give the first term of each block and where it is."""
    heads: list[bytes] = []
    places = array("Q")
    names: list[bytes] = []
    values = array("Q")

    def end_block() -> None:
        joined = _BETWEEN.join(names)
        heads.append(names[0])
        places.append(file.tell())
        file.write(_BLOCK_HEAD.pack(len(names), len(joined)) + joined + values.tobytes())
        names.clear()
        del values[:]

    for term, codes in terms:
        names.append(term.encode())
        if len(codes) == 1:
            values.append(codes[0] << 2)
        else:
            values.append(_write_list(file, codes))
        if len(names) == BLOCK:
            end_block()
    if names:
        end_block()
    return heads, places


def _write_list(file: IO[bytes], codes: "array[int]") -> int:
    """Write gaps and impacts; give the value that leads to them."""
    at = file.tell()
    numbers = [code >> 8 for code in codes]
    gaps = [numbers[0], *map(sub, numbers[1:], numbers)]
    widest = max(gaps)
    width = 1 if widest < 1 << 8 else 2 if widest < 1 << 16 else 3
    file.write((bytes(gaps) if width == 1 else array(_WIDTHS[width], gaps).tobytes()) + codes.tobytes()[_LOW::4])
    return (at << _DF_BITS | len(codes)) << 2 | width


class SegmentFile:
    """A file as it is read: raises Damaged, or nearly anything, when it is not as it was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            told = os.fstat(file.fileno())
            self._told = told.st_size, told.st_mtime_ns, told.st_ino
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._is_checked = False
        foot = len(self._map) - _FOOT.size
        if foot < len(MAGIC):
            raise Damaged("too short")
        at, length, check, magic = _FOOT.unpack_from(self._map, foot)
        written = self._map[at : at + length]
        if magic != MAGIC or at + length != foot or crc32(written) != check:
            raise Damaged("no directory")
        directory = json.loads(written)
        self.count: int = directory["count"]
        self.upto: int = directory["upto"]
        self._sections: dict[str, tuple[int, int, int]] = directory["sections"]
        self.scores: Sequence[int] = self._array("scores", "i")
        self.created: Sequence[int] = self._array("created", "q")
        self.qualities = self._section("qualities")
        self.keys: list[bytes] = self._section("keys").split(_BETWEEN) if self.count else []
        self._ends = self._array("ends", "Q")
        self._heads = {field: self._list(f"{field} heads") for field in FIELDS}
        self._places = {field: self._array(f"{field} places", "Q") for field in FIELDS}
        self._neighbours_at = self._sections["neighbours"][0]
        if len(self.keys) != self.count:
            raise Damaged("keys and count differ")

    def _section(self, name: str) -> bytes:
        at, length, check = self._sections[name]
        content = self._map[at : at + length]
        if crc32(content) != check:
            raise Damaged(name)
        return content

    def _array(self, name: str, kind: str) -> "array[int]":
        found = array(kind)
        found.frombytes(self._section(name))
        return found

    def _list(self, name: str) -> list[bytes]:
        content = self._section(name)
        return content.split(_BETWEEN) if content else []

    @cached_property
    def by_date(self) -> "array[int]":
        """Documents from the newest to the oldest."""
        return array("I", sorted(range(self.count), key=self.created.__getitem__, reverse=True))

    @cached_property
    def by_score(self) -> "array[int]":
        """Documents from the highest score to the lowest, newer ones first among equals."""
        return array("I", sorted(self.by_date, key=self.scores.__getitem__, reverse=True))

    def is_as_opened(self) -> bool:
        """Say whether nobody touched the file meanwhile: of one cut short not even a byte may be read."""
        try:
            told = self._path.stat()
        except OSError:
            return False
        return self._told == (told.st_size, told.st_mtime_ns, told.st_ino)

    def check(self) -> None:
        """Read a little of every part that is only read when it is asked for, once."""
        if self._is_checked:
            return
        at, length, check = self._sections["neighbours"]
        if length and crc32(self._map[at : at + length]) != check:
            raise Damaged("neighbours")
        for field in FIELDS:
            for place in {0, len(self._heads[field]) - 1} if self._heads[field] else ():
                names, _ = self._block(field, place)
                self.postings(field, names[0])
        self._is_checked = True

    def _block(self, field: str, place: int) -> tuple[list[bytes], int]:
        """Give the terms of a block and where their values begin."""
        at = self._places[field][place]
        count, length = _BLOCK_HEAD.unpack_from(self._map, at)
        at += _BLOCK_HEAD.size
        names = self._map[at : at + length].split(_BETWEEN)
        if len(names) != count:
            raise Damaged("a block of terms")
        return names, at + length

    def _value(self, field: str, term: bytes) -> int | None:
        place = bisect_right(self._heads[field], term) - 1
        if place < 0:
            return None
        names, at = self._block(field, place)
        inside = bisect_left(names, term)
        if inside == len(names) or names[inside] != term:
            return None
        return _number_at(self._map, at + 8 * inside)

    def frequency(self, field: str, term: bytes) -> int:
        """Say how many documents have a term, gone ones among them."""
        value = self._value(field, term)
        return 0 if value is None else _frequency(value)

    def postings(self, field: str, term: bytes, first: int = 0) -> tuple[list[int], bytes]:
        """Give all documents with the term, numbered from `first`, and a byte of impact for each."""
        value = self._value(field, term)
        return ([], b"") if value is None else self._read(value, first)

    def _read(self, value: int, first: int = 0) -> tuple[list[int], bytes]:
        width = value & 3
        if not width:
            code = value >> 2
            if code >> 8 >= self.count:
                raise Damaged("a document that is none")
            return [first + (code >> 8)], bytes((code & 255,))
        frequency = value >> 2 & _DF
        at = value >> 2 + _DF_BITS
        split = at + (frequency << width - 1)
        written = self._map[at:split]
        impacts = self._map[split : split + frequency]
        gaps: Sequence[int] = written if width == 1 else _as_array(_WIDTHS[width], written)
        if len(gaps) != frequency or len(impacts) != frequency:
            raise Damaged("a list that ends too early")
        if not first:
            return list(accumulate(gaps)), impacts
        numbers = list(accumulate(gaps, initial=first))
        del numbers[0]
        return numbers, impacts

    def beginning(
        self, field: str, beginning: bytes, most: int, gone: frozenset[int] = frozenset()
    ) -> Iterator[tuple[bytes, int]]:
        """Give terms that begin so, in order, and how many documents have them; so many are read at most. A term
        that only documents have that are gone is not given, as long as they are few."""
        heads = self._heads[field]
        place = max(0, bisect_right(heads, beginning) - 1)
        few = min(len(gone), FEW)
        while place < len(heads) and most > 0 and (heads[place] <= beginning or heads[place].startswith(beginning)):
            names, at = self._block(field, place)
            start = bisect_left(names, beginning)
            values = _as_array("Q", self._map[at : at + 8 * len(names)])
            for inside in range(start, min(len(names), start + most)):
                if not names[inside].startswith(beginning):
                    return
                frequency = _frequency(values[inside])
                if frequency > few or not gone.issuperset(self._read(values[inside])[0]):
                    yield names[inside], frequency
            most -= len(names) - start
            place += 1

    def lists(self, field: str) -> Iterator[tuple[str, list[int], bytes]]:
        """Give every term of a field with its documents and impacts."""
        for place in range(len(self._heads[field])):
            names, at = self._block(field, place)
            for inside, name in enumerate(names):
                yield (name.decode(), *self._read(_number_at(self._map, at + 8 * inside)))

    def neighbours(self, number: int) -> bytes:
        start = self._ends[number - 1] if number else 0
        return self._map[self._neighbours_at + start : self._neighbours_at + self._ends[number]]


def _number_at(mapped: mmap.mmap, at: int) -> int:
    return int.from_bytes(mapped[at : at + 8], sys.byteorder)


def _frequency(value: int) -> int:
    return value >> 2 & _DF if value & 3 else 1


def _as_array(kind: str, written: bytes) -> "array[int]":
    found = array(kind)
    found.frombytes(written)
    return found
