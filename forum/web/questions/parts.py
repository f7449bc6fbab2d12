"""The parts of a question's own page as facts, which they are found by, and as what is drawn of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from markupsafe import Markup

from forum.accounts.models import Reader
from forum.base.markup import opening
from forum.base.statements import Raw
from forum.base.words import Sentence, say
from forum.drafts.models import Draft
from forum.knowledge.queries import ArticleLink
from forum.questions import rules
from forum.questions.reading import Discussion
from forum.questions.rows import (
    AnswerRow,
    Author,
    Onlooker,
    QuestionPageRow,
    answer_row,
    author_of,
    question_page_row,
)
from forum.questions.topics import Related
from forum.web.forms import form_from
from forum.web.questions.addresses import place, question_place, question_url
from forum.web.questions.forms import AnswerForm
from forum.web.questions.shown import (
    AnswerFacts,
    Ballot,
    CommentsFacts,
    QuestionShown,
    Tools,
    show_question,
    show_tools,
)

# Nothing here is changed once it is made; see `shown`.


#: How the answers can be put in order: the name in the address, and the word.
ORDERS = {
    "": say("Best first"),
    "score": say("By votes"),
    "newest": say("Newest first"),
    "oldest": say("Oldest first"),
}

#: With fewer there is nothing to put in order.
FEWEST_TO_ORDER = 2


@dataclass(slots=True, eq=False)
class AnswersShown:
    answer_count: int
    orders: Sequence[tuple[Sentence, str, bool]]
    items: Sequence[AnswerFacts]
    may_answer: bool


class AnswersFacts(NamedTuple):
    """What makes all the answers to a question what they are."""

    question_url: str
    answer_count: int
    order: str
    may_answer: bool
    answers: tuple[AnswerFacts, ...]

    def shown(self) -> AnswersShown:
        orders = [
            (label, f"{self.question_url}{f'?answers={name}' if name else ''}#answers-title", name == self.order)
            for name, label in ORDERS.items()
        ]
        is_ordered = len(self.answers) >= FEWEST_TO_ORDER
        return AnswersShown(self.answer_count, orders if is_ordered else (), self.answers, self.may_answer)


def facts_of_answers(discussion: Discussion, who: Onlooker, order: str, may_answer: bool) -> AnswersFacts:
    """The answers as they are for a reader."""
    question, votes = discussion.question, discussion.mine.answer_votes
    above = question.above
    comments = {row_id: tuple(raws) for row_id, raws in discussion.comments.items()}
    answers = [
        AnswerFacts(who, above, raw, votes.get(raw[0], 0), comments.get(raw[0], ())) for raw in discussion.answers
    ]
    return AnswersFacts(question_url(question), question.answer_count, order, may_answer, tuple(answers))


@dataclass(slots=True, eq=False)
class AskedShown:
    """A question on its own page, with what was remarked about it."""

    question: QuestionShown
    row: QuestionPageRow
    ballot: Ballot
    tools: Tools
    me_too_url: str | None
    has_me_too: bool
    follow_url: str | None
    is_following: bool
    help_url: str | None
    is_asked_to_mend: bool
    accepted: AnswerRow | None
    #: The beginning of it.
    accepted_text: str
    article: ArticleLink | None
    #: What asked the same before, where this is closed, and where it stands.
    originals: Sequence[tuple[Related, str]]
    comments: CommentsFacts
    is_for_visitor: bool


class AskedFacts(NamedTuple):
    """What makes the question on its own page what it is."""

    who: Onlooker
    question: Raw
    vote: int
    has_me_too: bool
    is_following: bool
    is_asked_to_mend: bool
    accepted: Raw | None
    article: ArticleLink | None
    originals: tuple[Related, ...]
    comments: tuple[Raw, ...]

    def shown(self) -> AskedShown:
        who, question = cast(Reader, self.who), question_page_row(self.question)
        accepted = None if self.accepted is None else answer_row(self.accepted, question.above)
        return AskedShown(
            question=show_question(question),
            row=question,
            ballot=Ballot(
                place("questions", question.id, "vote"),
                self.vote,
                rules.may_vote(who, question).reason,
            ),
            tools=show_tools("questions", question, who, rules.may_edit_question, rules.may_delete_question),
            me_too_url=(
                place("questions", question.id, "me-too")
                if rules.may_say_me_too(who, question) or self.has_me_too
                else None
            ),
            has_me_too=self.has_me_too,
            follow_url=place("questions", question.id, "follow") if rules.may_follow(who) else None,
            is_following=self.is_following,
            help_url=(
                place("questions", question.id, "still-need-help")
                if rules.may_ask_for_help_again(who, question)
                else None
            ),
            is_asked_to_mend=self.is_asked_to_mend,
            accepted=accepted,
            accepted_text=opening(accepted.html) if accepted else "",
            article=self.article,
            originals=_linked(self.originals),
            comments=CommentsFacts(
                self.who, "questions", question.id, bool(rules.may_comment(who, question)), self.comments
            ),
            is_for_visitor=not who.is_signed_in,
        )


@dataclass(slots=True, eq=False)
class NotedShown:
    asker: Author
    asked_at: datetime
    edited_at: datetime | None
    score: int
    answer_count: int


class NotedFacts(NamedTuple):
    """What machines read of a question itself."""

    asker: Raw
    asked_at: datetime
    edited_at: datetime | None
    score: int
    answer_count: int

    def shown(self) -> NotedShown:
        return NotedShown(author_of(self.asker), *self[1:])


class YourAnswerFacts(NamedTuple):
    """What makes the empty form for an answer what it is, or what stands in its place."""

    question_id: int
    is_for_visitor: bool
    refusal: Sentence | None

    def shown(self) -> "YourAnswerShown":
        form = form_from(AnswerForm) if self.refusal is None else None
        return YourAnswerShown(self.question_id, form, self.is_for_visitor, self.refusal)


@dataclass(slots=True, eq=False)
class YourAnswerShown:
    question_id: int
    form: AnswerForm | None
    is_for_visitor: bool = False
    refusal: Sentence | None = None
    draft: Draft | None = None
    preview_html: Markup | None = None


class BesideFacts(NamedTuple):
    """What makes the things beside a question what they are."""

    asker: Raw
    related: tuple[Related, ...]
    question_id: int
    is_closed: bool
    is_staff: bool
    is_agent: bool
    may_close: bool
    may_reopen: bool
    may_see_duplicates: bool

    def shown(self) -> "BesideShown":
        return BesideShown(author_of(self.asker), _linked(self.related), self)


@dataclass(slots=True, eq=False)
class BesideShown:
    asker: Author
    related: Sequence[tuple[Related, str]]
    staff: BesideFacts


def _linked(questions: Sequence[Related]) -> list[tuple[Related, str]]:
    """Other questions, each with its address."""
    return [(each, question_place(each.id, each.title)) for each in questions]
