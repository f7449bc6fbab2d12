"""The company's knowledge base: articles that remember where they come from and who vouched for them."""

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import User
from forum.base.db import Id, Model, Moment, OptionalMoment
from forum.base.slugs import slugify
from forum.questions.models import Answer, Question

DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED = "draft", "in_review", "published", "archived"
STATES = (DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED)

#: What became of a review; withdrawn: the text was edited, or the article put away, before anybody decided.
APPROVE, RETURN, WITHDRAWN = "approve", "return", "withdrawn"

#: What a source answer can look like to whoever checks an article against it.
ACCEPTED, UNACCEPTED, HIDDEN, DELETED = "accepted", "unaccepted", "hidden", "deleted"

#: The parts people have in an article.
ASKED, ANSWERED = "asked", "answered"

TITLE_SHORTEST, TITLE_LENGTH = 5, 200
TEXT_LENGTH = 30_000
WHY_LENGTH = 300
COMMENT_LENGTH = 2_000

#: Addresses below an article's own that are no titles.
TAKEN_SLUGS = frozenset(("edit", "revisions", "review", "state", "questions", "doubt"))


class Article(Model):
    """A page of the knowledge base.

    `state` is where the newest revision stands. What customers read is `published`, which stays as it is
    while a newer revision is written and reviewed.
    """

    __tablename__ = "articles"
    __table_args__ = (
        Index("ix_articles_state", "state", "active_at", "id"),
        Index("ix_articles_published", "published_at", "id"),
        Index("ix_articles_views", "view_count", "id"),
    )

    id: Mapped[Id]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    #: The language of what is published, or of the newest revision while nothing is.
    language: Mapped[str] = mapped_column(String(8), default="it")
    #: The newest saved title, shown to editors; readers see the published revision's.
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    #: The number of the newest revision; an edit names the one it began from.
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    active_at: Mapped[Moment]
    #: When it was first published.
    published_at: Mapped[OptionalMoment]
    #: When an editor who did not write it last said that it is right.
    checked_at: Mapped[OptionalMoment]
    archived_at: Mapped[OptionalMoment]
    creator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: An answer is promoted once; the second attempt is sent to what the first one made.
    source_answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), unique=True)
    #: The source answer's version and state that the text was last checked against.
    source_version: Mapped[int | None]
    source_state: Mapped[str | None] = mapped_column(String(12))
    #: In somebody's words why this should be looked at again; changes of the source are worked out when read.
    review_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))
    #: When it first asked for a review, for whatever reason; nothing is decided by it.
    review_since: Mapped[OptionalMoment]
    #: When somebody should look at it again even if nothing happens.
    review_due_at: Mapped[OptionalMoment]
    view_count: Mapped[int] = mapped_column(default=0)
    published_id: Mapped[int | None] = mapped_column(
        ForeignKey("article_revisions.id", use_alter=True, name="fk_articles_published_id")
    )

    creator: Mapped[User] = relationship()
    source_answer: Mapped[Answer | None] = relationship()
    published: Mapped["ArticleRevision | None"] = relationship(foreign_keys=[published_id], post_update=True)

    @property
    def public_title(self) -> str:
        """The published title; the newest one only where nothing is published, so that no draft shows in a link."""
        return self.title if self.published is None else self.published.title

    @property
    def slug(self) -> str:
        return slug_of(self.public_title)

    @property
    def is_live(self) -> bool:
        """Whether customers can read it."""
        return self.published_id is not None and self.archived_at is None


def slug_of(title: str) -> str:
    """The words of the address of an article with this title."""
    slug = slugify(title)
    return f"{slug}-" if slug in TAKEN_SLUGS else slug


class ArticleRevision(Model):
    """One saved state of an article."""

    __tablename__ = "article_revisions"
    __table_args__ = (UniqueConstraint("article_id", "number"),)

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    html_version: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    at: Mapped[Moment]
    #: When its words were taken away for good, and why; title, text and HTML are empty since.
    redacted_at: Mapped[OptionalMoment]
    redacted_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))

    article: Mapped[Article] = relationship(foreign_keys=[article_id])
    author: Mapped[User] = relationship()

    @property
    def is_redacted(self) -> bool:
        return self.redacted_at is not None


class Review(Model):
    """An editor's look at a revision: asked for, then approved or returned with a comment."""

    __tablename__ = "article_reviews"
    __table_args__ = (
        Index("ix_article_reviews_article", "article_id", "asked_at"),
        Index(
            "uq_article_reviews_open",
            "article_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("article_revisions.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[Moment]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str | None] = mapped_column(String(10))
    comment: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[OptionalMoment]

    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
    reviewer: Mapped[User | None] = relationship(foreign_keys=[reviewer_id])
    revision: Mapped[ArticleRevision] = relationship()


class ArticleQuestion(Model):
    """A question that an article answers; an article may gather several."""

    __tablename__ = "article_questions"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True, index=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[Moment]

    article: Mapped[Article] = relationship()
    question: Mapped[Question] = relationship()


class Credit(Model):
    """Whose work an article rests on: who asked, who answered."""

    __tablename__ = "article_credits"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)

    user: Mapped[User] = relationship()
