"""A customer's problem, what others propose, and what they think of it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from forum.accounts.models import User
from forum.base.db import BigId, Id, Model, Moment, OptionalMoment
from forum.base.slugs import slugify

TITLE_SHORTEST, TITLE_LENGTH = 10, 200
TEXT_LENGTH = 30_000
COMMENT_LENGTH = 2_000
TAG_LENGTH = 35
MOST_TAGS = 5
PRODUCT_LENGTH = 60
WHY_LENGTH = 300
EXCERPT_LENGTH = 240

#: The states a question is shown in, and by which lists are made.
WAITING, ANSWERED, SOLVED, CLOSED = "waiting", "answered", "solved", "closed"

question_tags = Table(
    "question_tags",
    Model.metadata,
    Column("question_id", BigId, ForeignKey("questions.id"), primary_key=True),
    Column("tag_id", BigId, ForeignKey("tags.id"), primary_key=True),
    Index("ix_question_tags_tag", "tag_id", "question_id"),
)


class Written:
    """What every text of a person has: source, stored HTML, and whether it may be shown."""

    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    html_version: Mapped[int]
    created_at: Mapped[Moment]
    edited_at: Mapped[OptionalMoment]
    #: Counts the saved states; an edit names the one it began from.
    version: Mapped[int] = mapped_column(default=1)
    #: Taken from sight by a moderator, who may bring it back.
    hidden_at: Mapped[OptionalMoment]
    hidden_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))
    deleted_at: Mapped[OptionalMoment]

    @declared_attr
    def deleted_by_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("users.id"))

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_public(self) -> bool:
        return self.hidden_at is None and self.deleted_at is None


class Voted:
    """What can be voted on: votes given here are rows; votes from an import are only counts."""

    up_count: Mapped[int] = mapped_column(default=0)
    down_count: Mapped[int] = mapped_column(default=0)
    imported_up: Mapped[int] = mapped_column(default=0)
    imported_down: Mapped[int] = mapped_column(default=0)
    #: up + imported up - down - imported down, kept so that lists can be sorted by it.
    score: Mapped[int] = mapped_column(default=0)


class Imported:
    """Where a text from elsewhere stood, which its licence wants shown."""

    origin_url: Mapped[str | None] = mapped_column(String(500))
    origin_license: Mapped[str | None] = mapped_column(String(40))


class Tag(Model):
    """A topic."""

    __tablename__ = "tags"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(TAG_LENGTH), unique=True)
    #: Language -> sentence or two.
    descriptions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Questions that everybody may see.
    question_count: Mapped[int] = mapped_column(default=0, index=True)
    #: Set where this is only another word for a tag; that tag is then none itself.
    meant_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"), index=True)

    meant: Mapped["Tag | None"] = relationship(remote_side="Tag.id", back_populates="synonyms")
    synonyms: Mapped[list["Tag"]] = relationship(back_populates="meant", order_by="Tag.name", passive_deletes="all")


def name_in(names: Mapping[str, str], language: str, otherwise: str) -> str:
    """The name in this language, else in any, for one has been given."""
    return names.get(language) or next(iter(names.values()), otherwise)


class Product(Model):
    """One of the things the company sells, which a question can be about."""

    __tablename__ = "products"

    id: Mapped[Id]
    #: Its address and its name for `product:`; it never changes.
    slug: Mapped[str] = mapped_column(String(PRODUCT_LENGTH), unique=True)
    #: Language -> name; language -> sentence or two.
    names: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    descriptions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Smaller ones stand first.
    position: Mapped[int]
    #: No longer offered to those who ask; its questions keep it.
    archived_at: Mapped[OptionalMoment]
    version: Mapped[int] = mapped_column(default=1)

    def name_in(self, language: str) -> str:
        return name_in(self.names, language, self.slug)


#: What stands after a question's number and is a page of its own; a title that reads so gets a hyphen.
TAKEN_SLUGS = frozenset(
    [
        "answers",
        "close",
        "comments",
        "delete",
        "duplicates",
        "edit",
        "flag",
        "follow",
        "hide",
        "me-too",
        "reopen",
        "restore",
        "revisions",
        "still-need-help",
        "undelete",
        "vote",
    ]
)


def slug_of(title: str) -> str:
    """The words of the address of a question with this title."""
    slug = slugify(title)
    return f"{slug}-" if slug in TAKEN_SLUGS else slug


class Question(Written, Voted, Imported, Model):
    """A customer's problem."""

    __tablename__ = "questions"
    __table_args__ = (
        Index("ix_questions_new", "created_at", "id"),
        Index("ix_questions_active", "active_at", "id"),
        Index("ix_questions_state", "state", "created_at", "id"),
        Index("ix_questions_asker", "asker_id", "created_at"),
        Index("ix_questions_product", "product_id", "created_at", "id"),
    )

    id: Mapped[Id]
    asker_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    #: The beginning of the text in plain words, so that a list need not read the text.
    excerpt: Mapped[str] = mapped_column(String(EXCERPT_LENGTH), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    product_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    #: When somebody last asked, answered, commented, edited or accepted here.
    active_at: Mapped[Moment]
    answer_count: Mapped[int] = mapped_column(default=0)
    view_count: Mapped[int] = mapped_column(default=0)
    #: waiting, answered, solved or closed: kept by the actions that change it.
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    #: When the asker last said that what is there does not help; holds until somebody answers after it.
    needs_help_at: Mapped[OptionalMoment]
    #: How many others said that they have this too.
    too_count: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[OptionalMoment]
    closed_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))

    asker: Mapped[User] = relationship(foreign_keys="Question.asker_id")
    product: Mapped[Product | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=question_tags, order_by=Tag.name)

    @hybrid_property
    def is_solved(self) -> bool:
        return self.state == SOLVED

    @property
    def slug(self) -> str:
        return slug_of(self.title)

    @property
    def tag_names(self) -> list[str]:
        return sorted(tag.name for tag in self.tags)

    @property
    def question_is_public(self) -> bool:
        return self.is_public

    @property
    def author_id(self) -> int:
        return self.asker_id

    @property
    def author(self) -> User:
        return self.asker


