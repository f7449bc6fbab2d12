"""Turn text into the terms that are indexed and searched: one analysis for every backend.

A text is folded (compatibility forms, case, accents), cut into words, freed of elisions and stop words, and
each word is stemmed in the language of its text. The language of a document is given or guessed; a query
rarely has enough words to tell, so its words are stemmed in *every* language and each word becomes a set of
alternatives (`fatture` -> `fattur`, `fatture`) that match as one.

A name written with inner signs (`FRITZ!Box`, `Wi-Fi`, `e-mail`, `11.2.1`) or of letters and digits (`ipv6`)
gives its joined form and its parts, so that `fritzbox`, `FRITZ!Box` and `fritz box` meet.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from threading import local

import Stemmer

from search_index.languages import LANGUAGES, Language

#: Part of the stamp in every index: raise it when the same text would give other terms.
ANALYSIS_VERSION = 1

#: No word a person looks for is longer; what is (keys, encoded images) would only fill the index.
LONGEST_WORD = 40

#: Texts longer than this are indexed by their beginning: enough for thirty pages.
LONGEST_TEXT = 200_000

_WORD = re.compile(
    r"\.net\b"
    r"|[^\W_]+(?:[-.!'&/_@·][^\W_]+)+"
    r"|[^\W\d_](?:\+\+|#)(?!\w)"
    r"|[^\W_]+"
)
_BLANK = re.compile(r"\s")
_SIGN = r"[-.!'&/_@·]?"
_MARKS = re.compile(r"[\u0300-\u036f]")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": " ", "—": " "})
_DASHES = str.maketrans("–—", "--")
_JOINTS = re.compile(r"[-.!'&/_@·]")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d_]{2,})(\d{1,6})\Z")
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")

_ELISIONS: frozenset[str] = frozenset().union(*(row.elisions for row in LANGUAGES.values()))
_ENDINGS: frozenset[str] = frozenset().union(*(row.endings for row in LANGUAGES.values()))


class _Stemmers(local):
    """One for each language and thread, for a stemmer keeps the word it works on in itself."""

    def __init__(self) -> None:
        #: Without a cache of their own: `stem` is one.
        self.of = {code: Stemmer.Stemmer(row.stemmer, 0) for code, row in LANGUAGES.items()}


_STEMMERS = _Stemmers()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, its folded forms (joined form first), and whether it is a stop
    word."""

    start: int
    end: int
    forms: tuple[str, ...]


def clean(text: str) -> str:
    """Drop NUL and lone surrogates, which no store accepts and no reader misses."""
    if "\0" in text:
        text = text.replace("\0", " ")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = text.encode("utf-8", "replace").decode("utf-8")
    return text


def plain(text: str) -> str:
    """Make spellings of the same thing equal as far as accents and signs stay: case, apostrophes, dashes."""
    return unicodedata.normalize("NFC", text.translate(_DASHES).translate(_APOSTROPHES).casefold())


def fold(text: str) -> str:
    """Make spellings of the same thing equal: compatibility forms, case, accents, apostrophes."""
    text = text.translate(_APOSTROPHES)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", text)).casefold()


@lru_cache(maxsize=20_000)
def stem(word: str, code: str) -> str:
    if len(word) < 3 or any(character.isdigit() for character in word):
        return word
    return str(_STEMMERS.of[code].stemWord(word)) or word


@lru_cache(maxsize=20_000)
def _forms(raw: str) -> tuple[str, ...]:
    """Give the joined form and the parts of one folded word, without elision."""
    if "'" in raw:
        pieces = [piece for piece in raw.split("'") if piece]
        while len(pieces) > 1 and pieces[0] in _ELISIONS:
            pieces.pop(0)
        if len(pieces) > 1 and pieces[-1] in _ENDINGS:
            ending = pieces.pop()
            pieces[-1] += "" if ending == "s" else ending
        raw = "-".join(pieces)
    parts = [part for part in _JOINTS.split(raw) if part]
    if len(parts) > 1:
        joined = "".join(parts)
        if len(joined) > LONGEST_WORD:
            return tuple(part for part in parts if len(part) <= LONGEST_WORD)
        return tuple(dict.fromkeys((joined, *(part for part in parts if len(part) > 1 or part.isdigit()))))
    word = parts[0] if parts else ""
    if len(word) > LONGEST_WORD or not word:
        return ()
    if _IDEOGRAPHS.search(word) and len(word) > 2:
        return tuple(dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)))
    compound = _LETTERS_THEN_DIGITS.match(word)
    if compound:
        return (word, *compound.groups())
    return (word,)


