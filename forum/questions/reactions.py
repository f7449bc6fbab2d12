"""What the questions and answers of a user have to tell when it turns out who that user is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.causes import Cause
from forum.contacts.events import ContactJoined
from forum.contacts.timeline import behind, record
from forum.questions.actions.keeping import ASKED, HELPED, WAS_HELPED, WROTE_ANSWER
from forum.questions.models import Answer, Question


def tell_contact(session: Session, event: ContactJoined) -> None:
    """Write on a contact's timeline what its user asked, answered and solved before anybody knew; each once."""
    user_id = event.user_id
    if not behind(session, user_id):
        return
    for question in session.scalars(select(Question).where(Question.asker_id == user_id).order_by(Question.id)):
        record(session, user_id, ASKED, Cause.of(question), question.created_at, actor_id=user_id)
    for answer in session.scalars(select(Answer).where(Answer.author_id == user_id).order_by(Answer.id)):
        record(session, user_id, WROTE_ANSWER, Cause.of(answer), answer.created_at, actor_id=user_id)
    accepted = (
        select(Answer, Question.asker_id)
        .join(Answer.question)
        .where(Answer.accepted_at.is_not(None), Answer.author_id != Question.asker_id)
        .where((Answer.author_id == user_id) | (Question.asker_id == user_id))
        .order_by(Answer.id)
    )
    for answer, asker_id in session.execute(accepted):
        kind = WAS_HELPED if asker_id == user_id else HELPED
        at = answer.accepted_at or answer.created_at
        record(session, user_id, kind, Cause.of(answer), at, actor_id=answer.accepted_by_id)
