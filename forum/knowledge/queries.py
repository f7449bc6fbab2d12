"""Reading articles: what a reader may see, and what editors look for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from forum.accounts.models import Reader
from forum.base.errors import Invalid, NotFound
from forum.base.paging import DAMAGED, PAGE_SIZE, Order, Page, fetch_page, read_cursor, write_cursor
from forum.base.statements import Statement, connection_of, moment_of
from forum.base.verdicts import require
from forum.base.words import say, translate
from forum.knowledge import rules
from forum.knowledge.models import (
    ARCHIVED,
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    RETURN,
    TEXT_LENGTH,
    Article,
    ArticleQuestion,
    ArticleRevision,
    Credit,
    Review,
    slug_of,
)
from forum.knowledge.sources import IS_LIVE, asks_for_review
from forum.questions.models import Answer, Question, QuestionLink, Revision, Tag, question_tags
from forum.questions.queries import visible_questions

#: What an editor can list beside the states: live articles that ask for a review.
ASKS = "asks"

#: How many articles the most read ones are.
MOST_READ = 5

#: What a vote on the answer, a vote on the question and a duplicate are worth beside one reading.
ANSWER_VOTE, QUESTION_VOTE, DUPLICATE = 10, 5, 20


# -- one article


def visible_articles(reader: Reader) -> Select[Article]:
    """Live ones for everybody, all for editors and staff."""
    query = select(Article)
    return query if rules.may_see_drafts(reader) else query.where(IS_LIVE)


def find_article(session: Session, reader: Reader, article_id: int) -> Article:
    """With what its page shows; raises NotFound also when it exists but not for this reader."""
    article = session.scalar(
        visible_articles(reader)
        .where(Article.id == article_id)
        .options(joinedload(Article.published), joinedload(Article.creator))
        .options(joinedload(Article.source_answer).joinedload(Answer.question))
        .options(joinedload(Article.source_answer).joinedload(Answer.author))
    )
    if article is None:
        raise NotFound("article")
    return article


def find_withdrawn(session: Session, article_id: int) -> Article:
    """One that readers knew and that is in the archive now; raises NotFound for any other."""
    article = session.scalar(
        select(Article)
        .where(Article.id == article_id)
        .where(Article.published_id.is_not(None), Article.archived_at.is_not(None))
        .options(joinedload(Article.published))
    )
    if article is None:
        raise NotFound("article")
    return article


def article_from(session: Session, answer_id: int) -> Article | None:
    """The article that was made from an answer, whatever became of it; for editors."""
    return session.scalar(
        select(Article).where(Article.source_answer_id == answer_id).options(joinedload(Article.published))
    )


def article_for_question(session: Session, reader: Reader, question_id: int) -> Article | None:
    """The live article that answers it, for editors and staff else a coming one."""
    query = _for_question(select(Article), bool(rules.may_see_drafts(reader))).options(joinedload(Article.published))
    found: Article | None = session.scalar(query, {"question_id": question_id})
    return found


class ArticleLink(NamedTuple):
    """As much of an article as a link to it shows."""

    id: int
    state: str
    is_live: bool
    title: str
    language: str
    checked_at: datetime | None

    @property
    def slug(self) -> str:
        return slug_of(self.title)


def link_for_question(session: Session, reader: Reader, question_id: int) -> ArticleLink | None:
    """What a question's page shows: the way to `article_for_question`."""
    statement = _link_for_question(bool(rules.may_see_drafts(reader)))
    for row_id, state, is_live, title, language, checked_at in statement.ask(
        connection_of(session), {"question_id": question_id}
    ):
        return ArticleLink(row_id, state, bool(is_live), title, language, moment_of(checked_at))
    return None


@lru_cache
def _link_for_question(with_drafts: bool) -> Statement:
    articles, published = Article.__table__, ArticleRevision.__table__
    shown = select(
        articles.c.id,
        articles.c.state,
        (articles.c.published_id.is_not(None) & articles.c.archived_at.is_(None)).label("is_live"),
        func.coalesce(published.c.title, articles.c.title).label("title"),
        articles.c.language,
        articles.c.checked_at,
    ).select_from(articles.outerjoin(published, published.c.id == articles.c.published_id))
    return Statement(_for_question(shown, with_drafts))


def link_to(article: Article) -> ArticleLink:
    """The same of an article that is known already."""
    shown = article.public_title, article.language, article.checked_at
    return ArticleLink(article.id, article.state, article.is_live, *shown)


def _for_question(query: Select[Any], with_drafts: bool) -> Select[Any]:
    """The first of those that answer a question, for who sees drafts also what is not published yet."""
    query = (
        query.join(ArticleQuestion, ArticleQuestion.article_id == Article.id)
        .where(ArticleQuestion.question_id == bindparam("question_id"))
        .where(Article.archived_at.is_(None))
        .order_by(Article.published_id.is_(None), Article.published_at.desc(), Article.id.desc())
        .limit(1)
    )
    return query if with_drafts else query.where(IS_LIVE)


