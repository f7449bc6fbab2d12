"""What a program gets, each field with its kind; the reference is made from these."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from forum.api.shapes import ArticleState, FlagReason, State, Status, Tier


class Given(BaseModel):
    """Something we answer; every field is always there."""

    model_config = ConfigDict(extra="forbid")


class Person(Given):
    id: int
    name: str
    url: str


class Me(Given):
    id: int
    name: str
    email: str | None
    language: str
    roles: list[str]
    rights: list[str]
    standing: int
    scopes: list[str]
    url: str


class QuestionRow(Given):
    id: int
    url: str
    title: str
    excerpt: str
    state: State
    product: str | None
    tags: list[str]
    asker: Person
    score: int
    answer_count: int
    me_too_count: int
    view_count: int
    language: str
    created_at: datetime
    active_at: datetime


class Comment(Given):
    id: int
    question_id: int
    answer_id: int | None
    url: str
    text: str
    html: str
    author: Person
    is_hidden: bool
    is_deleted: bool
    created_at: datetime
    edited_at: datetime | None


class Answer(Given):
    id: int
    question_id: int
    url: str
    text: str
    html: str
    author: Person
    score: int
    up_count: int
    down_count: int
    is_accepted: bool
    accepted_at: datetime | None
    is_hidden: bool
    is_deleted: bool
    version: int
    created_at: datetime
    edited_at: datetime | None
    origin_url: str | None
    origin_license: str | None


class AnswerWithComments(Answer):
    comments: list[Comment]


class Product(Given):
    slug: str
    url: str
    names: dict[str, str]
    descriptions: dict[str, str]
    is_archived: bool


class QuestionNamed(Given):
    id: int
    title: str
    url: str


class Question(QuestionRow):
    text: str
    html: str
    up_count: int
    down_count: int
    is_hidden: bool
    is_deleted: bool
    closed_why: str | None
    #: Closed because these asked the same before.
    duplicate_of: list[QuestionNamed]
    version: int
    edited_at: datetime | None
    origin_url: str | None
    origin_license: str | None


class QuestionWithAnswers(Question):
    answers: list[AnswerWithComments]
    comments: list[Comment]


class Vote(Given):
    value: Literal[-1, 0, 1]
    score: int
    up_count: int
    down_count: int


class MyPart(Given):
    me_too: bool
    me_too_count: int
    is_following: bool


class Hit(Given):
    kind: Literal["question", "article"]
    id: int
    url: str
    title: str
    passage: str
    score: float
    state: str
    created_at: datetime


class ArticleRow(Given):
    id: int
    url: str
    title: str
    state: ArticleState
    is_live: bool
    language: str
    version: int
    source_answer_id: int | None
    created_at: datetime
    published_at: datetime | None
    checked_at: datetime | None


class Article(ArticleRow):
    revision: int
    text: str
    html: str
    question_ids: list[int]


class ContactPoint(Given):
    id: int
    kind: Literal["email", "phone"]
    value: str
    label: Literal["", "home", "work", "mobile"]
    is_verified: bool


class ExternalIdRow(Given):
    system: str
    value: str


class Contact(Given):
    id: int
    url: str
    name: str
    company: str
    tier: Tier
    zone: str
    language: str
    user: Person | None
    points: list[ContactPoint]
    external_ids: list[ExternalIdRow]
    version: int
    created_at: datetime
    edited_at: datetime | None


class TimelineEntry(Given):
    id: int
    kind: str
    cause_kind: str
    cause_id: int
    actor_id: int | None
    at: datetime
    details: dict[str, Any]


class ContactName(Given):
    id: int
    name: str
    url: str


class TicketRow(Given):
    id: int
    url: str
    subject: str
    status: Status
    channel: str
    contact: ContactName | None
    assignee: Person | None
    question_id: int | None
    version: int
    opened_at: datetime
    active_at: datetime
    resolved_at: datetime | None


class TicketMessage(Given):
    id: int
    kind: Literal["customer", "agent", "note"]
    author: Person | None
    text: str
    html: str
    at: datetime


class Link(Given):
    id: int
    ticket_id: int
    answer_id: int | None
    article_id: int | None
    question_id: int | None
    why: str
    linked_by: Person
    linked_at: datetime


class Ticket(TicketRow):
    messages: list[TicketMessage]
    links: list[Link]


class Flag(Given):
    id: int
    question_id: int
    answer_id: int | None
    comment_id: int | None
    reason: FlagReason
    words: str
    state: Literal["open", "decided", "withdrawn"]
    #: What a moderator decided, once decided.
    decision: Literal["keep", "hide", "delete", "mend", "close"] | None
    why: str
    at: datetime
    decided_at: datetime | None


class FlagSeen(Given):
    """A flag as moderators see it; nobody else learns who raised it."""

    id: int
    reason: FlagReason
    words: str
    flagger: Person
    at: datetime


class ReviewItem(Given):
    id: int
    url: str
    state: Literal["open", "mending", "decided", "dropped"]
    kind: Literal["question", "answer", "comment"]
    question_id: int
    question_title: str
    target_id: int
    text: str
    html: str
    author: Person
    is_hidden: bool
    is_deleted: bool
    is_edited_since: bool
    flag_count: int
    flags: list[FlagSeen]
    claimed_by: Person | None
    claimed_until: datetime | None
    decision: Literal["keep", "hide", "delete", "mend", "close"] | None
    why: str
    version: int
    flagged_at: datetime


class Problem(Given):
    """RFC 9457."""

    title: str
    status: int
    detail: str
    errors: dict[str, str] | None = None
    request_id: str | None = None
