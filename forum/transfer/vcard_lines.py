"""The lines of vCards: unfolded, with their parameters, their encodings undone; every step looks at a byte once."""

import binascii
import quopri
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from forum.base.words import Sentence, say

#: The values of a parameter are words; what is longer is none.
MOST_PARAMETER_BYTES = 1_000

#: Where a property's preference is not given, after those where it is.
NOT_PREFERRED = 1_000

#: The encodings of old phones. No others: some that Python knows unpack, or take time with the square of the length.
CHARSETS = re.compile(
    r"utf-?8|us-ascii|ascii|iso-?8859-?\d{1,2}|windows-?125\d|cp125\d|koi8-[ru]|shift_jis|euc-(jp|kr)|gb2312|gbk|gb18030"
    r"|big5|macintosh",
    re.IGNORECASE,
)

_HEAD = re.compile(
    rb"(?:[A-Za-z0-9-]{1,60}\.)?(?P<name>[A-Za-z0-9-]{1,60})(?P<parameters>[^:\"]*(?:\"[^\"]*\"[^:\"]*)*):"
)
_PARAMETER = re.compile(r';([^;="]*)(?:=((?:"[^"]*"|[^;"])*))?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SEPARATOR = re.compile(r"(?<!\\)((?:\\\\)*);")


class UnreadableValue(ValueError):
    """What a line holds cannot be read, and why."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass
class Property:
    """One line of a card: what it is, and its value, which `decode` makes text of."""

    line: int
    name: str
    parameters: dict[str, list[str]]
    raw: bytes
    text: str = field(default="")

    @property
    def types(self) -> frozenset[str]:
        """What kind of address or number it is, in capitals."""
        return frozenset(word.strip().upper() for word in self.parameters.get("TYPE", ()))

    @property
    def preference(self) -> int:
        """1 is the first choice."""
        given = next(iter(self.parameters.get("PREF", ())), "")
        if given.isascii() and given.isdigit() and len(given) < 4:
            return int(given)
        return 1 if "PREF" in self.types else NOT_PREFERRED

    @property
    def encoding(self) -> str:
        return next(iter(self.parameters.get("ENCODING", ())), "").upper()

    def decode(self) -> None:
        """Make text of the bytes; raises UnreadableValue where they are damaged."""
        content = self.raw
        if self.encoding == "QUOTED-PRINTABLE":
            content = quopri.decodestring(content)
        elif self.encoding in ("B", "BASE64"):
            try:
                content = binascii.a2b_base64(b"".join(content.split()))
            except binascii.Error as wrong:
                raise UnreadableValue(say("This line is damaged.")) from wrong
        self.text = _decoded(content, next(iter(self.parameters.get("CHARSET", ())), ""))

    def plain(self, version: str) -> str:
        """The value as one text."""
        return _unescaped(self.text, version).strip()

    def parts(self, version: str) -> list[str]:
        """The parts of a value that has several."""
        pieces = _SEPARATOR.sub("\\1\0", self.text.replace("\0", "")).split("\0")
        return [_unescaped(piece, version) for piece in pieces]


def physical_lines(content: bytes, read: Collection[str], most: int) -> Iterator[tuple[int, bytes]]:
    """The lines of the content with their numbers, those that were broken put together again.

    Of a line that is much too long, or that nothing is made of, only the beginning is kept: it may be a picture.
    """
    kept: list[bytes] = []
    size = first = 0
    softly = is_base64 = is_old = False
    for number, line in enumerate(_split(content), start=1):
        stripped = line.strip()
        is_frame = len(line) < 100 and stripped.upper() in (b"BEGIN:VCARD", b"END:VCARD")
        goes_on = kept and not is_frame
        if goes_on and softly:
            piece = line
        elif goes_on and line[:1] in (b" ", b"\t"):
            # Up to 2.1 a line is broken beside a blank, which stays; later anywhere, and a blank is put in.
            piece = b" " + stripped if is_old and not is_base64 else line[1:]
        elif goes_on and is_base64 and stripped and b":" not in line:
            piece = stripped
        else:
            if kept:
                yield first, b"".join(kept)
            kept, size, first, softly = [], 0, number, False
            if not stripped:
                continue
            is_old = not is_frame and (is_old or stripped.upper() == b"VERSION:2.1")
            head = line[:MOST_PARAMETER_BYTES].partition(b":")[0].upper()
            is_quoted = b"QUOTED-PRINTABLE" in head
            is_base64 = b"BASE64" in head or b"ENCODING=B" in head
            is_read = head.partition(b";")[0].rpartition(b".")[2].decode("ascii", "replace") in read
            limit = most if is_read else MOST_PARAMETER_BYTES
            piece = line
        softly = is_quoted and piece.rstrip(b" \t").endswith(b"=")
        if softly:
            piece = piece.rstrip(b" \t")[:-1]
        # One byte more than fits stays, so that whoever reads it sees that it was too long.
        piece = piece[: max(0, limit + 1 - size)]
        size += len(piece)
        if piece or not kept:
            kept.append(piece)
    if kept:
        yield first, b"".join(kept)


def _split(content: bytes) -> Iterator[bytes]:
    """The lines, one at a time, whatever they end with."""
    for match in re.finditer(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)", content):
        line = match.group().rstrip(b"\r\n")
        if match.start() < len(content):
            yield line


def read_property(line: int, raw: bytes) -> Property | None:
    """What a line says it is; None for one that is no property."""
    found = _HEAD.match(raw[: MOST_PARAMETER_BYTES * 2])
    if found is None:
        return None
    parameters: dict[str, list[str]] = {}
    text = found["parameters"][:MOST_PARAMETER_BYTES].decode("utf-8", "replace")
    for match in _PARAMETER.finditer(text):
        name, value = match[1].strip().upper(), match[2]
        if value is None:
            _take_bare(name, parameters)
        elif name == "TYPE":
            parameters.setdefault("TYPE", []).extend(value.replace('"', "").split(","))
        else:
            parameters.setdefault(name, []).append(value.strip().strip('"'))
    return Property(line, found["name"].decode("ascii").upper(), parameters, raw[found.end() :])


def _take_bare(word: str, parameters: dict[str, list[str]]) -> None:
    """In 2.1 a value may stand without the name of its parameter."""
    if word in ("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"):
        parameters.setdefault("ENCODING", []).append(word)
    elif word:
        parameters.setdefault("TYPE", []).append(word)


def _decoded(content: bytes, charset: str) -> str:
    """In the encoding the line names; else UTF-8, and where it is none what Windows in Western Europe writes."""
    named = [charset] if CHARSETS.fullmatch(charset) else []
    for encoding in (*named, "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("latin-1")


def _unescaped(text: str, version: str) -> str:
    """Without the strokes before what would else mean something; in 2.1 only the semicolon is protected."""
    if version == "2.1":
        return text.replace("\\;", ";")
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)