def articles_of(session: Session, question_id: int) -> Sequence[Article]:
    """For editors: all that answer a question, those in the archive last, and before them what readers see first."""
    return session.scalars(
        select(Article)
        .join(ArticleQuestion, ArticleQuestion.article_id == Article.id)
        .where(ArticleQuestion.question_id == question_id)
        .options(joinedload(Article.published))
        .order_by(Article.archived_at.is_not(None), Article.published_id.is_(None))
        .order_by(Article.published_at.desc(), Article.id.desc())
    ).all()


def live_article_of(session: Session, question_ids: Iterable[int]) -> dict[int, Article]:
    """For a list of questions: the live article that answers each, where there is one."""
    rows = session.execute(
        select(ArticleQuestion.question_id, Article)
        .join(Article, Article.id == ArticleQuestion.article_id)
        .where(ArticleQuestion.question_id.in_(list(question_ids)), IS_LIVE)
        .options(joinedload(Article.published))
        .order_by(Article.published_at, Article.id)
    )
    return {row.question_id: row.Article for row in rows}


# -- what belongs to an article


def newest_revision(session: Session, article: Article) -> ArticleRevision:
    """What an editor goes on from."""
    return find_revision(session, article, article.version)


def find_revision(session: Session, article: Article, number: int) -> ArticleRevision:
    revision = session.scalar(
        select(ArticleRevision).where(ArticleRevision.article_id == article.id, ArticleRevision.number == number)
    )
    if revision is None:
        raise NotFound("revision")
    return revision


def list_revisions(session: Session, article: Article, cursor: str | None = None) -> Page[ArticleRevision]:
    """Newest first."""
    query = (
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id)
        .options(joinedload(ArticleRevision.author))
    )
    order = Order(ArticleRevision.number, ArticleRevision.id)
    return fetch_page(session, query, order, lambda row: (row.number, row.id), cursor)


def writers_since_publication(session: Session, article: Article) -> frozenset[int]:
    """Who saved a revision that readers have not seen yet, and so cannot review it."""
    since = 0 if article.published is None else article.published.number
    return frozenset(
        session.scalars(
            select(ArticleRevision.author_id)
            .where(ArticleRevision.article_id == article.id, ArticleRevision.number > since)
            .distinct()
        )
    )


def open_review(session: Session, article: Article) -> Review | None:
    """The review somebody asked for and nobody has decided."""
    return session.scalar(
        select(Review)
        .where(Review.article_id == article.id, Review.decided_at.is_(None))
        .options(joinedload(Review.asked_by))
    )


def list_reviews(session: Session, article: Article) -> Sequence[Review]:
    """The latest few, newest first."""
    return session.scalars(
        select(Review)
        .where(Review.article_id == article.id)
        .options(joinedload(Review.asked_by), joinedload(Review.reviewer), joinedload(Review.revision))
        .order_by(Review.asked_at.desc(), Review.id.desc())
        .limit(PAGE_SIZE)
    ).all()


def returned_with(session: Session, article: Article) -> Review | None:
    """The review that made it the draft it is, until a review is asked for again."""
    if article.state != DRAFT:
        return None
    last = session.scalar(
        select(Review)
        .where(Review.article_id == article.id, Review.decided_at.is_not(None))
        .options(joinedload(Review.reviewer))
        .order_by(Review.decided_at.desc(), Review.id.desc())
        .limit(1)
    )
    return last if last is not None and last.outcome == RETURN else None


def list_credits(session: Session, article: Article) -> Sequence[Credit]:
    """Whose work it rests on: those who answered before those who asked."""
    return session.scalars(
        select(Credit)
        .where(Credit.article_id == article.id)
        .options(joinedload(Credit.user))
        .order_by(Credit.part, Credit.user_id)
    ).all()


def questions_of(session: Session, reader: Reader, article: Article) -> Sequence[Question]:
    """The questions it answers, as far as the reader may see them."""
    return session.scalars(
        visible_questions(reader)
        .join(ArticleQuestion, ArticleQuestion.question_id == Question.id)
        .where(ArticleQuestion.article_id == article.id)
        .order_by(ArticleQuestion.at, Question.id)
    ).all()


def source_text_as_checked(session: Session, article: Article) -> str | None:
    """The source answer as the text was last checked against it, or None where that is no longer kept."""
    return session.scalar(
        select(Revision.text)
        .where(Revision.answer_id == article.source_answer_id)
        .where(Revision.number == article.source_version, Revision.redacted_at.is_(None))
    )


# -- lists


def list_live(session: Session, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Article]:
    """What everybody can read, newest first."""
    query = select(Article).where(IS_LIVE).options(joinedload(Article.published))
    order = Order(Article.published_at, Article.id)
    return fetch_page(session, query, order, lambda row: (row.published_at, row.id), cursor, size)


