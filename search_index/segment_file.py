"""One segment of the embedded index: a file written once, mapped into memory, read by all threads of a process.

A file holds keys, figures and neighbours of its documents by number, and for each field a vocabulary with the
documents that have each term. A term of one document, as most are, keeps it beside its name; others point to a
list: gaps between document numbers, as narrow as the widest of them allows, and a byte of impact for each. Both
are read by one call each into what Python adds up fastest. The vocabulary is cut into blocks; the first term
of each is at hand, so that a look-up reads one block.

Nothing in a file ever changes and nothing read from it is kept by the reader, so threads need no lock.
"""

import json
import mmap
import os
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from zlib import crc32

#: What is looked up by term. `text` has impacts; of the others only the documents count.
KEY, TEXT, FACET, WORD = "key", "text", "facet", "word"
FIELDS = (KEY, TEXT, FACET, WORD)

#: Whether all documents with a term are gone is looked up for so many.
FEW = 50

#: The form of a file, and the order of bytes it is written in: read elsewhere, it is no file of ours.
MAGIC = b"shelf1" + sys.byteorder[:2].encode()

#: Where the directory is, how long, and its checksum; then MAGIC. The last bytes of every file.
FOOT = struct.Struct("<QII8s")

#: Terms in a block, and bytes of their names.
BLOCK_HEAD = struct.Struct("<HI")

BETWEEN = b"\0"

#: How a list is kept, in the two lowest bits of a term's value: not at all, or gaps of one, two or four bytes.
WIDTHS = ("", "B", "H", "I")
DF_BITS = 24
_DF = (1 << DF_BITS) - 1


class Damaged(Exception):
    """A file that is not as it was written."""


class SegmentFile:
    """A file as it is read: raises Damaged, or nearly anything, when it is not as it was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            told = os.fstat(file.fileno())
            self._told = told.st_size, told.st_mtime_ns, told.st_ino
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._is_checked = False
        foot = len(self._map) - FOOT.size
        if foot < len(MAGIC):
            raise Damaged("too short")
        at, length, check, magic = FOOT.unpack_from(self._map, foot)
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
        self.keys: list[bytes] = self._section("keys").split(BETWEEN) if self.count else []
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
        return content.split(BETWEEN) if content else []

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
        count, length = BLOCK_HEAD.unpack_from(self._map, at)
        at += BLOCK_HEAD.size
        names = self._map[at : at + length].split(BETWEEN)
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
        at = value >> 2 + DF_BITS
        split = at + (frequency << width - 1)
        written = self._map[at:split]
        impacts = self._map[split : split + frequency]
        gaps: Sequence[int] = written if width == 1 else _as_array(WIDTHS[width], written)
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
