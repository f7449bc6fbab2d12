"""Remember which questions are alike."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.errors import Invalid
from forum.base.words import say
from forum.questions.models import DUPLICATE, SIMILAR, Question, QuestionLink


def keep_similar(session: Session, question: Question, others: Sequence[int]) -> None:
    """Replace what was found alike before; what somebody linked by hand, or an import brought, stays."""
    session.execute(
        delete(QuestionLink).where(QuestionLink.source_id == question.id, QuestionLink.kind == SIMILAR),
        execution_options={"synchronize_session": False},
    )
    existing = set(session.scalars(select(Question.id).where(Question.id.in_(others))))
    at = utc_now()
    session.add_all(
        QuestionLink(source_id=question.id, target_id=other, kind=SIMILAR, at=at)
        for other in others
        if other in existing
    )
    session.flush()


def lead_to(session: Session, question: Question, other: Question, now: datetime) -> None:
    """Remember that another question asked the same before; raises Invalid for one where nobody can be led."""
    if other.id == question.id:
        raise Invalid({"duplicate_of": say("This is the question itself. Name the one that was asked before.")})
    if not other.is_public:
        raise Invalid({"duplicate_of": say("This question is not open to readers, so nobody can be led there.")})
    if question.id in _reached_from(session, other):
        raise Invalid({"duplicate_of": say("That question leads here. Questions cannot lead in a circle.")})
    known = select(QuestionLink.id).where(
        QuestionLink.source_id == question.id, QuestionLink.target_id == other.id, QuestionLink.kind == DUPLICATE
    )
    if session.scalar(known) is None:
        session.add(QuestionLink(source_id=question.id, target_id=other.id, kind=DUPLICATE, at=now))
        session.flush()


def _reached_from(session: Session, question: Question) -> set[int]:
    """Where closed questions lead from here, and from there on."""
    reached: set[int] = set()
    steps = {question.id}
    while steps:
        led = (
            select(QuestionLink.target_id)
            .join(Question, Question.id == QuestionLink.source_id)
            .where(QuestionLink.kind == DUPLICATE, QuestionLink.source_id.in_(steps), Question.closed_at.is_not(None))
        )
        steps = set(session.scalars(led)) - reached
        reached |= steps
    return reached


def lead_nowhere(session: Session, question: Question) -> list[int]:
    """Forget which questions asked the same before, and say which they were."""
    led = select(QuestionLink).where(QuestionLink.source_id == question.id, QuestionLink.kind == DUPLICATE)
    links = session.scalars(led.order_by(QuestionLink.id)).all()
    for link in links:
        session.delete(link)
    return [link.target_id for link in links]
