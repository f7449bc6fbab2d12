"""Close a question, with the reason or with the question that asked the same before; reopening stands in `removing`."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.errors import Invalid, NotFound
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.base.words import say
from forum.questions import actions, rules
from forum.questions.models import WHY_LENGTH, Question
from forum.questions.queries import find_question
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import question_number, question_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import CloseForm
from forum.web.questions.removing import done


@pages.get("/questions/<int:question_id>/close")
def ask_why_close_question(question_id: int) -> str:
    """The form, with what the list of likely duplicates knows already."""
    require(rules.may_close(actor()))
    why, other = (request.args.get(name, "")[:WHY_LENGTH] for name in ("why", "duplicate_of"))
    return close_page(form_from(CloseForm, why=why, duplicate_of=other), question_id)


def close_page(form: CloseForm, question_id: int) -> str:
    question = find_question(db(), reader(), question_id)
    return render_template("questions/close.html", form=form, back=question_url(question))


@pages.post("/questions/<int:question_id>/close")
@takes(CloseForm, again=close_page)
@writes
def close_question(form: CloseForm, question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    require(rules.may_close(actor()))
    other = _asked_before(form)
    if other is None and not form.why.data:
        raise Invalid({"why": say("Say why, or which question asked the same before.")})
    if question.closed_at is not None:
        said = gettext("It was closed already, and nothing has changed.")
    elif other is None:
        said = gettext("Closed.")
    else:
        said = gettext("Closed, and whoever comes here is led to the other question.")
    actions.close_question(db(), actor(), question, form.why.data, now(), duplicate_of=other)
    return done(question, said, url_for("questions.reopen_question", question_id=question_id))


def _asked_before(form: CloseForm) -> Question | None:
    """The question somebody named; raises Invalid beside the field where it is none that they can see."""
    if not form.duplicate_of.data:
        return None
    number = question_number(form.duplicate_of.data)
    try:
        return find_question(db(), actor(), number or 0)
    except NotFound:
        raise Invalid({"duplicate_of": say("There is no such question. Write its number or its address.")}) from None
