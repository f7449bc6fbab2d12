"""Counts that nothing is decided by: gathered in memory while pages are read, written together a little later."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from forum.base.db import Store

log = logging.getLogger(__name__)

#: A crash loses at most this many seconds of counting, which nobody will miss.
FLUSH_SECONDS = 5.0

#: More different things than this between two flushes are not counted, so that memory stays bounded.
MOST_KEYS = 20_000

#: What is counted: a row by its number, or something that has none, as a tuple.
Key = Any

Writer = Callable[[Session, dict[Key, int]], None]


class Measures:
    """Takes counts from many threads and hands them to the writer of their kind."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writers: dict[str, Writer] = {}
        self._counts: Counter[tuple[str, Key]] = Counter()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def register(self, kind: str, writer: Writer) -> None:
        """Let `writer(session, {key: count})` store the counts of one kind; its keys can be put in order."""
        self._writers[kind] = writer

    def add(self, kind: str, key: Key, count: int = 1) -> None:
        """Count; the sum is written within a few seconds."""
        with self._lock:
            if len(self._counts) < MOST_KEYS:
                self._counts[kind, key] += count

    def start(self) -> None:
        """Write every few seconds from a thread of its own, once per process."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="measures", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Write what was counted so far; what cannot be written is counted again next time."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        kinds: dict[str, dict[Key, int]] = {}
        for (kind, key), number in sorted(counts.items()):
            kinds.setdefault(kind, {})[key] = number

        def write(session: Session) -> Any:
            for kind, numbers in kinds.items():
                self._writers[kind](session, numbers)

        try:
            self._store.write(write)
        except Exception:
            log.warning("counts were not written this time", exc_info=True)
            with self._lock:
                self._counts.update(counts)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(FLUSH_SECONDS):
            self.flush()
