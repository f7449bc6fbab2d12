"""Flags, and what moderators decide about them."""

from typing import TYPE_CHECKING

from forum.api import shown
from forum.api.callers import actor, reader
from forum.api.replies import Plain, Reply, check_match, items_reply, list_reply, reply, version_tag
from forum.api.routes import api
from forum.base.errors import Invalid, NotFound
from forum.base.requests import db, now
from forum.base.words import say
from forum.moderation import actions, queries
from forum.moderation.models import Flag
from forum.questions.models import Post
from forum.questions.queries import find_answer, find_comment, find_question

if TYPE_CHECKING:
    from forum.api import shapes

MODERATING = ("moderate",)

FIND = (("question_id", find_question), ("answer_id", find_answer), ("comment_id", find_comment))


@api.route(
    "POST",
    "/flags",
    say("Ask moderators to look at a question, an answer or a comment"),
    scopes=("write",),
    takes="NewFlag",
    gives="Flag",
    status=201,
)
def flag_text(body: "shapes.NewFlag") -> Plain:
    return _own_flag(actions.flag_text(db(), actor(), _flagged(body), body.reason, body.words, now()))


@api.route("GET", "/flags", say("List your own flags and what became of them"), scopes=("read",), asks="Slice",
           gives="Flag", is_list=True)  # fmt: skip
def list_flags(query: "shapes.Slice") -> Reply:
    page = queries.list_own_flags(db(), actor(), query.cursor, query.limit)
    decisions = queries.last_decisions(db(), [flag.item for flag in page.items])
    return list_reply(page, lambda flag: shown.flag(flag, decisions.get(flag.item_id)))


@api.route(
    "DELETE",
    "/flags/<int:flag_id>",
    say("Take a flag of yours back"),
    scopes=("write",),
    takes="Nothing",
    is_body_optional=True,
    gives="Flag",
)
def withdraw_flag(flag_id: int, body: "shapes.Nothing") -> Plain:
    flag = queries.find_own_flag(db(), actor(), flag_id)
    actions.withdraw_flag(db(), actor(), flag, now())
    return _own_flag(flag)


@api.route(
    "GET",
    "/review",
    say("List what readers flagged, the most harmful and then the oldest first"),
    scopes=MODERATING,
    asks="ReviewSlice",
    gives="ReviewItem",
    is_list=True,
)
def list_review(query: "shapes.ReviewSlice") -> Reply:
    page = queries.list_items(db(), reader(), query.state, query.cursor, query.limit)
    texts, flags = queries.find_texts(db(), page.items), queries.flags_of(db(), page.items)
    items = [shown.review_item(item, texts[item.id], flags[item.id], None, now()) for item in page.items]
    return items_reply(items, page.next)


@api.route(
    "POST",
    "/review/<int:item_id>/decision",
    say("Decide: keep, hide, delete, close, or ask the author to mend"),
    scopes=MODERATING,
    takes="Decision",
    gives="ReviewItem",
    has_tag=True,
)
def decide(item_id: int, body: "shapes.Decision") -> Reply:
    item = queries.find_item(db(), actor(), item_id, lock=True)
    check_match(version_tag(item.round))
    made = actions.decide(db(), actor(), item, body.decision, body.why, now())
    flags = queries.flags_of(db(), [item])[item.id]
    plain = shown.review_item(item, queries.find_text(db(), item), flags, made, now())
    return reply(plain, etag=version_tag(item.round))


def _flagged(body: "shapes.NewFlag") -> Post:
    """The one text that is named; raises Invalid beside its field where this caller may not see it."""
    named = [(name, find) for name, find in FIND if getattr(body, name) is not None]
    if len(named) != 1:
        raise Invalid({"": say("Name exactly one of question_id, answer_id and comment_id.")})
    name, find = named[0]
    try:
        found: Post = find(db(), actor(), getattr(body, name))
    except NotFound as missing:
        raise Invalid({name: say("There is none with this number.")}) from missing
    return found


def _own_flag(flag: Flag) -> Plain:
    return shown.flag(flag, queries.last_decision(db(), flag.item))
