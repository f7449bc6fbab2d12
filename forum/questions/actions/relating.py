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
    ends = select(QuestionLink.source_id, QuestionLink.target_id).where(
        QuestionLink.kind == DUPLICATE, QuestionLink.source_id.in_((question.id, other.id))
    )
    known = {(source_id, target_id) for source_id, target_id in session.execute(ends)}
    if (other.id, question.id) in known and other.closed_at is not None:
        raise Invalid({"duplicate_of": say("That question leads here. Two cannot lead to each other.")})
    if (question.id, other.id) not in known:
        session.add(QuestionLink(source_id=question.id, target_id=other.id, kind=DUPLICATE, at=now))
        session.flush()


def lead_nowhere(session: Session, question: Question) -> list[int]:
    """Forget which questions asked the same before, and say which they were."""
    led = select(QuestionLink).where(QuestionLink.source_id == question.id, QuestionLink.kind == DUPLICATE)
    links = session.scalars(led.order_by(QuestionLink.id)).all()
    for link in links:
        session.delete(link)
    return [link.target_id for link in links]
