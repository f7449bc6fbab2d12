"""Where the files of pictures are: what was uploaded, until it is reworked, and what is shown."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from forum.media.reworking import MOST_SECONDS, UNREADABLE

_NAMES = re.compile(r"([0-9a-f]{32})(?:-small)?(?:\.webp)?")


class Unreadable(Exception):
    """No picture could be made of this file, however often one tries."""


class PictureFiles:
    """The folder `DATA/media`. Files are whole or not there; rows say which of them count."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def raw(self, token: str) -> Path:
        return self.folder / "raw" / token

    def picture(self, token: str) -> Path:
        return self.folder / token[:2] / f"{token}.webp"

    def small(self, token: str) -> Path:
        return self.folder / token[:2] / f"{token}-small.webp"

    def put_raw(self, token: str, content: bytes) -> None:
        """Write an upload so that it is there, whole, when this returns, even if the power goes a moment later."""
        path = self.raw(token)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        writing = path.with_name(f"{token}.new")
        with os.fdopen(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        writing.replace(path)
        sync_folder(path.parent)

    def rework(self, token: str) -> None:
        """Make what is shown out of what was uploaded; raises Unreadable. Doing it twice gives the same."""
        picture, small = self.picture(token), self.small(token)
        picture.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = [path.with_name(f"{path.name}.new") for path in (picture, small)]
        command = [sys.executable, "-m", "forum.media.reworking", str(self.raw(token)), *map(str, made)]
        try:
            done = subprocess.run(  # noqa: S603 - our own module, with paths that we made
                command, timeout=2 * MOST_SECONDS, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, check=False
            )
        except subprocess.TimeoutExpired as slow:
            raise Unreadable from slow
        # A negative number is a signal: the decoder crashed, or used more than it may.
        if done.returncode == UNREADABLE or done.returncode < 0:
            raise Unreadable
        if done.returncode != 0:
            raise RuntimeError(done.stderr.decode(errors="replace")[-2_000:])
        for path, whole in zip(made, (picture, small), strict=True):
            with path.open("rb") as file:
                os.fsync(file.fileno())
            path.replace(whole)
        sync_folder(picture.parent)

    def forget_raw(self, token: str) -> None:
        """Delete the upload, which may say where it was taken."""
        self.raw(token).unlink(missing_ok=True)

    def all(self) -> Iterator[tuple[Path, str]]:
        """Every file with the token it belongs to; an empty one for a name that is none of ours."""
        for path in self.folder.glob("*/*"):
            found = _NAMES.fullmatch(path.name.removesuffix(".new"))
            if path.is_file():
                yield path, found[1] if found and not path.name.endswith(".new") else ""


#: Where `forum` is found by a process that starts elsewhere.
ROOT = Path(__file__).parents[2]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