class Answer(Written, Voted, Imported, Model):
    """A proposed solution."""

    __tablename__ = "answers"
    __table_args__ = (
        Index(
            "uq_answers_accepted",
            "question_id",
            unique=True,
            sqlite_where=text("accepted_at IS NOT NULL"),
            postgresql_where=text("accepted_at IS NOT NULL"),
        ),
        Index("ix_answers_question", "question_id", "created_at"),
        Index("ix_answers_author", "author_id", "created_at"),
    )

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    language: Mapped[str] = mapped_column(String(8), default="")
    accepted_at: Mapped[OptionalMoment]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    question: Mapped[Question] = relationship()
    author: Mapped[User] = relationship(foreign_keys="Answer.author_id")

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def question_is_public(self) -> bool:
        return self.question.is_public


class Comment(Written, Imported, Model):
    """A short remark on a question, or on one of its answers."""

    __tablename__ = "comments"
    __table_args__ = (Index("ix_comments_question", "question_id", "created_at"),)

    id: Mapped[Id]
    #: Always set, so that one query brings all comments of a page.
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    imported_score: Mapped[int] = mapped_column(default=0)

    question: Mapped[Question] = relationship()
    answer: Mapped[Answer | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys="Comment.author_id")


_ONE_POST = "(question_id IS NULL) <> (answer_id IS NULL)"


class Vote(Model):
    """What one person thinks of one question or answer: 1 helpful, -1 not."""

    __tablename__ = "votes"
    __table_args__ = (
        CheckConstraint(_ONE_POST, name="one_post"),
        CheckConstraint("value IN (-1, 1)", name="value"),
        UniqueConstraint("voter_id", "question_id", name="uq_votes_question"),
        UniqueConstraint("voter_id", "answer_id", name="uq_votes_answer"),
    )

    id: Mapped[Id]
    voter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"), index=True)
    value: Mapped[int]
    at: Mapped[Moment]


class Revision(Model):
    """One saved state of a question or an answer; the first is what was posted."""

    __tablename__ = "revisions"
    __table_args__ = (
        CheckConstraint(_ONE_POST, name="one_post"),
        UniqueConstraint("question_id", "number", name="uq_revisions_question"),
        UniqueConstraint("answer_id", "number", name="uq_revisions_answer"),
    )

    id: Mapped[Id]
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str | None] = mapped_column(String(TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    tags: Mapped[list[str] | None] = mapped_column(JSON)
    #: The slug of a question's product then.
    product: Mapped[str | None] = mapped_column(String(PRODUCT_LENGTH))
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    at: Mapped[Moment]
    #: When a moderator took its words away for good, and why; title and text are empty since.
    redacted_at: Mapped[OptionalMoment]
    redacted_why: Mapped[str | None] = mapped_column(String(WHY_LENGTH))

    author: Mapped[User] = relationship()

    @property
    def is_redacted(self) -> bool:
        return self.redacted_at is not None


class MeToo(Model):
    """Somebody else has the same problem; said once a person."""

    __tablename__ = "me_toos"

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    at: Mapped[Moment]


class Follow(Model):
    """Somebody wants to hear what happens to one question, or about one topic."""

    __tablename__ = "follows"
    __table_args__ = (
        CheckConstraint("(question_id IS NULL) <> (tag_id IS NULL)", name="one_thing"),
        UniqueConstraint("user_id", "question_id", name="uq_follows_question"),
        UniqueConstraint("user_id", "tag_id", name="uq_follows_tag"),
    )

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), index=True)
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"), index=True)
    #: Came with "I have this too" and goes with it.
    is_implied: Mapped[bool] = mapped_column(default=False)
    at: Mapped[Moment]


#: How one question is tied to another: the same, named by somebody, found alike by the search.
DUPLICATE, RELATED, SIMILAR = "duplicate", "related", "similar"


class QuestionLink(Model):
    """One question is tied to another."""

    __tablename__ = "question_links"
    __table_args__ = (UniqueConstraint("source_id", "target_id", "kind"),)

    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[Moment]


class OldAddress(Model):
    """A path under which a question or answer was known before; redirects for good."""

    __tablename__ = "old_addresses"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))


#: What people can write, and what can be voted on.
Post = Question | Answer | Comment
Votable = Question | Answer
