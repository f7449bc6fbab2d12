"""Ask, answer, comment, and look at a text before it is sent."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from forum.base.requests import db, now, writes
from forum.drafts.models import ANSWER, QUESTION, Purpose
from forum.drafts.queries import find_draft
from forum.questions import actions
from forum.questions.models import PRODUCT_LENGTH, Answer, Question
from forum.questions.queries import find_answer, find_question
from forum.questions.reading import read_discussion
from forum.questions.rules import may_ask
from forum.web.drafts.restoring import fill, is_sent
from forum.web.forms import form_from, takes, to_sign_in
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import answer_url, post_url, question_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import AnswerForm, AskForm, CommentForm
from forum.web.questions.previewing import PreviewForm, preview_refused, previews
from forum.web.questions.reading import draw_question
from forum.web.search.similar import count_asked, items_beside, new_asking


@pages.get("/questions/ask")
def ask() -> Any:
    """First the title alone, so that what others found shows before anything is written; then the rest."""
    title = request.args.get("title", "").strip()
    draft = find_draft(db(), reader(), Purpose(QUESTION))
    if not title and draft is None:
        return render_template("questions/ask_title.html", title="", asking=new_asking())
    if not may_ask(reader()):
        return to_sign_in()
    form = form_from(
        AskForm,
        title=title[:500],
        tags=request.args.get("tags", "")[:200],
        product=request.args.get("product", "")[:PRODUCT_LENGTH],
    )
    if draft is None:
        return ask_page(form)
    if title and title != draft.title:
        return ask_page(form, other_draft=draft)
    fill(form, draft)
    return ask_page(form, draft=draft)


def ask_page(form: AskForm, **shown: Any) -> str:
    items = items_beside((form.title.data or "")[:200].strip())
    return render_template("questions/ask.html", form=form, similar_items=items, asking=new_asking(), **shown)


@pages.post("/questions/ask")
@previews(AskForm, ask_page)
@takes(AskForm, again=ask_page)
@writes
def ask_question(form: AskForm) -> Response:
    question = actions.ask_question(
        db(),
        actor(),
        form.title.data,
        form.written,
        form.tag_names,
        now(),
        once=form.once_key,
        product=form.product.data,
    )
    is_sent(QUESTION)
    count_asked()
    flash(gettext("Your question is in the line. You will find it here, with every answer."), "ok")
    return redirect(question_url(question), 303)


def answer_again(form: AnswerForm, question_id: int, **shown: Any) -> str:
    return draw_question(read_discussion(db(), reader(), question_id), form, **shown)


@pages.post("/questions/<int:question_id>/answers")
@previews(AnswerForm, answer_again)
@takes(AnswerForm, again=answer_again)
@writes
def post_answer(form: AnswerForm, question_id: int) -> Response:
    question = find_question(db(), reader(), question_id, is_alone=True)
    answer = actions.post_answer(db(), actor(), question, form.written, now(), once=form.once_key)
    is_sent(ANSWER, question_id)
    flash(gettext("Thank you: somebody waits less because of you."), "ok")
    return redirect(answer_url(answer), 303)


def comment_page(form: CommentForm, question_id: int | None = None, answer_id: int | None = None) -> str:
    question, answer = _commented(question_id, answer_id)
    return render_template("questions/comment.html", form=form, back=post_url(answer or question), question=question)


@pages.post("/questions/<int:question_id>/comments", endpoint="comment_on_question")
@pages.post("/answers/<int:answer_id>/comments", endpoint="comment_on_answer")
@takes(CommentForm, again=comment_page)
@writes
def post_comment(form: CommentForm, question_id: int | None = None, answer_id: int | None = None) -> Response:
    question, answer = _commented(question_id, answer_id)
    comment = actions.post_comment(db(), actor(), question, answer, form.written, now(), once=form.once_key)
    return redirect(post_url(comment), 303)


def _commented(question_id: int | None, answer_id: int | None) -> tuple[Question, Answer | None]:
    if answer_id is not None:
        answer = find_answer(db(), reader(), answer_id)
        return answer.question, answer
    assert question_id is not None  # noqa: S101
    return find_question(db(), reader(), question_id), None


@pages.post("/questions/preview")
@takes(PreviewForm, again=preview_refused)
@writes
def preview(form: PreviewForm) -> Response:
    """The HTML that a text would become, by the same render that will make it."""
    return jsonify(html=form.written.html)
