"""The small language of the search box: words, "phrases", and filters such as `tag:fibra` or `score:>3`.

Nothing typed here is ever an error. A filter that makes no sense (`after:soon`, `colour:red`) is a search
for its words; an open quote is no quote.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime

from search_index import analysis
from search_index.contract import LONGEST_QUERY, Query, Sort

#: More filters than these are a mistake or a test of patience.
MOST_FILTERS = 10

#: What `is:` may be followed by, unless the caller knows others.
STATES = frozenset({"solved", "unanswered", "answered", "accepted", "recommended"})

_PIECE = re.compile(
    r'(?P<name>[a-zA-Z]{2,10}):(?:"(?P<quoted>[^"]{1,80})"|(?P<plain>[^\s"]{1,80}))'
    r'|"(?P<phrase>[^"]*)"'
    r'|(?P<word>[^\s"]+)'
)
_TYPOGRAPHIC_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_SCORE = re.compile(r"(?P<sign>>=|<=|>|<|=)?(?P<number>-?\d{1,6})\Z")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

#: What people type for the same filter.
_NAMES = {
    "tag": "tag", "etichetta": "tag",
    "product": "product", "prodotto": "product",
    "user": "user", "author": "user", "utente": "user", "autore": "user",
    "is": "is", "score": "score", "voti": "score",
    "after": "after", "dopo": "after", "before": "before", "prima": "before",
    "kind": "kind", "tipo": "kind",
    "sort": "sort",
}  # fmt: skip


def parse(text: str, *, states: frozenset[str] = STATES) -> Query:
    """Read what was typed; `is:` followed by none of the states is a word like others."""
    text = analysis.clean(text)[:LONGEST_QUERY].translate(_TYPOGRAPHIC_QUOTES)
    query = Query()
    words: list[str] = []
    filters = 0
    for piece in _PIECE.finditer(text):
        name = _NAMES.get((piece["name"] or "").lower())
        if piece["name"] is not None:
            value = piece["quoted"] or piece["plain"]
            filtered = _filter(query, name, value, states) if name and filters < MOST_FILTERS else None
            if filtered is None:
                words.append(f"{piece['name']} {value}")
            else:
                query = filtered
                filters += 1
        elif piece["phrase"] is not None:
            words.append(piece["phrase"])
            if len(analysis.query_words(piece["phrase"])) > 1:
                query = replace(query, phrases=(*query.phrases, piece["phrase"].strip()))
        else:
            words.append(piece["word"])
    return replace(query, text=" ".join(words).strip())


def _filter(query: Query, name: str, value: str, states: frozenset[str]) -> Query | None:
    match name:
        case "tag":
            return replace(query, tags=query.tags | {value})
        case "product":
            return replace(query, products=query.products | {value})
        case "user":
            return replace(query, authors=query.authors | {value.removeprefix("@")})
        case "kind":
            return replace(query, kinds=query.kinds | {value})
        case "is":
            state = value.lower()
            return replace(query, states=query.states | {state}) if state in states else None
        case "sort":
            return replace(query, sort=Sort(value)) if value in set(Sort) else None
        case "score":
            return _score(query, value)
        case _:
            return _moment(query, name, value)


def _score(query: Query, value: str) -> Query | None:
    found = _SCORE.match(value)
    if not found:
        return None
    number = int(found["number"])
    match found["sign"]:
        case ">":
            return replace(query, min_score=number + 1)
        case "<":
            return replace(query, max_score=number - 1)
        case "<=":
            return replace(query, max_score=number)
        case "=":
            return replace(query, min_score=number, max_score=number)
        case _:
            return replace(query, min_score=number)


def _moment(query: Query, name: str, value: str) -> Query | None:
    """Read a day: `after` from its first moment on, `before` until then, so that the two make a span
    without gap."""
    if not _DAY.match(value):
        return None
    try:
        day = datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return replace(query, before=day) if name == "before" else replace(query, after=day)
