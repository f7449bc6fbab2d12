"""One question with all that was said to it."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from forum.base.markup import opening
from forum.base.parts import parts
from forum.base.requests import db
from forum.drafts.models import ANSWER, Purpose
from forum.knowledge import rules as rules_of_articles
from forum.knowledge.queries import article_for_question, article_from
from forum.moderation.queries import asked_to_mend
from forum.questions import rules
from forum.questions.queries import find_answer
from forum.questions.reading import Discussion, read_discussion
from forum.questions.rows import QuestionRow
from forum.web.context import LINKS
from forum.web.drafts.restoring import restore
from forum.web.forms import form_from
from forum.web.people import here, reader
from forum.web.questions.addresses import answer_url, place, question_slug, question_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import AnswerForm
from forum.web.questions.shown import Ballot, show_answers, show_comments, show_question, show_tools


@pages.get("/questions/<int:question_id>", defaults={"slug": None})
@pages.get("/questions/<int:question_id>/<slug>")
def show(question_id: int, slug: str | None) -> str | Response:
    """A question, what solved it, and all other answers; any other slug leads to the right address."""
    discussion = read_discussion(db(), reader(), question_id)
    question = discussion.question
    if slug != question_slug(question):
        asked = request.query_string.decode("ascii", "ignore")
        return redirect(question_url(question) + (f"?{asked}" if asked else ""), 308)
    if _counts_as_view(question):
        parts().measures.add("question_views", question.id)
    return draw_question(discussion)


def draw_question(discussion: Discussion, form: AnswerForm | None = None, **shown: Any) -> str:
    """The page of a question; `form` is an answer that came back with what is wrong."""
    question, who = discussion.question, reader()
    may_answer = rules.may_answer(who, question)
    accepted = discussion.accepted
    if form is None and may_answer:
        form = form_from(AnswerForm)
        shown["draft"] = restore(form, Purpose(ANSWER, question.id))
    article = article_for_question(db(), who, question.id)
    promoted = None
    if accepted is not None and who.is_editor:
        is_same = article is not None and article.source_answer_id == accepted.id
        promoted = article if is_same else article_from(db(), accepted.id)
    return render_template(
        "questions/show.html",
        question=show_question(question),
        row=question,
        ballot=Ballot(
            place("questions", question.id, "vote"),
            discussion.vote,
            rules.may_vote(who, question).reason,
        ),
        tools=show_tools(
            "questions",
            question,
            who,
            rules.may_edit_question(who, question),
            rules.may_delete_question(who, question),
        ),
        answers=show_answers(discussion, who),
        accepted=accepted,
        accepted_quote_text=opening(accepted.html) if accepted else "",
        comments=show_comments(discussion.comments.get(None, ()), who),
        comment_url=place("questions", question.id, "comments") if rules.may_comment(who, question) else None,
        may_answer=may_answer,
        may_close=rules.may_close(who),
        may_reopen=rules.may_reopen(who),
        form=form,
        sign_in_url=None if who.is_signed_in else f"{LINKS.sign_in}?{urlencode({'next': here()})}",
        canonical=parts().settings.base_url + question_url(question),
        to_mend=_is_asked_to_mend(discussion),
        article=article,
        promotable=accepted if accepted is not None and who.is_editor else None,
        may_promote=rules_of_articles.may_promote(who, accepted) if accepted is not None else None,
        promoted=promoted,
        **shown,
    )


def _is_asked_to_mend(discussion: Discussion) -> bool:
    """Whether a moderator waits for this reader to mend something here; asked only where something is hidden."""
    comments = [comment for written in discussion.comments.values() for comment in written]
    posts = [discussion.question, *discussion.answers, *comments]
    is_hidden = any(post.is_hidden and post.author_id == reader().id for post in posts)
    return is_hidden and bool(asked_to_mend(db(), reader(), discussion.question.id))


def _counts_as_view(question: QuestionRow) -> bool:
    """A look by somebody else who really looks: not the asker, not a browser that only guesses ahead."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose.casefold() and reader().id != question.asker_id


@pages.get("/answers/<int:answer_id>")
def show_answer(answer_id: int) -> Response:
    """The short address of an answer: its place on the page of its question."""
    return redirect(answer_url(find_answer(db(), reader(), answer_id)), 302)
