"""Say that one has the same problem, and follow a question or a topic; each once a person, and taken back as easily."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.questions import rules
from forum.questions.actions.keeping import TAPS, spend_limit
from forum.questions.events import FollowChanged, MeTooChanged
from forum.questions.models import Follow, MeToo, Question, Tag


def say_me_too(session: Session, actor: User, question: Question, now: datetime) -> None:
    """Count the actor among those who have the problem, and let them follow it; the second time changes nothing."""
    require(rules.may_say_me_too(actor, question))
    if session.get(MeToo, (question.id, actor.id)) is not None:
        return
    spend_limit(session, TAPS, actor, now)
    session.add(MeToo(question_id=question.id, user_id=actor.id, at=now))
    _count(session, question, +1)
    if _follow_of(session, actor, question) is None:
        _begin(session, actor, question, now, is_implied=True)
    publish(session, MeTooChanged(question.id, actor.id))


def withdraw_me_too(session: Session, actor: User, question: Question, now: datetime) -> None:
    """Count the actor no more; following ends with it where it came with it."""
    require(rules.may_withdraw_me_too(actor))
    said = session.get(MeToo, (question.id, actor.id))
    if said is None:
        return
    spend_limit(session, TAPS, actor, now)
    session.delete(said)
    _count(session, question, -1)
    followed = _follow_of(session, actor, question)
    if followed is not None and followed.is_implied:
        _end(session, actor, followed)
    publish(session, MeTooChanged(question.id, actor.id))


def follow(session: Session, actor: User, thing: Question | Tag, now: datetime) -> None:
    """Follow a question or a topic; the second time changes nothing."""
    require(rules.may_follow(actor))
    followed = _follow_of(session, actor, thing)
    if followed is None:
        spend_limit(session, TAPS, actor, now)
        _begin(session, actor, thing, now)
    elif followed.is_implied:
        followed.is_implied = False
        session.flush()


def unfollow(session: Session, actor: User, thing: Question | Tag, now: datetime) -> None:
    """Follow it no more; nothing happens where it was not followed."""
    require(rules.may_follow(actor))
    followed = _follow_of(session, actor, thing)
    if followed is not None:
        spend_limit(session, TAPS, actor, now)
        _end(session, actor, followed)


def _follow_of(session: Session, actor: User, thing: Question | Tag) -> Follow | None:
    is_it = Follow.question_id == thing.id if isinstance(thing, Question) else Follow.tag_id == thing.id
    return session.scalar(select(Follow).where(Follow.user_id == actor.id, is_it))


def _begin(session: Session, actor: User, thing: Question | Tag, now: datetime, *, is_implied: bool = False) -> None:
    is_question = isinstance(thing, Question)
    made = Follow(
        user_id=actor.id,
        question_id=thing.id if is_question else None,
        tag_id=None if is_question else thing.id,
        is_implied=is_implied,
        at=now,
    )
    session.add(made)
    session.flush()
    publish(session, FollowChanged(actor.id, made.question_id, made.tag_id))


def _end(session: Session, actor: User, followed: Follow) -> None:
    session.delete(followed)
    session.flush()
    publish(session, FollowChanged(actor.id, followed.question_id, followed.tag_id))


def _count(session: Session, question: Question, change: int) -> None:
    """Added by the database to what stands there by then, so that nobody is lost."""
    question.too_count = Question.too_count + change
    session.flush()
    session.refresh(question, ["too_count"])
