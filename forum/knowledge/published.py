"""The articles that everybody may read, as feeds and the map of the site want them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from forum.base.db import UtcDateTime
from forum.knowledge.models import Article, ArticleRevision
from forum.knowledge.sources import IS_LIVE
from forum.questions.published import FEED_SIZE, MAP_SIZE, MapPart, Place

#: When readers last saw another text, or an editor said that it still holds.
_CHANGED = func.coalesce(Article.checked_at, ArticleRevision.at, type_=UtcDateTime())


def newest_articles(session: Session) -> Sequence[Article]:
    """The articles published last, each with what readers see of it."""
    return session.scalars(
        select(Article)
        .where(IS_LIVE)
        .options(joinedload(Article.published).joinedload(ArticleRevision.author))
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(FEED_SIZE)
    ).all()


def last_archived(session: Session) -> datetime | None:
    """When an article was last taken from readers."""
    return session.scalar(select(func.max(Article.archived_at)).where(Article.published_id.is_not(None)))


def article_parts(session: Session) -> Sequence[MapPart]:
    """The parts of the map that hold an article."""
    part = ((Article.id - 1) // MAP_SIZE).label("part")
    rows = session.execute(
        select(part, func.max(_CHANGED))
        .join(ArticleRevision, ArticleRevision.id == Article.published_id)
        .where(IS_LIVE)
        .group_by("part")
        .order_by("part")
    )
    return [MapPart(row[0] + 1, row[1]) for row in rows]


def articles_in_part(session: Session, number: int) -> Sequence[Place]:
    """The articles of one part of the map, under their published titles."""
    first = (number - 1) * MAP_SIZE
    rows = session.execute(
        select(Article.id, ArticleRevision.title, _CHANGED)
        .join(ArticleRevision, ArticleRevision.id == Article.published_id)
        .where(Article.id > first, Article.id <= first + MAP_SIZE, IS_LIVE)
        .order_by(Article.id)
    )
    return [Place(*row) for row in rows]
