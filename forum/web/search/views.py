"""Finding: what fits the words, and what resembles a question before it is asked."""

import dataclasses
from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from forum.base.parts import parts
from forum.base.requests import db
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.questions.models import PRODUCT_LENGTH
from forum.search import queries
from forum.search.documents import ARTICLE
from forum.search.queries import PAGE, Found
from forum.web.language import gettext, spoken
from forum.web.people import reader
from search_index.contract import DEEPEST_OFFSET, LONGEST_QUERY, Sort
from search_index.passages import Passage

pages = Blueprint("search", __name__)

KINDS = (("", say("Everything")), ("question", say("Questions")), ("article", say("Articles")))
STATES = (("", say("Any state")), ("solved", say("Solved")), ("answered", say("Answered")), ("waiting", say("Waiting")))
SORTS = (
    (Sort.RELEVANCE, say("Best first")),
    (Sort.NEWEST, say("Newest first")),
    (Sort.SCORE, say("Most helpful first")),
)

#: One word for the list of similar ones, which a script fills.
STATE_WORDS = {
    "waiting": say("Waiting"),
    "answered": say("Answered"),
    "solved": say("Solved"),
    "closed": say("Closed"),
    "article": say("Article"),
}


@dataclasses.dataclass(frozen=True)
class Choice:
    """One way to narrow or sort the results, as a link."""

    label: Sentence
    url: str
    is_current: bool


@pages.get("/search")
def search() -> str | tuple[str, int]:
    """The results page; an empty query shows how to search."""
    words = _typed("q")
    chosen = {name: request.args.get(name, "") for name in ("kind", "state", "sort", "tag", "product")}
    offset = _offset()
    results = None
    if words or chosen["tag"] or chosen["product"]:
        query = _narrowed(queries.read_query(words), chosen)
        results = queries.search(db(), reader(), parts().index, query, offset=offset)
    has_more = results is not None and results.has_more and offset + PAGE < DEEPEST_OFFSET
    return render_template(
        "search/results.html",
        words=words,
        search_query=words,
        results=results,
        offset=offset,
        kinds=_choices("kind", KINDS, chosen),
        states=_choices("state", STATES, chosen),
        sorts=_choices("sort", SORTS, chosen),
        chosen=chosen,
        next_url=_url(offset=offset + PAGE) if has_more else None,
        previous_url=_url(offset=max(0, offset - PAGE)) if offset else None,
    )


@pages.get("/similar")
def similar() -> Response | str:
    """What resembles the title being typed: JSON for the script, a page for everybody else."""
    title = _typed("title")
    found = queries.similar(db(), reader(), parts().index, title) if title else []
    if request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html") == "text/html":
        return render_template("search/similar.html", title=title, found=found)
    return jsonify(
        items=[
            {
                "url": hit_url(hit),
                "title": hit.title,
                "word": spoken(state_word(hit)),
                "passage": hit.passage.text if hit.passage else "",
            }
            for hit in found
        ]
    )


def _narrowed(query: Any, chosen: dict[str, str]) -> Any:
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


def _typed(name: str) -> str:
    """What was typed, cleaned; nothing at all where it is not text."""
    try:
        return clean_line(request.args.get(name, ""))[:LONGEST_QUERY]
    except Unclean:
        return ""


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


def hit_url(hit: Found) -> str:
    """Where a hit leads: to the very answer or comment that holds the passage."""
    if hit.kind == ARTICLE:
        return f"/kb/{hit.id}/{hit.slug}"
    kind, _, number = hit.place.partition(":")
    anchor = f"#{kind}-{number}" if kind in ("answer", "comment") else ""
    return f"/questions/{hit.id}/{hit.slug}{anchor}"


def state_word(hit: Found) -> Sentence:
    """One word that says what a hit is."""
    return STATE_WORDS["article" if hit.kind == ARTICLE else hit.state]


def marked(passage: Passage | None) -> Markup:
    """A passage with its matching words marked; the text is escaped here and nowhere else."""
    if passage is None:
        return Markup("")
    pieces = [
        Markup("<mark>{}</mark>").format(segment.text) if segment.is_match else escape(segment.text)
        for segment in passage.segments
    ]
    text = Markup("").join(pieces)
    before = "… " if passage.is_cut_before else ""
    after = " …" if passage.is_cut_after else ""
    return Markup("{}{}{}").format(before, text, after)


def place_word(hit: Found) -> str:
    """Where the passage stands, when that is not the question itself."""
    kind = hit.place.partition(":")[0]
    if kind == "answer":
        return gettext("In an answer")
    if kind == "comment":
        return gettext("In a comment")
    return ""


pages.add_app_template_global(hit_url)
pages.add_app_template_global(place_word)
pages.add_app_template_filter(marked, "marked")
