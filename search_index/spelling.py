"""Forgive typing mistakes: the words in use that are nearest to one that is not."""

from collections.abc import Iterable
from string import ascii_lowercase

#: Shorter words have too many neighbours to guess.
SHORTEST = 4

#: A shorter word with another first letter is mostly another word.
LONG_ENOUGH = 6


def allowed(word: str) -> int:
    """Say how many mistakes a word of this length may have."""
    if len(word) < SHORTEST or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def distance(first: str, second: str, most: int) -> int:
    """Count insertions, deletions, changes and swaps of neighbours; anything above `most` is `most + 1`."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, left in enumerate(first, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(second, 1):
            cost = min(row[j - 1] + 1, before[j] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == second[j - 2] and first[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def other_beginnings(word: str) -> list[str]:
    """Give how a word may begin if the mistake is in its first letter: another one, one too many, one lost,
    two swapped.

    Only words as long as to have one near neighbour at most, in the letters of the languages spoken here.
    """
    if len(word) < LONG_ENOUGH or not word.isascii() or not allowed(word):
        return []
    beginnings = [word[1:4], word[1] + word[0] + word[2]]
    beginnings += [letter + word[1:3] for letter in ascii_lowercase if letter != word[0]]
    beginnings += [letter + word[:2] for letter in ascii_lowercase]
    return list(dict.fromkeys(beginnings))


def nearest(word: str, candidates: Iterable[tuple[str, int]], limit: int = 3, most: int = 0) -> list[str]:
    """Choose the nearest words, the commoner first among equals; `most` mistakes, or as many as allowed."""
    most = most or allowed(word)
    letters = set(word)
    found = []
    for candidate, frequency in candidates:
        if abs(len(candidate) - len(word)) > most or len(letters.symmetric_difference(candidate)) > 2 * most:
            continue
        mistakes = distance(word, candidate, most)
        if 0 < mistakes <= most:
            found.append((mistakes, -frequency, candidate))
    return [candidate for _, _, candidate in sorted(found)[:limit]]
