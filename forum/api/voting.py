"""Say what helped and what solved it."""

from typing import TYPE_CHECKING

from forum.api import shown
from forum.api.callers import actor
from forum.api.replies import Plain
from forum.api.routes import api
from forum.base.requests import db, now
from forum.base.words import say
from forum.questions import actions
from forum.questions.models import Votable
from forum.questions.queries import find_answer, find_question

if TYPE_CHECKING:
    from forum.api import shapes

#: The asker accepts with `write`; staff in the asker's place with what makes them staff.
ACCEPTING = ("write", "moderate", "agent")


@api.route(
    "PUT",
    "/questions/<int:question_id>/vote",
    say("Vote on a question: helpful, not, or none"),
    scopes=("write",),
    takes="VoteChange",
    gives="Vote",
)
def vote_on_question(question_id: int, body: "shapes.VoteChange") -> Plain:
    return _vote(find_question(db(), actor(), question_id), body.value)


@api.route(
    "PUT",
    "/answers/<int:answer_id>/vote",
    say("Vote on an answer: helpful, not, or none"),
    scopes=("write",),
    takes="VoteChange",
    gives="Vote",
)
def vote_on_answer(answer_id: int, body: "shapes.VoteChange") -> Plain:
    return _vote(find_answer(db(), actor(), answer_id), body.value)


def _vote(post: Votable, value: int) -> Plain:
    actions.vote(db(), actor(), post, value, now())
    return {
        "value": value,
        "score": post.score,
        "up_count": post.up_count + post.imported_up,
        "down_count": post.down_count + post.imported_down,
    }


@api.route(
    "PUT",
    "/answers/<int:answer_id>/acceptance",
    say("Say that an answer solved the question"),
    scopes=ACCEPTING,
    takes="Nothing",
    is_body_optional=True,
    gives="Answer",
)
def accept_answer(answer_id: int, body: "shapes.Nothing") -> Plain:
    answer = find_answer(db(), actor(), answer_id)
    actions.accept_answer(db(), actor(), answer, now())
    return shown.answer(answer)


@api.route(
    "DELETE",
    "/answers/<int:answer_id>/acceptance",
    say("Say that it did not solve it after all"),
    scopes=ACCEPTING,
    takes="Nothing",
    is_body_optional=True,
    gives="Answer",
)
def withdraw_acceptance(answer_id: int, body: "shapes.Nothing") -> Plain:
    answer = find_answer(db(), actor(), answer_id)
    actions.withdraw_acceptance(db(), actor(), answer, now())
    return shown.answer(answer)
