"""Say that one has the problem too, follow a question or a topic, and say that help is still needed."""

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from forum.base.errors import Invalid
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.questions import actions
from forum.questions.models import Question, Tag
from forum.questions.queries import find_question, find_tag
from forum.web.context import LINKS
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import question_url
from forum.web.questions.blueprint import pages
from forum.web.questions.listing import clean_name


def is_wanted() -> bool:
    """Whether the button says to begin (1) or to end (0)."""
    value = request.form.get("value", "")
    if value not in ("0", "1"):
        raise Invalid({"value": say("Send 1 to begin and 0 to end.")})
    return value == "1"


@pages.post("/questions/<int:question_id>/me-too")
@writes
def change_me_too(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    if is_wanted():
        actions.say_me_too(db(), actor(), question, now())
        flash(gettext("You are counted, and you follow this question: no empty answer needed."), "ok")
    else:
        actions.withdraw_me_too(db(), actor(), question, now())
        flash(gettext("You are not counted any more."), "ok")
    return redirect(question_url(question), 303)


@pages.post("/questions/<int:question_id>/follow")
@writes
def follow_question(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    _follow(question)
    return redirect(question_url(question), 303)


@pages.post("/tags/<name>/follow")
@writes
def follow_tag(name: str) -> Response:
    tag = find_tag(db(), clean_name(name))
    _follow(tag)
    return redirect(LINKS.tag_url(tag.name), 303)


def _follow(thing: Question | Tag) -> None:
    if is_wanted():
        actions.follow(db(), actor(), thing, now())
        flash(gettext("You follow this. You find it under “Followed” in the list of questions."), "ok")
    else:
        actions.unfollow(db(), actor(), thing, now())
        flash(gettext("You do not follow this any more."), "ok")


@pages.post("/questions/<int:question_id>/still-need-help")
@writes
def ask_for_help_again(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.ask_for_help_again(db(), actor(), question, now())
    flash(gettext("Your question waits again. Say in a comment what you have tried and what happened."), "ok")
    return redirect(question_url(question), 303)
