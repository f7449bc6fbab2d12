"""The embedded index: Whoosh files in a folder, one writer at a time, any number of readers in any process.

Readers never use `Searcher.refresh()`, which in other releases brings deleted documents back: each thread
holds its own reader and replaces it when the index has moved on. The mark of how far the index is lies in
the index itself, in the same commit as the changes. Nothing here survives a loss of power for certain; the
index is a copy and can be rebuilt.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader
from whoosh.writing import SegmentWriter

from search_index import ranking
from search_index.clues import correct
from search_index.contract import STAMP, Batch, Hits, IndexDamaged, Query
from search_index.document import Document
from search_index.generations import DAMAGE, Generations
from search_index.ranking import commonest, facets_of, figures_of, surfaces_of
from search_index.weighing import weigh
from search_index.whoosh_shelf import (
    MARK,
    QUALITY_STEPS,
    SCHEMA_VERSION,
    LengthlessCodec,
    WhooshShelf,
    make_schema,
)

#: Seconds a writer waits for another before IndexBusy.
PATIENCE = 10.0

#: Megabytes of postings held in memory while writing; more go to files first.
WRITING_MEMORY = 48

#: Segments with more documents are left alone, or one small commit might take a minute.
BIG_SEGMENT = 5_000

#: What is kept in the index about how it was made.
WHOOSH_STAMP = f"{STAMP}, schema {SCHEMA_VERSION}"

NAME = "search"

#: How often a question is put again, and the seconds between, each longer than the last: 0.2 in all.
ATTEMPTS = 6
PAUSE = 0.02

log = logging.getLogger(__name__)
T = TypeVar("T")


def _fields(document: Document) -> dict[str, Any]:
    figures = figures_of(document)
    weighed = weigh(document)
    return {
        "key": document.key,
        "text": weighed.impacts,
        "neighbours": weighed.neighbours,
        "facet": dict.fromkeys(facets_of(document), 1.0),
        "word": dict.fromkeys(surfaces_of(document), 1.0),
        "score": max(-(2**31), min(2**31 - 1, figures.score)),
        "created": figures.created,
        "quality": round(QUALITY_STEPS * max(0.0, min(1.0, figures.quality))),
    }


def _merge(writer: SegmentWriter, segments: list[Any]) -> list[Any]:
    """Take small segments into the one being written, so that their number grows with the logarithm of
    documents."""
    taken = writer.doc_count()
    kept = []
    for segment in sorted(segments, key=lambda each: each.doc_count()):
        live, dead = segment.doc_count(), segment.deleted_count()
        is_small = live <= 2 * taken and live <= BIG_SEGMENT
        is_hollow = dead > live // 2
        if not live:
            continue
        if is_small or is_hollow:
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
            taken += live
        else:
            kept.append(segment)
    return kept


def _open(folder: Path) -> FileIndex:
    return FileIndex(FileStorage(str(folder)), indexname=NAME)


def _write(folder: Path, changes: dict[str, Document | None], upto: int) -> None:
    index = _open(folder)
    shelf = WhooshShelf(index)
    writer = SegmentWriter(index, timeout=PATIENCE, limitmb=WRITING_MEMORY, codec=LengthlessCodec())
    try:
        for key in (*changes, MARK):
            for number in shelf.numbers_of(key):
                writer.delete_document(number)
        for document in changes.values():
            if document is not None:
                writer.add_document(**_fields(document))
        writer.add_document(key=MARK, mark={"stamp": WHOOSH_STAMP, "upto": upto})
        writer.commit(mergetype=_merge)
    except BaseException:
        with suppress(Exception):
            writer.cancel()
        raise
    finally:
        shelf.close()


class WhooshBatch:
    """Collect changes; the files are touched at the commit only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._changes: dict[str, Document | None] = {}

    def put(self, document: Document) -> None:
        self._changes[document.key] = document

    def drop(self, key: str) -> None:
        self._changes[key] = None

    def commit(self, upto: int) -> None:
        _write(self._folder, self._changes, upto)
        self._changes = {}


