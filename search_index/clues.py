"""From the words of a query to clues: which terms to look up, and how much each may add to a document's
score."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import log

from search_index import analysis, polar, spelling
from search_index.analysis import QueryWord
from search_index.contract import MOST_WORDS
from search_index.languages import LANGUAGES
from search_index.weighing import neighbourhood, pair

#: What a clue counts beside a plain word of the same rarity; measured on the labelled sets.
FAINT = 0.6
PART = 0.5
PAIR = 0.3
JOINED = 0.3

#: What two words of the query that stand together in a text add, beside the rarer share of the two.
NEAR = 0.12

#: What a text gains that begins with yes or no, where that is asked for: so much, and twice as much where such a share
#: of all texts does.
POLAR = 1.0
POLAR_SHARE = 0.1

#: What the words of a long query count that come after the rarest ones; how many are read in all, and how many
#: postings for those.
REST = 0.2
MOST_READ = 2 * MOST_WORDS
REST_POSTINGS = 10_000

#: What another term counts in place of the very word.
KIN = 0.3
CORRECTED = 0.8
BEGINNING = 0.7

#: Added to every rarity, so that a word most documents have still counts for the one that has it often.
LEAST_RARITY = 0.5

#: An unfinished word stands for no more words than these.
MOST_ENDINGS = 30

#: A word is akin to those that begin like it: so many letters of its stem must be there, of which so many may
#: differ at its end, or follow; no more than so many terms are taken.
ROOT = 5
ROOT_LESS = 2
ROOT_MORE = 4
MOST_OF_ROOT = 8

#: Misspelt words put right in one query: looking through the vocabulary is the dearest thing a query can ask.
MOST_FORGIVEN = 3

#: Texts in which a similar document is looked for are read so far.
LONGEST_SAMPLE = 2_000

#: How many of the rarest words find what resembles a text.
RAREST = 5

Frequencies = Callable[[Iterable[str]], dict[str, int]]
Words = Callable[[str], Iterable[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Clue:
    """Terms that stand for one thing looked for, each with the share it counts, and the most it can add."""

    terms: tuple[tuple[str, float], ...]
    weight: float
    is_word: bool = True


@dataclass(frozen=True, slots=True)
class Nearness:
    """Two words beside each other in a query, by the names they may have in a text, and what that adds."""

    names: tuple[bytes, ...]
    weight: float


@dataclass(slots=True)
class Clues:
    """What to look for; `nearnesses` and `lift` find nothing, and only order what `clues` find."""

    clues: list[Clue] = field(default_factory=list)
    nearnesses: list[Nearness] = field(default_factory=list)
    lift: Clue | None = None
    corrected: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    is_noise: bool = False

    @property
    def weight_of_words(self) -> float:
        return sum(clue.weight for clue in self.clues if clue.is_word)


def rarity(frequency: int, count: int) -> float:
    frequency = min(frequency, count)
    return log(1 + (count - frequency + 0.5) / (frequency + 0.5)) + LEAST_RARITY


def gather(
    text: str,
    *,
    count: int,
    frequencies: Frequencies,
    words: Words,
    terms: Words,
    is_unfinished: bool = False,
) -> Clues:
    """Choose the clues of a text, the heaviest first.

    A word that is nowhere is taken for a typing mistake, the last one also for an unfinished word, if the
    words in use offer something near; not a faint word, whose spelling is right.
    """
    query = analysis.query_words(text)
    vocabulary = _Vocabulary(count, frequencies, words, terms)
    found = Clues(is_noise=not query)
    is_polar = polar.is_question(text)
    known = frequencies(_terms_of(query) | ({polar.ANSWER} if is_polar else set()))
    last = query[-1] if query and is_unfinished and not text[-1:].isspace() else None
    chosen: list[tuple[QueryWord, Clue]] = []
    for word in query:
        clue = _clue(word, known, vocabulary)
        if clue is None and not word.is_part and not word.is_faint:
            clue = _forgive(word, vocabulary, found, is_last=word is last)
        if clue is not None:
            chosen.append((word, clue))
    chosen.sort(key=lambda each: (-each[1].weight, each[0].form))
    kept = [*chosen[:MOST_WORDS], *_rest(chosen[MOST_WORDS:MOST_READ], frequencies)]
    found.clues = [clue for _, clue in kept]
    found.nearnesses = _nearnesses(query, {word.form: clue for word, clue in kept})
    found.clues += _neighbours(query, {word.form for word, _ in kept}, known, count)
    found.clues.sort(key=lambda clue: -clue.weight)
    if is_polar and found.clues and known.get(polar.ANSWER):
        found.lift = _answer(known[polar.ANSWER], count)
    return found


def _rest(chosen: list[tuple[QueryWord, Clue]], frequencies: Frequencies) -> Iterator[tuple[QueryWord, Clue]]:
    """Give those that come after the rarest words and are cheap to read."""
    known = frequencies({term for _, clue in chosen for term, _ in clue.terms}) if chosen else {}
    left = REST_POSTINGS
    for word, clue in chosen:
        length = sum(known.get(term, 0) for term, _ in clue.terms)
        if length <= left:
            left -= length
            yield word, replace(clue, weight=REST * clue.weight)


def _answer(frequency: int, count: int) -> Clue:
    """Give what lifts texts that begin with yes or no."""
    weight = POLAR * (1 + min(1.0, frequency / count / POLAR_SHARE))
    return Clue(((polar.ANSWER, 1.0),), weight, is_word=False)


def _terms_of(query: list[QueryWord]) -> set[str]:
    wanted = {term for word in query for term in (*word.alternatives, *word.kin)}
    for first, second in itertools.pairwise(query):
        wanted.update(_pairs(first, second))
        wanted.update(_joined(first, second))
    return wanted


def _pairs(first: QueryWord, second: QueryWord) -> set[str]:
    return {pair(analysis.stem(first.form, code), analysis.stem(second.form, code)) for code in LANGUAGES}


def _joined(first: QueryWord, second: QueryWord) -> tuple[str, ...]:
    """`wi fi` may have been written `wifi`."""
    if first.is_part or second.is_part or len(first.form) + len(second.form) > 16:
        return ()
    return analysis.stems(first.form + second.form)


def _clue(word: QueryWord, known: dict[str, int], vocabulary: "_Vocabulary") -> Clue | None:
    frequency = sum(known.get(term, 0) for term in word.alternatives)
    kin = [term for term in word.kin if known.get(term)]
    if not frequency:
        # Kin alone must not hide that the word itself is nowhere: it may be misspelt.
        return None
    weight = rarity(frequency, vocabulary.count) * (FAINT if word.is_faint else 1) * (PART if word.is_part else 1)
    own = [(term, 1.0) for term in word.alternatives if known.get(term)]
    if not word.is_faint and not word.is_part:
        kin += _of_root(word, vocabulary)
    return Clue((*own, *((term, KIN) for term in dict.fromkeys(kin))), weight)


def _of_root(word: QueryWord, vocabulary: "_Vocabulary") -> list[str]:
    """Give terms that begin like a word, such as `attivazion` for `attiv`: stemming keeps them apart."""
    found: dict[str, int] = {}
    for term in word.alternatives:
        if len(term) >= ROOT and term.isalpha():
            for other, frequency in vocabulary.terms(term[: max(ROOT, len(term) - ROOT_LESS)]):
                if len(other) <= len(term) + ROOT_MORE and other.isalpha() and other not in word.alternatives:
                    found[other] = frequency
    return sorted(found, key=lambda other: (-found[other], other))[:MOST_OF_ROOT]


def _nearnesses(query: list[QueryWord], kept: dict[str, Clue]) -> list[Nearness]:
    nearnesses = []
    for first, second in itertools.pairwise(query):
        one, other = kept.get(first.form), kept.get(second.form)
        if one is not None and other is not None:
            names = {neighbourhood(a, b) for a in _own(one) for b in _own(other)}
            nearnesses.append(Nearness(tuple(sorted(names)), NEAR * min(one.weight, other.weight)))
    return nearnesses


def _own(clue: Clue) -> list[str]:
    return [term for term, share in clue.terms if share == 1.0][:3]


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What is in use: frequencies of terms, words as spelt in titles, and terms of all texts."""

    count: int
    frequencies: Frequencies
    words: Words
    terms: Words


