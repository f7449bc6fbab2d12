"""The file itself: a zip with a manifest that names every part, its size and its checksum; nothing else is believed."""

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from forum import __version__

T = TypeVar("T")

FORMAT = "sportello-backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"

#: What of the data folder belongs to an installation, beside the database; the rest is made anew or is of the moment.
SECRET_FILE = "secret"  # noqa: S105
FOLDERS = ("media",)

#: On texts of ours level 6 took almost three times as long for a tenth less.
COMPRESSION = 3

#: A manifest of many thousand pictures stays below.
MANIFEST_BYTES = 64 * 1024 * 1024

#: A line is one row; the longest text together with its HTML stays far below.
LINE_BYTES = 32 * 1024 * 1024

#: Texts pack at most about 12 to 1; more than this is made to fill a disk.
MOST_RATIO = 100
RATIO_MATTERS = 64 * 1024 * 1024

BLOCK = 1024 * 1024

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_PART = re.compile(r"[A-Za-z0-9_@+=,-][A-Za-z0-9._@+=,-]{0,200}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class BadArchive(Exception):
    """Not a backup, or not a whole one; carries one sentence."""


@dataclass(frozen=True)
class TablePart:
    """One table in the archive."""

    name: str
    columns: list[list[str]]
    rows: int
    bytes: int
    sha256: str
    #: The highest number ever given out, where the database remembers it, so that none is given twice.
    last_id: int | None = None

    @property
    def member(self) -> str:
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True)
class FilePart:
    """One file of the data folder in the archive."""

    path: str
    bytes: int
    sha256: str

    @property
    def member(self) -> str:
        return f"files/{self.path}"


@dataclass(frozen=True)
class Manifest:
    """What the archive says about itself."""

    revision: str
    database: str
    made_at: str
    #: Whether the secret key is among the files, or was a setting, which the operator keeps.
    secret: str
    tables: list[TablePart] = field(default_factory=list)
    files: list[FilePart] = field(default_factory=list)
    product: str = __version__

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def parts(self) -> list[TablePart | FilePart]:
        return [*self.tables, *self.files]

    def as_json(self) -> bytes:
        return json.dumps(
            {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}, indent=1, ensure_ascii=False
        ).encode()


class ArchiveWriter:
    """Writes parts one after the other, and the manifest at the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION)

    def add(self, member: str, blocks: Iterator[bytes], *, packed: bool = True) -> tuple[int, int, str]:
        """Write a part; returns how many blocks, how many bytes and their checksum."""
        digest, count, size = hashlib.sha256(), 0, 0
        entry = zipfile.ZipInfo(member, date_time=(1980, 1, 1, 0, 0, 0))
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o600 << 16
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for block in blocks:
                out.write(block)
                digest.update(block)
                count += 1
                size += len(block)
        return count, size, digest.hexdigest()

    def give_up(self) -> None:
        """Close what will be thrown away."""
        self._zip.close()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest and close the archive."""
        self._zip.writestr(MANIFEST, manifest.as_json())
        self._zip.close()


