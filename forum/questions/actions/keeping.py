"""What has to stay true whatever is done: counts, states, tags, limits, and that the same form makes one thing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Invalid
from forum.base.limits import Limit, spend
from forum.base.once import made_before, remember_made
from forum.base.words import say
from forum.questions.models import (
    ANSWERED,
    CLOSED,
    SOLVED,
    WAITING,
    Answer,
    Comment,
    Post,
    Question,
    Tag,
)

P = TypeVar("P", Question, Answer, Comment)

HOUR = timedelta(hours=1)

#: What nobody needs who writes by hand, and what keeps a program from flooding a page.
QUESTIONS = Limit("questions", 10, HOUR)
ANSWERS = Limit("answers", 30, HOUR)
COMMENTS = Limit("comments", 60, HOUR)
VOTES = Limit("votes", 200, HOUR)
TAPS = Limit("taps", 200, HOUR)
EDITS = Limit("edits", 60, HOUR)

#: Staff answer and tidy up all day.
STAFF_FACTOR = 10

#: What standing is given for, and how much: a solution counts several times what applause does.
ACCEPTED, ACCEPTED_POINTS = "accepted", 15
VOTED_UP, VOTED_UP_POINTS = "voted_up", 2
VOTED_DOWN, VOTED_DOWN_POINTS = "voted_down", -1

#: What is written on the timelines of those concerned.
ASKED, WROTE_ANSWER, HELPED, WAS_HELPED = "asked", "answered", "helped", "was_helped"


def settle(session: Session, question: Question) -> None:
    """Bring the count of answers and the state in line with the answers there are."""
    session.flush()
    answers, accepted, newest = session.execute(
        select(func.count(), func.count(Answer.accepted_at), func.max(Answer.created_at))
        .where(Answer.question_id == question.id)
        .where(Answer.hidden_at.is_(None), Answer.deleted_at.is_(None))
    ).one()
    question.answer_count = answers
    question.state = _state(question, accepted, newest)


def _state(question: Question, accepted: int, newest: datetime | None) -> str:
    """`newest` is when the last answer was given."""
    if question.closed_at is not None:
        return CLOSED
    if accepted:
        return SOLVED
    if newest is None:
        return WAITING
    if question.needs_help_at is not None and question.needs_help_at >= newest:
        return WAITING
    return ANSWERED


def spend_limit(session: Session, limit: Limit, actor: User, now: datetime) -> None:
    """Count one act against the actor's limit; raises TooMany."""
    own = Limit(limit.name, limit.most * STAFF_FACTOR, limit.window) if actor.is_staff else limit
    spend(session, own, f"user:{actor.id}", now)


def find_made(session: Session, actor: User, once: str, kind: type[P]) -> P | None:
    """What the actor already made with this form; raises Invalid when the form was used for something else."""
    cause = made_before(session, f"user:{actor.id}", once)
    if cause is None:
        return None
    if cause.kind != kind.__name__.lower():
        raise Invalid({"": say("This form was used before. Reload the page and send it again.")})
    return session.get_one(kind, cause.id)


def note_made(session: Session, actor: User, once: str, made: Post, now: datetime) -> None:
    """Remember what the actor's form made."""
    remember_made(session, f"user:{actor.id}", once, Cause.of(made), now)


def find_or_make_tags(session: Session, names: Sequence[str]) -> list[Tag]:
    """The tags of these names, in their order; new ones are made."""
    known = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(names)))} if names else {}
    for name in names:
        if name not in known:
            known[name] = Tag(name=name, question_count=0, descriptions={})
            session.add(known[name])
    session.flush()
    return [known[name] for name in names]


def count_tags(session: Session, tags: Iterable[Tag], change: int) -> None:
    """Let these tags count one question more, or one less."""
    ids = sorted(tag.id for tag in tags)
    if ids:
        session.execute(
            update(Tag).where(Tag.id.in_(ids)).values(question_count=Tag.question_count + change),
            execution_options={"synchronize_session": "fetch"},
        )