def _forgive(word: QueryWord, vocabulary: _Vocabulary, found: Clues, *, is_last: bool) -> Clue | None:
    """Find what an unknown word may stand for: its endings, a word it resembles, its kin."""
    if is_last and len(word.form) >= 3:
        endings = sorted(vocabulary.terms(word.form), key=lambda each: (-each[1], each[0]))[:MOST_ENDINGS]
        clue = _stand_in({term for term, _ in endings}, vocabulary, BEGINNING)
        if clue is not None:
            return clue
    if len(found.corrected) + len(found.unknown) < MOST_FORGIVEN:
        for near in _nearest(word.form, vocabulary.words) or _nearest_otherwise(word.form, vocabulary.words):
            clue = _stand_in(set(analysis.stems(near)), vocabulary, CORRECTED)
            if clue is not None:
                found.corrected.append((word.form, near))
                return clue
        clue = _stand_in(set(_nearest(word.alternatives[0], vocabulary.terms)), vocabulary, CORRECTED)
        if clue is not None:
            return clue
    clue = _stand_in({*word.kin, *_of_root(word, vocabulary)}, vocabulary, KIN)
    if clue is None:
        found.unknown.append(word.form)
    return clue


def _nearest(form: str, words: Words) -> list[str]:
    if not spelling.allowed(form):
        return []
    return spelling.nearest(form, words(form[0]))


