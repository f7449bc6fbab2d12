"""Cleans every text that comes from outside, once, before anything else looks at it."""

import re
import unicodedata

from forum.base.words import Sentence, say

#: Control characters that mean nothing in a text, among them NUL, which PostgreSQL refuses.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

#: Marks that turn the direction of what follows, and so can make a line read as what it is not.
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f]")

_BLANKS = re.compile(r"\s+")


class Unclean(ValueError):
    """The text cannot be read as text at all."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.reason = reason


def clean_text(value: str) -> str:
    """Several lines: NFC, line feeds only, no control characters, no blanks at the end.

    Raises Unclean for half characters (lone surrogates), which no database and no page can hold.
    """
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise Unclean(say("This text holds broken characters. Please type it again."))
    plain = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", plain)).strip()


def clean_line(value: str) -> str:
    """One line: as `clean_text`, with all blanks collapsed and nothing that turns the reading direction."""
    return _BLANKS.sub(" ", _TURNS.sub("", clean_text(value))).strip()
