"""Reads files of vCards (2.1, 3.0, 4.0) as phones and address books write them, one card at a time and never deep."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from forum.base.words import say
from forum.transfer.contact_files import MOST_BYTES, MOST_FIELD_CHARACTERS, MOST_ROWS, Remark, Row, UnreadableFile
from forum.transfer.vcard_lines import Property, UnreadableValue, physical_lines, read_property

#: A card of an address book has some tens of lines; a picture in it is one.
MOST_PROPERTIES = 1_000

#: Values of one kind in one card, far beyond what one person has.
MOST_VALUES = 100

#: So many names of properties are told at the end as not used; the rest is noise.
MOST_UNUSED = 40

VERSIONS = ("2.1", "3.0", "4.0")

#: What a card says about itself, or again in other words; that nothing is made of it need not be told.
_ABOUT_THE_CARD = frozenset(
    ("BEGIN", "END", "VERSION", "PRODID", "REV", "SORT-STRING", "SOURCE", "NAME", "PROFILE", "MAILER", "XML",
     "CLIENTPIDMAP", "N", "FN", "ORG", "EMAIL", "TEL", "UID", "LANG", "KIND", "X-ADDRESSBOOKSERVER-KIND")
)  # fmt: skip

#: Of these the value is read; of all others only the name.
_READ = frozenset(("VERSION", "N", "FN", "ORG", "EMAIL", "TEL", "UID", "LANG", "KIND", "X-ADDRESSBOOKSERVER-KIND"))

#: Numbers at which nobody answers.
_MACHINES = frozenset(("FAX", "MODEM", "PAGER", "BBS"))

_LABELS = {"CELL": "mobile", "IPHONE": "mobile", "HOME": "home", "WORK": "work"}

_URN = re.compile(r"urn:uuid:", re.IGNORECASE)


@dataclass
class _Card:
    """What stands between BEGIN and END, as far as it is of use."""

    line: int
    properties: list[Property] = field(default_factory=list)
    count: int = 0
    nested: int = 0
    is_inside_agent: bool = False
    remarks: list[Remark] = field(default_factory=list)

    @property
    def version(self) -> str:
        return next(
            (each.raw.strip().decode("ascii", "replace") for each in self.properties if each.name == "VERSION"), ""
        )


@dataclass(frozen=True)
class CardFile:
    """A file that was looked through once from beginning to end and can be read."""

    content: bytes
    row_count: int
    #: Properties nothing is made of, with the number of times they occur.
    unused: tuple[str, ...]

    #: What one entry is called when they are counted.
    noun: str = "cards"

    def rows(self) -> Iterator[Row]:
        """Every card, in order."""
        return _rows(self.content, {})


def is_card_file(content: bytes, name: str = "") -> bool:
    """Whether this is meant to be vCards, by its name or by how it begins."""
    if name.lower().endswith((".vcf", ".vcard")):
        return True
    start = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start[:11].upper() == b"BEGIN:VCARD"


def read_card_file(content: bytes) -> CardFile:
    """Look through a file once; raises UnreadableFile before anything is taken from it."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(say("The file is larger than %(most)d MB.", most=MOST_BYTES // 2**20))
    if not content.strip():
        raise UnreadableFile(say("The file is empty."))
    plain = _as_utf8(content)
    unused: dict[str, int] = {}
    count = 0
    for _ in _rows(plain, unused):
        count += 1
        if count > MOST_ROWS:
            raise UnreadableFile(say("The file has more than %(most)d cards.", most=MOST_ROWS))
    if not count:
        raise UnreadableFile(say("There is no vCard in this file: no line says BEGIN:VCARD."))
    told = tuple(f"{name} ({number})" for name, number in sorted(unused.items())[:MOST_UNUSED])
    return CardFile(plain, count, told)


