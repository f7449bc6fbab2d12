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
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.fields import Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import TOC, clean_files

from search_index import ranking
from search_index.clues import correct
from search_index.contract import STAMP, Batch, Hits, IndexDamaged, Query
from search_index.document import Document
from search_index.generations import DAMAGE, Generations
from search_index.ranking import commonest, facets_of, figures_of, surfaces_of
from search_index.segment_file import FACET, TEXT, WORD
from search_index.segment_making import SegmentMaker
from search_index.weighing import weigh
from search_index.whoosh_shelf import QUALITY_STEPS, WhooshShelf, open_segment

#: Seconds a writer waits for another before IndexBusy.
PATIENCE = 10.0

#: Segments with more documents are left alone, or one small commit might take a minute.
BIG_SEGMENT = 10_000

#: Segments of so few are written again with every commit: it costs less than to look into one more of them.
SMALL_SEGMENT = 25

#: Raise the number when files or states are written in another form: those are not even opened.
FORM = "files 3"

#: What is kept beside the index about how it was made, and where.
WHOOSH_STAMP = f"{STAMP}, {FORM}"
STAMP_FILE = "made-with"

NAME = "search"

#: How often a question is put again, and the seconds between, each longer than the last: 0.2 in all.
ATTEMPTS = 6
PAUSE = 0.02

log = logging.getLogger(__name__)
T = TypeVar("T")


def _put(maker: SegmentMaker, document: Document) -> None:
    figures = figures_of(document)
    weighed = weigh(document)
    number = maker.begin(
        document.key,
        max(-(2**31), min(2**31 - 1, figures.score)),
        figures.created,
        round(QUALITY_STEPS * max(0.0, min(1.0, figures.quality))),
        weighed.neighbours,
    )
    maker.pool.add(TEXT, number, weighed.impacts)
    maker.pool.add(FACET, number, dict.fromkeys(facets_of(document), 1))
    maker.pool.add(WORD, number, dict.fromkeys(surfaces_of(document), 1))


def _path(folder: Path, segment: W3Segment) -> Path:
    return folder / str(segment.make_filename(segment.COMPOUND_EXT))


def _read(folder: Path) -> TOC:
    return TOC.read(FileStorage(str(folder)), NAME)


def _latest(folder: Path) -> int:
    """Which state is the present one."""
    return int(TOC._latest_generation(FileStorage(str(folder)), NAME))


def _open(folder: Path) -> tuple[int, WhooshShelf]:
    """Open the present state and say which it is."""
    state = _read(folder)
    return state.generation, WhooshShelf(
        [(open_segment(_path(folder, each)), frozenset(each.deleted_docs())) for each in state.segments]
    )


def _keep(folder: Path, state: TOC, kept: list[W3Segment], maker: SegmentMaker, upto: int) -> None:
    """Write what the maker holds, and the state that begins with it; the last segment says how far it is."""
    storage = FileStorage(str(folder))
    segment = W3Segment(W3Codec(), NAME, doccount=len(maker))
    with _path(folder, segment).open("wb") as file:
        maker.write(file, upto)
    for path in folder.glob(f"_{NAME}_*.toc.*"):  # of a writer that was killed
        path.unlink(missing_ok=True)
    segments = [*kept, segment]
    TOC(state.schema, segments, state.generation + 1).write(storage, NAME)
    with Generations(folder.parent).cleaning() as is_free:
        if is_free:
            clean_files(storage, NAME, state.generation + 1, segments)


def _take_small(folder: Path, segments: list[W3Segment], maker: SegmentMaker) -> list[W3Segment]:
    """Take small segments into the one being written, so that their number grows with the logarithm of
    documents; give the others."""
    kept = []
    for segment in sorted(segments, key=lambda each: int(each.doc_count())):
        live, gone = segment.doc_count(), segment.deleted_count()
        is_small = live <= 2 * max(len(maker), SMALL_SEGMENT) and live <= BIG_SEGMENT
        is_hollow = gone > live // 2
        if not live:
            continue
        if is_small or is_hollow:
            maker.take(open_segment(_path(folder, segment)), frozenset(segment.deleted_docs()))
        else:
            kept.append(segment)
    return kept


