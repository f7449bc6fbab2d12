"""Take from sight and bring back: authors delete, moderators hide and close; nothing is ever lost."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.outbox import Event, publish
from forum.base.verdicts import require
from forum.questions import rules
from forum.questions.actions.accepting import drop_acceptance
from forum.questions.actions.keeping import count_tags, settle
from forum.questions.actions.relating import lead_nowhere, lead_to
from forum.questions.actions.voting import give_points_again, take_back_all_points
from forum.questions.checks import check_why
from forum.questions.events import (
    AnswerDeleted,
    AnswerHidden,
    AnswerRestored,
    AnswerUndeleted,
    CommentDeleted,
    CommentHidden,
    CommentRestored,
    CommentUndeleted,
    QuestionClosed,
    QuestionDeleted,
    QuestionHidden,
    QuestionReopened,
    QuestionRestored,
    QuestionUndeleted,
)
from forum.questions.models import Answer, Comment, Post, Question


def delete_question(session: Session, actor: User, question: Question, now: datetime, why: str = "") -> None:
    """Take a question from sight, with all that was written under it; deleting it again changes nothing."""
    require(rules.may_delete_question(actor, question))
    _delete(session, actor, question, now, why, QuestionDeleted(question.id))


def delete_answer(session: Session, actor: User, answer: Answer, now: datetime, why: str = "") -> None:
    """Take an answer from sight; if it was accepted, the question is solved no longer."""
    require(rules.may_delete_answer(actor, answer))
    _delete(session, actor, answer, now, why, AnswerDeleted(answer.id))


def delete_comment(session: Session, actor: User, comment: Comment, now: datetime, why: str = "") -> None:
    """Take a comment from sight."""
    require(rules.may_delete_comment(actor, comment))
    _delete(session, actor, comment, now, why, CommentDeleted(comment.id))


def undelete_question(session: Session, actor: User, question: Question, now: datetime, why: str = "") -> None:
    """Bring a deleted question back."""
    require(rules.may_undelete(actor, question))
    _undelete(session, actor, question, now, why, QuestionUndeleted(question.id))


def undelete_answer(session: Session, actor: User, answer: Answer, now: datetime, why: str = "") -> None:
    """Bring a deleted answer back; whether it solved the question is to be said anew."""
    require(rules.may_undelete(actor, answer))
    _undelete(session, actor, answer, now, why, AnswerUndeleted(answer.id))


def undelete_comment(session: Session, actor: User, comment: Comment, now: datetime, why: str = "") -> None:
    """Bring a deleted comment back."""
    require(rules.may_undelete(actor, comment))
    _undelete(session, actor, comment, now, why, CommentUndeleted(comment.id))


def hide_question(session: Session, actor: User, question: Question, why: str, now: datetime) -> None:
    """Hide a question from everybody but its asker, who reads the reason, and moderators."""
    require(rules.may_hide(actor))
    _hide(session, actor, question, why, now, QuestionHidden(question.id))


def hide_answer(session: Session, actor: User, answer: Answer, why: str, now: datetime) -> None:
    """Hide an answer from everybody but its author and moderators; if it was accepted, it is so no longer."""
    require(rules.may_hide(actor))
    _hide(session, actor, answer, why, now, AnswerHidden(answer.id))


def hide_comment(session: Session, actor: User, comment: Comment, why: str, now: datetime) -> None:
    """Hide a comment from everybody but its author and moderators."""
    require(rules.may_hide(actor))
    _hide(session, actor, comment, why, now, CommentHidden(comment.id))


def restore_question(session: Session, actor: User, question: Question, now: datetime, why: str = "") -> None:
    """Show a hidden question again."""
    require(rules.may_restore(actor))
    _restore(session, actor, question, now, why, QuestionRestored(question.id))


def restore_answer(session: Session, actor: User, answer: Answer, now: datetime, why: str = "") -> None:
    """Show a hidden answer again; whether it solved the question is to be said anew."""
    require(rules.may_restore(actor))
    _restore(session, actor, answer, now, why, AnswerRestored(answer.id))


def restore_comment(session: Session, actor: User, comment: Comment, now: datetime, why: str = "") -> None:
    """Show a hidden comment again."""
    require(rules.may_restore(actor))
    _restore(session, actor, comment, now, why, CommentRestored(comment.id))


def close_question(
    session: Session,
    actor: User,
    question: Question,
    why: str,
    now: datetime,
    *,
    duplicate_of: Question | None = None,
) -> None:
    """Let a question take no more answers, and lead to the one that asked the same before.

    Closing it again changes nothing.
    """
    require(rules.may_close(actor))
    if question.closed_at is not None:
        return
    why = check_why(why, needed=duplicate_of is None)
    before, after = {"state": question.state}, {}
    if duplicate_of is not None:
        lead_to(session, question, duplicate_of, now)
        after["duplicate_of_id"] = duplicate_of.id
    question.closed_at = now
    question.closed_why = why
    settle(session, question)
    _log(session, actor, "close", question, now, before, {"state": question.state, **after}, why)
    publish(session, QuestionClosed(question.id))


def reopen_question(session: Session, actor: User, question: Question, now: datetime, why: str = "") -> None:
    """Let a closed question take answers again."""
    require(rules.may_reopen(actor))
    if question.closed_at is None:
        return
    why = check_why(why)
    before: dict[str, Any] = {"state": question.state, "closed_why": question.closed_why}
    if originals := lead_nowhere(session, question):
        before["duplicate_of_id"] = originals
    question.closed_at = None
    question.closed_why = None
    question.active_at = now
    settle(session, question)
    _log(session, actor, "reopen", question, now, before, {"state": question.state}, why)
    publish(session, QuestionReopened(question.id))


def standing_of(post: Post) -> dict[str, Any]:
    """How a text stands, as the log of staff keeps it: words of reasons, but no text."""
    kept: dict[str, Any] = {"state": "deleted" if post.is_deleted else "hidden" if post.is_hidden else "shown"}
    if post.is_hidden:
        kept["hidden_why"] = post.hidden_why
    if isinstance(post, Answer) and post.is_accepted:
        kept["accepted_answer_id"] = post.id
    return kept


def _delete(session: Session, actor: User, post: Post, now: datetime, why: str, event: Event) -> None:
    if post.is_deleted:
        return
    why = check_why(why)
    before, was_public = standing_of(post), post.is_public
    post.deleted_at = now
    post.deleted_by_id = actor.id
    _after_change(session, post, was_public, now)
    if actor.id != post.author_id:
        _log(session, actor, "delete", post, now, before, standing_of(post), why)
    publish(session, event)


def _undelete(session: Session, actor: User, post: Post, now: datetime, why: str, event: Event) -> None:
    if not post.is_deleted:
        return
    why = check_why(why)
    before = standing_of(post) | {"deleted_by_id": post.deleted_by_id}
    was_public = post.is_public
    post.deleted_at = None
    post.deleted_by_id = None
    _after_change(session, post, was_public, now)
    if actor.id != post.author_id:
        _log(session, actor, "undelete", post, now, before, standing_of(post), why)
    publish(session, event)


def _hide(session: Session, actor: User, post: Post, why: str, now: datetime, event: Event) -> None:
    """Hiding again gives another reason; the same one changes nothing."""
    why = check_why(why, needed=True)
    if post.is_hidden and post.hidden_why == why:
        return
    before, was_public, was_hidden = standing_of(post), post.is_public, post.is_hidden
    post.hidden_at = post.hidden_at or now
    post.hidden_why = why
    _after_change(session, post, was_public, now)
    _log(session, actor, "hide", post, now, before, standing_of(post), why)
    if not was_hidden:
        publish(session, event)


def _restore(session: Session, actor: User, post: Post, now: datetime, why: str, event: Event) -> None:
    if not post.is_hidden:
        return
    why = check_why(why)
    before, was_public = standing_of(post), post.is_public
    post.hidden_at = None
    post.hidden_why = None
    _after_change(session, post, was_public, now)
    _log(session, actor, "restore", post, now, before, standing_of(post), why)
    publish(session, event)


def _after_change(session: Session, post: Post, was_public: bool, now: datetime) -> None:
    """Undo, or do again, what follows from a text being in sight: acceptance, standing, counts of answers and tags."""
    session.flush()
    if isinstance(post, Answer):
        if post.is_accepted and not post.is_public:
            drop_acceptance(session, post)
        settle(session, post.question)
    if isinstance(post, Comment) or post.is_public == was_public:
        return
    if post.is_public:
        give_points_again(session, post, now)
    else:
        take_back_all_points(session, post)
    if isinstance(post, Question):
        count_tags(session, post.tags, +1 if post.is_public else -1)


def _log(
    session: Session,
    actor: User,
    verb: str,
    post: Post,
    now: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
    why: str,
) -> None:
    target = Cause.of(post)
    log_staff_act(session, actor, f"{verb}_{target.kind}", target, now, before=before, after=after, why=why)
