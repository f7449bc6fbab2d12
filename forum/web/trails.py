"""What becomes of a search, told from what browsers say anyway and without knowing who searches.

A page of this site sends its own address along with what is opened from it. So the page of results tells, when a hit
is opened or other words are looked for, which words had brought it; nothing is kept in between, in no cookie, no
address and no memory. Only what a browser sends from one of our pages is counted.
"""

from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, urlsplit

from flask import request

from forum.base import pace
from forum.base.errors import TooMany
from forum.base.measures import Measures
from forum.base.parts import parts
from forum.base.requests import now
from forum.base.shield import Pace
from forum.base.texts import Unclean, clean_line
from forum.search import queries
from forum.search.models import AGAIN, NOTHING, OPENED, SHOWN
from forum.search.queries import Results
from forum.search.rules import may_see_gaps
from forum.search.wordings import terms_of, wording_of
from forum.web.people import reader
from search_index.contract import LONGEST_QUERY, Query, Sort

#: Nobody looks for so much by hand; what a flood looks for is no gap.
COUNTED = Pace("counted searches", 30, 0.05)

#: Whoever looks for something else later than this has not changed the words but begun anew.
MINUTES = 10

#: A referrer longer than our own addresses are is none of ours.
LONGEST_REFERRER = 2_000

KIND = "searches"

Headers = Callable[[str], list[str]]


def minute() -> int:
    """The minute of this request, as the form of a page of results carries it."""
    return int(now().timestamp() // 60)


def note_search(query: Query, results: Results, *, is_first_page: bool, is_prefetch: bool) -> None:
    """Count a search as it was typed: that nothing was found, or that hits were shown, perhaps in place of others."""
    if is_prefetch or not is_first_page or not results.is_complete or results.is_noise:
        return
    if query.has_filters or query.sort is not Sort.RELEVANCE or may_see_gaps(reader()):
        return
    values = request.headers.getlist
    words = wording_of(query)
    before = words_before(values)
    if not words or not comes_from_here(values) or before == words:
        return
    try:
        pace.keep_pace(COUNTED, reader().id)
    except TooMany:
        return
    measures = parts().measures
    measures.add(KIND, (words, SHOWN if results.items else NOTHING, results.has_strange_words))
    if before and _is_soon() and terms_of(before) != terms_of(words):
        measures.add(KIND, (before, AGAIN, False))


def note_opened(measures: Measures, values_of: Headers) -> None:
    """Count that a page was opened from a page of results."""
    words = words_before(values_of)
    if words:
        measures.add(KIND, (words, OPENED, False))


def words_before(values_of: Headers) -> str:
    """The words that had brought the page of results from which this was asked; empty where it was another page."""
    referrer = _referrer(values_of)
    if referrer is None or not referrer.path.endswith("/search"):
        return ""
    typed = parse_qs(referrer.query, max_num_fields=20).get("q", [""])[0]
    try:
        query = queries.read_query(clean_line(typed)[:LONGEST_QUERY])
    except Unclean:
        return ""
    return "" if query.has_filters else wording_of(query)


def comes_from_here(values_of: Headers) -> bool:
    """Whether a page of this site asks."""
    return _referrer(values_of) is not None


def _referrer(values_of: Headers) -> SplitResult | None:
    sent = values_of("referer")
    if len(sent) != 1 or len(sent[0]) > LONGEST_REFERRER:
        return None
    try:
        referrer = urlsplit(sent[0])
    except ValueError:
        return None
    return referrer if referrer.netloc in (*values_of("host"), *values_of("x-forwarded-host")) else None


def _is_soon() -> bool:
    since = request.args.get("since", "")
    return since.isascii() and since.isdigit() and len(since) < 12 and 0 <= minute() - int(since) <= MINUTES