def words_of(text: str) -> Iterator[Word]:
    """Cut folded words out of a text, with their places in the *folded* text."""
    for match in _WORD.finditer(text):
        forms = _forms(match.group()[: 3 * LONGEST_WORD])
        if forms:
            yield Word(match.start(), match.end(), forms)


@lru_cache(maxsize=20_000)
def _forms_of_written(written: str) -> tuple[str, ...]:
    return _forms(fold(written))


def written_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Cut words out of a text as it is written, with their places in it."""
    for match in _WORD.finditer(text.translate(_APOSTROPHES)):
        yield match.start(), match.end(), match.group()[: 3 * LONGEST_WORD]


def written_words_near(text: str, beginnings: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Cut only such words out of a text as stand with something that begins so between the same two blanks.

    Their capitals and accents are gone, their places are those in the text as it is written.
    """
    text = text.translate(_AS_ONE)
    end = 0
    for found in beginnings.finditer(text):
        start = found.start()
        if start < end:
            continue
        while start > end and not text[start - 1].isspace():
            start -= 1
        blank = _BLANK.search(text, found.end())
        end = blank.start() if blank else len(text)
        for match in _WORD.finditer(text, start, end):
            yield match.start(), match.end(), match.group()[: 3 * LONGEST_WORD]


def beginnings_of(terms: Iterable[str]) -> re.Pattern[str] | None:
    """Make an expression for how words may begin that have one of these stems, with signs within, once capitals and
    accents are gone; None when there is no telling.

    A stem differs from its word in the last letters, and `y` may have become `i`; three letters are enough.
    """
    alternatives = set()
    for term in terms:
        if not (term.isascii() and term.isalnum()):
            return None
        letters = [_spelt(letter) for letter in term[: max(1, min(3, len(term) - 1))]]
        inside = "" if term[0].isdigit() else r"(?<![^\W_][\s\S])"
        alternatives.add(_SIGN.join([letters[0] + inside, *letters[1:]]))
    return re.compile("|".join(sorted(alternatives))) if alternatives else None


def _single_letters() -> dict[int, str]:
    """Give the characters that fold to one other, so that every place in a text stays what it is."""
    letters = {chr(point): fold(chr(point)) for point in _LETTERS if chr(point).isalnum()}
    return str.maketrans({letter: to for letter, to in letters.items() if len(to) == 1 and to != letter})


#: Where the letters of European languages stand.
_LETTERS = range(0x30, 0x250)
_AS_ONE = _APOSTROPHES | _single_letters()


@lru_cache(maxsize=40)
def _spelt(letter: str) -> str:
    """Give what stands for a letter in a text of single letters: itself, and what folds to more than one."""
    meant = {"i": "iy", "y": "iy"}.get(letter, letter)
    others = (chr(point) for point in _LETTERS if point not in _AS_ONE and fold(chr(point))[:1] in set(meant))
    letters = "".join(dict.fromkeys((*meant, *others)))
    return letters if len(letters) == 1 else f"[{letters}]"


def forms_of(written: str) -> tuple[str, ...]:
    """Give the forms of one word as it is written."""
    return _forms_of_written(written)


def places(text: str) -> Iterator[Word]:
    """Cut words with their forms out of a text as it is written."""
    for start, end, written in written_words(text):
        forms = _forms_of_written(written)
        if forms:
            yield Word(start, end, forms)


def guess_language(text: str, default: str = "it") -> str:
    """Name the language whose stop words the text uses most; the default when none is."""
    return _guess((word.forms[0] for word in words_of(fold(clean(text[:2000])))), default)


