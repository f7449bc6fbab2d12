"""Forgive typing mistakes: the words in use that are nearest to one that is not."""

from collections.abc import Iterable

#: Shorter words have too many neighbours to guess.
SHORTEST = 4


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


def nearest(word: str, candidates: Iterable[tuple[str, int]], limit: int = 3) -> list[str]:
    """Choose the nearest words, the commoner first among equals."""
    most = allowed(word)
    letters = set(word)
    found = []
    for candidate, frequency in candidates:
        if abs(len(candidate) - len(word)) > most or len(letters.symmetric_difference(candidate)) > 2 * most:
            continue
        mistakes = distance(word, candidate, most)
        if 0 < mistakes <= most:
            found.append((mistakes, -frequency, candidate))
    return [candidate for _, _, candidate in sorted(found)[:limit]]
