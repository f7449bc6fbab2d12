"""What a program may send, each field with its kind; the reference is made from these."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from forum.accounts.mentions import find_mentioned
from forum.api.callers import reader
from forum.base.errors import Invalid
from forum.base.markup import Rendered, TooComplex, render
from forum.base.paging import CURSOR_LENGTH
from forum.base.parts import parts
from forum.base.requests import db
from forum.base.texts import LARGEST_ID, NOT_TEXT, Unclean, clean_line, clean_text
from forum.contacts import models as contacts
from forum.knowledge import models as knowledge
from forum.media.queries import find_shown
from forum.moderation import models as moderation
from forum.questions import models as questions
from forum.tickets import models as tickets
from search_index.contract import LONGEST_QUERY


def line(most: int) -> Any:
    """One line of text, cleaned."""

    def clean(value: str) -> str:
        refuse_nul(value)
        return clean_line(value, limit=most)

    return clean


def text(most: int) -> Any:
    """Text of several lines, cleaned."""

    def clean(value: str) -> str:
        refuse_nul(value)
        return clean_text(value, limit=most)

    return clean


def refuse_nul(value: str) -> None:
    """A person pastes such a thing without seeing it; a program that sends it is broken, and should hear it."""
    if "\x00" in value:
        raise Unclean(NOT_TEXT)


def length(most: int) -> Any:
    return Field(json_schema_extra={"maxLength": most})


Title = Annotated[str, AfterValidator(line(questions.TITLE_LENGTH)), length(questions.TITLE_LENGTH)]
Text = Annotated[str, AfterValidator(text(questions.TEXT_LENGTH)), length(questions.TEXT_LENGTH)]
CommentText = Annotated[str, AfterValidator(text(questions.COMMENT_LENGTH)), length(questions.COMMENT_LENGTH)]
Why = Annotated[str, AfterValidator(line(questions.WHY_LENGTH)), length(questions.WHY_LENGTH)]
ProductSlug = Annotated[str, AfterValidator(line(questions.PRODUCT_LENGTH)), length(questions.PRODUCT_LENGTH)]
TagName = Annotated[str, AfterValidator(line(2 * questions.TAG_LENGTH)), length(questions.TAG_LENGTH)]
Name = Annotated[str, AfterValidator(line(contacts.NAME_LENGTH)), length(contacts.NAME_LENGTH)]
Company = Annotated[str, AfterValidator(line(contacts.COMPANY_LENGTH)), length(contacts.COMPANY_LENGTH)]
Zone = Annotated[str, AfterValidator(line(contacts.ZONE_LENGTH)), length(contacts.ZONE_LENGTH)]
Language = Annotated[str, AfterValidator(line(8)), length(8)]
Point = Annotated[str, AfterValidator(line(contacts.POINT_LENGTH)), length(contacts.POINT_LENGTH)]
ExternalId = Annotated[str, AfterValidator(line(contacts.EXTERNAL_ID_LENGTH)), length(contacts.EXTERNAL_ID_LENGTH)]
Subject = Annotated[str, AfterValidator(line(tickets.SUBJECT_LENGTH)), length(tickets.SUBJECT_LENGTH)]
ReviewComment = Annotated[str, AfterValidator(text(knowledge.COMMENT_LENGTH)), length(knowledge.COMMENT_LENGTH)]
FlagWords = Annotated[str, AfterValidator(line(moderation.WORDS_LENGTH)), length(moderation.WORDS_LENGTH)]
Words = Annotated[str, AfterValidator(line(LONGEST_QUERY)), length(LONGEST_QUERY)]
Cursor = Annotated[str, AfterValidator(line(CURSOR_LENGTH)), length(CURSOR_LENGTH)]
RowId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Tier = Literal["basic", "plus", "top"]
Status = Literal["new", "open", "pending", "resolved", "closed"]
State = Literal["waiting", "answered", "solved", "closed"]
FlagReason = Literal["dangerous", "private", "rude", "spam", "wrong_place", "other"]
ArticleState = Literal["draft", "in_review", "published", "archived"]

#: Lists longer than these are no list of one contact's addresses, or of one question's topics.
MANY_POINTS, MANY_TAGS = 30, 20


class Asked(BaseModel):
    """Something that comes from outside: what is not named here is refused by name."""

    model_config = ConfigDict(extra="forbid")


class Written(Asked):
    """Something with a text, which is rendered while nobody waits for it."""

    _written: Rendered | None = PrivateAttr(default=None)

    @property
    def words(self) -> str | None:
        return getattr(self, "text", None)

    @property
    def maybe_written(self) -> Rendered | None:
        """The rendered text; None where none was sent."""
        return self._written

    @property
    def written(self) -> Rendered:
        """The rendered text of a shape that has to have one."""
        assert self._written is not None  # noqa: S101
        return self._written

    def prepare(self) -> None:
        if self.words is not None:
            self._written = rendered(self.words)


def rendered(words: str) -> Rendered:
    """The text with its HTML; raises Invalid for one that would cost too much."""
    try:
        return render(
            words,
            site=parts().settings.base_url,
            mentions=lambda names: find_mentioned(db(), names),
            pictures=lambda numbers: find_shown(db(), reader(), numbers),
        )
    except TooComplex as too_complex:
        raise Invalid({"text": too_complex.reason}) from too_complex


class Slice(Asked):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 25
    cursor: Cursor | None = None


class Nothing(Asked):
    """All is said by the address."""


class NewQuestion(Written):
    title: Title
    text: Text
    product: ProductSlug | None = None
    tags: Annotated[list[TagName], Field(max_length=MANY_TAGS)] = []


class QuestionChange(Written):
    title: Title | None = None
    text: Text | None = None
    product: ProductSlug | None = None
    tags: Annotated[list[TagName], Field(max_length=MANY_TAGS)] | None = None
    why: Why = ""


class NewAnswer(Written):
    text: Text


class AnswerChange(Written):
    text: Text
    why: Why = ""


class NewComment(Written):
    text: CommentText


class VoteChange(Asked):
    value: Annotated[int, Field(ge=-1, le=1)]


class QuestionSlice(Slice):
    sort: Literal["new", "active", "waiting", "solved"] = "new"
    tag: TagName = ""
    product: ProductSlug = ""
    state: State | None = None


class SearchQuery(Slice):
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    q: Words = ""
    kind: Literal["question", "article"] | None = None
    tag: TagName = ""
    product: ProductSlug = ""
    state: State | None = None
    sort: Literal["relevance", "newest", "score"] = "relevance"


class SimilarQuery(Asked):
    limit: Annotated[int, Field(ge=1, le=20)] = 5
    title: Words = ""
    text: Text = ""


class Promotion(Written):
    title: Title | None = None
    text: Text | None = None


class ArticleSlice(Slice):
    state: ArticleState = "published"


class ArticleVersion(Asked):
    version: Literal["published", "newest"] = "published"


class ArticleChange(Written):
    title: Title | None = None
    text: Text | None = None
    language: Language | None = None
    why: Why = ""


class StateChange(Asked):
    state: ArticleState
    why: Why = ""


class ReviewDecision(Asked):
    outcome: Literal["approve", "return"]
    comment: ReviewComment = ""


class NewFlag(Asked):
    question_id: RowId | None = None
    answer_id: RowId | None = None
    comment_id: RowId | None = None
    reason: FlagReason
    words: FlagWords = ""


class ReviewSlice(Slice):
    #: Waiting for a moderator, or for its author to mend it.
    state: Literal["open", "mending"] = "open"


class Decision(Asked):
    decision: Literal["keep", "hide", "delete", "mend", "close"]
    why: Why = ""


class ContactSlice(Slice):
    email: Point | None = None
    phone: Point | None = None
    external_id: ExternalId | None = None


class NewContact(Asked):
    name: Name
    company: Company = ""
    tier: Tier = "basic"
    zone: Zone = ""
    language: Language = ""
    emails: Annotated[list[Point], Field(max_length=MANY_POINTS)] = []
    phones: Annotated[list[Point], Field(max_length=MANY_POINTS)] = []
    external_id: ExternalId | None = None


class ContactChange(Asked):
    name: Name | None = None
    company: Company | None = None
    tier: Tier | None = None
    zone: Zone | None = None
    language: Language | None = None
    emails: Annotated[list[Point], Field(max_length=MANY_POINTS)] | None = None
    phones: Annotated[list[Point], Field(max_length=MANY_POINTS)] | None = None
    external_id: ExternalId | None = None


class TicketSlice(Slice):
    status: Status | None = None
    assignee_id: RowId | None = None
    contact_id: RowId | None = None


class NewTicket(Written):
    contact_id: RowId | None = None
    subject: Subject | None = None
    text: Text | None = None
    question_id: RowId | None = None


class NewTicketMessage(Written):
    kind: Literal["customer", "agent", "note"]
    text: Text


class TicketChange(Asked):
    status: Status | None = None
    assignee_id: RowId | None = None


class NewLink(Asked):
    answer_id: RowId | None = None
    article_id: RowId | None = None
    question_id: RowId | None = None
    why: Why = ""
