"""The one door for words from outside: every inbound string is cleaned here before anything looks at it."""

import re
import unicodedata

from forum.base.words import Sentence, say

NOT_TEXT = say("This contains characters that are not text and cannot be kept.")
NOT_A_NUMBER = say("This is not a number we know.")

#: For texts whose own limit is checked where the sentence about it is said.
LONGEST = 100_000

#: What the database and the indexes can hold as a key.
LARGEST_ID = 2**63 - 1

#: Nobody sees NUL and its kind: they come along when text is pasted from other programs, so the person could
#: not find them to take them out. They are dropped. U+007F to U+009F are the same in another guise.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
#: Overrides show words backwards ("gpj.exe"); no language needs them, so no text keeps them.
_OVERRIDES = re.compile("[\u202d\u202e]")
#: In a title or a name, which stands in the middle of our own sentences, nothing may turn the direction of
#: what follows, nor hide between letters. Joiners (U+200C, U+200D) stay: Persian and emoji need them.
_HIDDEN_IN_LINE = re.compile(
    "[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u00ad]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Mn", "Me", "Zs", "Zl", "Zp"})
#: Letters by their category, and yet nothing to see: the Hangul fillers and the blank Braille cell.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")

#: More marks on one letter than any script uses paint over the lines above and below. Sorting very long runs
#: of them also takes time with the square of their number: 120,000 took 14 seconds.
MARKS_ON_A_LETTER = 8


class Unclean(ValueError):
    """Words we cannot take; `reason` is for the person who sent them."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


def too_long(limit: int) -> Unclean:
    """The refusal of a text longer than its limit."""
    return Unclean(say("Please keep this to %(limit)d characters.", limit=limit))


def clean_text(value: str, *, limit: int = LONGEST) -> str:
    """Return a text of several lines in its one clean form; raise Unclean if too long or not text.

    Lines end with a line feed, accents are composed (NFC), blanks at the end are cut. The limit counts code
    points of the clean form: a person sees the same number whatever their keyboard and system send.
    """
    text = _LINE_ENDS.sub("\n", _taken(value, limit))
    text = unicodedata.normalize("NFC", _without_piles(_OVERRIDES.sub("", _CONTROLS.sub("", text))))
    return _measured(text.rstrip().lstrip("\n") if text.strip() else "", limit)


def clean_line(value: str, *, limit: int = LONGEST) -> str:
    """Return a title, a name or a subject: one line, single blanks, nothing that hides or turns words around.

    A line of nothing one can see is empty.
    """
    text = " ".join(_taken(value, limit).split())
    text = _without_piles(_HIDDEN_IN_LINE.sub("", _CONTROLS.sub("", text)))
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return _measured(text if any(_is_seen(char) for char in text) else "", limit)


def _taken(value: str, limit: int) -> str:
    """Refuse before any work what no cleaning could bring within the limit of people's texts."""
    # An accent typed apart counts twice before it is composed, and a Windows line end too.
    if len(value) > 4 * limit + 1_000:
        raise too_long(limit)
    # A lone half of a character comes only from a broken program and can be neither stored nor shown.
    if _SURROGATES.search(value):
        raise Unclean(NOT_TEXT)
    return value


def _without_piles(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    pile = 0
    for char in text:
        is_mark = char > "\u02ff" and (unicodedata.combining(char) > 0 or unicodedata.category(char) in ("Mn", "Me"))
        pile = pile + 1 if is_mark else 0
        if pile <= MARKS_ON_A_LETTER:
            kept.append(char)
    return "".join(kept)


def _measured(text: str, limit: int) -> str:
    if len(text) > limit:
        raise too_long(limit)
    return text


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN and char not in _BLANK_LETTERS


def bounded_id(text: str) -> int:
    """Read a row's number: ASCII digits, from 1 to the largest the database can hold; else raise Unclean."""
    if re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
        number = int(text)
        if 1 <= number <= LARGEST_ID:
            return number
    raise Unclean(NOT_A_NUMBER)
