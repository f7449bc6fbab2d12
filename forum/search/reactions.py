"""Keeps the index in step: looks what is true now, and puts or drops the whole document."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from forum.base.outbox import Subscriptions
from forum.knowledge import events as knowledge
from forum.knowledge.models import Article
from forum.questions import events as questions
from forum.questions.models import Answer, Comment, Question
from forum.questions.queries import is_public
from forum.search.documents import article_key, from_article, from_question, question_key
from search_index.contract import Batch

CHANNEL = "index"


class OncePerBatch:
    """A batch in which every document is written once, however many events tell of it.

    All reactions of a batch come after all its events, so the first look at a row already sees the last change.
    """

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._done: set[str] = set()

    def is_first(self, key: str) -> bool:
        """Whether this document is still to be written."""
        if key in self._done:
            return False
        self._done.add(key)
        return True


def index_question(session: Session, question_id: int, batch: OncePerBatch) -> None:
    """Write a question with its answers and comments, or take it out when not everybody may see it."""
    if not batch.is_first(question_key(question_id)):
        return
    question = session.scalar(
        select(Question)
        .where(Question.id == question_id, is_public(Question))
        .options(selectinload(Question.tags))
        .execution_options(populate_existing=True)
    )
    if question is None:
        batch.batch.drop(question_key(question_id))
        return
    answers, comments = parts_of(session, [question_id])
    batch.batch.put(from_question(question, answers[question_id], comments[question_id]))


def parts_of(session: Session, question_ids: Iterable[int]) -> tuple[dict[int, list[Answer]], dict[int, list[Comment]]]:
    """What everybody may see under these questions."""
    ids = list(question_ids)
    answers: dict[int, list[Answer]] = {question_id: [] for question_id in ids}
    comments: dict[int, list[Comment]] = {question_id: [] for question_id in ids}
    found = session.scalars(
        select(Answer)
        .where(Answer.question_id.in_(ids), is_public(Answer))
        .order_by(Answer.accepted_at.is_(None), Answer.score.desc(), Answer.id)
        .execution_options(populate_existing=True)
    )
    shown = set()
    for answer in found:
        answers[answer.question_id].append(answer)
        shown.add(answer.id)
    remarks = session.scalars(
        select(Comment)
        .where(Comment.question_id.in_(ids), is_public(Comment))
        .order_by(Comment.id)
        .execution_options(populate_existing=True)
    )
    for comment in remarks:
        if comment.answer_id is None or comment.answer_id in shown:
            comments[comment.question_id].append(comment)
    return answers, comments


def index_article(session: Session, article_id: int, batch: OncePerBatch) -> None:
    """Write the published revision of an article, or take it out."""
    if not batch.is_first(article_key(article_id)):
        return
    article = session.scalar(
        select(Article)
        .where(Article.id == article_id)
        .options(joinedload(Article.published))
        .execution_options(populate_existing=True)
    )
    if article is None or not article.is_live:
        batch.batch.drop(article_key(article_id))
    else:
        batch.batch.put(from_article(article))


def on_question(session: Session, event: Any, batch: OncePerBatch) -> None:
    """Something happened to the question itself."""
    index_question(session, event.question_id, batch)


def on_answer(session: Session, event: Any, batch: OncePerBatch) -> None:
    """Something happened to one of its answers."""
    _index_owner(session, Answer, event.answer_id, batch)


def on_comment(session: Session, event: Any, batch: OncePerBatch) -> None:
    """Something happened to a comment."""
    _index_owner(session, Comment, event.comment_id, batch)


def on_vote(session: Session, event: questions.VoteChanged, batch: OncePerBatch) -> None:
    """Only a question's own score is part of its document."""
    if event.question_id is not None:
        index_question(session, event.question_id, batch)


def on_article(session: Session, event: Any, batch: OncePerBatch) -> None:
    """An article was published, changed or taken away."""
    index_article(session, event.article_id, batch)


def _index_owner(session: Session, kind: type[Answer] | type[Comment], row_id: int, batch: OncePerBatch) -> None:
    question_id = session.scalar(select(kind.question_id).where(kind.id == row_id))
    if question_id is not None:
        index_question(session, question_id, batch)


#: The reaction for every event that changes what can be found.
REACTIONS: dict[Callable[..., None], tuple[type, ...]] = {
    on_question: (
        questions.QuestionAsked,
        questions.QuestionEdited,
        questions.QuestionHidden,
        questions.QuestionRestored,
        questions.QuestionDeleted,
        questions.QuestionUndeleted,
        questions.QuestionClosed,
        questions.QuestionReopened,
        questions.HelpNeeded,
    ),
    on_answer: (
        questions.AnswerPosted,
        questions.AnswerEdited,
        questions.AnswerAccepted,
        questions.AcceptanceWithdrawn,
        questions.AnswerHidden,
        questions.AnswerRestored,
        questions.AnswerDeleted,
        questions.AnswerUndeleted,
    ),
    on_comment: (
        questions.CommentPosted,
        questions.CommentEdited,
        questions.CommentHidden,
        questions.CommentRestored,
        questions.CommentDeleted,
        questions.CommentUndeleted,
    ),
    on_vote: (questions.VoteChanged,),
    on_article: (knowledge.ArticlePublished, knowledge.ArticleArchived, knowledge.ArticleRestored),
}


def subscribe(outbox: Subscriptions) -> None:
    """Let the index follow what happens."""
    for reaction, events in REACTIONS.items():
        for event in events:
            outbox.subscribe(event, reaction, name="search.index", channel=CHANNEL)
