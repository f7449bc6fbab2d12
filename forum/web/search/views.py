"""The results page: what fits the words."""

import dataclasses
from typing import Any

from flask import render_template, request, url_for

from forum.base.parts import parts
from forum.base.requests import db
from forum.base.words import Sentence, say
from forum.questions.models import PRODUCT_LENGTH
from forum.search import queries
from forum.search.queries import PAGE
from forum.web import pace, trails
from forum.web.people import reader
from forum.web.search.hits import pages, typed
from forum.web.shelf import guesses_ahead
from search_index.contract import DEEPEST_OFFSET, Query, Sort

KINDS = (("", say("Everything")), ("question", say("Questions")), ("article", say("Articles")))
STATES = (("", say("Any state")), ("solved", say("Solved")), ("answered", say("Answered")), ("waiting", say("Waiting")))
SORTS = (
    (Sort.RELEVANCE, say("Best first")),
    (Sort.NEWEST, say("Newest first")),
    (Sort.SCORE, say("Most helpful first")),
)


@dataclasses.dataclass(frozen=True)
class Choice:
    """One way to narrow or sort the results, as a link."""

    label: Sentence
    url: str
    is_current: bool


@pages.get("/search")
def search() -> str | tuple[str, int]:
    """The results page; an empty query shows how to search."""
    pace.keep_pace(pace.SEARCHES)
    words = typed("q")
    chosen = {name: request.args.get(name, "") for name in ("kind", "state", "sort", "tag", "product")}
    offset = _offset()
    results, query = None, Query()
    if words or chosen["tag"] or chosen["product"]:
        query = _narrowed(queries.read_query(words), chosen)
        results = queries.search(db(), reader(), parts().index, query, offset=offset)
        is_prefetch = guesses_ahead(request.headers.get)
        trails.note_search(query, results, is_first_page=not offset, is_prefetch=is_prefetch)
    has_more = results is not None and results.has_more and offset + PAGE < DEEPEST_OFFSET
    return render_template(
        "search/results.html",
        words=words,
        # Whoever asks what was not found asks it in words, without the marks of a search.
        asked=query.text or words,
        search_query=words,
        # Where there was nothing to open, other words are no sign that nothing fitted.
        search_since=trails.minute() if results is not None and results.items else "",
        results=results,
        is_narrowed=query.has_filters,
        unnarrowed=query.text,
        offset=offset,
        kinds=_choices("kind", KINDS, chosen),
        states=_choices("state", STATES, chosen),
        sorts=_choices("sort", SORTS, chosen),
        chosen=chosen,
        next_url=_url(offset=offset + PAGE) if has_more else None,
        previous_url=_url(offset=max(0, offset - PAGE)) if offset else None,
    )


def _narrowed(query: Query, chosen: dict[str, str]) -> Query:
    """Add what was chosen beside the box to what was typed in it; unknown choices choose nothing."""
    if chosen["kind"] in ("question", "article"):
        query = dataclasses.replace(query, kinds=frozenset({chosen["kind"]}))
    if chosen["state"] in ("solved", "answered", "waiting"):
        query = dataclasses.replace(query, states=query.states | {chosen["state"]})
    if chosen["tag"]:
        query = dataclasses.replace(query, tags=query.tags | {chosen["tag"][:40].lower()})
    if chosen["product"]:
        query = dataclasses.replace(query, products=query.products | {chosen["product"][:PRODUCT_LENGTH]})
    if chosen["sort"] in (Sort.NEWEST, Sort.SCORE):
        query = dataclasses.replace(query, sort=Sort(chosen["sort"]))
    return query


def _offset() -> int:
    given = request.args.get("offset", "0")
    return min(int(given), DEEPEST_OFFSET) if given.isascii() and given.isdigit() and len(given) < 6 else 0


def _url(**changes: Any) -> str:
    """This search with something changed; what is empty is left out."""
    kept = {name: request.args.get(name, "") for name in ("q", "kind", "state", "sort", "tag", "product")}
    kept.update({name: str(value) for name, value in changes.items()})
    wanted: dict[str, Any] = {name: value for name, value in kept.items() if value and value != "0"}
    return url_for("search.search", **wanted)


def _choices(name: str, choices: tuple[tuple[str, Sentence], ...], chosen: dict[str, str]) -> list[Choice]:
    known = {value for value, _ in choices}
    current = chosen[name] if chosen[name] in known else choices[0][0]
    return [Choice(label, _url(**{name: value}), value == current) for value, label in choices]
