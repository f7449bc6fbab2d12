"""What pages show of questions, answers and comments: small rows, read without the bookkeeping that changing them needs.

They bear the names of the models, so that rules and templates need not know which of the two they are asked about.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from forum.accounts.models import STAFF_ROLES, Reader, User
from forum.base.slugs import slugify
from forum.questions.models import Answer, Comment, Question, Tag, question_tags

#: The bare tables: what is selected from them comes as plain rows.
USERS, QUESTIONS, ANSWERS = User.__table__, Question.__table__, Answer.__table__
COMMENTS, TAGS = Comment.__table__, Tag.__table__


# Not frozen: there are fifty on a page, and freezing would make each three times as dear.
@dataclass(slots=True, eq=False)
class Author:
    """Whoever asked or wrote, as everybody may know them."""

    id: int
    name: str
    roles: frozenset[str]

    @property
    def is_staff(self) -> bool:
        return not STAFF_ROLES.isdisjoint(self.roles)


@dataclass(slots=True, eq=False)
class WrittenRow:
    """What every text of a person shows."""

    id: int
    author: Author
    created_at: datetime
    edited_at: datetime | None
    hidden_at: datetime | None
    hidden_why: str | None
    deleted_at: datetime | None
    deleted_by_id: int | None

    @property
    def author_id(self) -> int:
        return self.author.id

    @property
    def is_hidden(self) -> bool:
        return self.hidden_at is not None

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    @property
    def is_public(self) -> bool:
        return self.hidden_at is None and self.deleted_at is None


@dataclass(slots=True, eq=False)
class QuestionRow(WrittenRow):
    """A question in a list."""

    title: str
    excerpt: str
    language: str
    state: str
    score: int
    answer_count: int
    too_count: int
    view_count: int
    active_at: datetime
    closed_at: datetime | None
    #: The names of its topics, in the order of the alphabet.
    tag_names: Sequence[str]

    @property
    def asker(self) -> Author:
        return self.author

    @property
    def asker_id(self) -> int:
        return self.author.id

    @property
    def slug(self) -> str:
        return slugify(self.title)

    @property
    def question_is_public(self) -> bool:
        return self.is_public


@dataclass(slots=True, eq=False)
class QuestionPageRow(QuestionRow):
    """A question on its own page."""

    html: str
    closed_why: str | None
    origin_url: str | None
    origin_license: str | None


@dataclass(slots=True, eq=False)
class AnswerRow(WrittenRow):
    """An answer under its question."""

    question: QuestionRow
    html: str
    language: str
    score: int
    accepted_at: datetime | None
    origin_url: str | None
    origin_license: str | None

    @property
    def is_accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def question_is_public(self) -> bool:
        return self.question.is_public


@dataclass(slots=True, eq=False)
class CommentRow(WrittenRow):
    """A comment under a question, or under one of its answers."""

    answer_id: int | None
    html: str


@dataclass(frozen=True)
class Sight:
    """One of the three kinds of readers that statements are made for; asked the same as a Reader."""

    is_signed_in: bool
    is_moderator: bool

    @classmethod
    def of(cls, reader: Reader) -> "Sight":
        return cls(reader.is_signed_in, reader.is_moderator)

    @property
    def id(self) -> BindParameter[int]:
        return bindparam("reader_id")


# -- what is selected, in the order in which the rows take it

_AUTHOR = (USERS.c.id, USERS.c.name, USERS.c.roles)

#: One statement brings the topics along, a line for each; a name is one line.
_TAG_NAMES = (
    select(func.aggregate_strings(TAGS.c.name, "\n"))
    .select_from(question_tags.join(TAGS, TAGS.c.id == question_tags.c.tag_id))
    .where(question_tags.c.question_id == QUESTIONS.c.id)
    .scalar_subquery()
)


def written_columns(table: Any) -> tuple[Any, ...]:
    """The columns of `WrittenRow`."""
    own = ("id", "created_at", "edited_at", "hidden_at", "hidden_why", "deleted_at", "deleted_by_id")
    first, *rest = (table.c[name] for name in own)
    return first, *_AUTHOR, *rest


_IN_LISTS = (
    "title",
    "excerpt",
    "language",
    "state",
    "score",
    "answer_count",
    "too_count",
    "view_count",
    "active_at",
    "closed_at",
)

#: All that lists show of questions; `question_row` makes an item of what it brings.
LISTED = select(*written_columns(QUESTIONS), *(QUESTIONS.c[name] for name in _IN_LISTS), _TAG_NAMES).select_from(
    QUESTIONS.join(USERS, USERS.c.id == QUESTIONS.c.asker_id)
)


#: How many columns these begin with.
WRITTEN_WIDTH, LISTED_WIDTH = len(written_columns(QUESTIONS)), len(LISTED.selected_columns)


def written_fields(row: Sequence[Any]) -> tuple[Any, ...]:
    row_id, author_id, name, roles, *rest = row
    return row_id, Author(author_id, name, roles), *rest


def question_fields(row: Sequence[Any]) -> tuple[Any, ...]:
    *fields, tag_names = row
    return *written_fields(fields), sorted(tag_names.split("\n")) if tag_names else []


def question_row(row: Sequence[Any]) -> QuestionRow:
    """A row of `LISTED`."""
    return QuestionRow(*question_fields(row))
