"""Say that one has the same problem, and follow questions."""

from typing import TYPE_CHECKING

from forum.api.callers import actor
from forum.api.replies import Plain
from forum.api.routes import api
from forum.base.requests import db, now
from forum.base.statements import connection_of
from forum.base.words import say
from forum.questions import actions
from forum.questions.mine import find_mine
from forum.questions.models import Question
from forum.questions.queries import find_question

if TYPE_CHECKING:
    from forum.api import shapes


@api.route(
    "PUT",
    "/questions/<int:question_id>/me-too",
    say("Say that you have this too; you follow the question then"),
    scopes=("write",),
    takes="Nothing",
    is_body_optional=True,
    gives="MyPart",
)
def say_me_too(question_id: int, body: "shapes.Nothing") -> Plain:
    question = find_question(db(), actor(), question_id)
    actions.say_me_too(db(), actor(), question, now())
    return _my_part(question)


@api.route(
    "DELETE",
    "/questions/<int:question_id>/me-too",
    say("Take back that you have this too"),
    scopes=("write",),
    takes="Nothing",
    is_body_optional=True,
    gives="MyPart",
)
def withdraw_me_too(question_id: int, body: "shapes.Nothing") -> Plain:
    question = find_question(db(), actor(), question_id)
    actions.withdraw_me_too(db(), actor(), question, now())
    return _my_part(question)


@api.route(
    "PUT",
    "/questions/<int:question_id>/follow",
    say("Follow a question"),
    scopes=("write",),
    takes="Nothing",
    is_body_optional=True,
    gives="MyPart",
)
def follow_question(question_id: int, body: "shapes.Nothing") -> Plain:
    question = find_question(db(), actor(), question_id)
    actions.follow(db(), actor(), question, now())
    return _my_part(question)


@api.route(
    "DELETE",
    "/questions/<int:question_id>/follow",
    say("Follow a question no more"),
    scopes=("write",),
    takes="Nothing",
    is_body_optional=True,
    gives="MyPart",
)
def unfollow_question(question_id: int, body: "shapes.Nothing") -> Plain:
    question = find_question(db(), actor(), question_id)
    actions.unfollow(db(), actor(), question, now())
    return _my_part(question)


def _my_part(question: Question) -> Plain:
    mine = find_mine(connection_of(db()), actor(), question.id)
    return {"me_too": mine.has_me_too, "me_too_count": question.too_count, "is_following": mine.is_following}
