"""How much each term of a document says about it: BM25F, worked out once when the document is put in.

A term's occurrences are weighed by where they stand (title, tags, body, accepted answer, ...), each evened
out by the length of that field against a usual length, added up, and saturated. What remains is one
*impact* between 0 and 1 for each term and document; a search only multiplies it by the rarity of the term.
Usual lengths are constants and not averages of the index, so that a document never has to be weighed again
because others came.
"""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass

from search_index import analysis
from search_index.document import Document, Role
from search_index.languages import LANGUAGES

#: Part of the stamp in every index: raise it when the same document would give other impacts.
WEIGHING_VERSION = 1

#: Impacts are stored as whole steps of this scale: small postings, the same ranks in every backend.
STEPS = 250


@dataclass(frozen=True, slots=True)
class Field:
    """The weight of one occurrence, the usual length, and how far length counts (0 not at all, 1 fully)."""

    weight: float
    usual: int
    evening: float


TITLE = Field(weight=4.0, usual=8, evening=0.4)
TAGS = Field(weight=1.5, usual=3, evening=0.0)
FIELDS: dict[Role, Field] = {
    Role.BODY: Field(weight=1.0, usual=30, evening=0.8),
    Role.ACCEPTED: Field(weight=1.0, usual=30, evening=0.8),
    Role.ANSWER: Field(weight=0.9, usual=70, evening=0.8),
    Role.COMMENT: Field(weight=0.5, usual=70, evening=0.8),
}
SATURATION = 2.6
PAIR_WEIGHT = 1.0


#: Begins no word, so that pairs stand apart in the vocabulary.
PAIR_MARK = "\x02"


def pair(first: str, second: str) -> str:
    """Name the term that stands for two words beside each other in a title."""
    return f"{PAIR_MARK}{first} {second}"


def occurrences(document: Document) -> dict[str, float]:
    language = document.language
    if language not in LANGUAGES:
        sample = " ".join([document.title, *(part.text[:1000] for part in document.parts[:3])])
        language = analysis.guess_language(sample)
    texts: dict[Role, list[str]] = {}
    for part in document.parts:
        texts.setdefault(part.role, []).append(part.text)
    weighed: defaultdict[str, float] = defaultdict(float)
    title = analysis.terms(document.title, language)
    _add(weighed, title, TITLE)
    for first, second in itertools.pairwise(title):
        weighed[pair(first, second)] = PAIR_WEIGHT
    _add(weighed, [term for tag in document.tags for term in analysis.terms(tag, language)], TAGS)
    for role, parts in texts.items():
        _add(weighed, [term for text in parts for term in analysis.terms(text, language)], FIELDS[role])
    return weighed


def _add(weighed: defaultdict[str, float], found: list[str], field: Field) -> None:
    share = field.weight / (1 - field.evening + field.evening * len(found) / field.usual)
    for term, count in Counter(found).items():
        weighed[term] += share * count


def impacts(document: Document) -> dict[str, int]:
    """Give the impact of every term of a document, in steps of 1 to STEPS."""
    return {
        term: max(1, round(STEPS * weight / (weight + SATURATION))) for term, weight in occurrences(document).items()
    }
