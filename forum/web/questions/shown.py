"""Rows as templates are given them: with addresses and verdicts, without anything left to load or to decide.

What is drawn as a piece (see `web/pieces.py`) is made of facts alone, so nothing can be seen in it that is not among them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from markupsafe import Markup

from forum.accounts.models import Reader
from forum.base.statements import Raw
from forum.base.verdicts import Verdict
from forum.base.words import Sentence, say
from forum.moderation.rules import may_flag
from forum.questions import rules
from forum.questions.rows import (
    Author,
    CommentRow,
    Onlooker,
    ProductRow,
    QuestionAbove,
    QuestionRow,
    answer_row,
    comment_row,
)
from forum.web.context import LINKS, below, stored
from forum.web.language import language
from forum.web.questions.addresses import place, question_url

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