def _write(folder: Path, changes: dict[str, Document | None], upto: int) -> None:
    state = _read(folder)
    _, shelf = _open(folder)
    for key in changes:
        for place, number in shelf.numbers_of(key):
            state.segments[place].delete_document(number)
    maker = SegmentMaker(folder)
    try:
        for document in changes.values():
            if document is not None:
                _put(maker, document)
        kept = _take_small(folder, state.segments, maker)
        _keep(folder, state, kept, maker, upto)
    finally:
        maker.close()


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
        (folder / STAMP_FILE).write_text(WHOOSH_STAMP, encoding="utf-8")
        TOC.create(FileStorage(str(folder)), Schema(), NAME)
        self._maker = SegmentMaker(folder)
        self._seen: set[str] = set()
        self._again: dict[str, Document | None] = {}
        self.is_committed = False

    def put(self, document: Document) -> None:
        if document.key in self._seen:
            self._again[document.key] = document
        else:
            self._seen.add(document.key)
            _put(self._maker, document)

    def drop(self, key: str) -> None:
        if key in self._seen:
            self._again[key] = None

    def commit(self, upto: int) -> None:
        _keep(self._folder, _read(self._folder), [], self._maker, upto)
        if self._again:
            _write(self._folder, self._again, upto)
        self.is_committed = True

    def close(self) -> None:
        self._maker.close()


class WhooshIndex:
    def __init__(self, folder: Path | str) -> None:
        self._generations = Generations(Path(folder))
        self._held: tuple[Path, int, WhooshShelf] | None = None
        self._opening = threading.Lock()

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
                rebuild.close()
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
        return self._ask(lambda shelf: shelf.upto, 0)

    def count(self) -> int:
        return self._ask(lambda shelf: shelf.count, 0)

    def keys(self) -> set[str]:
        return self._ask(lambda shelf: shelf.all_names(), set())

    def needs_rebuild(self) -> str | None:
        folder = self._generations.current()
        if folder is None:
            return "missing"
        if _stamp(folder) != WHOOSH_STAMP:
            return "made by another version"
        return None if self._ask(_is_sound, False) else "damaged"

    def close(self) -> None:
        """Let go of the files; the next question opens them again."""
        self._held = None

    def _shelf(self) -> WhooshShelf | None:
        held = self._held
        if held is not None and self._is_present(held):
            return held[2]
        with self._opening, self._generations.opening():
            folder = self._generations.current()
            if folder is None or (folder / DAMAGE).exists() or not _stamp(folder).endswith(FORM):
                self._held = None
                return None
            held = self._held
            if held is None or not self._is_present(held):
                held = self._held = (folder, *_open(folder))
            return held[2]

    def _is_present(self, held: tuple[Path, int, WhooshShelf]) -> bool:
        folder, state, shelf = held
        return (
            folder == self._generations.current()
            and state == _latest(folder)
            and not (folder / DAMAGE).exists()
            and shelf.is_as_opened()
        )

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
                self._held = None
                if attempt < ATTEMPTS - 1:
                    time.sleep(PAUSE * attempt)
                    continue
                log.exception("The search index did not answer.")
                if folder is not None and folder == self._generations.current() and _comes_from_files():
                    self._generations.mark_damaged(folder)
        return otherwise


_READERS = ("search_index.whoosh_shelf", "search_index.segment_file", "search_index.segment_making")


def _comes_from_files() -> bool:
    """Say whether the exception being handled rose from reading files, not from a mistake in our own
    ranking."""
    trace = sys.exc_info()[2]
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("whoosh.") or name in _READERS:
            return True
        trace = trace.tb_next
    return False


def _stamp(folder: Path) -> str:
    """What an index was made with; nothing else in its folder is read before that is known."""
    try:
        return (folder / STAMP_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _is_sound(shelf: WhooshShelf) -> bool:
    shelf.check()
    return True
