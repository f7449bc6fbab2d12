"""Keeps the index in step: looks what is true now, and puts or drops the whole document."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from forum.base.outbox import Subscriptions
from forum.knowledge import events as knowledge
from forum.knowledge.models import Article
from forum.questions import events as questions
from forum.questions.models import Answer, Comment, Question, Tag
from forum.questions.queries import is_public
from forum.search.documents import article_key, from_article, from_question, question_key
from forum.search.texts import texts_under
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
        .options(selectinload(Question.tags).selectinload(Tag.synonyms), joinedload(Question.product))
        .execution_options(populate_existing=True)
    )
    if question is None:
        batch.batch.drop(question_key(question_id))
        return
    answers, comments = texts_under(session, [question_id])
    batch.batch.put(from_question(question, answers[question_id], comments[question_id]))


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
        questions.QuestionRetagged,
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
