"""Keep an index as a folder per generation and a small file that names the one in use.

A new generation is filled beside the one in use and takes its place by one rename, so that readers in any
process see either the whole old index or the whole new one. Index files are read with pickle: whoever can
write into the folder runs code here, therefore the folder is its owner's alone.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from search_index.contract import IndexBusy

POINTER = "current"
LOCK = "writer.lock"
OPENING = "opening.lock"
PREFIX = "generation-"

#: Seconds that readers who are just opening files may hold up their removal; then they stay for the next time.
CLEANING_PATIENCE = 1.0

#: Laid into a generation by whoever finds it unreadable, so that every process knows.
DAMAGE = "damaged"

try:
    import fcntl
except ImportError:  # Windows: one process tree, guarded by the file's existence alone
    fcntl = None  # type: ignore[assignment]


class Generations:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> Path | None:
        """Give the folder of the generation in use, None when there is none."""
        try:
            name = (self.folder / POINTER).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        if not name.startswith(PREFIX) or not name.removeprefix(PREFIX).isdigit():
            return None
        path = self.folder / name
        return path if path.is_dir() else None

    def begin(self) -> Path:
        """Make the folder of the next generation; hold the lock."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = [int(path.name.removeprefix(PREFIX)) for path in self._all()]
        path = self.folder / f"{PREFIX}{max(taken, default=0) + 1}"
        path.mkdir(mode=0o700)
        return path

    def switch(self, path: Path) -> None:
        """Put a generation in use and remove the others; hold the lock."""
        fresh = self.folder / f"{POINTER}.new"
        with fresh.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.folder / POINTER)
        with self.cleaning() as is_free:
            if is_free:
                self.sweep()

    def sweep(self) -> None:
        """Remove generations not in use, such as those left by a rebuild that was killed; hold the lock."""
        current = self.current()
        for path in self._all():
            if path != current:
                shutil.rmtree(path, ignore_errors=True)

    def _all(self) -> list[Path]:
        return [path for path in self.folder.glob(f"{PREFIX}*") if path.name.removeprefix(PREFIX).isdigit()]

    @contextmanager
    def writing(self, patience: float) -> Iterator[None]:
        """Be the only writer, in any process; raise IndexBusy when that takes longer than `patience`
        seconds."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        handle = os.open(self.folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _acquire(handle, patience)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Open files that nobody removes meanwhile."""
        try:
            handle = os.open(self.folder / OPENING, os.O_CREAT | os.O_RDWR, 0o600)
        except FileNotFoundError:
            yield
            return
        try:
            if fcntl is not None:
                fcntl.flock(handle, fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def cleaning(self) -> Iterator[bool]:
        """Remove files that nobody is just opening; says whether that could be had. Hold the writer's lock."""
        handle = os.open(self.folder / OPENING, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            try:
                _acquire(handle, CLEANING_PATIENCE)
            except IndexBusy:
                yield False
            else:
                yield True
        finally:
            os.close(handle)

    def mark_damaged(self, path: Path) -> None:
        with suppress(OSError):
            (path / DAMAGE).touch()


def _acquire(handle: int, patience: float) -> None:
    if fcntl is None:
        return
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise IndexBusy("Another writer holds the index.") from None
            time.sleep(0.01)
        else:
            return
