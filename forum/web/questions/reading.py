"""One question with all that was said to it."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.accounts.models import Reader
from forum.base.requests import db, now
from forum.base.verdicts import Verdict
from forum.drafts.models import ANSWER, Purpose
from forum.drafts.queries import find_draft
from forum.knowledge import rules as rules_of_articles
from forum.knowledge.models import Article
from forum.knowledge.queries import ArticleLink, articles_of, link_for_question, link_to
from forum.moderation.queries import asked_to_mend
from forum.questions import rules
from forum.questions.published import is_given_up
from forum.questions.queries import find_answer
from forum.questions.reading import Discussion, read_discussion
from forum.questions.rows import AUTHOR, AnswerRow, Onlooker, QuestionRow
from forum.questions.topics import list_originals, list_related
from forum.search.rules import may_see_duplicates
from forum.web.drafts.restoring import fill
from forum.web.forms import form_from
from forum.web.moving import moved, whole
from forum.web.people import reader
from forum.web.questions.addresses import answer_url, question_place, question_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import AnswerForm
from forum.web.questions.parts import (
    AskedFacts,
    BesideFacts,
    NotedFacts,
    YourAnswerFacts,
    YourAnswerShown,
    facts_of_answers,
)
from forum.web.shelf import note_view

#: What comes first in each of `parts.ORDERS` but the usual one, which the database knows.
KEYS: dict[str, Callable[[AnswerRow], Any]] = {
    "score": lambda answer: (-answer.score, answer.created_at, answer.id),
    "newest": lambda answer: (-answer.created_at.timestamp(), -answer.id),
    "oldest": lambda answer: (answer.created_at, answer.id),
}


@pages.get("/questions/<int:question_id>", defaults={"slug": None})
@pages.get("/questions/<int:question_id>/<slug>")
def show(question_id: int, slug: str | None) -> str | Response:
    """A question, what solved it, and all other answers; any other slug leads to the right address."""
    discussion = read_discussion(db(), reader(), question_id)
    question = discussion.question
    if slug != question.slug:
        return moved(question_url(question))
    if reader().id != question.asker_id:
        note_view("question_views", question.id)
    return draw_question(discussion)


def draw_question(discussion: Discussion, form: AnswerForm | None = None, preview_html: Markup | None = None) -> str:
    """The page of a question; `form` is an answer that came back with what is wrong."""
    question, who = discussion.question, reader()
    order = request.args.get("answers", "")
    if order in KEYS:
        discussion = discussion.ordered(KEYS[order])
    onlooker = Onlooker.of(who, discussion.is_about(who.id))
    accepted, mine = discussion.accepted, discussion.mine
    article, promoted = _articles(question, accepted, who)
    may_answer = rules.may_answer(who, question)
    originals = list_originals(db(), question.id) if question.closed_at is not None else ()
    # Who comes from outside is sent on to where it was asked first.
    first = originals[0] if originals else question
    canonical = question_place(first.id, first.title)
    is_indexed = question.is_public and not is_given_up(question, now())
    is_entry = is_indexed and not originals
    return render_template(
        "questions/show.html",
        row=question,
        asked=AskedFacts(
            onlooker,
            discussion.question_raw,
            *(mine.vote, mine.has_me_too, mine.is_following, _is_asked_to_mend(discussion)),
            *(discussion.accepted_raw, article, originals, tuple(discussion.comments.get(None, ()))),
        ),
        given=facts_of_answers(discussion, onlooker, order if order in KEYS else "", bool(may_answer)),
        writing=_your_answer(question, may_answer, form, preview_html),
        noted=NotedFacts(
            discussion.question_raw[AUTHOR],
            *(question.created_at, question.edited_at, question.score, question.answer_count),
        ),
        beside=BesideFacts(
            discussion.question_raw[AUTHOR],
            list_related(db(), question.id),
            *(question.id, question.closed_at is not None, who.is_staff, who.is_agent),
            *(bool(rules.may_close(who)), bool(rules.may_reopen(who)), bool(may_see_duplicates(who))),
        ),
        promotable=accepted if accepted is not None and who.is_editor else None,
        may_promote=rules_of_articles.may_promote(who, accepted) if accepted is not None else None,
        promoted=promoted,
        has_errors=bool(form and form.errors),
        canonical=whole(canonical),
        is_indexed=is_indexed,
        page_kind="QAPage" if is_entry else "",
        main_kind="Question" if is_entry else "",
    )


def _your_answer(
    question: QuestionRow, may_answer: Verdict, form: AnswerForm | None, preview_html: Markup | None
) -> YourAnswerFacts | YourAnswerShown:
    """The form for an answer: the same for all who have written nothing yet."""
    if form is not None:
        return YourAnswerShown(question.id, form, preview_html=preview_html)
    if may_answer:
        draft = find_draft(db(), reader(), Purpose(ANSWER, question.id))
        if draft is not None:
            form = form_from(AnswerForm)
            fill(form, draft)
            return YourAnswerShown(question.id, form, draft=draft)
    is_asked_in = not reader().is_signed_in and question.closed_at is None
    return YourAnswerFacts(question.id, is_asked_in, may_answer.reason)


def _articles(
    question: QuestionRow, accepted: AnswerRow | None, who: Reader
) -> tuple[ArticleLink | None, Article | None]:
    """The article that answers the question and, for editors, what was made from the accepted answer."""
    if accepted is None or not who.is_editor:
        return link_for_question(db(), who, question.id), None
    found = articles_of(db(), question.id)
    shown = next((link_to(article) for article in found if article.archived_at is None), None)
    return shown, next((article for article in found if article.source_answer_id == accepted.id), None)


def _is_asked_to_mend(discussion: Discussion) -> bool:
    """Whether a moderator waits for this reader to mend something here; asked only where something is hidden."""
    is_hidden = discussion.has_hidden_of(reader().id)
    return is_hidden and bool(asked_to_mend(db(), reader(), discussion.question.id))


@pages.get("/answers/<int:answer_id>")
def show_answer(answer_id: int) -> Response:
    """The short address of an answer: its place on the page of its question."""
    return redirect(answer_url(find_answer(db(), reader(), answer_id)), 302)