def _nearest_otherwise(form: str, words: Words) -> list[str]:
    """Give words that differ in the very first letter. A list for each beginning it may have, and none of
    them long: far fewer words are read than there are."""
    beginnings = spelling.other_beginnings(form)
    return spelling.nearest(form, (each for beginning in beginnings for each in words(beginning)), most=1)


def _stand_in(terms: set[str], vocabulary: _Vocabulary, share: float) -> Clue | None:
    known = vocabulary.frequencies(terms) if terms else {}
    if not known:
        return None
    weight = rarity(sum(known.values()), vocabulary.count) * share
    return Clue(tuple((term, 1.0) for term in sorted(known)), weight)


def _neighbours(query: list[QueryWord], kept: set[str], known: dict[str, int], count: int) -> list[Clue]:
    """Words beside each other in a title, or written as one, say more than the two apart."""
    clues = []
    for first, second in itertools.pairwise(query):
        if first.form in kept and second.form in kept:
            pairs = {term: known[term] for term in _pairs(first, second) if known.get(term)}
            if pairs:
                clues.append(_extra(pairs, count, PAIR * (FAINT if first.is_faint or second.is_faint else 1)))
        joined = {term: known[term] for term in _joined(first, second) if known.get(term)}
        if joined:
            clues.append(_extra(joined, count, JOINED))
    return clues


def _extra(known: dict[str, int], count: int, share: float) -> Clue:
    terms = tuple((term, 1.0) for term in sorted(known))
    return Clue(terms, rarity(sum(known.values()), count) * share, is_word=False)


def correct(text: str, *, frequencies: Frequencies, words: Words) -> str | None:
    """Put the unknown words of a text right, leaving the rest as typed; None when nothing is better."""
    folded = analysis.fold(analysis.clean(text))
    pieces, at, tried = [], 0, 0
    for word in analysis.words_of(folded):
        form = word.forms[0]
        if len(word.forms) > 1 or analysis.is_stop_word(form) or any(frequencies(analysis.stems(form)).values()):
            continue
        if tried == MOST_FORGIVEN:
            break
        tried += 1
        near = _nearest(form, words) or _nearest_otherwise(form, words)
        if near:
            pieces += [folded[at : word.start], near[0]]
            at = word.end
    return "".join([*pieces, folded[at:]]) if pieces else None
