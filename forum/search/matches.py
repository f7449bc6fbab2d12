"""The questions that an article may answer beside those it was said to answer, found by its own words."""

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forum.base.statements import Statement, connection_of
from forum.knowledge.models import ArticleQuestion
from forum.questions.models import SOLVED, Question
from forum.questions.queries import is_public
from forum.questions.topics import Related
from forum.search.models import ArticleMatch

#: As many as somebody looks at who has just read the article.
SHOWN = 5


def list_matches(session: Session, article_id: int) -> tuple[Related, ...]:
    """Solved ones first, then as the search put them; only what everybody may read now."""
    return tuple(Related(*row) for row in _matches().ask(connection_of(session), {"article_id": article_id}))


@lru_cache
def _matches() -> Statement:
    gathered = select(ArticleQuestion.question_id).where(ArticleQuestion.article_id == bindparam("article_id"))
    found: Any = (
        select(Question.id, Question.title, Question.state, Question.language)
        .join(ArticleMatch, ArticleMatch.question_id == Question.id)
        .where(ArticleMatch.article_id == bindparam("article_id"), is_public(Question), Question.id.not_in(gathered))
        .order_by(Question.state != SOLVED, ArticleMatch.place, Question.id)
        .limit(SHOWN)
    )
    return Statement(found)
