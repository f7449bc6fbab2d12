"""What somebody means who pastes an address, or writes "answer 9"."""

import re
from urllib.parse import urlsplit

from forum.base.errors import Invalid
from forum.base.words import say

#: The widest integer that both databases store.
LARGEST_ID = 2**63 - 1

TEXT_LENGTH = 500

_WORDS = {
    "answer": ("answer", "a", "risposta", "r"),
    "article": ("article", "kb", "articolo", "guida"),
    "question": ("question", "q", "domanda", "d"),
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words}

_SPOKEN = re.compile(r"(?P<word>[a-z]{1,20})[\s#.:-]*(?P<id>[1-9][0-9]{0,18})")
_ANSWER = re.compile(r"/answers/([1-9][0-9]{0,18})(?:/.*)?")
_QUESTION = re.compile(r"/questions/([1-9][0-9]{0,18})(?:/.*)?")
_ARTICLE = re.compile(r"/kb/([1-9][0-9]{0,18})(?:/.*)?")
_FRAGMENT = re.compile(r"answer-([1-9][0-9]{0,18})")

UNKNOWN = say(
    "Paste the address of an answer, an article or a question of this site, or write for example: "
    "answer 9, article 12, question 7."
)


def parse_target(text: str, host: str = "") -> tuple[str, int]:
    """The kind and id that a text names; raises Invalid for anything that is not of this site."""
    plain = text.strip()
    if not plain or len(plain) > TEXT_LENGTH:
        raise Invalid({"target": UNKNOWN})
    spoken = _SPOKEN.fullmatch(plain.lower().lstrip("#"))
    if spoken and spoken["word"] in _KINDS:
        return _found(_KINDS[spoken["word"]], spoken["id"])
    try:
        address = urlsplit(plain)
        foreign = bool(address.netloc) and address.netloc.lower() != host.lower()
    except ValueError as wrong:
        raise Invalid({"target": UNKNOWN}) from wrong
    if foreign or address.scheme not in ("", "http", "https"):
        raise Invalid({"target": UNKNOWN})
    fragment = _FRAGMENT.fullmatch(address.fragment)
    question = _QUESTION.fullmatch(address.path)
    if question and fragment:
        return _found("answer", fragment[1])
    for kind, pattern in (("answer", _ANSWER), ("article", _ARTICLE), ("question", _QUESTION)):
        match = pattern.fullmatch(address.path)
        if match:
            return _found(kind, match[1])
    raise Invalid({"target": UNKNOWN})


def _found(kind: str, digits: str) -> tuple[str, int]:
    number = int(digits)
    if number > LARGEST_ID:
        raise Invalid({"target": UNKNOWN})
    return kind, number
