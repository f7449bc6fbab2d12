"""Rows as templates are given them: with addresses and verdicts, without anything left to load or to decide.

What is drawn as a piece (see `web/pieces.py`) is made of facts alone, so nothing can be seen in it that is not among them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from markupsafe import Markup

from forum.accounts.models import Reader
from forum.base.markup import opening
from forum.base.statements import Raw
from forum.base.verdicts import Verdict
from forum.base.words import Sentence, say
from forum.drafts.models import Draft
from forum.knowledge.queries import ArticleLink
from forum.moderation.rules import may_flag
from forum.questions import rules
from forum.questions.reading import Discussion
from forum.questions.rows import (
    AnswerRow,
    Author,
    CommentRow,
    Onlooker,
    ProductRow,
    QuestionAbove,
    QuestionPageRow,
    QuestionRow,
    answer_row,
    author_of,
    comment_row,
    question_page_row,
)
from forum.questions.topics import Related
from forum.web.context import LINKS, below, stored
from forum.web.forms import form_from
from forum.web.language import language
from forum.web.questions.addresses import place, question_url, title_slug
from forum.web.questions.forms import AnswerForm

# Nothing here is changed once it is made; it is not frozen because that would make each of fifty three times as dear.

Rule = Callable[[Reader, Any], Verdict]


class ProductShown(NamedTuple):
    """What a question is about, as a link."""

    name: str
    url: str


def show_product(product: ProductRow | None) -> ProductShown | None:
    return ProductShown(product.name_in(language()), LINKS.product_url(product.slug)) if product is not None else None


class QuestionShown(NamedTuple):
    """A question in a list, and the head of its own page; in a list it is a piece, and these are its facts."""

    id: int
    title: str
    url: str
    state: str
    asked_at: datetime
    asker: Author
    product: ProductShown | None
    tags: tuple[str, ...]
    answer_count: int
    too_count: int
    score: int
    excerpt: str
    language: str
    removal: str
    hidden_why: str | None

    def shown(self) -> "QuestionShown":
        return self


def show_question(question: QuestionRow) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        title=question.title,
        url=question_url(question),
        state=question.state,
        asked_at=question.created_at,
        asker=question.asker,
        product=show_product(question.product),
        tags=question.tag_names,
        answer_count=question.answer_count,
        too_count=question.too_count,
        score=question.score,
        excerpt=question.excerpt,
        language=question.language,
        removal=removal(question),
        hidden_why=question.hidden_why,
    )


def removal(post: rules.AnyPost) -> str:
    """How a text is out of sight: "deleted", "hidden", or not at all."""
    if post.is_deleted:
        return "deleted"
    return "hidden" if post.is_hidden else ""


@dataclass(slots=True, eq=False)
class Ballot:
    """What the buttons for a vote need."""

    url: str
    mine: int
    refusal: Sentence | None


@dataclass(slots=True, eq=False)
class Tools:
    """What this reader may do with a text: the word, the address, the picture, and how the address is asked for."""

    items: Sequence[tuple[Sentence, str, str, str]] = ()


NO_TOOLS = Tools()


#: In the order in which they stand in the menu, and as the address names them.
EDIT, UNDELETE = (say("Edit"), "edit", "edit", "get"), (say("Bring it back"), "undelete", "eye", "post")
RESTORE, HIDE = (say("Show it again"), "restore", "eye", "get"), (say("Hide"), "hide", "lock", "get")
DELETE, FLAG = (say("Delete"), "delete", "close", "post"), (say("Flag"), "flag", "flag", "get")
ASK_UNDELETE, ASK_DELETE = (*UNDELETE[:3], "get"), (*DELETE[:3], "get")


@dataclass(slots=True, eq=False)
class CommentShown:
    id: int
    html: Markup
    author: Author
    commented_at: datetime
    edited_at: datetime | None
    removal: str
    hidden_why: str | None
    tools: Tools


@dataclass(slots=True, eq=False)
class CommentsShown:
    """What was said under a question or an answer, and where more can be said."""

    id: str
    items: Sequence[CommentShown]
    url: str | None


@dataclass(slots=True, eq=False)
class AnswerShown:
    id: int
    html: Markup
    author: Author
    answered_at: datetime
    edited_at: datetime | None
    revisions_url: str
    score: int
    is_accepted: bool
    language: str
    removal: str
    hidden_why: str | None
    origin_url: str | None
    origin_license: str | None
    ballot: Ballot
    accept_url: str | None
    withdraw_url: str | None
    tools: Tools
    comments: CommentsShown


class CommentsFacts(NamedTuple):
    """What makes the comments under a question or an answer what they are."""

    who: Onlooker
    #: Where they stand: "questions" or "answers", and which.
    kind: str
    row_id: int
    may_comment: bool
    comments: tuple[Raw, ...]

    def shown(self) -> CommentsShown:
        return CommentsShown(
            "comment-on-question" if self.kind == "questions" else f"comment-on-{self.row_id}",
            [_show_comment(comment_row(raw), cast(Reader, self.who)) for raw in self.comments],
            place(self.kind, self.row_id, "comments") if self.may_comment else None,
        )


class AnswerFacts(NamedTuple):
    """What makes an answer with its comments what it is."""

    who: Onlooker
    above: QuestionAbove
    answer: Raw
    vote: int
    comments: tuple[Raw, ...]

    def shown(self) -> AnswerShown:
        reader, answer = cast(Reader, self.who), answer_row(self.answer, self.above)
        may_accept = not answer.is_accepted and rules.may_accept(reader, answer)
        may_withdraw = answer.is_accepted and rules.may_withdraw_acceptance(reader, answer)
        may_comment = bool(rules.may_comment(reader, self.above, answer))
        return AnswerShown(
            id=answer.id,
            html=below(stored(answer.html), 2),
            author=answer.author,
            answered_at=answer.created_at,
            edited_at=answer.edited_at,
            revisions_url=place("answers", answer.id, "revisions"),
            score=answer.score,
            is_accepted=answer.is_accepted,
            language=answer.language,
            removal=removal(answer),
            hidden_why=answer.hidden_why,
            origin_url=answer.origin_url,
            origin_license=answer.origin_license,
            ballot=Ballot(
                place("answers", answer.id, "vote"),
                self.vote,
                rules.may_vote(reader, answer).reason,
            ),
            accept_url=place("answers", answer.id, "accept") if may_accept else None,
            withdraw_url=place("answers", answer.id, "withdraw") if may_withdraw else None,
            tools=show_tools("answers", answer, reader, rules.may_edit_answer, rules.may_delete_answer),
            comments=CommentsFacts(self.who, "answers", answer.id, may_comment, self.comments).shown(),
        )


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

    def shown(self) -> "BesideShown":
        related = [(each, place("questions", each.id, title_slug(each.title))) for each in self.related]
        return BesideShown(author_of(self.asker), related, self)


@dataclass(slots=True, eq=False)
class BesideShown:
    asker: Author
    related: Sequence[tuple[Related, str]]
    staff: BesideFacts


def _show_comment(comment: CommentRow, reader: Reader) -> CommentShown:
    return CommentShown(
        id=comment.id,
        html=stored(comment.html),
        author=comment.author,
        commented_at=comment.created_at,
        edited_at=comment.edited_at,
        removal=removal(comment),
        hidden_why=comment.hidden_why,
        tools=show_tools("comments", comment, reader, rules.may_edit_comment, rules.may_delete_comment),
    )


def show_tools(kind: str, post: rules.AnyPost, reader: Reader, may_edit: Rule, may_delete: Rule) -> Tools:
    """What the reader may do with one of the `questions`, `answers` or `comments`; the actions ask the same rules."""
    if not reader.is_signed_in:
        return NO_TOOLS
    # Moderators are asked for a reason on a page of its own; authors do with one press what they can undo.
    is_own = reader.id == post.author_id
    offered = (
        (EDIT, may_edit(reader, post)),
        (FLAG, may_flag(reader, post)),
        (UNDELETE if is_own else ASK_UNDELETE, post.is_deleted and rules.may_undelete(reader, post)),
        (RESTORE, post.is_hidden and rules.may_restore(reader)),
        (HIDE, post.is_public and rules.may_hide(reader)),
        (DELETE if is_own else ASK_DELETE, not post.is_deleted and may_delete(reader, post)),
    )
    tools = [
        (word, place(kind, post.id, verb), picture, method)
        for (word, verb, picture, method), is_open in offered
        if is_open
    ]
    return Tools(tools) if tools else NO_TOOLS
