"""What the page of an article reads for those who see no drafts: statements put together once, rows as the driver gives them."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.base.statements import Raw, Statement, connection_of, moment_of
from forum.knowledge.models import Article, ArticleQuestion, ArticleRevision, Credit, slug_of
from forum.knowledge.sources import IS_LIVE
from forum.questions.queries import may_be_read
from forum.questions.rows import ANSWERS, QUESTIONS, USERS, Sight

ARTICLES, REVISIONS = Article.__table__, ArticleRevision.__table__
CREDITS, GATHERED = Credit.__table__, ArticleQuestion.__table__


class ReadArticle(NamedTuple):
    """A live article with all that its page says of it; equal where the rows are."""

    article: Raw
    #: Who answered and who asked, as (part, id, name).
    credits: tuple[Raw, ...]
    #: The questions it answers that this reader may see, as (id, title).
    questions: tuple[Raw, ...]


class ArticleRow(NamedTuple):
    """What is published."""

    id: int
    title: str
    html: str
    language: str
    #: When it was first published, when somebody last said that it is right, when this text was saved.
    published_at: datetime | None
    checked_at: datetime | None
    at: datetime
    #: The answer it was made from and its question, where this reader may see both.
    source_id: int | None
    source_question_id: int | None
    source_title: str | None

    @property
    def slug(self) -> str:
        return slug_of(self.title)


def article_row(raw: Raw) -> ArticleRow:
    row_id, title, html, language, published_at, checked_at, at, *source = raw
    times = moment_of(published_at), moment_of(checked_at), moment_of(at)
    return ArticleRow(row_id, title, html, language, *times, *source)


def read_article(session: Session, reader: Reader, article_id: int) -> ReadArticle | None:
    """In three statements; None where nothing is published under this number."""
    sight, given = Sight.of(reader), {"article_id": article_id, "reader_id": reader.id}
    connection = connection_of(session)
    found = _article(sight).ask(connection, given)
    if not found:
        return None
    credits_ = _credits().ask(connection, given)
    questions = _questions(sight).ask(connection, given)
    return ReadArticle(tuple(found[0]), tuple(map(tuple, credits_)), tuple(map(tuple, questions)))


@lru_cache
def _article(sight: Sight) -> Statement:
    """Of its source nothing is read that this reader may not see."""
    asked = and_(QUESTIONS.c.id == ANSWERS.c.question_id, may_be_read(sight, QUESTIONS.c))
    source = ANSWERS.join(QUESTIONS, asked)
    made_from = and_(ANSWERS.c.id == ARTICLES.c.source_answer_id, may_be_read(sight, ANSWERS.c))
    return Statement(
        select(
            ARTICLES.c.id,
            *(REVISIONS.c[name] for name in ("title", "html", "language")),
            *(ARTICLES.c.published_at, ARTICLES.c.checked_at, REVISIONS.c.at),
            *(ANSWERS.c.id, QUESTIONS.c.id, QUESTIONS.c.title),
        )
        .select_from(ARTICLES.join(REVISIONS, REVISIONS.c.id == ARTICLES.c.published_id).outerjoin(source, made_from))
        .where(ARTICLES.c.id == bindparam("article_id"), IS_LIVE)
    )


@lru_cache
def _credits() -> Statement:
    return Statement(
        select(CREDITS.c.part, USERS.c.id, USERS.c.name)
        .select_from(CREDITS.join(USERS, USERS.c.id == CREDITS.c.user_id))
        .where(CREDITS.c.article_id == bindparam("article_id"))
        .order_by(CREDITS.c.part, CREDITS.c.user_id)
    )


@lru_cache
def _questions(sight: Sight) -> Statement:
    return Statement(
        select(QUESTIONS.c.id, QUESTIONS.c.title)
        .select_from(QUESTIONS.join(GATHERED, GATHERED.c.question_id == QUESTIONS.c.id))
        .where(GATHERED.c.article_id == bindparam("article_id"), may_be_read(sight, QUESTIONS.c))
        .order_by(GATHERED.c.at, QUESTIONS.c.id)
    )
