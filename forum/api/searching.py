"""Find what fits some words, or what resembles a question that is being written."""

import dataclasses
from typing import TYPE_CHECKING

from forum.api import shown
from forum.api.callers import reader
from forum.api.replies import Reply, items_reply
from forum.api.routes import api
from forum.base.errors import Invalid
from forum.base.pace import SEARCHES, SIMILAR
from forum.base.paging import DAMAGED, read_cursor, write_cursor
from forum.base.parts import parts
from forum.base.requests import db
from forum.base.words import say
from forum.search import queries
from search_index.contract import DEEPEST_OFFSET, LONGEST_QUERY, Query, Sort

if TYPE_CHECKING:
    from forum.api import shapes


@api.route(
    "GET",
    "/search",
    say("Search questions and articles"),
    asks="SearchQuery",
    gives="Hit",
    is_list=True,
    pace=SEARCHES,
)
def search(query: "shapes.SearchQuery") -> Reply:
    offset = _offset(query.cursor)
    if not query.q and not query.tag and not query.product:
        return items_reply([], None)
    found = queries.search(db(), reader(), parts().index, _wanted(query), limit=query.limit, offset=offset)
    following = offset + query.limit
    more = found.has_more and following < DEEPEST_OFFSET
    return items_reply([shown.hit(each) for each in found.items], write_cursor(following, 0) if more else None)


@api.route(
    "GET",
    "/similar",
    say("Find what resembles a question that is being written"),
    asks="SimilarQuery",
    gives="Hit",
    is_list=True,
    pace=SIMILAR,
)
def similar(query: "shapes.SimilarQuery") -> Reply:
    words = f"{query.title} {query.text}".strip()[:LONGEST_QUERY]
    found = queries.similar(db(), reader(), parts().index, words, limit=query.limit) if words else []
    return items_reply([shown.hit(each) for each in found], None)


def _wanted(query: "shapes.SearchQuery") -> Query:
    """What was typed, narrowed by what was chosen beside it."""
    typed = queries.read_query(query.q)
    return dataclasses.replace(
        typed,
        kinds=frozenset({query.kind}) if query.kind else typed.kinds,
        states=typed.states | {query.state} if query.state else typed.states,
        products=typed.products | {query.product} if query.product else typed.products,
        tags=typed.tags | {query.tag.casefold()} if query.tag else typed.tags,
        sort=Sort(query.sort),
    )


def _offset(cursor: str | None) -> int:
    """How many hits were read already; raises Invalid for a cursor of another list."""
    if cursor is None:
        return 0
    offset, _ = read_cursor(cursor)
    if not isinstance(offset, int) or not 0 <= offset < DEEPEST_OFFSET:
        raise Invalid({"cursor": DAMAGED})
    return offset
