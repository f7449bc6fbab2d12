"""Asking for a review and deciding it; putting away and bringing back; the questions an article answers."""

from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from forum.base.errors import Invalid, NotFound
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.base.words import say
from forum.knowledge import actions, queries, rules
from forum.knowledge.models import APPROVE, ARCHIVED, IN_REVIEW
from forum.questions.models import Question
from forum.questions.queries import find_question
from forum.web.forms import takes
from forum.web.knowledge.addresses import article_url
from forum.web.knowledge.blueprint import pages
from forum.web.knowledge.forms import DoubtForm, GatherForm, ReleaseForm, ReviewForm, StateForm
from forum.web.knowledge.shown import show_page
from forum.web.language import gettext
from forum.web.people import actor

#: What an editor can do to a whole article, as its form names it.
RESTORED, DISCARDED = "restored", "discarded"


def again(name: str) -> Any:
    """The page of the article with the form that came back under this name."""

    def show(form: Any, article_id: int) -> str:
        article = queries.find_article(db(), actor(), article_id)
        require(rules.may_see_drafts(actor()))
        return show_page(article, newest=True, **{name: form})

    return show


@pages.post("/kb/<int:article_id>/review")
@takes(ReviewForm, again=again("review_form"))
@writes
def review_article(form: ReviewForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    actions.review_article(
        db(),
        actor(),
        article,
        form.chosen,
        form.comment.data,
        now(),
        version=form.version_number,
        seen=form.seen,
    )
    if form.chosen == APPROVE:
        flash(gettext("Published. Thank you for reading it carefully."), "ok")
    else:
        flash(gettext("Returned with your comment."), "ok")
    return redirect(article_url(article), 303)


@pages.post("/kb/<int:article_id>/state")
@takes(StateForm, again=again("state_form"))
@writes
def change_state(form: StateForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    state = form.state.data
    if state == IN_REVIEW:
        actions.ask_review(db(), actor(), article, now())
        said = gettext("Another editor can review it now.")
    elif state == ARCHIVED:
        actions.archive_article(db(), actor(), article, now(), form.why.data)
        said = gettext("In the archive. Readers are led to its questions.")
    elif state == RESTORED:
        actions.restore_article(db(), actor(), article, now())
        said = gettext("Back from the archive.")
    elif state == DISCARDED:
        if not actions.discard_draft(db(), actor(), article, now()):
            flash(gettext("The draft is discarded."), "ok")
            return redirect(url_for("knowledge.drafts"), 303)
        said = gettext("Back to the published text.")
    else:
        raise Invalid({"": say("Choose what to do with the article.")})
    flash(said, "ok")
    return redirect(article_url(article), 303)


@pages.post("/kb/<int:article_id>/doubt")
@takes(DoubtForm, again=again("doubt_form"))
@writes
def doubt_article(form: DoubtForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    actions.doubt_article(db(), actor(), article, form.why.data, now())
    flash(gettext("Thank you: the editors see it in their list now."), "ok")
    return redirect(article_url(article), 303)


@pages.post("/kb/<int:article_id>/questions")
@takes(GatherForm, again=again("gather_form"))
@writes
def gather_question(form: GatherForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    actions.gather_question(db(), actor(), article, _question(form.question_id), now())
    flash(gettext("The question and the article now point to each other."), "ok")
    return redirect(article_url(article), 303)


@pages.post("/kb/<int:article_id>/questions/release")
@takes(ReleaseForm, again=again("release_form"))
@writes
def release_question(form: ReleaseForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    actions.release_question(db(), actor(), article, _question(form.question_id), now())
    flash(gettext("The question is no longer among those this article answers."), "ok")
    return redirect(article_url(article), 303)


def _question(question_id: int | None) -> Question:
    """The question somebody named; raises Invalid beside the field where it is none that they can see."""
    try:
        if question_id is not None:
            return find_question(db(), actor(), question_id)
    except NotFound:
        pass
    raise Invalid({"question": say("There is no such question. Copy its number or its address.")})
