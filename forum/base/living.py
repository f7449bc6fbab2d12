"""Who is at work on an installation, known by a lock that ends with the process, however that ends."""

import fcntl
import secrets
from pathlib import Path


class Presence:
    """A new name, and a locked file called so in a folder that all who work on the installation share.

    The kernel lets go of the lock when the process, and whoever it forked, has ended: before its number is forgotten,
    and whether or not those who look can see its number at all, as out of another container.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            self.name = secrets.token_hex(8)
            self._path = folder / self.name
            self._file = self._path.open("xb")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            if self._path.exists():
                return
            # Somebody found it before it was locked, and took it away as left by the dead.
            self._file.close()

    def end(self) -> None:
        """Be present no more."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def dead_in(folder: Path) -> list[str]:
    """The names of those who ended without a word."""
    return [path.name for path in folder.iterdir() if _is_free(path)] if folder.is_dir() else []


def forget(folder: Path, names: list[str]) -> None:
    """Take away what the dead left, once nothing is theirs any more."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
