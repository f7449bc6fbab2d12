"""What moderation does when a text changes."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.moderation.actions import put_back
from forum.moderation.models import MENDING, ReviewItem
from forum.moderation.queries import find_text, last_decision
from forum.questions.events import AnswerEdited, CommentEdited, QuestionEdited


def look_again_at_question(session: Session, event: QuestionEdited) -> None:
    """Put a question back into the list when its author has mended it."""
    _look_again(session, "question", event.question_id)


def look_again_at_answer(session: Session, event: AnswerEdited) -> None:
    """Put an answer back into the list when its author has mended it."""
    _look_again(session, "answer", event.answer_id)


def look_again_at_comment(session: Session, event: CommentEdited) -> None:
    """Put a comment back into the list when its author has mended it."""
    _look_again(session, "comment", event.comment_id)


def _look_again(session: Session, kind: str, target_id: int) -> None:
    item = session.scalar(
        select(ReviewItem)
        .where(ReviewItem.target_kind == kind, ReviewItem.target_id == target_id)
        .where(ReviewItem.state == MENDING)
    )
    if item is None:
        return
    decision, post = last_decision(session, item), find_text(session, item)
    # The edit may be older than the wish for one.
    if decision is not None and post.version > decision.text_version:
        put_back(session, item, utc_now())
