"""Reads CSV files of contacts as other systems write them: any usual delimiter, encoding and column name."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from forum.base.words import Sentence, say
from forum.contacts.points import fold

#: A customer base of a large town; more comes in several files.
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000

#: Far above any field of a contact; beyond it the file is not what it seems.
MOST_FIELD_CHARACTERS = 10_000

DELIMITERS = (",", ";", "\t")

#: What a column holds, by the names it goes by, folded.
NAMES = {
    "name": (
        "name", "full name", "display name", "contact", "contact name", "customer", "customer name",
        "nome completo", "nominativo", "cliente", "nome cliente", "nome e cognome", "contatto", "intestatario",
    ),
    "first_name": ("first name", "firstname", "given name", "nome"),
    "last_name": ("last name", "lastname", "surname", "family name", "cognome"),
    "email": (
        "email", "e mail", "emails", "mail", "email address", "e mail address", "posta elettronica",
        "indirizzo email", "indirizzo e mail", "indirizzo di posta elettronica", "email 1", "email 2", "e mail 2",
    ),
    "phone": (
        "phone", "phones", "telephone", "phone number", "mobile", "mobile phone", "cell", "tel", "phone 1", "phone 2",
        "telefono", "telefoni", "telefono fisso", "telefono cellulare", "cellulare", "cell", "numero di telefono",
        "recapito telefonico", "numero",
    ),
    "external_id": (
        "id", "external id", "externalid", "customer id", "customer number", "contact id", "crm id", "code",
        "id esterno", "id cliente", "codice", "codice cliente", "numero cliente", "id contatto",
    ),
    "company": (
        "company", "organisation", "organization", "account", "azienda", "societa", "ditta", "ragione sociale",
        "organizzazione",
    ),
    "tier": ("tier", "value", "customer value", "value tier", "fascia", "valore", "livello", "classe"),
    "zone": ("zone", "area", "province", "zona", "provincia", "territorio"),
    "language": ("language", "lang", "locale", "lingua"),
}  # fmt: skip

_COLUMNS = {name: column for column, names in NAMES.items() for name in names}

#: The columns that may stand in a file several times.
_MANY = ("email", "phone")


class UnreadableFile(ValueError):
    """Nothing of the file can be used, and why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True)
class Remark:
    """What was left out of a line, and why; without a column it is the whole line."""

    line: int
    column: str
    reason: Sentence


@dataclass(frozen=True)
class Row:
    """One entry of a file: where it stands, what it says by column, or why it cannot be read."""

    line: int
    values: dict[str, list[str]]
    problem: Sentence | None = None
    #: What was already left out when it was read.
    remarks: tuple[Remark, ...] = ()
    #: Of addresses and numbers, as they stand in `values`, where they are: at home, at work, in a pocket.
    labels: Mapping[str, str] = field(default_factory=dict)

    def one(self, column: str) -> str:
        """The first non-empty value of a column."""
        return next((value for value in self.values.get(column, ()) if value), "")


class Source(Protocol):
    """A file that was looked through once and can be read, of whatever format."""

    @property
    def row_count(self) -> int: ...

    @property
    def unused(self) -> tuple[str, ...]: ...

    @property
    def noun(self) -> str: ...

    def rows(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class ContactFile:
    """A file that was looked through once from beginning to end and can be read."""

    text: str
    delimiter: str
    #: For each column of the file what it holds, or None for one that is not used.
    columns: tuple[str | None, ...]
    unused: tuple[str, ...]
    row_count: int

    #: What one entry is called when they are counted.
    noun: str = "lines"

    def rows(self) -> Iterator[Row]:
        """Every row that says anything, in order."""
        reader = _reader(self.text, self.delimiter)
        next(reader)
        started = reader.line_num + 1
        for cells in reader:
            line, started = started, reader.line_num + 1
            if any(cell.strip() for cell in cells):
                yield self._row(line, cells)

    def _row(self, line: int, cells: list[str]) -> Row:
        if any("\0" in cell for cell in cells):
            return Row(line, {}, say("This line holds characters that are no text."))
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            return Row(line, {}, say("This line has more cells than the first line has names."))
        values: dict[str, list[str]] = {}
        for column, cell in zip(self.columns, cells, strict=False):
            if column is not None and cell.strip():
                values.setdefault(column, []).append(cell.strip())
        return Row(line, values)


def read_contact_file(content: bytes) -> ContactFile:
    """Look through a file once; raises UnreadableFile before anything is taken from it."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(say("The file is larger than %(most)d MB.", most=MOST_BYTES // 2**20))
    text = _decode(content)
    header_line = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    if not header_line:
        raise UnreadableFile(say("The file is empty."))
    text = text[text.index(header_line) :]
    delimiter = max(DELIMITERS, key=lambda sign: _recognised(header_line, sign))
    names: list[str] = next(iter(_reader(header_line, delimiter)), [])
    columns, unused = _columns(names)
    return ContactFile(text, delimiter, columns, unused, _count_rows(text, delimiter))


def _decode(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it; else what Windows in Western Europe writes."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif b"\0" in content[:2000]:
        raise UnreadableFile(say("This is not a text file. Save it as CSV in UTF-8 and try again."))
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as wrong:
        if encoding == "utf-16":
            raise UnreadableFile(say("The text of this file is damaged.")) from wrong
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")


class _Lines(Protocol):
    """What `csv.reader` returns; the module has no public name for it."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


def _reader(text: str, delimiter: str) -> _Lines:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _recognised(header_line: str, delimiter: str) -> tuple[int, int]:
    names: list[str] = next(iter(_reader(header_line, delimiter)), [])
    return sum(_column(name) is not None for name in names), len(names)


def _column(name: str) -> str | None:
    return _COLUMNS.get(" ".join(fold(name).replace("-", " ").replace("_", " ").split()))


def _columns(names: list[str]) -> tuple[tuple[str | None, ...], tuple[str, ...]]:
    """What each column holds; "nome" is a whole name where there is no surname beside it."""
    columns = [_column(name) for name in names]
    if "last_name" not in columns:
        columns = ["name" if column == "first_name" else column for column in columns]
    if not {"name", "first_name", "last_name", "email", "phone", "external_id"} & set(columns):
        raise UnreadableFile(
            say("The first line must name the columns, such as: id, name, email, phone, company, tier, zone.")
        )
    twice = [column for column, count in Counter(columns).items() if column and count > 1 and column not in _MANY]
    if twice:
        raise UnreadableFile(say("Two columns both hold the %(column)s.", column=twice[0].replace("_", " ")))
    unused = tuple(name.strip()[:80] for name, column in zip(names, columns, strict=True) if column is None)
    return tuple(columns), tuple(name for name in unused if name)


def _count_rows(text: str, delimiter: str) -> int:
    """How many lines there are; raises UnreadableFile at the first that breaks the file or is one too many."""
    reader = _reader(text, delimiter)
    count = -1
    before = 1
    try:
        for cells in reader:
            count += 1
            if any(len(cell) > MOST_FIELD_CHARACTERS for cell in cells):
                raise UnreadableFile(
                    say("A cell of line %(line)d is much too long: a quotation mark may be missing.", line=before)
                )
            if count > MOST_ROWS:
                raise UnreadableFile(say("The file has more than %(most)d lines.", most=MOST_ROWS))
            before = reader.line_num + 1
    except csv.Error as wrong:
        raise UnreadableFile(
            say("Line %(line)d cannot be read: a quotation mark may be missing.", line=before)
        ) from wrong
    return count
