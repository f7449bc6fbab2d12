"""What questions and answers have to tell: when it turns out who their author is, and when a tag of theirs changes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.causes import Cause
from forum.base.outbox import publish
from forum.contacts.events import ContactJoined
from forum.contacts.timeline import behind, record
from forum.questions.actions.keeping import ASKED, HELPED, WAS_HELPED, WROTE_ANSWER
from forum.questions.events import QuestionRetagged, TagChanged
from forum.questions.models import Answer, Question, question_tags

#: So many at once, so that a tag with many questions keeps nobody from writing.
CHUNK = 200


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


def tell_questions(session: Session, event: TagChanged) -> None:
    """Say so of the next questions of the tag, and go on with those after them in a transaction of its own."""
    column = question_tags.c.question_id
    found = session.scalars(
        select(column)
        .where(question_tags.c.tag_id == event.tag_id, column > event.after_id)
        .order_by(column)
        .limit(CHUNK)
    ).all()
    for question_id in found:
        publish(session, QuestionRetagged(question_id))
    if len(found) == CHUNK:
        publish(session, TagChanged(event.tag_id, found[-1]))