def list_articles_about(session: Session, tag: Tag) -> Sequence[Article]:
    """Live articles that answer a question about a topic, the most read first."""
    about = (
        select(ArticleQuestion.article_id)
        .join(question_tags, question_tags.c.question_id == ArticleQuestion.question_id)
        .where(question_tags.c.tag_id == tag.id)
    )
    return session.scalars(
        select(Article)
        .where(IS_LIVE, Article.id.in_(about))
        .options(joinedload(Article.published))
        .order_by(Article.view_count.desc(), Article.id.desc())
        .limit(MOST_READ)
    ).all()


def list_most_read(session: Session, language: str) -> Sequence[Article]:
    """Those in the reader's language first."""
    return session.scalars(
        select(Article)
        .join(Article.published)
        .where(IS_LIVE, Article.view_count > 0)
        .options(contains_eager(Article.published))
        .order_by((ArticleRevision.language == language).desc(), Article.view_count.desc(), Article.id.desc())
        .limit(MOST_READ)
    ).all()


def list_articles(
    session: Session, reader: Reader, state: str, now: datetime, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Article]:
    """Those in one state, the latest touched first; published ones are open to all, the others for editors and staff.

    `ASKS` lists live articles that ask for a review, the most read first.
    """
    if state != PUBLISHED:
        require(rules.may_see_drafts(reader))
    query = select(Article).options(joinedload(Article.published))
    if state == ASKS:
        query = query.where(asks_for_review(now))
        order = Order(Article.view_count, Article.id)
        return fetch_page(session, query, order, lambda row: (row.view_count, row.id), cursor, size)
    if state == PUBLISHED:
        return list_live(session, cursor, size)
    order = Order(Article.active_at, Article.id)
    return fetch_page(
        session, query.where(Article.state == state), order, lambda row: (row.active_at, row.id), cursor, size
    )


def count_by_state(session: Session, now: datetime) -> dict[str, int]:
    """How many articles each of an editor's lists holds."""
    counts = dict.fromkeys((DRAFT, IN_REVIEW, ARCHIVED, ASKS), 0)
    for state, number in session.execute(select(Article.state, func.count()).group_by(Article.state)):
        counts[state] = number
    counts[ASKS] = session.scalar(select(func.count()).select_from(Article).where(asks_for_review(now))) or 0
    counts[PUBLISHED] = session.scalar(select(func.count()).select_from(Article).where(IS_LIVE)) or 0
    return counts


# -- what could become an article


@dataclass(frozen=True)
class Candidate:
    """An accepted answer without an article, and what speaks for it."""

    answer: Answer
    duplicates: int
    worth: int


def list_candidates(
    session: Session, reader: Reader, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Candidate]:
    """Accepted answers that everybody can read and no article answers yet, those that help most first."""
    require(rules.may_write(reader))
    duplicates = (
        select(func.count())
        .select_from(QuestionLink)
        .where(QuestionLink.target_id == Question.id, QuestionLink.kind == "duplicate")
        .correlate(Question)
        .scalar_subquery()
    )
    worth = Answer.score * ANSWER_VOTE + Question.score * QUESTION_VOTE + Question.view_count + duplicates * DUPLICATE
    order = Order(worth, Answer.id)
    query = (
        select(Answer, duplicates, worth)
        .join(Question, Question.id == Answer.question_id)
        .options(contains_eager(Answer.question), joinedload(Answer.author))
        .where(Answer.accepted_at.is_not(None), Answer.deleted_at.is_(None), Answer.hidden_at.is_(None))
        .where(Question.deleted_at.is_(None), Question.hidden_at.is_(None))
        .where(~select(Article.id).where(Article.source_answer_id == Answer.id).exists())
        .where(~select(ArticleQuestion.article_id).where(ArticleQuestion.question_id == Question.id).exists())
        .order_by(*order.clauses())
        .limit(size + 1)
    )
    if cursor:
        value, row_id = read_cursor(cursor)
        if not isinstance(value, int):
            raise Invalid({"cursor": DAMAGED})
        query = query.where(order.after(value, row_id))
    rows = session.execute(query).all()
    found = [Candidate(*row) for row in rows[:size]]
    return Page(found, write_cursor(found[-1].worth, found[-1].answer.id) if len(rows) > size else None)


# -- the beginning of a draft


@dataclass(frozen=True)
class Draft:
    """What a promoted answer's article begins with, and which version of the answer that was."""

    title: str
    text: str
    language: str
    source_version: int


def compose_draft(answer: Answer, language: str) -> Draft:
    """The question's words as the problem, the answer's as the solution; the solution alone where both do not fit.

    `language` is meant for a question whose own is not known.
    """
    question = answer.question
    spoken = question.language or language
    problem, solution = translate(say("The problem"), spoken), translate(say("The solution"), spoken)
    both = f"## {problem}\n\n{question.text}\n\n## {solution}\n\n{answer.text}"
    return Draft(question.title, both if len(both) <= TEXT_LENGTH else answer.text, spoken, answer.version)
