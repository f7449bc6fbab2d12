"""Write one segment of the embedded index: postings gathered in memory, in files without a name when they are many."""

import json
import marshal
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from itertools import groupby
from operator import itemgetter, sub
from pathlib import Path
from typing import IO, Any
from zlib import crc32

from search_index.segment_file import (
    BETWEEN,
    BLOCK_HEAD,
    DF_BITS,
    FIELDS,
    FOOT,
    KEY,
    MAGIC,
    WIDTHS,
    SegmentFile,
)

#: Terms in a block of the vocabulary: read together, and cut apart for each look-up.
BLOCK = 48

_LOW = 0 if sys.byteorder == "little" else 3

#: Postings held in memory while writing, 60 MB or so; more go to files without a name first.
MOST_HELD = 1_000_000

#: Terms written to such a file at a time.
RUN_CHUNK = 1_000


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
            put(f"{field} heads", BETWEEN.join(heads))
            put(f"{field} places", places.tobytes())
        put("keys", BETWEEN.join(self._keys))
        put("scores", self._scores.tobytes())
        put("created", self._created.tobytes())
        put("qualities", bytes(self._qualities))
        put("neighbours", bytes(self._neighbours))
        put("ends", self._ends.tobytes())
        directory = json.dumps({"count": len(self._keys), "upto": upto, "sections": sections}).encode()
        at = file.tell()
        file.write(directory)
        file.write(FOOT.pack(at, len(directory), crc32(directory), MAGIC))

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
        joined = BETWEEN.join(names)
        heads.append(names[0])
        places.append(file.tell())
        file.write(BLOCK_HEAD.pack(len(names), len(joined)) + joined + values.tobytes())
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
    file.write((bytes(gaps) if width == 1 else array(WIDTHS[width], gaps).tobytes()) + codes.tobytes()[_LOW::4])
    return (at << DF_BITS | len(codes)) << 2 | width
