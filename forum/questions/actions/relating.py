"""Remember which questions are alike."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.questions.models import SIMILAR, Question, QuestionLink


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
