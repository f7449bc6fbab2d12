"""What the demo community is made of: people, texts, and what happened to them, each with its time before now."""

from dataclasses import dataclass
from datetime import timedelta

#: The state of an article after a step that changes it.
_STATE_AFTER = {"submit": "in_review", "return": "draft", "approve": "published", "archive": "archived"}


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    email: str
    language: str
    roles: tuple[str, ...]
    rights: tuple[str, ...]
    joined: timedelta
    about: str
    sign_in: dict[str, str]
    #: Tags.
    follows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tag:
    name: str
    description: dict[str, str]


@dataclass(frozen=True)
class Product:
    """What a question can be about; one that is no longer offered has its `archived`."""

    key: str
    names: dict[str, str]
    descriptions: dict[str, str]
    archived: bool = False


@dataclass(frozen=True)
class Contact:
    key: str
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    company: str
    tier: str
    zone: str
    language: str
    external_ids: dict[str, str]


@dataclass(frozen=True)
class Edit:
    by: str
    at: timedelta
    why: str
    title: str | None
    text: str


@dataclass(frozen=True)
class Done:
    """What somebody did to a text without writing in it: its kind is the kind of the block."""

    kind: str
    by: str
    at: timedelta
    why: str
    #: The reason of a flag, the outcome of a decision.
    what: str = ""


@dataclass(frozen=True)
class Comment:
    """Its key is that of what it is written under, with its number there."""

    key: str
    by: str
    at: timedelta
    language: str
    text: str
    done: tuple[Done, ...]


@dataclass(frozen=True)
class Acceptance:
    by: str
    at: timedelta
    withdrawn_by: str | None
    withdrawn_at: timedelta | None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Answer:
    key: str
    by: str
    at: timedelta
    language: str
    text: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    acceptance: Acceptance | None
    comments: tuple[Comment, ...]
    edits: tuple[Edit, ...]
    done: tuple[Done, ...]


@dataclass(frozen=True)
class Question:
    key: str
    by: str
    at: timedelta
    language: str
    title: str
    text: str
    tags: tuple[str, ...]
    product: str
    views: int
    up: tuple[str, ...]
    down: tuple[str, ...]
    #: Who has it too, and who wants to be told.
    too: tuple[str, ...]
    followers: tuple[str, ...]
    comments: tuple[Comment, ...]
    edits: tuple[Edit, ...]
    done: tuple[Done, ...]
    answers: tuple[Answer, ...]

    @property
    def accepted(self) -> Answer | None:
        return next((each for each in self.answers if each.acceptance and each.acceptance.stands), None)


@dataclass(frozen=True)
class ArticleStep:
    """One of save, submit, return, approve, archive; `text` is the page saved or the reviewer's comment."""

    kind: str
    by: str
    at: timedelta
    why: str
    title: str | None
    text: str


@dataclass(frozen=True)
class Article:
    key: str
    by: str
    at: timedelta
    language: str
    title: str
    text: str
    source: str
    gathers: tuple[str, ...]
    views: int
    helpful: tuple[str, ...]
    unhelpful: tuple[str, ...]
    steps: tuple[ArticleStep, ...]

    @property
    def state(self) -> str:
        changes = [_STATE_AFTER[step.kind] for step in self.steps if step.kind in _STATE_AFTER]
        return changes[-1] if changes else "draft"


@dataclass(frozen=True)
class TicketStep:
    """One of message, status, link; `to` is the new status, or what is linked as `kind key`."""

    kind: str
    by: str
    at: timedelta
    to: str
    why: str
    text: str


@dataclass(frozen=True)
class Ticket:
    key: str
    subject: str
    requester: str
    at: timedelta
    assignee: str | None
    steps: tuple[TicketStep, ...]

    @property
    def status(self) -> str:
        changes = [step.to for step in self.steps if step.kind == "status"]
        return changes[-1] if changes else "new"


@dataclass(frozen=True)
class Draft:
    """A text somebody has begun and not sent; `on` is the question a draft of an answer is for."""

    by: str
    kind: str
    on: str
    at: timedelta
    title: str
    text: str
    tags: str


@dataclass(frozen=True)
class Search:
    """What people looked for, how often, and what became of it; `answer` is the question that an editor named."""

    words: str
    at: timedelta
    empty: int = 0
    shown: int = 0
    opened: int = 0
    again: int = 0
    rare: bool = False
    answer: str = ""
    aside: bool = False
    by: str = ""


@dataclass(frozen=True)
class Community:
    people: tuple[Person, ...]
    tags: tuple[Tag, ...]
    products: tuple[Product, ...]
    contacts: tuple[Contact, ...]
    questions: tuple[Question, ...]
    articles: tuple[Article, ...]
    tickets: tuple[Ticket, ...]
    drafts: tuple[Draft, ...]
    searches: tuple[Search, ...]
