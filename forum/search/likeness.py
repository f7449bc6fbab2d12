"""The chance that one question asks what another asked, from their words and from what the search says of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import exp, log

from search_index.analysis import QueryWord, query_words

#: Of longer texts the beginning says what is asked.
READ = 1_000

#: What a word that tells little counts beside one that does, and a word that means the same beside the very word.
FAINT, KIN = 0.3, 0.4


@dataclass(frozen=True)
class Asked:
    """The words of a question that say what is asked."""

    title: tuple[QueryWord, ...]
    whole: tuple[QueryWord, ...]

    @property
    def terms(self) -> set[str]:
        return {term for word in self.whole for term in word.alternatives}


def asked(title: str, text: str) -> Asked:
    """Analyse a question."""
    return Asked(_words(title), _words(f"{title}\n{text}"[:READ]))


def _words(text: str) -> tuple[QueryWord, ...]:
    return tuple(word for word in query_words(text) if not word.is_part)


Weigh = Callable[[QueryWord], float]


def weigher(frequencies: Mapping[str, int], count: int) -> Weigh:
    """How much a word tells, from 0 to 1, among so many documents: the rarer, the more."""
    most = log(2 + count)

    def weigh(word: QueryWord) -> float:
        seen = max((frequencies.get(term, 0) for term in word.alternatives), default=0)
        return (FAINT if word.is_faint else 1.0) * log((2 + count) / (1 + min(seen, count))) / most

    return weigh


def signs(question: Asked, other: Asked, share: float, weigh: Weigh) -> tuple[float, ...]:
    """What speaks for two being one, each from 0 to 1, in the order of `WEIGHTS`.

    `share` is what the search says the other holds of the words of the question's title.
    """
    return (
        share,
        _both(_cover(question.title, other.title, weigh), _cover(other.title, question.title, weigh)),
        _cover(other.title, question.whole, weigh),
        _both(_cover(question.whole, other.whole, weigh), _cover(other.whole, question.whole, weigh)),
    )


def _both(one: float, other: float) -> float:
    """High only where both are."""
    return 2 * one * other / (one + other) if one and other else 0.0


def _cover(words: Iterable[QueryWord], others: Iterable[QueryWord], weigh: Weigh) -> float:
    """The part of some words that is among others, in any form."""
    terms = {term for word in others for term in word.alternatives}
    kin = {term for word in others for term in word.kin}
    total = found = 0.0
    for word in words:
        weight = weigh(word)
        total += weight
        if not terms.isdisjoint(word.alternatives):
            found += weight
        elif not kin.isdisjoint(word.alternatives):
            found += KIN * weight
    return found / total if total else 0.0


#: Of the signs, in their order, as `python -m benchmarks.duplicates --fit` fitted them on 7,083 pairs that people judged,
#: in three forums that count the same; how far they can be believed stands in docs/search-quality.md.
WEIGHTS = (2.17, 0.40, 1.19, 4.86)
CONSTANT = -4.65


def chance(found: tuple[float, ...]) -> float:
    """The chance of being a duplicate, by these signs."""
    return 1 / (1 + exp(-(CONSTANT + sum(weight * sign for weight, sign in zip(WEIGHTS, found, strict=True)))))
