"""What the knowledge base does when something happens to the answers its articles rest on."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from forum.base.causes import Cause
from forum.base.clock import utc_now
from forum.base.outbox import publish
from forum.contacts.events import ContactJoined
from forum.contacts.timeline import behind, record
from forum.knowledge.actions import PROMOTED
from forum.knowledge.events import SourceChanged
from forum.knowledge.models import Article, Credit
from forum.knowledge.sources import IS_LIVE, review_reasons
from forum.questions.events import (
    AcceptanceWithdrawn,
    AnswerAccepted,
    AnswerDeleted,
    AnswerEdited,
    AnswerHidden,
    AnswerRestored,
    AnswerUndeleted,
    QuestionDeleted,
    QuestionHidden,
    QuestionRestored,
    QuestionUndeleted,
)
from forum.questions.models import Answer

AnswerChange = (
    AnswerEdited
    | AnswerAccepted
    | AcceptanceWithdrawn
    | AnswerHidden
    | AnswerRestored
    | AnswerDeleted
    | AnswerUndeleted
)
QuestionChange = QuestionHidden | QuestionRestored | QuestionDeleted | QuestionUndeleted


def check_article_of_answer(session: Session, event: AnswerChange) -> None:
    """Note when the live article made from this answer began to ask for a review, or that it no longer does."""
    _check(session, Answer.id == event.answer_id)


def check_articles_of_question(session: Session, event: QuestionChange) -> None:
    """The same for every article made from an answer to this question."""
    _check(session, Answer.question_id == event.question_id)


def _check(session: Session, which: ColumnElement[bool]) -> None:
    now = utc_now()
    articles = session.scalars(
        select(Article)
        .join(Article.source_answer)
        .where(which, IS_LIVE)
        .options(joinedload(Article.source_answer).joinedload(Answer.question))
    ).all()
    for article in articles:
        if not review_reasons(article, now):
            article.review_since = None
        elif article.review_since is None:
            article.review_since = now
            publish(session, SourceChanged(article.id))


def tell_contact_of_articles(session: Session, event: ContactJoined) -> None:
    """Write on a contact's timeline the published articles that rest on what its user asked or answered; each once."""
    if not behind(session, event.user_id):
        return
    published = (
        select(Article, Credit.part)
        .join(Credit, Credit.article_id == Article.id)
        .where(Credit.user_id == event.user_id, Article.published_at.is_not(None))
        .order_by(Article.id)
    )
    for article, part in session.execute(published):
        details = {"title": article.title, "part": part}
        at = article.published_at or article.created_at
        record(session, event.user_id, PROMOTED, Cause.of(article), at, details=details)
