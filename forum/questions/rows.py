"""What pages show of questions, answers and comments: small rows, read without the bookkeeping that changing them needs.

They bear the names of the models, so that rules and templates need not know which of the two they are asked about.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Text, bindparam, cast, func, select

from forum.accounts.models import STAFF_ROLES, Reader, User
from forum.base.statements import Raw, moment_of, names_of
from forum.questions.models import Answer, Comment, Product, Question, Tag, name_in, question_tags, slug_of

#: The bare tables: what is selected from them comes as plain rows.
USERS, QUESTIONS, ANSWERS = User.__table__, Question.__table__, Answer.__table__
COMMENTS, TAGS, PRODUCTS = Comment.__table__, Tag.__table__, Product.__table__


class Author(NamedTuple):
    """Whoever asked or wrote, as everybody may know them."""

    id: int
    name: str
    roles: frozenset[str]

    @property
    def is_staff(self) -> bool:
        return not STAFF_ROLES.isdisjoint(self.roles)


# Not frozen: there are fifty on a page, and freezing would make each three times as dear.
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
class ProductRow:
    """What a question is about."""

    slug: str
    names: Mapping[str, str]

    def name_in(self, language: str) -> str:
        return name_in(self.names, language, self.slug)


@dataclass(slots=True, eq=False)
class QuestionRow(WrittenRow):
    """What a question shows wherever it stands."""

    title: str
    excerpt: str
    language: str
    state: str
    score: int
    answer_count: int
    too_count: int
    closed_at: datetime | None
    product: ProductRow | None
    #: The names of its topics, in the order of the alphabet.
    tag_names: tuple[str, ...]

    @property
    def asker(self) -> Author:
        return self.author

    @property
    def asker_id(self) -> int:
        return self.author.id

    @property
    def slug(self) -> str:
        return slug_of(self.title)

    @property
    def question_is_public(self) -> bool:
        return self.is_public


@dataclass(slots=True, eq=False)
class ListedRow(QuestionRow):
    """A question in a list."""

    active_at: datetime
    view_count: int


class QuestionAbove(NamedTuple):
    """All that is asked of a question about what stands under it."""

    asker_id: int
    is_public: bool
    closed_at: datetime | None


@dataclass(slots=True, eq=False)
class QuestionPageRow(QuestionRow):
    """A question on its own page."""

    html: str
    closed_why: str | None
    origin_url: str | None
    origin_license: str | None

    @property
    def above(self) -> QuestionAbove:
        return QuestionAbove(self.author.id, self.is_public, self.closed_at)


@dataclass(slots=True, eq=False)
class AnswerRow(WrittenRow):
    """An answer under its question."""

    question: QuestionAbove
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

    html: str
    answer_id: int | None


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


class Onlooker(NamedTuple):
    """As much of a reader as rules look at: equal for all whom they tell the same."""

    #: None for visitors, and STRANGER for who neither wrote nor deleted anything that is asked about.
    id: int | None
    is_signed_in: bool
    is_staff: bool
    is_moderator: bool

    @classmethod
    def of(cls, reader: Reader, is_concerned: bool) -> "Onlooker":
        known = reader.id if is_concerned or not reader.is_signed_in else STRANGER
        return cls(known, reader.is_signed_in, reader.is_staff, reader.is_moderator)


#: Nobody's id.
STRANGER = 0


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


#: Where these stand in every row.
AUTHOR_ID, HIDDEN_AT, DELETED_BY_ID = 1, 6, 9
AUTHOR = slice(1, 4)
#: How many they are.
WRITTEN_WIDTH = len(written_columns(QUESTIONS))

_OF_QUESTIONS = ("title", "excerpt", "language", "state", "score", "answer_count", "too_count", "closed_at")

#: The columns of `QuestionRow`.
QUESTION_COLUMNS = (
    *written_columns(QUESTIONS),
    *(QUESTIONS.c[name] for name in _OF_QUESTIONS),
    PRODUCTS.c.slug,
    # As text, which can be compared and is read once.
    cast(PRODUCTS.c.names, Text).label("product_names"),
    _TAG_NAMES,
)
QUESTION_WIDTH = len(QUESTION_COLUMNS)

QUESTIONS_WITH_ASKERS = QUESTIONS.join(USERS, USERS.c.id == QUESTIONS.c.asker_id).outerjoin(
    PRODUCTS, PRODUCTS.c.id == QUESTIONS.c.product_id
)

#: All that lists show of questions; `listed_row` makes an item of what it brings.
LISTED = select(*QUESTION_COLUMNS, QUESTIONS.c.active_at, QUESTIONS.c.view_count).select_from(QUESTIONS_WITH_ASKERS)


@lru_cache(maxsize=1024)
def _product(slug: str | None, names: str | None) -> ProductRow | None:
    return ProductRow(slug, json.loads(names or "{}")) if slug is not None else None


def listed_row(row: Sequence[Any]) -> ListedRow:
    """A row of `LISTED`."""
    row_id, author_id, name, roles, *fields, slug, names, tag_names, active_at, view_count = row
    written = row_id, Author(author_id, name, roles), *fields
    return ListedRow(*(*written, _product(slug, names), _lines(tag_names), active_at, view_count))


def _lines(names: str | None) -> tuple[str, ...]:
    return tuple(sorted(names.split("\n"))) if names else ()


# -- rows as the driver gives them


def author_of(raw: Raw) -> Author:
    """What stands at `AUTHOR`."""
    author_id, name, roles = raw
    return Author(author_id, name, names_of(roles))


def _written(raw: Raw) -> tuple[Any, ...]:
    row_id, author_id, name, roles, created_at, edited_at, hidden_at, hidden_why, deleted_at, deleted_by_id = raw
    times = moment_of(created_at), moment_of(edited_at), moment_of(hidden_at)
    return row_id, author_of((author_id, name, roles)), *times, hidden_why, moment_of(deleted_at), deleted_by_id


def question_page_row(raw: Raw) -> QuestionPageRow:
    """A row of `QUESTION_COLUMNS` with what its own page shows beside."""
    *fields, closed_at, slug, names, tag_names = raw[WRITTEN_WIDTH:QUESTION_WIDTH]
    known = *_written(raw[:WRITTEN_WIDTH]), *fields, moment_of(closed_at)
    return QuestionPageRow(*(*known, _product(slug, names), _lines(tag_names), *raw[QUESTION_WIDTH:]))


def answer_row(raw: Raw, question: QuestionAbove) -> AnswerRow:
    """What `written_columns` and the columns of answers bring."""
    html, language, score, accepted_at, *origin = raw[WRITTEN_WIDTH:]
    own = question, html, language, score, moment_of(accepted_at)
    return AnswerRow(*(*_written(raw[:WRITTEN_WIDTH]), *own, *origin))


def comment_row(raw: Raw) -> CommentRow:
    """What `written_columns` and the columns of comments bring."""
    return CommentRow(*_written(raw[:WRITTEN_WIDTH]), *raw[WRITTEN_WIDTH:])