class WhooshRebuild:
    """Fill a new generation, document by document; a key that comes again is put right at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        index = FileIndex.create(FileStorage(str(folder)), make_schema(), NAME)
        self._writer = SegmentWriter(index, timeout=PATIENCE, limitmb=WRITING_MEMORY, codec=LengthlessCodec())
        self._seen: set[str] = set()
        self._again: dict[str, Document | None] = {}
        self.is_committed = False

    def put(self, document: Document) -> None:
        if document.key in self._seen:
            self._again[document.key] = document
        else:
            self._seen.add(document.key)
            self._writer.add_document(**_fields(document))

    def drop(self, key: str) -> None:
        if key in self._seen:
            self._again[key] = None

    def commit(self, upto: int) -> None:
        self._writer.add_document(key=MARK, mark={"stamp": WHOOSH_STAMP, "upto": upto})
        self._writer.commit(merge=False)
        if self._again:
            _write(self._folder, self._again, upto)
        self.is_committed = True

    def cancel(self) -> None:
        if not self._writer.is_closed:
            with suppress(Exception):
                self._writer.cancel()


class WhooshIndex:
    def __init__(self, folder: Path | str) -> None:
        self._generations = Generations(Path(folder))
        self._local = threading.local()

    @contextmanager
    def open_batch(self) -> Iterator[Batch]:
        with self._generations.writing(PATIENCE):
            reason = self.needs_rebuild()
            folder = self._generations.current()
            if reason is not None or folder is None:
                raise IndexDamaged(reason or "missing")
            yield WhooshBatch(folder)

    @contextmanager
    def open_rebuild(self) -> Iterator[Batch]:
        with self._generations.writing(PATIENCE):
            self._generations.sweep()
            folder = self._generations.begin()
            rebuild = WhooshRebuild(folder)
            try:
                yield rebuild
            finally:
                rebuild.cancel()
                if rebuild.is_committed:
                    self._generations.switch(folder)
                else:
                    self._generations.sweep()

    def search(self, query: Query) -> Hits:
        return self._ask(lambda shelf: ranking.find(shelf, query), Hits(is_reliable=False))

    def similar(self, text: str, limit: int = 5, *, filters: Query | None = None, exclude: str = "") -> Hits:
        return self._ask(
            lambda shelf: ranking.resembling(shelf, text, limit, filters, exclude), Hits(is_reliable=False)
        )

    def suggest(self, text: str) -> str | None:
        return self._ask(lambda shelf: correct(text, frequencies=shelf.frequencies, words=shelf.words), None)

    def complete(self, prefix: str, limit: int = 8) -> list[str]:
        return self._ask(lambda shelf: commonest(shelf.words, prefix, limit), [])

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        return self._ask(lambda shelf: shelf.frequencies(terms), {})

    def upto(self) -> int:
        return self._ask(lambda shelf: int(shelf.mark.get("upto", 0)), 0)

    def count(self) -> int:
        return self._ask(lambda shelf: shelf.count, 0)

    def keys(self) -> set[str]:
        return self._ask(lambda shelf: set(shelf.all_names()), set())

    def needs_rebuild(self) -> str | None:
        folder = self._generations.current()
        if folder is None:
            return "missing"
        stamp = self._ask(_sound_stamp, None)
        if stamp is None:
            return "damaged"
        return None if stamp == WHOOSH_STAMP else "made by another version"

    def close(self) -> None:
        """Let go of this thread's reader; other threads' go with their threads."""
        self._forget()

    def _forget(self) -> None:
        shelf: WhooshShelf | None = getattr(self._local, "shelf", None)
        self._local.shelf = self._local.folder = None
        if shelf is not None:
            with suppress(Exception):
                shelf.close()

    def _shelf(self) -> WhooshShelf | None:
        folder = self._generations.current()
        if folder is None or (folder / DAMAGE).exists():
            self._forget()
            return None
        held: WhooshShelf | None = getattr(self._local, "shelf", None)
        if held is not None and self._local.folder == folder and held.is_current():
            return held
        self._forget()
        shelf = WhooshShelf(_open(folder))
        self._local.shelf, self._local.folder = shelf, folder
        return shelf

    def _ask(self, question: Callable[[WhooshShelf], T], otherwise: T) -> T:
        """Ask the present state. What a damaged file makes of Whoosh is anything from EOFError to
        AssertionError, so anything is caught here; asked again afresh, since a writer may have removed a
        file just being opened, and a busy one may do so more than once."""
        for attempt in range(ATTEMPTS):
            folder = self._generations.current()
            try:
                shelf = self._shelf()
                return otherwise if shelf is None else question(shelf)
            except Exception:
                self._forget()
                if attempt < ATTEMPTS - 1:
                    time.sleep(PAUSE * attempt)
                    continue
                log.exception("The search index did not answer.")
                if folder is not None and folder == self._generations.current() and _comes_from_files():
                    self._generations.mark_damaged(folder)
        return otherwise


def _comes_from_files() -> bool:
    """Say whether the exception being handled rose from reading files, not from a mistake in our own
    ranking."""
    trace = sys.exc_info()[2]
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("whoosh.") or name == "search_index.whoosh_shelf":
            return True
        trace = trace.tb_next
    return False


def _sound_stamp(shelf: WhooshShelf) -> str:
    """Read a little of every part of the index, and give the stamp it was made with."""
    shelf.probe()
    return str(shelf.mark.get("stamp", ""))
