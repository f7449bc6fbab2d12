"""Questions, answers and comments."""

from collections import defaultdict
from typing import TYPE_CHECKING

from markupsafe import Markup
from sqlalchemy.orm import joinedload

from forum.api import shown
from forum.api.callers import actor, reader
from forum.api.replies import Plain, Reply, api_url, check_match, items_reply, list_reply, reply, version_tag
from forum.api.routes import api
from forum.base.markup import Rendered
from forum.base.requests import db, now
from forum.base.words import say
from forum.knowledge.models import ArticleRevision
from forum.questions import actions
from forum.questions.checks import check_tags
from forum.questions.models import Answer, Comment, Post, Question
from forum.questions.queries import (
    Filters,
    find_answer,
    find_question,
    list_products,
    list_questions,
    visible_answers,
    visible_comments,
)
from forum.questions.topics import Related, list_originals

if TYPE_CHECKING:
    from forum.api import shapes

#: Authors change what they wrote with `write`; moderators what others wrote, with `moderate` beside it or alone.
EDITING = ("write", "moderate")


@api.route("GET", "/questions", say("List questions"), asks="QuestionSlice", gives="QuestionRow", is_list=True)
def list_all(query: "shapes.QuestionSlice") -> Reply:
    filters = Filters(tag=query.tag.casefold(), product=query.product.casefold(), state=query.state or "")
    page = list_questions(db(), reader(), query.sort, filters, query.cursor, query.limit)
    return list_reply(page, shown.question_row)


@api.route("GET", "/products", say("List products"), gives="Product", is_list=True)
def list_all_products() -> Reply:
    return items_reply([shown.product(each) for each in list_products(db())], None)


@api.route(
    "POST",
    "/questions",
    say("Ask a question"),
    scopes=("write",),
    takes="NewQuestion",
    gives="Question",
    status=201,
    has_tag=True,
)
def ask_question(body: "shapes.NewQuestion") -> Reply:
    question = actions.ask_question(
        db(), actor(), body.title, body.written, body.tags, now(), product=body.product or ""
    )
    return _question(question, 201)


@api.route(
    "GET",
    "/questions/<int:question_id>",
    say("Read a question with its answers and comments"),
    gives="QuestionWithAnswers",
    has_tag=True,
)
def read_question(question_id: int) -> Reply:
    who = reader()
    question = find_question(db(), who, question_id)
    answers = db().scalars(
        visible_answers(who)
        .where(Answer.question_id == question_id)
        .options(joinedload(Answer.author))
        .order_by(Answer.accepted_at.is_(None), Answer.score.desc(), Answer.created_at, Answer.id)
    )
    comments: dict[int | None, list[Plain]] = defaultdict(list)
    for comment in db().scalars(
        visible_comments(who)
        .where(Comment.question_id == question_id)
        .options(joinedload(Comment.author))
        .order_by(Comment.created_at, Comment.id)
    ):
        comments[comment.answer_id].append(shown.comment(comment))
    return reply(
        {
            **shown.question(question, _originals(question)),
            "answers": [{**shown.answer(each), "comments": comments[each.id]} for each in answers],
            "comments": comments[None],
        },
        etag=version_tag(question.version),
    )


@api.route(
    "PATCH",
    "/questions/<int:question_id>",
    say("Edit a question"),
    scopes=EDITING,
    takes="QuestionChange",
    gives="Question",
    has_tag=True,
)
def edit_question(question_id: int, body: "shapes.QuestionChange") -> Reply:
    question = find_question(db(), actor(), question_id)
    check_match(version_tag(question.version))
    tags = [tag.name for tag in question.tags] if body.tags is None else check_tags(body.tags)
    actions.edit_question(
        db(),
        actor(),
        question,
        question.title if body.title is None else body.title,
        body.maybe_written or as_written(question),
        tags,
        question.version,
        now(),
        why=body.why,
        product=(body.product or "") if "product" in body.model_fields_set else None,
    )
    return _question(question)


@api.route(
    "POST",
    "/questions/<int:question_id>/answers",
    say("Answer a question"),
    scopes=("write",),
    takes="NewAnswer",
    gives="Answer",
    status=201,
    has_tag=True,
)
def post_answer(question_id: int, body: "shapes.NewAnswer") -> Reply:
    question = find_question(db(), actor(), question_id)
    answer = actions.post_answer(db(), actor(), question, body.written, now())
    return _answer(answer, 201)


@api.route("GET", "/answers/<int:answer_id>", say("Read an answer"), gives="Answer", has_tag=True)
def read_answer(answer_id: int) -> Reply:
    return _answer(find_answer(db(), reader(), answer_id))


@api.route(
    "PATCH",
    "/answers/<int:answer_id>",
    say("Edit an answer"),
    scopes=EDITING,
    takes="AnswerChange",
    gives="Answer",
    has_tag=True,
)
def edit_answer(answer_id: int, body: "shapes.AnswerChange") -> Reply:
    answer = find_answer(db(), actor(), answer_id)
    check_match(version_tag(answer.version))
    actions.edit_answer(db(), actor(), answer, body.written, answer.version, now(), why=body.why)
    return _answer(answer)


@api.route(
    "POST",
    "/questions/<int:question_id>/comments",
    say("Comment on a question"),
    scopes=("write",),
    takes="NewComment",
    gives="Comment",
    status=201,
)
def comment_on_question(question_id: int, body: "shapes.NewComment") -> Plain:
    return _comment(find_question(db(), actor(), question_id), None, body)


@api.route(
    "POST",
    "/answers/<int:answer_id>/comments",
    say("Comment on an answer"),
    scopes=("write",),
    takes="NewComment",
    gives="Comment",
    status=201,
)
def comment_on_answer(answer_id: int, body: "shapes.NewComment") -> Plain:
    answer = find_answer(db(), actor(), answer_id)
    return _comment(answer.question, answer, body)


def as_written(post: Post | ArticleRevision) -> Rendered:
    """What is stored already, for an edit that leaves the text alone."""
    html = Markup(post.html)  # noqa: S704 - only the one render function fills it
    return Rendered(post.text, html, post.html_version, mentions=(), links=0, images=())


def _originals(question: Question) -> tuple[Related, ...]:
    return list_originals(db(), question.id) if question.closed_at is not None else ()


def _question(question: Question, status: int = 200) -> Reply:
    location = api_url(f"/questions/{question.id}") if status == 201 else None
    return reply(
        shown.question(question, _originals(question)), status, location=location, etag=version_tag(question.version)
    )


def _answer(answer: Answer, status: int = 200) -> Reply:
    location = api_url(f"/answers/{answer.id}") if status == 201 else None
    return reply(shown.answer(answer), status, location=location, etag=version_tag(answer.version))


def _comment(question: Question, answer: Answer | None, body: "shapes.NewComment") -> Plain:
    return shown.comment(actions.post_comment(db(), actor(), question, answer, body.written, now()))
