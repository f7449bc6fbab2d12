"""One question with all that was said to it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from forum.accounts.models import Reader
from forum.base.markup import opening
from forum.base.requests import db, now
from forum.base.words import Sentence, say
from forum.drafts.models import ANSWER, Purpose
from forum.knowledge import rules as rules_of_articles
from forum.knowledge.models import Article
from forum.knowledge.queries import article_for_question, articles_of
from forum.moderation.queries import asked_to_mend
from forum.questions import rules
from forum.questions.published import is_given_up
from forum.questions.queries import find_answer
from forum.questions.reading import Discussion, read_discussion
from forum.questions.rows import AnswerRow, QuestionRow
from forum.questions.topics import list_related
from forum.web.context import LINKS
from forum.web.drafts.restoring import restore
from forum.web.forms import form_from
from forum.web.moving import moved, whole
from forum.web.people import here, reader
from forum.web.questions.addresses import answer_url, place, question_slug, question_url, title_slug
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import AnswerForm
from forum.web.questions.shown import Ballot, show_answers, show_comments, show_question, show_tools
from forum.web.shelf import note_view

#: How the answers can be put in order: the name in the address, the word, and what comes first.
ORDERS: dict[str, tuple[Sentence, Callable[[AnswerRow], Any]]] = {
    "": (say("Best first"), lambda answer: (not answer.is_accepted, -answer.score, answer.created_at, answer.id)),
    "score": (say("By votes"), lambda answer: (-answer.score, answer.created_at, answer.id)),
    "newest": (say("Newest first"), lambda answer: (-answer.created_at.timestamp(), -answer.id)),
    "oldest": (say("Oldest first"), lambda answer: (answer.created_at, answer.id)),
}

#: With fewer there is nothing to put in order.
FEWEST_TO_ORDER = 2


@pages.get("/questions/<int:question_id>", defaults={"slug": None})
@pages.get("/questions/<int:question_id>/<slug>")
def show(question_id: int, slug: str | None) -> str | Response:
    """A question, what solved it, and all other answers; any other slug leads to the right address."""
    discussion = read_discussion(db(), reader(), question_id)
    question = discussion.question
    if slug != question_slug(question):
        return moved(question_url(question))
    if reader().id != question.asker_id:
        note_view("question_views", question.id)
    return draw_question(discussion)


def draw_question(discussion: Discussion, form: AnswerForm | None = None, **shown: Any) -> str:
    """The page of a question; `form` is an answer that came back with what is wrong."""
    question, who = discussion.question, reader()
    order = request.args.get("answers", "")
    order = order if order in ORDERS else ""
    if order:
        discussion = replace(discussion, answers=sorted(discussion.answers, key=ORDERS[order][1]))
    may_answer = rules.may_answer(who, question)
    accepted = discussion.accepted
    if form is None and may_answer:
        form = form_from(AnswerForm)
        shown["draft"] = restore(form, Purpose(ANSWER, question.id))
    is_indexed = question.is_public and not is_given_up(question, now())
    article, promoted = _articles(question, accepted, who)
    return render_template(
        "questions/show.html",
        question=show_question(question),
        row=question,
        ballot=Ballot(
            place("questions", question.id, "vote"),
            discussion.vote,
            rules.may_vote(who, question).reason,
        ),
        tools=show_tools("questions", question, who, rules.may_edit_question, rules.may_delete_question),
        answers=show_answers(discussion, who),
        orders=[
            {
                "label": label,
                "url": f"{question_url(question)}{f'?answers={name}' if name else ''}#answers-title",
                "is_current": name == order,
            }
            for name, (label, _) in ORDERS.items()
        ]
        if len(discussion.answers) >= FEWEST_TO_ORDER
        else [],
        mine=discussion.mine,
        me_too_url=(
            place("questions", question.id, "me-too")
            if rules.may_say_me_too(who, question) or discussion.mine.has_me_too
            else None
        ),
        follow_url=place("questions", question.id, "follow") if rules.may_follow(who) else None,
        help_url=(
            place("questions", question.id, "still-need-help") if rules.may_ask_for_help_again(who, question) else None
        ),
        related=[
            (each, place("questions", each.id, title_slug(each.title))) for each in list_related(db(), question.id)
        ],
        accepted=accepted,
        accepted_quote_text=opening(accepted.html) if accepted else "",
        comments=show_comments(
            "comment-on-question",
            discussion.comments.get(None, ()),
            who,
            place("questions", question.id, "comments") if rules.may_comment(who, question) else None,
        ),
        may_answer=may_answer,
        may_close=rules.may_close(who),
        may_reopen=rules.may_reopen(who),
        form=form,
        sign_in_url=None if who.is_signed_in else f"{LINKS.sign_in}?{urlencode({'next': here()})}",
        canonical=whole(question_url(question)),
        is_indexed=is_indexed,
        page_kind="QAPage" if is_indexed else "",
        main_kind="Question" if is_indexed else "",
        to_mend=_is_asked_to_mend(discussion),
        article=article,
        promotable=accepted if accepted is not None and who.is_editor else None,
        may_promote=rules_of_articles.may_promote(who, accepted) if accepted is not None else None,
        promoted=promoted,
        **shown,
    )


def _articles(question: QuestionRow, accepted: AnswerRow | None, who: Reader) -> tuple[Article | None, Article | None]:
    """The article that answers the question and, for editors, what was made from the accepted answer."""
    if accepted is None or not who.is_editor:
        return article_for_question(db(), who, question.id), None
    found = articles_of(db(), question.id)
    shown = next((article for article in found if article.archived_at is None), None)
    return shown, next((article for article in found if article.source_answer_id == accepted.id), None)


def _is_asked_to_mend(discussion: Discussion) -> bool:
    """Whether a moderator waits for this reader to mend something here; asked only where something is hidden."""
    comments = [comment for written in discussion.comments.values() for comment in written]
    posts = [discussion.question, *discussion.answers, *comments]
    is_hidden = any(post.is_hidden and post.author_id == reader().id for post in posts)
    return is_hidden and bool(asked_to_mend(db(), reader(), discussion.question.id))


@pages.get("/answers/<int:answer_id>")
def show_answer(answer_id: int) -> Response:
    """The short address of an answer: its place on the page of its question."""
    return redirect(answer_url(find_answer(db(), reader(), answer_id)), 302)
