"""The list of questions: on the front page, with all its filters, and by topic."""

from typing import Any

from flask import render_template, request, url_for

from forum.base.requests import db
from forum.base.texts import Unclean, clean_line
from forum.base.words import say
from forum.knowledge.queries import list_most_read
from forum.questions.models import TAG_LENGTH
from forum.questions.queries import (
    STATES,
    TAB_ACTIVE,
    TAB_FOLLOWED,
    TAB_MINE,
    TAB_NEW,
    TAB_SOLVED,
    TAB_WAITING,
    Filters,
    list_questions,
)
from forum.web.knowledge.cards import show_card
from forum.web.language import language
from forum.web.moving import whole
from forum.web.people import reader
from forum.web.questions.blueprint import pages
from forum.web.questions.shown import show_question

TAB_NAMES = {
    TAB_WAITING: say("Waiting"),
    TAB_NEW: say("New"),
    TAB_ACTIVE: say("Active"),
    TAB_SOLVED: say("Recently solved"),
}

#: For people who are signed in.
OWN_TAB_NAMES = {TAB_MINE: say("Mine"), TAB_FOLLOWED: say("Followed")}

STATE_NAMES = {
    "waiting": say("Waiting"),
    "answered": say("Answered"),
    "solved": say("Solved"),
    "closed": say("Closed"),
}


@pages.get("/")
def index() -> str:
    """The counter: the box to search with, and below it who waits."""
    filters = sent_filters()
    is_start = not request.args.get("after")
    return draw_list(
        "questions/front.html",
        "questions.index",
        filters,
        most_read=[show_card(article) for article in list_most_read(db(), language())] if is_start else [],
    )


@pages.get("/questions")
def questions() -> str:
    """The same list with all its filters."""
    return draw_list("questions/list.html", "questions.questions", sent_filters())


def draw_list(template: str, endpoint: str, filters: Filters, name: str | None = None, **shown: Any) -> str:
    """A page with the questions that the address asks for; `name` is the part of the address that names a tag."""
    tab = request.args.get("tab", "")
    names = {**TAB_NAMES, **OWN_TAB_NAMES} if reader().is_signed_in else TAB_NAMES
    tab = tab if tab in names else TAB_NEW
    found = list_questions(db(), reader(), tab, filters, request.args.get("after"))
    kept: dict[str, Any] = {
        "tag": "" if name else filters.tag,
        "state": filters.state,
        "unanswered": "1" if filters.unanswered else "",
        "removed": "1" if filters.removed else "",
        "name": name or "",
    }
    kept = {key: value for key, value in kept.items() if value}
    own: dict[str, Any] = {"name": name} if name else {}
    return render_template(
        template,
        questions=[show_question(question) for question in found.items],
        tab=tab,
        tabs=[
            {"label": label, "url": url_for(endpoint, tab=key, **kept), "is_current": key == tab}
            for key, label in names.items()
        ],
        filters=filters,
        states=STATE_NAMES,
        is_filtered=len(kept) > len(own),
        all_url=url_for(endpoint, **own),
        next_url=url_for(endpoint, tab=tab, after=found.next, **kept) if found.next else None,
        canonical=whole(url_for(endpoint, **own)),
        **shown,
    )


def sent_filters() -> Filters:
    """What the address narrows the list to; what cannot be is left out."""
    state = request.args.get("state", "")
    return Filters(
        tag=clean_name(request.args.get("tag", "")),
        state=state if state in STATES else "",
        unanswered=request.args.get("unanswered") == "1",
        removed=request.args.get("removed") == "1" and reader().is_moderator,
    )


def clean_name(name: str) -> str:
    """A tag's name out of an address, or nothing where it cannot be one."""
    try:
        cleaned = clean_line(name).casefold()
    except Unclean:
        return ""
    return cleaned if len(cleaned) <= TAG_LENGTH else ""
