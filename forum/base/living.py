"""Who is at work on an installation, known by a lock that ends with the process, however that ends."""

import fcntl
import os
import secrets
from pathlib import Path


class Presence:
    """A new name, and a locked file called so in a folder that all who work on the installation share.

    The kernel lets go of the lock when the process, and whoever it forked, has ended: before its number is forgotten,
    and whether or not those who look can see its number at all, as out of another container. The name tells which
    file it is, so that a copy of the folder is no folder of the dead.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Nobody looks at a file with a dot: it is locked before it can be found.
        path = folder / f".{secrets.token_hex(8)}"
        self._file = path.open("xb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self.name = f"{path.name[1:]}-{os.fstat(self._file.fileno()).st_ino:x}"
        self._path = path.rename(folder / self.name)

    def end(self) -> None:
        """Be present no more."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def dead_in(folder: Path) -> list[str]:
    """The names of those who ended without a word. Raises OSError where the folder cannot be read."""
    return [path.name for path in folder.iterdir() if _is_left(path)] if folder.is_dir() else []


def forget(folder: Path, names: list[str]) -> None:
    """Take away what the dead left, once nothing is theirs any more."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _is_left(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    try:
        with path.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return path.name.endswith(f"-{os.fstat(file.fileno()).st_ino:x}")
    except OSError:
        return False
