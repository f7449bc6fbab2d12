"""Tells passwords that are guessed first: known words with decorations, keyboard runs, one's own name.

The list is of our own making: words from which people are known to build passwords, in the languages
we speak. Rules do the rest, so that one line covers `juventus`, `Juventus1897!` and `Juv3ntus00`.
"""

import re
import string
import unicodedata
from functools import lru_cache
from pathlib import Path

WORDS = Path(__file__).with_name("weak_words.txt")

#: Shorter parts of a name stand in too many honest words.
SHORTEST_OWN_WORD = 3
SHORTEST_RUN = 3

#: Longer passwords are passphrases, which the rules below would only slow down.
LONGEST_JUDGED = 64

#: Rows of the keyboards, and columns as the fingers walk them.
RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "147258369",
    "159357",
    "!@#$%^&*()",
    '!"£$%&/()=',
    "zaqxswcdevfrbgtnhymjukilop",
)

#: What people write instead of letters; each sign is also tried as itself.
LEET = str.maketrans("0134578@$!€", "oieastbasie")

#: What people add to a word to satisfy a rule.
DECORATIONS = frozenset(string.digits + string.punctuation + "£€§°")


def is_guessed_first(password: str, own_words: tuple[str, ...] = ()) -> bool:
    """Whether the password is a known word or two, a run, a date or the person's own name, however decorated."""
    folded = _fold(password)
    if len(folded) > LONGEST_JUDGED:
        return len(set(folded)) <= 3
    compact = re.sub(r"\s+", "", folded)
    if len(set(compact)) <= 3 or compact.isdigit():
        return True
    own = frozenset(_parts_of(own_words))
    return any(_unit(way) is not None or _is_made_of_known(way, own) for way in (compact, compact[::-1]))


def _is_made_of_known(text: str, own: frozenset[str]) -> bool:
    """Whether it is nothing but one listed word, own words, runs, digits and signs.

    `cheapest[i]` is the least number of listed words that cover the first i characters with the rest known.
    """
    listed = _listed_words()
    unmasked = text.translate(LEET)
    many = len(text) + 1
    cheapest = [0, *([many] * len(text))]
    for end in range(1, len(text) + 1):
        if text[end - 1] in DECORATIONS:
            cheapest[end] = cheapest[end - 1]
        for start in range(end - 1, -1, -1):
            if cheapest[start] == many:
                continue
            piece, bare = text[start:end], unmasked[start:end]
            if piece in own or bare in own or _is_run(piece):
                cheapest[end] = min(cheapest[end], cheapest[start])
            elif piece in listed or bare in listed:
                cheapest[end] = min(cheapest[end], cheapest[start] + 1)
        if end >= 2 and text[end - 1] == text[end - 2]:
            cheapest[end] = min(cheapest[end], cheapest[end - 1])
    return cheapest[-1] <= 1 or (cheapest[-1] == 2 and not _is_long_pair(text))


def _is_long_pair(text: str) -> bool:
    """Two listed words are enough when together they are long; short pairs are in every guesser's second list."""
    return sum(character.isalpha() for character in text) >= 14


@lru_cache(maxsize=4096)
def _is_run(piece: str) -> bool:
    if len(piece) < SHORTEST_RUN:
        return False
    return any(piece in run or piece in run[::-1] for run in RUNS)


def _unit(text: str) -> str | None:
    """The short part that a text repeats from beginning to end, or None."""
    for length in range(1, len(text) // 2 + 1):
        unit = text[:length]
        whole = unit * (len(text) // length + 1)
        if whole.startswith(text) and (length < 8 or unit in _listed_words()):
            return unit
    return None


def _parts_of(own_words: tuple[str, ...]) -> set[str]:
    """Own words whole and in parts: an address by its dots, a name by its blanks, forwards and backwards."""
    parts: set[str] = set()
    for word in own_words:
        folded = _fold(word)
        pieces = {re.sub(r"\s+", "", folded), *folded.split("@"), *re.split(r"[^a-z0-9]+", folded)}
        pieces |= {piece for part in list(pieces) for piece in re.findall(r"[a-z]+", part)}
        parts |= {piece for piece in pieces if len(piece) >= SHORTEST_OWN_WORD}
    return parts | {part.translate(LEET) for part in parts} | {part[::-1] for part in parts}


def _fold(text: str) -> str:
    """Case and accents away: the guesser tries both."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=1)
def _listed_words() -> frozenset[str]:
    with WORDS.open(encoding="utf-8") as lines:
        return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
