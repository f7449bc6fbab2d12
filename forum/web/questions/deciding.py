"""Say what helped and what solved it."""

from flask import Response as FlaskResponse
from flask import flash, jsonify, redirect, request
from werkzeug.wrappers import Response

from forum.base.errors import Invalid
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.questions import actions
from forum.questions.models import Votable
from forum.questions.queries import find_answer, find_question
from forum.web.errors import wants_json
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import answer_url, post_url
from forum.web.questions.blueprint import pages

VALUES = {"1": 1, "0": 0, "-1": -1}


@pages.post("/questions/<int:question_id>/vote")
@writes
def vote_on_question(question_id: int) -> Response:
    return _vote(find_question(db(), reader(), question_id))


@pages.post("/answers/<int:answer_id>/vote")
@writes
def vote_on_answer(answer_id: int) -> Response:
    return _vote(find_answer(db(), reader(), answer_id))


def _vote(post: Votable) -> Response:
    value = VALUES.get(request.form.get("value", ""))
    if value is None:
        raise Invalid({"value": say("A vote is 1 (helpful), -1 (not helpful) or 0 (none).")})
    actions.vote(db(), actor(), post, value, now())
    if wants_json():
        answer: FlaskResponse = jsonify(score=post.score, mine=value)
        return answer
    return redirect(post_url(post), 303)


@pages.post("/answers/<int:answer_id>/accept")
@writes
def accept_answer(answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.accept_answer(db(), actor(), answer, now())
    flash(gettext("Thank you: the next person with this problem will find it."), "ok")
    return redirect(answer_url(answer), 303)


@pages.post("/answers/<int:answer_id>/withdraw")
@writes
def withdraw_acceptance(answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.withdraw_acceptance(db(), actor(), answer, now())
    flash(gettext("The question is back in the line, and others can see that it is not solved."), "ok")
    return redirect(answer_url(answer), 303)
