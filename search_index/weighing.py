"""How much each term of a document says about it: BM25F, worked out once when the document is put in.

A term's occurrences are weighed by where they stand (title, tags, body, accepted answer, ...), each evened
out by the length of that field against a usual length, added up, and saturated. What remains is one
*impact* between 0 and 1 for each term and document; a search only multiplies it by the rarity of the term.
Usual lengths are constants and not averages of the index, so that a document never has to be weighed again
because others came.

What stands together in a text is kept beside the impacts, as a short name for each two neighbours: far
smaller than postings, and enough to order what was found.
"""

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from search_index import analysis, polar
from search_index.document import Document, Role
from search_index.languages import LANGUAGES

#: Part of the stamp in every index: raise it when the same document would give other impacts.
WEIGHING_VERSION = 3

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

#: Who writes says first what it is about: so many terms at the beginning of a text count so much more.
LEAD = 7
LEAD_SHARE = 0.3

#: Neighbours are kept for so many terms of each text, and for so many of a document.
PAIRED_TERMS = 150
MOST_PAIRED = 400

#: Bytes of a neighbourhood's name: two would mistake one document in ten of the long ones for a match.
NAME_BYTES = 3

#: Odd and large, so that the order of two terms counts in every bit of their name.
_SPREAD = 0x9E3779B1


#: Begins no word, so that pairs stand apart in the vocabulary.
PAIR_MARK = "\x02"


def pair(first: str, second: str) -> str:
    """Name the term that stands for two words beside each other in a title."""
    return f"{PAIR_MARK}{first} {second}"


@dataclass(frozen=True, slots=True)
class Weighed:
    """The impact of every term of a document, in steps of 1 to STEPS, and the names of what stands together."""

    impacts: dict[str, int]
    neighbours: bytes


def weigh(document: Document) -> Weighed:
    """Work out all that an index keeps of a document's words."""
    language = document.language
    if language not in LANGUAGES:
        sample = " ".join([document.title, *(part.text[:1000] for part in document.parts[:3])])
        language = analysis.guess_language(sample)
    texts: dict[Role, list[list[str]]] = {}
    for part in document.parts:
        texts.setdefault(part.role, []).append(analysis.terms(part.text, language))
    weighed: defaultdict[str, float] = defaultdict(float)
    title = analysis.terms(document.title, language)
    _add(weighed, title, TITLE)
    for first, second in itertools.pairwise(title):
        weighed[pair(first, second)] = PAIR_WEIGHT
    _add(weighed, [term for tag in document.tags for term in analysis.terms(tag, language)], TAGS)
    for role, parts in texts.items():
        share = _add(weighed, [term for found in parts for term in found], FIELDS[role])
        for found in parts:
            for term in found[:LEAD]:
                weighed[term] += LEAD_SHARE * share
    impacts = {term: max(1, round(STEPS * weight / (weight + SATURATION))) for term, weight in weighed.items()}
    if any(polar.is_answer(part.text) for part in document.parts if part.role is Role.BODY):
        impacts[polar.ANSWER] = STEPS
    return Weighed(impacts, _neighbours([found for parts in texts.values() for found in parts]))


def _add(weighed: defaultdict[str, float], found: list[str], field: Field) -> float:
    share = field.weight / (1 - field.evening + field.evening * len(found) / field.usual)
    for term, count in Counter(found).items():
        weighed[term] += share * count
    return share


def neighbourhood(first: str, second: str) -> bytes:
    """Name two terms beside each other, in a few bytes; now and then two of them have the same name."""
    return _named(_number(first), _number(second)).to_bytes(NAME_BYTES, "big")


@lru_cache(maxsize=50_000)
def _number(term: str) -> int:
    return crc32(term.encode())


def _named(first: int, second: int) -> int:
    return (first * _SPREAD + second) & 0xFFFFFF


def _neighbours(texts: list[list[str]]) -> bytes:
    named: set[int] = set()
    left = MOST_PAIRED
    for found in texts:
        kept = [_number(term) for term in found[: min(left, PAIRED_TERMS)]]
        left -= len(kept)
        named.update([_named(first, second) for first, second in itertools.pairwise(kept)])
    return b"".join([name.to_bytes(NAME_BYTES, "big") for name in sorted(named)])


def stand_together(neighbours: bytes, name: bytes) -> bool:
    """Say whether a name is among those a document keeps."""
    place = neighbours.find(name)
    while place > 0 and place % NAME_BYTES:
        place = neighbours.find(name, place + 1)
    return place >= 0
