"""Delete, hide and close, and the way back from each."""

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.base.words import Sentence, say
from forum.questions import actions, rules
from forum.questions.models import Post
from forum.questions.queries import find_answer, find_comment, find_question
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import WhyForm


def _done(post: Post, said: str, undo_url: str | None = None) -> Response:
    """Back to where it stands, with the word and, where there is a way back, its button."""
    if undo_url is not None:
        flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo_url)), "ok")  # noqa: S704
    else:
        flash(said, "ok")
    return redirect(post_url(post), 303)


@pages.post("/questions/<int:question_id>/delete")
@writes
def delete_question(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.delete_question(db(), actor(), question, now())
    undo = url_for("questions.undelete_question", question_id=question_id)
    return _done(question, gettext("The question is deleted. Only you and moderators still see it."), undo)


@pages.post("/answers/<int:answer_id>/delete")
@writes
def delete_answer(answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.delete_answer(db(), actor(), answer, now())
    undo = url_for("questions.undelete_answer", answer_id=answer_id)
    return _done(answer, gettext("The answer is deleted. Only its author and moderators still see it."), undo)


@pages.post("/comments/<int:comment_id>/delete")
@writes
def delete_comment(comment_id: int) -> Response:
    comment = find_comment(db(), reader(), comment_id)
    actions.delete_comment(db(), actor(), comment, now())
    undo = url_for("questions.undelete_comment", comment_id=comment_id)
    return _done(comment, gettext("The comment is deleted. Only its author and moderators still see it."), undo)


@pages.post("/questions/<int:question_id>/undelete")
@writes
def undelete_question(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.undelete_question(db(), actor(), question, now())
    return _done(question, gettext("It is back where it was."))


@pages.post("/answers/<int:answer_id>/undelete")
@writes
def undelete_answer(answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.undelete_answer(db(), actor(), answer, now())
    return _done(answer, gettext("It is back where it was."))


@pages.post("/comments/<int:comment_id>/undelete")
@writes
def undelete_comment(comment_id: int) -> Response:
    comment = find_comment(db(), reader(), comment_id)
    actions.undelete_comment(db(), actor(), comment, now())
    return _done(comment, gettext("It is back where it was."))


WHAT_HIDING_MEANS = say("Nobody but its author and moderators will see it. The author reads your reason.")
WHAT_CLOSING_MEANS = say("It takes no more answers. Everybody can still read it, and your reason.")


def why_page(form: WhyForm, post: Post, title: Sentence, text: Sentence, button: Sentence) -> str:
    return render_template("questions/why.html", form=form, title=title, text=text, button=button, back=post_url(post))


def hide_question_again(form: WhyForm, question_id: int) -> str:
    question = find_question(db(), reader(), question_id)
    return why_page(form, question, say("Hide this question"), WHAT_HIDING_MEANS, say("Hide"))


@pages.get("/questions/<int:question_id>/hide")
def ask_why_hide_question(question_id: int) -> str:
    require(rules.may_hide(actor()))
    return hide_question_again(form_from(WhyForm), question_id)


@pages.post("/questions/<int:question_id>/hide")
@takes(WhyForm, again=hide_question_again)
@writes
def hide_question(form: WhyForm, question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.hide_question(db(), actor(), question, form.why.data, now())
    return _done(question, gettext("Hidden."), url_for("questions.restore_question", question_id=question_id))


def hide_answer_again(form: WhyForm, answer_id: int) -> str:
    answer = find_answer(db(), reader(), answer_id)
    return why_page(form, answer, say("Hide this answer"), WHAT_HIDING_MEANS, say("Hide"))


@pages.get("/answers/<int:answer_id>/hide")
def ask_why_hide_answer(answer_id: int) -> str:
    require(rules.may_hide(actor()))
    return hide_answer_again(form_from(WhyForm), answer_id)


@pages.post("/answers/<int:answer_id>/hide")
@takes(WhyForm, again=hide_answer_again)
@writes
def hide_answer(form: WhyForm, answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.hide_answer(db(), actor(), answer, form.why.data, now())
    return _done(answer, gettext("Hidden."), url_for("questions.restore_answer", answer_id=answer_id))


def hide_comment_again(form: WhyForm, comment_id: int) -> str:
    comment = find_comment(db(), reader(), comment_id)
    return why_page(form, comment, say("Hide this comment"), WHAT_HIDING_MEANS, say("Hide"))


@pages.get("/comments/<int:comment_id>/hide")
def ask_why_hide_comment(comment_id: int) -> str:
    require(rules.may_hide(actor()))
    return hide_comment_again(form_from(WhyForm), comment_id)


@pages.post("/comments/<int:comment_id>/hide")
@takes(WhyForm, again=hide_comment_again)
@writes
def hide_comment(form: WhyForm, comment_id: int) -> Response:
    comment = find_comment(db(), reader(), comment_id)
    actions.hide_comment(db(), actor(), comment, form.why.data, now())
    return _done(comment, gettext("Hidden."), url_for("questions.restore_comment", comment_id=comment_id))


@pages.post("/questions/<int:question_id>/restore")
@writes
def restore_question(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.restore_question(db(), actor(), question, now())
    return _done(question, gettext("Everybody can see it again."))


@pages.post("/answers/<int:answer_id>/restore")
@writes
def restore_answer(answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.restore_answer(db(), actor(), answer, now())
    return _done(answer, gettext("Everybody can see it again."))


@pages.post("/comments/<int:comment_id>/restore")
@writes
def restore_comment(comment_id: int) -> Response:
    comment = find_comment(db(), reader(), comment_id)
    actions.restore_comment(db(), actor(), comment, now())
    return _done(comment, gettext("Everybody can see it again."))


def close_again(form: WhyForm, question_id: int) -> str:
    question = find_question(db(), reader(), question_id)
    return why_page(form, question, say("Close this question"), WHAT_CLOSING_MEANS, say("Close the question"))


@pages.get("/questions/<int:question_id>/close")
def ask_why_close(question_id: int) -> str:
    require(rules.may_close(actor()))
    return close_again(form_from(WhyForm), question_id)


@pages.post("/questions/<int:question_id>/close")
@takes(WhyForm, again=close_again)
@writes
def close_question(form: WhyForm, question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.close_question(db(), actor(), question, form.why.data, now())
    return _done(question, gettext("Closed."), url_for("questions.reopen_question", question_id=question_id))


@pages.post("/questions/<int:question_id>/reopen")
@writes
def reopen_question(question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.reopen_question(db(), actor(), question, now())
    return _done(question, gettext("The question takes answers again."))
