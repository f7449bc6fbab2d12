"""The files of a dump as a stream of rows: nothing is expanded, fetched or kept, and what is broken is refused."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

#: What we read, by the name of the file and of its outermost element.
KINDS = ("users", "posts", "comments", "votes", "tags", "postlinks", "posthistory")

CHUNK = 256 * 1024

#: The longest text that was ever allowed is a hundredth of this.
MAX_ROW = 16 * 1024 * 1024

#: A dump has two levels.
MAX_DEPTH = 50

Row = dict[str, str]


class NotADump(ValueError):
    """One sentence that says what is wrong with the files."""


@dataclass(frozen=True)
class Dump:
    """The files of one dump, by kind; `others` are there and not read."""

    folder: Path
    files: dict[str, Path]
    others: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        return [kind for kind in KINDS if kind not in self.files]


def find_dump(folder: Path) -> Dump:
    """Raise NotADump for a folder without posts; names may be in capitals, files plain or compressed."""
    if not folder.is_dir():
        raise NotADump(f"{folder} is not a folder. Name the folder that holds Posts.xml and the other files.")
    files: dict[str, Path] = {}
    others: list[str] = []
    for path in sorted(folder.iterdir()):
        kind, dot, ending = path.name.lower().partition(".")
        if kind in KINDS and dot and ending in ("xml", "xml.gz") and path.is_file():
            if ending == "xml" or kind not in files:
                files[kind] = path
        else:
            others.append(path.name)
    if "posts" not in files:
        packed = [name for name in others if name.lower().endswith((".7z", ".zip"))]
        hint = f" Unpack {packed[0]} first." if packed else ""
        raise NotADump(f"{folder} holds no Posts.xml, so it is not a Stack Exchange dump.{hint}")
    return Dump(folder, files, tuple(others))


def read_rows(path: Path, kind: str) -> Iterator[Row]:
    """Each row's attributes, names in lower case; raises NotADump at the first thing that is not a dump."""
    rows = _Rows(kind)
    parser = DefusedXMLParser(target=rows, forbid_dtd=True)
    try:
        with _open(path) as file:
            for chunk in _repaired(file, path):
                parser.feed(chunk)
                yield from rows.take()
            parser.close()
            yield from rows.take()
    except DefusedXmlException as trap:
        raise NotADump(f"{path.name} defines entities of its own, which no dump does.") from trap
    except ParseError as broken:
        line, column = broken.position
        raise NotADump(f"{path.name} is broken XML at line {line}, column {column}.") from broken
    except (OSError, EOFError, zlib.error) as unreadable:
        raise NotADump(f"{path.name} cannot be read to its end: {unreadable}.") from unreadable
    except _Foreign as foreign:
        raise NotADump(f"{path.name} {foreign}.") from foreign


def _open(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb"))


class _Foreign(ValueError):
    """Well formed, and not what a dump looks like."""


class _Rows:
    """What the parser calls: keeps the rows until they are taken, and no tree."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.depth = 0
        self.rows: list[Row] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.depth == 0 and tag.lower() != self.kind:
            raise _Foreign(f"begins with <{tag[:40]}>, not with <{self.kind}>")
        if self.depth == 1 and tag.lower() == "row":
            self.rows.append({name.lower(): value for name, value in attributes.items()})
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Foreign("nests its elements too deeply")

    def end(self, _tag: str) -> None:
        self.depth -= 1

    def data(self, _text: str) -> None:
        """Nothing in a dump stands between the rows."""

    def close(self) -> None:
        """The parser asks for it."""

    def take(self) -> list[Row]:
        taken, self.rows = self.rows, []
        return taken


# Exporters wrote characters that XML cannot hold. Half characters in pairs are put together, other ones become
# U+FFFD, control characters go: our own texts never hold any of them.
_UNTOLD = re.compile(rb"(?:&#(?:x0*[Dd][89ABab][0-9A-Fa-f]{2}|0*5[56][0-9]{3});)?&#(?:x[0-9A-Fa-f]{1,6}|[0-9]{1,7});")
_ENDS_IN_HALF = re.compile(rb"&#(?:x0*[Dd][89ABab][0-9A-Fa-f]{2}|0*5[56][0-9]{3});\Z")
_LONGEST_REFERENCE = 16
_SUSPECT = re.compile(
    rb"&#(?:x0*(?:[0-8BCEFbcef]|1[0-9A-Fa-f]|[Dd][89A-Fa-f][0-9A-Fa-f]{2}|[Ff]{3}[EFef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]"
    rb"|5[5-7][0-9]{3}|6553[45]));"
)
_RAW_CONTROLS = bytes(number for number in range(32) if number not in (9, 10, 13))


def _repaired(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """The bytes in chunks that cut no character reference, and no row longer than the longest."""
    rest = b""
    since_tag = 0
    is_wide = False
    first = True
    while chunk := file.read(CHUNK):
        if first:
            is_wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff"))
            first = False
        at = chunk.rfind(b"<")
        since_tag = since_tag + len(chunk) if at < 0 else len(chunk) - at
        if since_tag > MAX_ROW:
            raise NotADump(f"{path.name} holds a row of more than {MAX_ROW // 1024 // 1024} MB, which no dump has.")
        if is_wide:
            yield chunk
            continue
        chunk = rest + chunk.translate(None, _RAW_CONTROLS)
        cut = _end_of_whole(chunk)
        chunk, rest = chunk[:cut], chunk[cut:]
        if chunk:
            yield _without_untold(chunk)
    if rest:
        yield _without_untold(rest)


def _end_of_whole(chunk: bytes) -> int:
    """Where the last reference is left whole, together with the other half of its character."""
    begun = chunk.rfind(b"&", max(0, len(chunk) - _LONGEST_REFERENCE))
    cut = begun if begun >= 0 and b";" not in chunk[begun:] else len(chunk)
    half = _ENDS_IN_HALF.search(chunk, max(0, cut - _LONGEST_REFERENCE), cut)
    return half.start() if half else cut


def _without_untold(chunk: bytes) -> bytes:
    return _UNTOLD.sub(_told, chunk) if _SUSPECT.search(chunk) else chunk


def _told(found: re.Match[bytes]) -> bytes:
    codes = [_code(each) for each in found[0].split(b";")[:-1]]
    if len(codes) == 2 and 0xD800 <= codes[0] < 0xDC00 <= codes[1] < 0xE000:
        return b"&#%d;" % (0x10000 + (codes[0] - 0xD800) * 0x400 + codes[1] - 0xDC00)
    return b"".join(map(_reference, codes))


def _code(reference: bytes) -> int:
    digits = reference[2:]
    return int(digits[1:], 16) if digits[:1] == b"x" else int(digits)


def _reference(code: int) -> bytes:
    if code < 32 and code not in (9, 10, 13):
        return b""
    if 0xD800 <= code < 0xE000 or code in (0xFFFE, 0xFFFF):
        code = 0xFFFD
    return b"&#%d;" % code


def number(row: Row, name: str) -> int | None:
    """A whole number out of a row, or None for what is none."""
    value = row.get(name, "")
    digits = value.removeprefix("-")
    return int(value) if 0 < len(digits) < 19 and digits.isascii() and digits.isdigit() else None


def text(row: Row, name: str) -> str:
    return row.get(name, "")


def known_files(dump: Dump) -> dict[str, Any]:
    """What the report says about the files."""
    return {
        "read": sorted(path.name for path in dump.files.values()),
        "missing": dump.missing,
        "not_read": sorted(dump.others),
    }
