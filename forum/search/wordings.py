"""What is kept of a query, so that nobody is known by it, and which wordings mean the same."""

import re
import unicodedata

from forum.search.models import TERMS_LENGTH, WORDS_LENGTH
from search_index.analysis import guess_language, places, query_words
from search_index.contract import MOST_WORDS, Query

#: Digits of which there are so many, whatever stands between them, are a telephone, a customer number, a card.
_NUMBER = re.compile(r"\+?\d(?:[\s().,:\-/_]*\d){4,}")
_ADDRESS = re.compile(r"\S*@\S*|\S+://\S*|\bwww\.\S*", re.IGNORECASE)
#: Letters and digits in turns are a tax number, a number plate, a password.
_MIXED = re.compile(r"\b(?=\w{6,})[^\W\d_]+\d+[^\W\d_]+\w*\b|\b\d+[^\W\d_]+\d+[^\W\d_]*\w*\b")
_PLATE = re.compile(r"\b[a-z]{2}\s?\d{3}\s?[a-z]{2}\b", re.IGNORECASE)
_STREET = re.compile(
    r"\b(via|viale|piazza|piazzale|corso|vicolo|largo|strada|contrada|street|road|avenue|lane|square)\b", re.IGNORECASE
)
_HOUSE = re.compile(r"\b\d+(?:\s?/?\s?[a-z])?\b", re.IGNORECASE)

#: Nobody looks for a word so long; keys and what was pasted by mistake are.
_LONGEST_WORD = 30

#: Fewer shared terms than these say too little to take two gaps for one.
_ALIKE_FROM = 3


def wording_of(query: Query) -> str:
    """The words that were looked for, without filters; empty where nothing is left that may be kept."""
    return kept_words(query.text)


def kept_words(text: str) -> str:
    """Cut what could point to a person, then all that is no word."""
    text = unicodedata.normalize("NFKC", text)
    for pattern in (_ADDRESS, _MIXED, _NUMBER, _PLATE):
        text = pattern.sub(" ", text)
    if _STREET.search(text):
        text = _HOUSE.sub(" ", text)
    words = [text[place.start : place.end].lower() for place in places(text)]
    kept = [word for word in words if len(word) <= _LONGEST_WORD][:MOST_WORDS]
    while kept and len(" ".join(kept)) > WORDS_LENGTH:
        kept.pop()
    return " ".join(kept) if query_words(" ".join(kept)) else ""


def language_of(words: str) -> str:
    """The language that the words seem to be in."""
    return guess_language(words)


def terms_of(words: str) -> tuple[str, ...]:
    """What the words mean to the search: one term for all forms of a word and for words that mean the same.

    Of the stems in the languages the shortest stands for a word, for that is the one its other forms share. What
    tells little ("how can I") is left out where anything else is there.
    """
    found = [word for word in query_words(words) if not word.is_part]
    telling = [word for word in found if not word.is_faint] or found
    chosen = {min(_shortest(word.alternatives), *word.kin, "\uffff") for word in telling}
    kept: list[str] = []
    for term in sorted(chosen):
        if len(" ".join([*kept, term])) <= TERMS_LENGTH:
            kept.append(term)
    return tuple(kept)


def _shortest(stems: tuple[str, ...]) -> str:
    return min(stems, key=lambda each: (len(each), each))


def are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two gaps are one: at least three terms are the same, and no more than one of either is not."""
    shared = len(one & other)
    return shared >= _ALIKE_FROM and shared >= max(len(one), len(other)) - 1