def _as_utf8(content: bytes) -> bytes:
    """The bytes without a mark at their beginning; what was UTF-16 as UTF-8, all else as it is."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode()
        except UnicodeError as wrong:
            raise UnreadableFile(say("The text of this file is damaged.")) from wrong
    if b"\0" in content[:2000]:
        raise UnreadableFile(say("This is not a text file with vCards."))
    return content.removeprefix(b"\xef\xbb\xbf")


def _rows(content: bytes, unused: dict[str, int]) -> Iterator[Row]:
    """One row for each card; `unused` counts what nothing is made of."""
    card: _Card | None = None
    for line, raw in physical_lines(content, _READ, MOST_FIELD_CHARACTERS):
        marker = raw.strip().upper() if len(raw) < 100 else b""
        if marker == b"BEGIN:VCARD":
            if card is None:
                card = _Card(line)
            elif card.is_inside_agent or card.nested:
                card.nested += 1
                card.is_inside_agent = False
            else:
                yield Row(card.line, {}, say("This card has no end; the next one begins before it."))
                card = _Card(line)
        elif card is not None and marker == b"END:VCARD":
            if card.nested:
                card.nested -= 1
            else:
                yield _row(card)
                card = None
        elif card is not None and not card.nested:
            _take(card, line, raw, unused)
    if card is not None:
        yield Row(card.line, {}, say("This card has no end; the file seems to be cut off."))


def _take(card: _Card, line: int, raw: bytes, unused: dict[str, int]) -> None:
    """Keep a property that is of use, and count one that is not."""
    card.count += 1
    found = read_property(line, raw)
    card.is_inside_agent = found is not None and found.name == "AGENT" and not found.raw.strip()
    if found is None or card.count > MOST_PROPERTIES:
        return
    if found.name not in _ABOUT_THE_CARD and (found.name in unused or len(unused) < 10 * MOST_UNUSED):
        unused[found.name] = unused.get(found.name, 0) + 1
    if found.name not in _READ:
        return
    if len(raw) > MOST_FIELD_CHARACTERS:
        card.remarks.append(Remark(line, found.name, say("This line is much too long.")))
        return
    card.properties.append(found)


def _row(card: _Card) -> Row:
    """What a card says of a person, or why nothing can be made of it."""
    version = card.version or "3.0"
    if version not in VERSIONS:
        return Row(card.line, {}, say("This card is of a version that is not known; 2.1, 3.0 and 4.0 are."))
    if card.count > MOST_PROPERTIES:
        return Row(card.line, {}, say("This card has more than %(most)d lines.", most=MOST_PROPERTIES))
    values: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    remarks = list(card.remarks)

    def add(column: str, value: str) -> None:
        kept = values.setdefault(column, [])
        if value and len(kept) < MOST_VALUES:
            kept.append(value)

    by_name: dict[str, list[Property]] = {}
    for each in sorted(card.properties, key=lambda found: found.preference):
        try:
            each.decode()
        except UnreadableValue as unreadable:
            remarks.append(Remark(each.line, each.name, unreadable.reason))
        else:
            by_name.setdefault(each.name, []).append(each)
    kinds = by_name.get("KIND", []) + by_name.get("X-ADDRESSBOOKSERVER-KIND", [])
    if any(each.text.strip().lower() in ("group", "location") for each in kinds):
        return Row(card.line, {}, say("This card is a group or a place, not a person."))
    company = _first(part.strip() for each in by_name.get("ORG", []) for part in each.parts(version)[:1])
    full = _first(each.plain(version) for each in by_name.get("FN", []))
    add("name", full or _first(_composed(each.parts(version)) for each in by_name.get("N", [])) or company)
    add("company", company)
    add("external_id", _first(_URN.sub("", each.plain(version), count=1) for each in by_name.get("UID", [])))
    add("language", _first(re.split("[-_]", each.plain(version))[0] for each in by_name.get("LANG", [])))
    for each in by_name.get("EMAIL", []):
        address = each.plain(version)
        add("email", address[7:] if address.lower().startswith("mailto:") else address)
    for each in by_name.get("TEL", []):
        types = each.types
        if types & _MACHINES:
            remarks.append(Remark(each.line, "phone", say("This is the number of a fax or another machine.")))
            continue
        number, _, more = each.plain(version).partition(";")
        number = number[4:] if number.lower().startswith("tel:") else number
        if more.lower().startswith("ext="):
            remarks.append(Remark(each.line, "phone", say("The extension was left out.")))
        add("phone", number)
        labels[number] = next((label for kind, label in _LABELS.items() if kind in types), "")
    return Row(card.line, {name: kept for name, kept in values.items() if kept}, None, tuple(remarks), labels)


def _first(texts: Iterator[str]) -> str:
    return next((text for text in texts if text), "")


def _composed(parts: list[str]) -> str:
    """Title, first, middle and last name out of the five parts of N, which begin with the last name."""
    family, given, middle, before, after = [*(part.strip() for part in parts), "", "", "", "", ""][:5]
    return " ".join(part for part in (before, given, middle, family, after) if part)
