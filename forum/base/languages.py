"""Tells Italian from English by the small words that every sentence needs, cheaply enough for every text written."""

import re

#: A text that is longer says nothing new about its language.
LOOKED_AT = 2_000

#: Fewer small words than this could be chance: a product's name, a line of code.
LEAST = 2

_WORDS = re.compile(r"[a-zàèéìòù]+")

_ITALIAN = (
    "il lo gli la le un una del della dei delle dello di da dal dalla nel nella con per che chi cui non è sono"
    " ho hai abbiamo hanno ma se si mi ti ci vi anche come dove quando perché più alla allo ai agli sul sulla"
    " questo questa quello quella mio mia essere avere fare qualcuno ogni ancora dopo prima grazie"
)
_ENGLISH = (
    "the of and to is are was were be been have has had not this that these those with from for my your his her"
    " it its they we you he she what when where which who how why can could would should does did do there an"
    " any on at by or if but then than after before every some"
)

#: Only words that the other language does not have.
_SMALL_WORDS = {"it": frozenset(_ITALIAN.split()), "en": frozenset(_ENGLISH.split())}


def guess_language(text: str) -> str:
    """ "it", "en", or "" when neither is plainly ahead."""
    words = _WORDS.findall(text[:LOOKED_AT].casefold())
    counts = {language: sum(word in small for word in words) for language, small in _SMALL_WORDS.items()}
    best, second = sorted(counts, key=lambda language: counts[language], reverse=True)
    if counts[best] < LEAST or counts[best] < 2 * counts[second]:
        return ""
    return best
