"""What people of the demo do to a text without writing in it, by the kind of block that tells it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.moderation.actions import decide, flag_text
from forum.moderation.queries import item_before_us
from forum.questions import actions as questions
from forum.questions.models import Answer, Question
from forum.transfer.demo_blocks import DemoTextError
from forum.transfer.demo_community import Done

#: The text is a question, an answer or a comment: which of them a kind takes, the reader of the texts has checked.
Doing = Callable[[Session, User, Any, Done, datetime], object]


def _hide(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    hide = _for(post, questions.hide_question, questions.hide_answer, questions.hide_comment)
    hide(session, actor, post, done.why, now)


def _restore(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    restore = _for(post, questions.restore_question, questions.restore_answer, questions.restore_comment)
    restore(session, actor, post, now)


def _delete(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    delete = _for(post, questions.delete_question, questions.delete_answer, questions.delete_comment)
    delete(session, actor, post, now, done.why)


def _undelete(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    undelete = _for(post, questions.undelete_question, questions.undelete_answer, questions.undelete_comment)
    undelete(session, actor, post, now)


def _close(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    questions.close_question(session, actor, post, done.why, now)


def _reopen(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    questions.reopen_question(session, actor, post, now)


def _flag(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    flag_text(session, actor, post, done.what, done.why, now)


def _decide(session: Session, actor: User, post: Any, done: Done, now: datetime) -> None:
    item = item_before_us(session, post)
    if item is None:
        raise DemoTextError(f"{done.by} decides {done.what} about what nobody flagged")
    decide(session, actor, item, done.what, done.why, now)


def _for(post: Any, question: Any, answer: Any, comment: Any) -> Any:
    if isinstance(post, Question):
        return question
    return answer if isinstance(post, Answer) else comment


DOINGS: dict[str, Doing] = {
    "hide": _hide,
    "restore": _restore,
    "delete": _delete,
    "undelete": _undelete,
    "close": _close,
    "reopen": _reopen,
    "flag": _flag,
    "decide": _decide,
}
