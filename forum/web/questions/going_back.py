"""Go back to an earlier version of a question or an answer, and remove the words of one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from forum.base.errors import Conflict
from forum.base.markup import Rendered
from forum.base.requests import db, forget_session, now, writes
from forum.base.verdicts import require
from forum.base.words import say
from forum.questions import actions, rules
from forum.questions.models import Answer, Question
from forum.questions.queries import find_answer, find_question, find_revision
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url
from forum.web.questions.blueprint import pages
from forum.web.questions.editing import revisions_page
from forum.web.questions.forms import RollBackForm, WhyForm
from forum.web.questions.removing import why_page
from forum.web.writing import rendered


def find_post(question_id: int | None = None, answer_id: int | None = None) -> Question | Answer:
    """The question or the answer that the address names."""
    if answer_id is not None:
        return find_answer(db(), reader(), answer_id)
    assert question_id is not None  # noqa: S101
    return find_question(db(), reader(), question_id)


def renders_version(view: Callable[..., Any]) -> Callable[..., Any]:
    """Render the earlier text before the transaction begins; nothing is rendered for those who may not go back."""

    @wraps(view)
    def with_text(form: RollBackForm, number: int, **named: int) -> Any:
        post = find_post(**named)
        revision = find_revision(db(), post, number)[0]
        require(rules.may_roll_back(actor(), post, revision))
        text = revision.text
        forget_session()
        return view(form, number=number, written=rendered(text), **named)

    return with_text


def roll_back_again(form: RollBackForm, number: int, **named: int) -> str:
    post = find_post(**named)
    return revisions_page(post, number, form)


@pages.post("/questions/<int:question_id>/revisions/<int:number>/rollback", endpoint="roll_back_question")
@pages.post("/answers/<int:answer_id>/revisions/<int:number>/rollback", endpoint="roll_back_answer")
@takes(RollBackForm, again=roll_back_again)
@renders_version
@writes
def roll_back(form: RollBackForm, number: int, written: Rendered, **named: int) -> Response:
    post = find_post(**named)
    revision = find_revision(db(), post, number)[0]
    if revision.text != written.text:
        raise Conflict
    actions.roll_back(db(), actor(), post, revision, written, form.version_number, now(), form.why.data)
    flash(gettext("The earlier version stands again. It can be undone the same way."), "ok")
    return redirect(post_url(post), 303)


def redact_again(form: WhyForm, number: int, **named: int) -> str:
    post = find_post(**named)
    require(rules.may_redact(actor(), post, find_revision(db(), post, number)[0]))
    return why_page(
        form,
        post,
        say("Remove the words of version %(number)s", number=number),
        say(
            "Its title and text are erased for everybody and cannot be brought back. Your reason stays in their place."
        ),
        say("Remove them for good"),
    )


@pages.get("/questions/<int:question_id>/revisions/<int:number>/redact", endpoint="ask_why_redact_question")
@pages.get("/answers/<int:answer_id>/revisions/<int:number>/redact", endpoint="ask_why_redact_answer")
def ask_why_redact(number: int, **named: int) -> str:
    return redact_again(form_from(WhyForm), number, **named)


@pages.post("/questions/<int:question_id>/revisions/<int:number>/redact", endpoint="redact_question")
@pages.post("/answers/<int:answer_id>/revisions/<int:number>/redact", endpoint="redact_answer")
@takes(WhyForm, again=redact_again)
@writes
def redact(form: WhyForm, number: int, **named: int) -> Response:
    post = find_post(**named)
    actions.redact(db(), actor(), post, find_revision(db(), post, number)[0], form.why.data, now())
    flash(gettext("The words of this version are gone."), "ok")
    if isinstance(post, Question):
        return redirect(url_for("questions.revisions", question_id=post.id, revision=number), 303)
    return redirect(url_for("questions.answer_revisions", answer_id=post.id, revision=number), 303)
