"""Change what was written, and look at what it was before."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.differences import compare
from forum.base.errors import Conflict
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.drafts.models import EDIT_ANSWER, EDIT_QUESTION, Purpose
from forum.questions import actions, rules
from forum.questions.models import Answer, Comment, Post, Question
from forum.questions.queries import find_answer, find_comment, find_question, find_revision, list_revisions
from forum.web.drafts.restoring import is_sent, restore
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import EditAnswerForm, EditCommentForm, EditQuestionForm, RollBackForm, Versioned
from forum.web.questions.previewing import previews


def shows_conflict(again: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Show an edit that met another one again, with both texts, and ready to be saved over the newer one."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def with_both(**kwargs: Any) -> Any:
            try:
                return view(**kwargs)
            except Conflict as conflict:
                forms = {"question_id": EditQuestionForm, "answer_id": EditAnswerForm, "comment_id": EditCommentForm}
                form = forms[next(iter(kwargs))](request.form)
                return again(form, conflict=conflict.reason, **kwargs), 409

        return with_both

    return decorate


def edit_page(form: Versioned, post: Post, conflict: Any, shown: dict[str, Any]) -> str:
    """The form of an edit; after a conflict with the text as it stands now, which the next save replaces."""
    if conflict is not None:
        form.version.data = str(post.version)
    return render_template(
        "questions/edit.html",
        form=form,
        back=post_url(post),
        conflict=conflict,
        current=post,
        question_id=post.id if isinstance(post, Question) else post.question_id,
        draft_for=None if isinstance(post, Comment) else Purpose(f"edit_{type(post).__name__.lower()}", post.id),
        **shown,
    )


@pages.get("/questions/<int:question_id>/edit")
def edit_question(question_id: int) -> str:
    question = find_question(db(), reader(), question_id)
    require(rules.may_edit_question(actor(), question))
    tags = ", ".join(tag.name for tag in question.tags)
    form = form_from(EditQuestionForm, title=question.title, text=question.text, tags=tags, version=question.version)
    draft = restore(form, Purpose(EDIT_QUESTION, question.id))
    return edit_page(form, question, None, {"draft": draft})


def edit_question_again(form: EditQuestionForm, question_id: int, conflict: Any = None, **shown: Any) -> str:
    return edit_page(form, find_question(db(), reader(), question_id), conflict, shown)


@pages.post("/questions/<int:question_id>/edit")
@previews(EditQuestionForm, edit_question_again)
@shows_conflict(edit_question_again)
@takes(EditQuestionForm, again=edit_question_again)
@writes
def save_question(form: EditQuestionForm, question_id: int) -> Response:
    question = find_question(db(), reader(), question_id)
    actions.edit_question(
        db(),
        actor(),
        question,
        form.title.data,
        form.written,
        form.tag_names,
        form.version_number,
        now(),
        why=form.why.data,
    )
    is_sent(EDIT_QUESTION, question_id)
    return _saved(question)


@pages.get("/answers/<int:answer_id>/edit")
def edit_answer(answer_id: int) -> str:
    answer = find_answer(db(), reader(), answer_id)
    require(rules.may_edit_answer(actor(), answer))
    form = form_from(EditAnswerForm, text=answer.text, version=answer.version)
    draft = restore(form, Purpose(EDIT_ANSWER, answer.id))
    return edit_page(form, answer, None, {"draft": draft})


def edit_answer_again(form: EditAnswerForm, answer_id: int, conflict: Any = None, **shown: Any) -> str:
    return edit_page(form, find_answer(db(), reader(), answer_id), conflict, shown)


@pages.post("/answers/<int:answer_id>/edit")
@previews(EditAnswerForm, edit_answer_again)
@shows_conflict(edit_answer_again)
@takes(EditAnswerForm, again=edit_answer_again)
@writes
def save_answer(form: EditAnswerForm, answer_id: int) -> Response:
    answer = find_answer(db(), reader(), answer_id)
    actions.edit_answer(db(), actor(), answer, form.written, form.version_number, now(), why=form.why.data)
    is_sent(EDIT_ANSWER, answer_id)
    return _saved(answer)


@pages.get("/comments/<int:comment_id>/edit")
def edit_comment(comment_id: int) -> str:
    comment = find_comment(db(), reader(), comment_id)
    require(rules.may_edit_comment(actor(), comment))
    return edit_page(form_from(EditCommentForm, text=comment.text, version=comment.version), comment, None, {})


def edit_comment_again(form: EditCommentForm, comment_id: int, conflict: Any = None, **shown: Any) -> str:
    return edit_page(form, find_comment(db(), reader(), comment_id), conflict, shown)


@pages.post("/comments/<int:comment_id>/edit")
@previews(EditCommentForm, edit_comment_again)
@shows_conflict(edit_comment_again)
@takes(EditCommentForm, again=edit_comment_again)
@writes
def save_comment(form: EditCommentForm, comment_id: int) -> Response:
    comment = find_comment(db(), reader(), comment_id)
    actions.edit_comment(db(), actor(), comment, form.written, form.version_number, now())
    return _saved(comment)


def _saved(post: Question | Answer | Comment) -> Response:
    flash(gettext("Saved."), "ok")
    return redirect(post_url(post), 303)


@pages.get("/questions/<int:question_id>/revisions")
def revisions(question_id: int) -> str:
    """What a question was before each edit: who changed it, when, why, and which words."""
    return revisions_page(find_question(db(), reader(), question_id))


@pages.get("/answers/<int:answer_id>/revisions")
def answer_revisions(answer_id: int) -> str:
    """The same for an answer."""
    return revisions_page(find_answer(db(), reader(), answer_id))


def revisions_page(post: Question | Answer, number: int | None = None, form: RollBackForm | None = None) -> str:
    """All versions, and one of them compared with the one before; `form` is a wish to go back that came back."""
    is_question = isinstance(post, Question)
    kind = "question" if is_question else "answer"
    named: dict[str, Any] = {f"{kind}_id": post.id}
    endpoint = "questions.revisions" if is_question else "questions.answer_revisions"
    who = reader()
    listed = list_revisions(db(), post, request.args.get("after"))
    wanted = request.args.get("revision", "")
    is_number = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    chosen, before = find_revision(db(), post, number or (int(wanted) if is_number else post.version))
    own = url_for(endpoint, **named)
    # What was removed is no text to compare with: nothing was written anew where it ends.
    compared = before is not None and not before.is_redacted and not chosen.is_redacted
    return render_template(
        "questions/revisions.html",
        post=post,
        title=post.title if isinstance(post, Question) else post.question.title,
        own_url=own,
        back=post_url(post),
        revisions=listed.items,
        next_url=url_for(endpoint, after=listed.next, **named) if listed.next else None,
        chosen=chosen,
        before=before,
        pieces=compare(before.text, chosen.text) if before and compared else [],
        title_pieces=compare(before.title or "", chosen.title or "") if before and compared else [],
        compared=compared,
        form=form or form_from(RollBackForm, version=post.version),
        roll_back_url=(
            url_for(f"questions.roll_back_{kind}", number=chosen.number, **named)
            if rules.may_roll_back(who, post, chosen)
            else None
        ),
        redact_url=(
            url_for(f"questions.ask_why_redact_{kind}", number=chosen.number, **named)
            if rules.may_redact(who, post, chosen)
            else None
        ),
    )
