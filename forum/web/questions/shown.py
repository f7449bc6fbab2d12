"""Rows as templates are given them: with addresses and verdicts, without anything left to load or to decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from forum.accounts.models import Reader, User
from forum.base.words import Sentence, say
from forum.moderation.rules import may_flag
from forum.questions import rules
from forum.questions.models import Answer, Comment, Question
from forum.questions.queries import Discussion
from forum.web.context import stored
from forum.web.questions.addresses import question_url


@dataclass(frozen=True)
class QuestionShown:
    """A question in a list, and the head of its own page."""

    id: int
    title: str
    url: str
    state: str
    asked_at: datetime
    asker: User
    tags: Sequence[str]
    answer_count: int
    score: int
    excerpt: str
    language: str
    removal: str
    hidden_why: str | None


def show_question(question: Question) -> QuestionShown:
    return QuestionShown(
        id=question.id,
        title=question.title,
        url=question_url(question),
        state=question.state,
        asked_at=question.created_at,
        asker=question.asker,
        tags=[tag.name for tag in question.tags],
        answer_count=question.answer_count,
        score=question.score,
        excerpt=question.excerpt,
        language=question.language,
        removal=removal(question),
        hidden_why=question.hidden_why,
    )


def removal(post: Question | Answer | Comment) -> str:
    """How a text is out of sight: "deleted", "hidden", or not at all."""
    if post.is_deleted:
        return "deleted"
    return "hidden" if post.is_hidden else ""


@dataclass(frozen=True)
class Ballot:
    """What the buttons for a vote need."""

    url: str
    mine: int
    refusal: Sentence | None


@dataclass(frozen=True)
class Tools:
    """What this reader may do with a text: addresses where yes, None where no or nothing to do."""

    edit: str | None
    delete: str | None
    undelete: str | None
    hide: str | None
    restore: str | None
    flag: str | None
    #: Somebody else's text.
    asks_why: bool

    @property
    def items(self) -> list[tuple[Sentence, str, str, str]]:
        """What can be done: the word, the address, the picture, and how the address is asked for."""
        # Moderators are asked for a reason on a page of its own; authors do with one press what they can undo.
        asked = "get" if self.asks_why else "post"
        every = (
            (say("Edit"), self.edit, "edit", "get"),
            (say("Bring it back"), self.undelete, "eye", asked),
            (say("Show it again"), self.restore, "eye", "get"),
            (say("Flag"), self.flag, "flag", "get"),
            (say("Hide"), self.hide, "lock", "get"),
            (say("Delete"), self.delete, "close", asked),
        )
        return [(word, url, picture, method) for word, url, picture, method in every if url is not None]


@dataclass(frozen=True)
class CommentShown:
    id: int
    html: Markup
    author: User
    commented_at: datetime
    edited_at: datetime | None
    removal: str
    hidden_why: str | None
    tools: Tools


@dataclass(frozen=True)
class AnswerShown:
    id: int
    html: Markup
    author: User
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
    comment_url: str | None
    tools: Tools
    comments: Sequence[CommentShown]


def show_answers(discussion: Discussion, reader: Reader) -> list[AnswerShown]:
    return [_show_answer(answer, discussion, reader) for answer in discussion.answers]


def _show_answer(answer: Answer, discussion: Discussion, reader: Reader) -> AnswerShown:
    may_accept = rules.may_accept(reader, answer)
    may_withdraw = rules.may_withdraw_acceptance(reader, answer)
    may_comment = rules.may_comment(reader, discussion.question, answer)
    return AnswerShown(
        id=answer.id,
        html=stored(answer.html),
        author=answer.author,
        answered_at=answer.created_at,
        edited_at=answer.edited_at,
        revisions_url=url_for("questions.answer_revisions", answer_id=answer.id),
        score=answer.score,
        is_accepted=answer.is_accepted,
        language=answer.language,
        removal=removal(answer),
        hidden_why=answer.hidden_why,
        origin_url=answer.origin_url,
        origin_license=answer.origin_license,
        ballot=Ballot(
            url_for("questions.vote_on_answer", answer_id=answer.id),
            discussion.answer_votes.get(answer.id, 0),
            rules.may_vote(reader, answer).reason,
        ),
        accept_url=_address("questions.accept_answer", answer) if may_accept and not answer.is_accepted else None,
        withdraw_url=_address("questions.withdraw_acceptance", answer) if may_withdraw and answer.is_accepted else None,
        comment_url=_address("questions.comment_on_answer", answer) if may_comment else None,
        tools=show_tools(answer, reader),
        comments=show_comments(discussion.comments.get(answer.id, ()), reader),
    )


def show_comments(comments: Sequence[Comment], reader: Reader) -> list[CommentShown]:
    return [
        CommentShown(
            id=comment.id,
            html=stored(comment.html),
            author=comment.author,
            commented_at=comment.created_at,
            edited_at=comment.edited_at,
            removal=removal(comment),
            hidden_why=comment.hidden_why,
            tools=show_tools(comment, reader),
        )
        for comment in comments
    ]


def show_tools(post: Question | Answer | Comment, reader: Reader) -> Tools:
    """What the reader may do with a text, asked of the same rules that the actions ask."""
    may_edit, may_delete = _edit_and_delete(post, reader)
    hides, restores = rules.may_hide(reader), rules.may_restore(reader)
    kind = type(post).__name__.lower()
    return Tools(
        edit=_address(f"questions.edit_{kind}", post) if may_edit else None,
        delete=_address(f"questions.delete_{kind}", post) if may_delete and not post.is_deleted else None,
        undelete=(
            _address(f"questions.undelete_{kind}", post)
            if post.is_deleted and rules.may_undelete(reader, post)
            else None
        ),
        hide=_address(f"questions.hide_{kind}", post) if hides and post.is_public else None,
        restore=_address(f"questions.restore_{kind}", post) if restores and post.is_hidden else None,
        flag=url_for("moderation.flag", kind=kind, target_id=post.id) if may_flag(reader, post) else None,
        asks_why=reader.id != post.author_id,
    )


def _edit_and_delete(post: Question | Answer | Comment, reader: Reader) -> tuple[bool, bool]:
    if isinstance(post, Question):
        return bool(rules.may_edit_question(reader, post)), bool(rules.may_delete_question(reader, post))
    if isinstance(post, Answer):
        return bool(rules.may_edit_answer(reader, post)), bool(rules.may_delete_answer(reader, post))
    return bool(rules.may_edit_comment(reader, post)), bool(rules.may_delete_comment(reader, post))


def _address(endpoint: str, post: Question | Answer | Comment) -> str:
    named: dict[str, Any] = {f"{type(post).__name__.lower()}_id": post.id}
    return url_for(endpoint, **named)
