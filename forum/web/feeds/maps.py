"""The map of the site for search engines: an index of parts, each by key and never larger than it may be."""

from collections.abc import Callable, Iterable
from datetime import datetime

from flask import Response, render_template, url_for

from forum.base.errors import NotFound
from forum.base.requests import db, now
from forum.knowledge import models as knowledge
from forum.knowledge.published import article_parts, articles_in_part
from forum.questions import models as questions
from forum.questions.published import (
    MapPart,
    Place,
    question_parts,
    questions_in_part,
    tag_parts,
    tags_in_part,
)
from forum.web.context import LINKS
from forum.web.feeds.documents import respond
from forum.web.feeds.views import pages
from forum.web.moving import whole

XML = "application/xml; charset=utf-8"

#: What the protocol lets an index name.
MOST_PARTS = 50_000

#: Pages that are always there.
FIXED = ("questions.index", "questions.questions", "knowledge.home", "questions.tags", "help.show")

#: An address and when what stands there last changed.
Address = tuple[str, datetime | None]


@pages.get("/sitemap.xml")
def index() -> Response:
    """The parts there are."""
    found: list[tuple[str, MapPart]] = [("pages", MapPart(1, None))]
    found += [("questions", part) for part in question_parts(db(), now())]
    found += [("articles", part) for part in article_parts(db())]
    found += [("tags", part) for part in tag_parts(db())]
    listed = [
        (whole(url_for("feeds.part", kind=kind, number=part.number)), part.changed_at)
        for kind, part in found[:MOST_PARTS]
    ]
    return send("feeds/map_index.xml", listed)


@pages.get("/sitemaps/<any(pages, questions, articles, tags):kind>-<int:number>.xml")
def part(kind: str, number: int) -> Response:
    """One part; raises NotFound for one that holds nothing."""
    found: list[Address] = []
    if number > MOST_PARTS:
        raise NotFound("part")
    if kind == "pages":
        found = [(whole(url_for(endpoint)), None) for endpoint in FIXED] if number == 1 else []
    elif kind == "questions":
        found = placed("/questions", questions_in_part(db(), number, now()), questions.slug_of)
    elif kind == "articles":
        found = placed("/kb", articles_in_part(db(), number), knowledge.slug_of)
    else:
        found = [(whole(LINKS.tag_url(name)), None) for name in tags_in_part(db(), number)]
    if not found:
        raise NotFound("part")
    return send("feeds/map_part.xml", found)


def placed(folder: str, places: Iterable[Place], slug_of: Callable[[str], str]) -> list[Address]:
    """Their addresses, put together by hand: five thousand times the router would cost a second."""
    base = whole(LINKS.root + folder)
    return [(f"{base}/{place.id}/{slug_of(place.title)}", place.changed_at) for place in places]


def send(template: str, addresses: list[Address]) -> Response:
    """Known by its content alone: what is taken from the map changes it too, and no moment tells of that."""
    return respond(render_template(template, addresses=addresses), XML)
