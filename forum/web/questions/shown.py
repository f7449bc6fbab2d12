"""Rows as templates are given them: with addresses and verdicts, without anything left to load or to decide."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from forum.accounts.models import Reader
from forum.base.verdicts import Verdict
from forum.base.words import Sentence, say, told
from forum.moderation.rules import may_flag
from forum.questions import rules
from forum.questions.reading import Discussion
from forum.questions.rows import AnswerRow, Author, CommentRow, ProductRow, QuestionRow
from forum.web.context import LINKS, below, stored
from forum.web.language import language
from forum.web.questions.addresses import place, question_url

# Nothing here is changed once it is made; it is not frozen because that would make each of fifty three times as dear.
# What is drawn as a piece (see `web/pieces.py`) tells by its facts all that can be seen of it: a new field goes there too.

Facts = tuple[Hashable, ...]
Rule = Callable[[Reader, Any], Verdict]


@dataclass(slots=True, eq=False)
class ProductShown:
    """What a question is about, as a link."""

    name: str
    url: str


def show_product(product: ProductRow | None) -> ProductShown | None:
    return ProductShown(product.name_in(language()), LINKS.product_url(product.slug)) if product is not None else None


@dataclass(slots=True, eq=False)
class QuestionShown:
    """A question in a list, and the head of its own page."""

    id: int
    title: str
    url: str
    state: str
    asked_at: datetime
    asker: Author
    product: ProductShown | None
    tags: Sequence[str]
    answer_count: int
    too_count: int
    score: int
    excerpt: str
    language: str
    removal: str
    hidden_why: str | None


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

    def facts(self) -> Facts:
        return self.url, self.mine, self.refusal and str(self.refusal)


@dataclass(slots=True, eq=False)
class Tools:
    """What this reader may do with a text: the word, the address, the picture, and how the address is asked for."""

    items: Sequence[tuple[Sentence, str, str, str]] = ()

    def facts(self) -> Facts:
        """The address names the verb, and with it its word and picture."""
        return tuple([(url, method) for _, url, _, method in self.items])


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

    def facts(self, now: datetime) -> Facts:
        author, at = self.author, self.commented_at
        return (
            *(self.id, self.html, author.id, author.name, author.roles, at, told(now - at), self.edited_at),
            *(self.removal, self.hidden_why, self.tools.facts() if self.tools.items else None),
        )


@dataclass(slots=True, eq=False)
class CommentsShown:
    """What was said under a question or an answer, and where more can be said."""

    id: str
    items: Sequence[CommentShown]
    url: str | None

    def facts(self, now: datetime) -> Facts:
        return self.id, self.url, *[comment.facts(now) for comment in self.items]


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

    def facts(self, now: datetime) -> Facts:
        author, at, edited_at = self.author, self.answered_at, self.edited_at
        return (
            *(self.id, self.html, author.id, author.name, author.roles, at, told(now - at)),
            *(edited_at, edited_at and told(now - edited_at), self.revisions_url, self.score, self.is_accepted),
            *(self.language, self.removal, self.hidden_why, self.origin_url, self.origin_license),
            *(self.accept_url, self.withdraw_url, self.ballot.facts(), self.tools.facts(), self.comments.facts(now)),
        )


def show_answers(discussion: Discussion, reader: Reader) -> list[AnswerShown]:
    return [_show_answer(answer, discussion, reader) for answer in discussion.answers]


def _show_answer(answer: AnswerRow, discussion: Discussion, reader: Reader) -> AnswerShown:
    may_accept = not answer.is_accepted and rules.may_accept(reader, answer)
    may_withdraw = answer.is_accepted and rules.may_withdraw_acceptance(reader, answer)
    may_comment = rules.may_comment(reader, discussion.question, answer)
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
            discussion.answer_votes.get(answer.id, 0),
            rules.may_vote(reader, answer).reason,
        ),
        accept_url=place("answers", answer.id, "accept") if may_accept else None,
        withdraw_url=place("answers", answer.id, "withdraw") if may_withdraw else None,
        tools=show_tools("answers", answer, reader, rules.may_edit_answer, rules.may_delete_answer),
        comments=show_comments(
            f"comment-on-{answer.id}",
            discussion.comments.get(answer.id, ()),
            reader,
            place("answers", answer.id, "comments") if may_comment else None,
        ),
    )


def show_comments(place_id: str, comments: Sequence[CommentRow], reader: Reader, url: str | None) -> CommentsShown:
    """What stands at a place of the page; `url` is given to those who may add something."""
    return CommentsShown(place_id, [_show_comment(comment, reader) for comment in comments], url)


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
