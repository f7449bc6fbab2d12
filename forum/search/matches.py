"""The questions that an article may answer beside those it was said to answer, found by its own words."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.knowledge.models import Article, ArticleQuestion
from forum.questions.models import SOLVED, Question
from forum.questions.queries import is_public
from forum.search.models import ArticleMatch

#: As many as somebody looks at who has just read the article.
SHOWN = 5


def list_matches(session: Session, article: Article) -> Sequence[Question]:
    """Solved ones first, then as the search put them; only what everybody may read now."""
    gathered = select(ArticleQuestion.question_id).where(ArticleQuestion.article_id == article.id)
    return session.scalars(
        select(Question)
        .join(ArticleMatch, ArticleMatch.question_id == Question.id)
        .where(ArticleMatch.article_id == article.id, is_public(Question), Question.id.not_in(gathered))
        .order_by(Question.state != SOLVED, ArticleMatch.place, Question.id)
        .limit(SHOWN)
    ).all()
