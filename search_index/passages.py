"""Show why something was found: the best passage of a text, in pieces that match or do not, for the caller
to mark.

Words match on their stems, as in the index. The text given is plain text and so is what comes out; escaping
and marking are the caller's. Joined again, the pieces of a whole text are that text (in composed form).
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search_index import analysis

#: Longer texts are looked at so far: the bound on what a passage may cost.
LONGEST = 30_000

#: Matches considered for the best window.
MOST_MATCHES = 400

#: A passage may begin so much earlier if a sentence begins there.
LEAD = 60

_KIN, _FAINT, _PART = 0.3, 0.3, 0.5
_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    is_match: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text; `weight` compares passages for the same words, 0 when none of them is there."""

    segments: tuple[Segment, ...]
    weight: float
    is_cut_before: bool
    is_cut_after: bool

    @property
    def text(self) -> str:
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    words: frozenset[int]
    weight: float


class Marker:
    """Find the words of one search in texts; make it once and use it for all hits."""

    def __init__(self, text: str, corrected: Iterable[tuple[str, str]] = ()) -> None:
        self._wanted: dict[str, tuple[int, float]] = {}
        words = analysis.query_words(text[:2_000])
        meant = dict(corrected)
        for number, word in enumerate(words):
            weight = (_FAINT if word.is_faint else 1.0) * (_PART if word.is_part else 1.0)
            own = analysis.stems(meant[word.form]) if word.form in meant else word.alternatives
            for term in own:
                self._want(term, number, weight)
            for term in word.kin:
                self._want(term, number, weight * _KIN)
        #: No stemmer changes the first letter: words that begin otherwise need not be stemmed.
        self._beginnings = frozenset(term[0] for term in self._wanted)
        self._candidates = analysis.beginnings_of(self._wanted)
        self._known: dict[str, tuple[frozenset[int], float] | None] = {}

    def _want(self, term: str, number: int, weight: float) -> None:
        if weight > self._wanted.get(term, (0, 0.0))[1]:
            self._wanted[term] = (number, weight)

    def mark(self, text: str) -> tuple[Segment, ...]:
        """Cut a whole text, such as a title, into pieces."""
        text = _composed(text)
        return _segments(text, 0, len(text), self._matches(text))

    def best(self, text: str, length: int = 240) -> Passage:
        """Cut out the stretch of about so many characters that holds most of the words."""
        text = _composed(text)
        matches = self._matches(text)
        first, weight = _best_window(matches, length)
        start = _start(text, matches[first].start if matches else 0, length)
        end = _end(text, start + length)
        return Passage(_segments(text, start, end, matches), weight, start > 0, end < len(text.rstrip()))

    def best_of(self, texts: Sequence[str], length: int = 240) -> tuple[int, Passage] | None:
        """Choose the best passage among several texts, the earlier when equal; None without texts."""
        found = [(place, self.best(text, length)) for place, text in enumerate(texts)]
        return max(found, key=lambda each: (each[1].weight, -each[0]), default=None)

    def where(self, text: str, length: int = 240) -> tuple[float, int]:
        """Say what the best stretch of a text is worth, and where the first match in it is."""
        matches = self._matches(_composed(text))
        first, weight = _best_window(matches, length)
        return weight, matches[first].start if matches else 0

    def _matches(self, text: str) -> list[_Match]:
        found: list[_Match] = []
        if not self._wanted:
            return found
        candidates = self._candidates
        words = analysis.written_words_near(text, candidates) if candidates else analysis.written_words(text)
        for start, end, written in words:
            try:
                told = self._known[written]
            except KeyError:
                told = self._known[written] = self._told(written)
            if told is not None:
                found.append(_Match(start, end, *told))
                if len(found) >= MOST_MATCHES:
                    break
        return found

    def _told(self, written: str) -> tuple[frozenset[int], float] | None:
        """Say which words of the search a written word stands for, and how much that counts."""
        numbers, weight = set(), 0.0
        for form in analysis.forms_of(written):
            if form[0] not in self._beginnings or analysis.is_stop_word(form):
                continue
            for term in analysis.stems(form):
                if term in self._wanted:
                    number, counts = self._wanted[term]
                    numbers.add(number)
                    weight = max(weight, counts)
        return (frozenset(numbers), weight) if numbers else None


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", analysis.clean(text[:LONGEST]))


def _best_window(matches: list[_Match], length: int) -> tuple[int, float]:
    """Give the match the best window begins with, and what the window is worth."""
    best, most = 0, 0.0
    for first, match in enumerate(matches):
        seen: dict[int, float] = {}
        repeats = 0.0
        for other in matches[first:]:
            if other.end > match.start + length:
                break
            for number in other.words:
                if number in seen:
                    repeats += _AGAIN * other.weight
                seen[number] = max(seen.get(number, 0.0), other.weight)
        worth = sum(seen.values()) + min(repeats, 0.5)
        if worth > most + 1e-9:
            best, most = first, worth
    return best, most


def _start(text: str, at: int, length: int) -> int:
    """Begin at the beginning if that is near, else where a sentence or at least a word begins."""
    if at <= min(LEAD, length // 3):
        return 0
    earliest = at - min(LEAD, length // 3)
    for ends in ("\n", ". ", "? ", "! ", ": "):
        found = text.rfind(ends, earliest, at)
        if found >= 0:
            return found + len(ends)
    space = text.find(" ", earliest, at)
    return space + 1 if space >= 0 else earliest


def _end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - 30, at)
    return space if space > 0 else at


def _segments(text: str, start: int, end: int, matches: list[_Match]) -> tuple[Segment, ...]:
    segments, at = [], start
    for match in matches:
        if match.start < at or match.end > end:
            continue
        if match.start > at:
            segments.append(Segment(text[at : match.start], False))
        segments.append(Segment(text[match.start : match.end], True))
        at = match.end
    if at < end:
        segments.append(Segment(text[at:end], False))
    return tuple(segments)


def has_phrase(text: str, phrase: str) -> bool:
    """Say whether the words of a phrase stand in a text one after the other, whatever their case and accents.

    The index keeps no places of words; this is how a phrase is checked on the texts of the hits.
    """
    wanted = [word.forms[0] for word in analysis.places(_composed(phrase))]
    if not wanted:
        return True
    standing = [word.forms[0] for word in analysis.places(_composed(text))]
    first, length = wanted[0], len(wanted)
    return any(form == first and standing[at : at + length] == wanted for at, form in enumerate(standing))


def has_phrases(texts: Iterable[str], phrases: Iterable[str]) -> bool:
    """Say whether each phrase stands in at least one of the texts."""
    known = list(texts)
    return all(any(has_phrase(text, phrase) for text in known) for phrase in phrases)