def _guess(words: Iterable[str], default: str) -> str:
    seen = dict.fromkeys(LANGUAGES, 0)
    for word in words:
        for code, row in LANGUAGES.items():
            if word in row.stop_words:
                seen[code] += 1
    best = max(seen, key=lambda code: seen[code])
    return best if seen[best] > seen.get(default, 0) else default


@lru_cache(maxsize=20_000)
def _terms_of_written(written: str, code: str) -> tuple[str, ...]:
    stop_words = LANGUAGES[code].stop_words
    return tuple(stem(form, code) for form in _forms(written) if form not in stop_words)


def terms(text: str, language: str = "") -> list[str]:
    """Analyse a text to be indexed: its terms in order, joined forms and parts beside each other."""
    folded = fold(clean(text[:LONGEST_TEXT]))
    code = language if language in LANGUAGES else guess_language(folded)
    found: list[str] = []
    for written in _WORD.findall(folded):
        found += _terms_of_written(written[: 3 * LONGEST_WORD], code)
    return found


def surfaces(text: str) -> set[str]:
    """Give the words of a text as people spell them, folded, for did-you-mean and completion."""
    folded = fold(clean(text[:LONGEST_TEXT]))
    return {
        word.forms[0]
        for word in words_of(folded)
        if 4 <= len(word.forms[0]) <= 24 and word.forms[0].isalpha() and not is_stop_word(word.forms[0])
    }


def is_stop_word(form: str) -> bool:
    return any(form in row.stop_words for row in LANGUAGES.values())


@lru_cache(maxsize=20_000)
def stems(form: str) -> tuple[str, ...]:
    """Give the different stems of a word in all languages."""
    return tuple(dict.fromkeys(stem(form, code) for code in LANGUAGES))


def _kin_of() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for code, row in LANGUAGES.items():
        for group in row.kin:
            family = [found[0] for word in group if (found := terms(word, code))]
            for term in family:
                table.setdefault(term, set()).update(set(family) - {term})
    return {term: frozenset(others) for term, others in table.items()}


_KIN = _kin_of()


@dataclass(frozen=True, slots=True)
class QueryWord:
    """One word of a query: as it was folded, the terms that stand for it in any language, and their kin."""

    form: str
    alternatives: tuple[str, ...]
    kin: tuple[str, ...] = ()
    is_faint: bool = False
    is_part: bool = False


def query_words(text: str) -> list[QueryWord]:
    """Analyse a query, whose language is unknown.

    Stop words of the language it seems to be in are left out (of any language when it does not tell: `come`
    is a word in English). Of a query of nothing but stop words nothing remains; `noise_of` says so.
    """
    forms = [word.forms for word in words_of(fold(clean(text)))]
    firsts = [form[0] for form in forms]
    guesses = {code: sum(first in row.stop_words for first in firsts) for code, row in LANGUAGES.items()}
    most = max(guesses.values(), default=0)
    leading = [LANGUAGES[code] for code, seen in guesses.items() if seen == most]
    found: dict[str, QueryWord] = {}
    for word in forms:
        for place, form in enumerate(word):
            if not _is_stop(form, leading):
                faint = any(form in row.faint_words for row in leading)
                found.setdefault(form, _query_word(form, faint, place > 0))
    return list(found.values())


def _query_word(form: str, is_faint: bool, is_part: bool) -> QueryWord:
    alternatives = stems(form)
    kin = {other for term in alternatives for other in _KIN.get(term, ())}
    return QueryWord(form, alternatives, tuple(sorted(kin.difference(alternatives))), is_faint, is_part)


class Noise(StrEnum):
    """Why a text holds no word to look for."""

    COMMON = "common"
    LONG = "long"
    SIGNS = "signs"


def noise_of(text: str) -> Noise:
    """Say what a text is made of that gave no word."""
    written = _WORD.findall(fold(clean(text)))
    if any(len(word) > LONGEST_WORD for word in written):
        return Noise.LONG
    return Noise.COMMON if written else Noise.SIGNS


def _is_stop(form: str, leading: list[Language]) -> bool:
    return any(form in row.stop_words for row in leading)