class ArchiveReader:
    """Reads an archive that somebody else may have written, damaged, or made to do harm."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            entries = self._zip.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as wrong:
            if isinstance(wrong, OSError) and not isinstance(wrong, zipfile.BadZipFile) and wrong.strerror:
                raise BadArchive(f"{path} cannot be read: {wrong.strerror}.") from wrong
            raise BadArchive(f"{path} is not a backup of Sportello, or only a part of one.") from wrong
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise BadArchive("The backup names a part twice; it was tampered with.")
        self._check_entries(entries)
        self.manifest = _manifest(self._whole(MANIFEST, MANIFEST_BYTES))
        self._check_members()

    def __enter__(self) -> "ArchiveReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def unpacked(self) -> int:
        """Bytes that all parts have together."""
        return sum(part.bytes for part in self.manifest.parts)

    def lines(self, part: TablePart) -> Iterator[bytes]:
        """The rows of a table; raises BadArchive at the end if they are not those the manifest means."""
        digest, count, size = hashlib.sha256(), 0, 0
        with self._open(part.member) as file:
            while line := self._guarded(lambda: file.readline(LINE_BYTES), part.member):
                if not line.endswith(b"\n"):
                    raise BadArchive(f"The backup is damaged: a row of {part.name} has no end.")
                digest.update(line)
                count += 1
                size += len(line)
                yield line
        if (count, size, digest.hexdigest()) != (part.rows, part.bytes, part.sha256):
            raise BadArchive(f"The backup is damaged: the table {part.name} is not what its checksum says.")

    def unpack(self, part: FilePart, target: Path) -> None:
        """Write a file below an existing folder; raise BadArchive if it is not the one the manifest means."""
        digest, size = hashlib.sha256(), 0
        with self._open(part.member) as file, target.open("xb") as out:
            target.chmod(0o600)
            while block := self._guarded(lambda: file.read(BLOCK), part.member):
                digest.update(block)
                size += len(block)
                out.write(block)
        if (size, digest.hexdigest()) != (part.bytes, part.sha256):
            raise BadArchive(f"The backup is damaged: the file {part.path} is not what its checksum says.")

    def _open(self, member: str) -> IO[bytes]:
        return self._guarded(lambda: self._zip.open(self._entries[member]), member)

    def _whole(self, member: str, most: int) -> bytes:
        entry = self._entries.get(member)
        if entry is None:
            raise BadArchive("This is not a backup of Sportello: it has no manifest.")
        if entry.file_size > most:
            raise BadArchive("The manifest of the backup is larger than one can be.")
        return self._guarded(lambda: self._zip.read(entry), member)

    def _guarded(self, read: Callable[[], T], member: str) -> T:
        try:
            return read()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as wrong:
            raise BadArchive(f"The backup is damaged at {member}.") from wrong
        except Exception as wrong:
            if type(wrong).__module__ in ("zlib", "lzma", "_lzma") or isinstance(wrong, ValueError):
                raise BadArchive(f"The backup is damaged at {member}.") from wrong
            raise

    def _check_entries(self, entries: list[zipfile.ZipInfo]) -> None:
        for entry in entries:
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadArchive("The backup is packed in a way that Sportello does not pack.")
            if entry.file_size > RATIO_MATTERS and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
                raise BadArchive(f"The part {entry.filename!r} of the backup would unpack to far more than texts do.")

    def _check_members(self) -> None:
        parts = self.manifest.parts
        told = {part.member: part.bytes for part in parts}
        there = {name: entry.file_size for name, entry in self._entries.items() if name != MANIFEST}
        if len(told) != len(parts) or told != there:
            raise BadArchive("The backup is damaged: its parts are not those its manifest names.")

    def check_room(self, folder: Path) -> None:
        """Refuse before anything is unpacked where it cannot fit."""
        free = shutil.disk_usage(folder).free
        # A database with its indexes takes about one and a half times the lines; texts more, numbers less.
        if self.unpacked * 2 > free:
            needed = f"{self.unpacked * 2 / 1e6:,.0f} MB"
            raise BadArchive(f"The backup needs {needed} in {folder}, and {free / 1e6:,.0f} MB are free.")


def _manifest(text: bytes) -> Manifest:
    try:
        told: dict[str, Any] = json.loads(text)
        if told.pop("format") != FORMAT:
            raise BadArchive("This is not a backup of Sportello.")
        version = told.pop("format_version")
        if version != FORMAT_VERSION:
            raise BadArchive(f"The backup is of format {version!r}, which this Sportello does not know.")
        tables = [TablePart(**table) for table in told.pop("tables")]
        files = [FilePart(**file) for file in told.pop("files")]
        manifest = Manifest(**told, tables=tables, files=files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise BadArchive("The manifest of the backup cannot be understood.") from wrong
    if not _is_sound(manifest):
        raise BadArchive("The manifest of the backup says things that no backup of ours says.")
    return manifest


def _is_sound(manifest: Manifest) -> bool:
    texts = (manifest.revision, manifest.database, manifest.made_at, manifest.secret, manifest.product)
    return (
        all(isinstance(text, str) and len(text) < 100 and text.isprintable() for text in texts)
        and all(_is_sound_table(table) for table in manifest.tables)
        and all(_is_sound_file(file) for file in manifest.files)
    )


def _is_sound_table(table: TablePart) -> bool:
    return (
        isinstance(table.name, str)
        and _TABLE.fullmatch(table.name) is not None
        and isinstance(table.columns, list)
        and all(isinstance(column, list) and len(column) == 2 for column in table.columns)
        and all(isinstance(word, str) for column in table.columns for word in column)
        and _is_count(table.rows)
        and (table.last_id is None or _is_count(table.last_id))
        and _is_measured(table.bytes, table.sha256)
    )


def _is_sound_file(file: FilePart) -> bool:
    """Paths stay below the data folder, and have no parts with a meaning of their own."""
    return (
        isinstance(file.path, str)
        and (file.path == SECRET_FILE or file.path.startswith(tuple(f"{folder}/" for folder in FOLDERS)))
        and all(_PART.fullmatch(part) is not None for part in file.path.split("/"))
        and _is_measured(file.bytes, file.sha256)
    )


def _is_measured(size: object, digest: object) -> bool:
    return _is_count(size) and isinstance(digest, str) and _DIGEST.fullmatch(digest) is not None


def _is_count(number: object) -> bool:
    return type(number) is int and 0 <= number < 2**63
