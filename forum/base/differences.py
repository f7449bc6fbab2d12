"""What changed between two texts, word by word, at a cost that no text can drive up."""

import re
from bisect import insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate

SAME, ADDED, REMOVED = "same", "added", "removed"

#: Pairs of equal words looked at before what is left counts as rewritten; about half a second at worst.
EFFORT = 4_000_000

#: A word with the blanks after it, so that a space alone is never a match.
_WORDS = re.compile(r"\s+|\S+\s*")


@dataclass(frozen=True)
class Piece:
    """Some words that stayed, came or went."""

    kind: str
    text: str


def compare(before: str, after: str, effort: int = EFFORT) -> list[Piece]:
    """The pieces that, without the removed ones, are the new text and, without the added ones, the old."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    pieces = [Piece(SAME, "".join(old[:head]))]
    pieces += _middle(old[head : len(old) - tail], new[head : len(new) - tail], effort)
    pieces.append(Piece(SAME, "".join(old[len(old) - tail :])))
    return _joined(pieces)


def is_changed(pieces: Sequence[Piece]) -> bool:
    """Whether there is any difference to show."""
    return any(piece.kind != SAME for piece in pieces)


def _common(left: list[str], right: list[str]) -> int:
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count


def _middle(old: list[str], new: list[str], effort: int) -> list[Piece]:
    pieces = []
    at_old = at_new = 0
    for start_old, start_new, length in [*_matches(old, new, effort), (len(old), len(new), 0)]:
        pieces.append(Piece(REMOVED, "".join(old[at_old:start_old])))
        pieces.append(Piece(ADDED, "".join(new[at_new:start_new])))
        pieces.append(Piece(SAME, "".join(old[start_old : start_old + length])))
        at_old, at_new = start_old + length, start_new + length
    return pieces


def _matches(old: list[str], new: list[str], effort: int) -> list[tuple[int, int, int]]:
    """Runs of words in both, longest first from outside in, as far as the effort reaches.

    What one search for the longest run costs is known before it is made: it looks at every place in `new`
    where a word of its part of `old` stands.
    """
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    places = Counter(new)
    costs = list(accumulate((1 + places[word] for word in old), initial=0))
    found: list[tuple[int, int, int]] = []
    waiting = [(0, len(old), 0, len(new))]
    for from_old, to_old, from_new, to_new in waiting:
        cost = costs[to_old] - costs[from_old]
        if from_new == to_new or not 0 < cost <= effort:
            continue
        effort -= cost
        at_old, at_new, length = matcher.find_longest_match(from_old, to_old, from_new, to_new)
        if length:
            insort(found, (at_old, at_new, length))
            waiting.append((from_old, at_old, from_new, at_new))
            waiting.append((at_old + length, to_old, at_new + length, to_new))
    return found


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Neighbours of one kind made one, empty ones left out."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined
