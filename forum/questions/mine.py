"""What a reader has said about a question and its answers: votes, "I have this too", following; in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Integer, exists, literal, null, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.questions.models import Answer, Follow, MeToo, Question, Vote, question_tags

VOTE, ME_TOO, FOLLOWS = 1, 2, 3


@dataclass(frozen=True)
class Mine:
    """The reader's part in a question's page; a visitor has none."""

    vote: int = 0
    answer_votes: Mapping[int, int] = field(default_factory=dict)
    has_me_too: bool = False
    is_following: bool = False


def find_mine(session: Session, reader: Reader, question_id: int) -> Mine:
    """Nothing is asked for a visitor."""
    if not reader.is_signed_in:
        return Mine()
    votes = (
        select(literal(VOTE).label("kind"), Vote.answer_id, Vote.value)
        .outerjoin(Answer, Answer.id == Vote.answer_id)
        .where(Vote.voter_id == reader.id)
        .where(or_(Vote.question_id == question_id, Answer.question_id == question_id))
    )
    nothing = type_coerce(null(), Integer)
    me_too = select(literal(ME_TOO), nothing, literal(1)).where(
        exists().where(MeToo.question_id == question_id, MeToo.user_id == reader.id)
    )
    follows = select(literal(FOLLOWS), nothing, literal(1)).where(
        exists().where(Follow.question_id == question_id, Follow.user_id == reader.id)
    )
    rows: Sequence[Any] = session.execute(union_all(votes, me_too, follows)).all()
    given = {answer_id: value for kind, answer_id, value in rows if kind == VOTE}
    kinds = {kind for kind, _, _ in rows}
    return Mine(vote=given.pop(None, 0), answer_votes=given, has_me_too=ME_TOO in kinds, is_following=FOLLOWS in kinds)


def is_followed_by(reader: Reader) -> ColumnElement[bool]:
    """Questions that the reader follows, themselves or by one of their topics."""
    return or_(
        Question.id.in_(select(Follow.question_id).where(Follow.user_id == reader.id, Follow.question_id.is_not(None))),
        Question.id.in_(
            select(question_tags.c.question_id)
            .join(Follow, Follow.tag_id == question_tags.c.tag_id)
            .where(Follow.user_id == reader.id)
        ),
    )
