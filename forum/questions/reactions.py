"""What questions do when a tag changes: each of them tells so, for the index holds the names of its tags."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.outbox import publish
from forum.questions.events import QuestionRetagged, TagChanged
from forum.questions.models import question_tags

#: So many at once, so that a tag with many questions keeps nobody from writing.
CHUNK = 200


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
