"""Finds what a question or an article resembles when it is written, so that its page need not search.

What was there before this was kept, or came in when the index could not be asked, is gone through by and by.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from forum.base.clock import utc_now
from forum.knowledge.models import Article, ArticleQuestion
from forum.knowledge.sources import IS_LIVE
from forum.questions.actions import keep_similar
from forum.questions.models import Question
from forum.questions.queries import is_public
from forum.search import duplicates
from forum.search.documents import ARTICLE, QUESTION, question_key, read_key
from forum.search.models import ArticleMatch, Relating
from search_index.contract import Query, SearchIndex

#: A few more than are shown, for some may be hidden by then.
KEPT = 8

#: Gone through at once, in a transaction that others wait for: a search takes some milliseconds.
STEP = 10

#: A question that an article may answer holds so much of what its title says.
LEAST_SHARE = 0.35


@dataclass(frozen=True)
class Relations:
    """Keeps what the index finds alike; an older question learns of a newer one by looking the other way."""

    index: SearchIndex

    def relate_question(self, session: Session, event: Any) -> None:
        """Search once more for what resembles it now."""
        question = session.get(Question, event.question_id)
        if question is not None and question.is_public:
            self._relate_question(session, question, utc_now())

    def relate_article(self, session: Session, event: Any) -> None:
        """Search for the questions that an article may answer as it is published now."""
        article = session.get(Article, event.article_id)
        if article is not None and article.is_live:
            self._relate_article(session, article, utc_now())

    def relate_older(self, session: Session, now: datetime) -> None:
        """Go through some of what was never looked at, the newest first."""
        if self.index.needs_rebuild() is not None:
            return
        for question in session.scalars(_unrelated_questions().limit(STEP)).all():
            self._relate_question(session, question, now)
        for article in session.scalars(_unrelated_articles().limit(STEP)).all():
            self._relate_article(session, article, now)

    def _relate_question(self, session: Session, question: Question, now: datetime) -> None:
        hits = self.index.similar(question.title, limit=KEPT + 1, exclude=question_key(question.id))
        if not hits.is_reliable:
            return
        keys = [read_key(hit.key) for hit in hits]
        alike = [row_id for kind, row_id in keys if kind == QUESTION and row_id != question.id]
        keep_similar(session, question, alike[:KEPT])
        duplicates.weigh(session, self.index, question, now)
        _note(session, QUESTION, question.id, now)

    def _relate_article(self, session: Session, article: Article, now: datetime) -> None:
        revision = article.published
        assert revision is not None  # noqa: S101 - the caller asks for live articles only
        wanted = Query(kinds=frozenset({QUESTION}))
        # By its title alone: the rarest words of its text are often nobody else's.
        hits = self.index.similar(revision.title, limit=KEPT, filters=wanted)
        if not hits.is_reliable:
            return
        found = [read_key(hit.key)[1] for hit in hits if hit.share >= LEAST_SHARE]
        gathered = select(ArticleQuestion.question_id).where(ArticleQuestion.article_id == article.id)
        known = set(session.scalars(select(Question.id).where(Question.id.in_(found), Question.id.not_in(gathered))))
        session.execute(delete(ArticleMatch).where(ArticleMatch.article_id == article.id))
        session.add_all(
            ArticleMatch(article_id=article.id, question_id=row_id, place=place)
            for place, row_id in enumerate(found)
            if row_id in known
        )
        _note(session, ARTICLE, article.id, now)


def _unrelated_questions() -> Any:
    looked_at = select(Relating.row_id).where(Relating.kind == QUESTION, Relating.row_id == Question.id).exists()
    return select(Question).where(is_public(Question), ~looked_at).order_by(Question.id.desc())


def _unrelated_articles() -> Any:
    looked_at = select(Relating.row_id).where(Relating.kind == ARTICLE, Relating.row_id == Article.id).exists()
    return select(Article).where(IS_LIVE, ~looked_at).options(joinedload(Article.published)).order_by(Article.id.desc())


def _note(session: Session, kind: str, row_id: int, now: datetime) -> None:
    row = session.get(Relating, (kind, row_id))
    if row is None:
        session.add(Relating(kind=kind, row_id=row_id, at=now))
    else:
        row.at = now
    session.flush()
