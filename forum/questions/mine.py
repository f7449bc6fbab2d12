"""What a reader has said about a question and its answers: votes, "I have this too", following; in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from forum.accounts.models import Reader
from forum.base.statements import Statement
from forum.questions.models import Follow, MeToo, Vote, question_tags
from forum.questions.rows import ANSWERS, QUESTIONS

VOTES, ME_TOOS, FOLLOWINGS = Vote.__table__, MeToo.__table__, Follow.__table__

VOTE, ME_TOO, FOLLOWS = 1, 2, 3


@dataclass(frozen=True)
class Mine:
    """The reader's part in a question's page; a visitor has none."""

    vote: int = 0
    answer_votes: Mapping[int, int] = field(default_factory=dict)
    has_me_too: bool = False
    is_following: bool = False


def find_mine(connection: Connection, reader: Reader, question_id: int) -> Mine:
    """Nothing is asked for a visitor."""
    if not reader.is_signed_in:
        return Mine()
    rows = _mine().ask(connection, {"question_id": question_id, "reader_id": reader.id})
    given = {answer_id: value for kind, answer_id, value in rows if kind == VOTE}
    kinds = {kind for kind, _, _ in rows}
    return Mine(vote=given.pop(None, 0), answer_votes=given, has_me_too=ME_TOO in kinds, is_following=FOLLOWS in kinds)


@lru_cache
def _mine() -> Statement:
    question_id: BindParameter[int] = bindparam("question_id")
    reader_id: BindParameter[int] = bindparam("reader_id")
    nothing, one = cast(null(), Vote.answer_id.type), cast(literal(1), Vote.value.type)
    return Statement(
        union_all(
            select(literal(VOTE), VOTES.c.answer_id, VOTES.c.value)
            .select_from(VOTES.outerjoin(ANSWERS, ANSWERS.c.id == VOTES.c.answer_id))
            .where(VOTES.c.voter_id == reader_id)
            .where(or_(VOTES.c.question_id == question_id, ANSWERS.c.question_id == question_id)),
            select(literal(ME_TOO), nothing, one)
            .select_from(ME_TOOS)
            .where(ME_TOOS.c.question_id == question_id, ME_TOOS.c.user_id == reader_id),
            select(literal(FOLLOWS), nothing, one)
            .select_from(FOLLOWINGS)
            .where(FOLLOWINGS.c.question_id == question_id, FOLLOWINGS.c.user_id == reader_id),
        )
    )


def is_followed_by(reader: Reader) -> ColumnElement[bool]:
    """Questions that the reader follows, themselves or by one of their topics."""
    return or_(
        QUESTIONS.c.id.in_(
            select(Follow.question_id).where(Follow.user_id == reader.id, Follow.question_id.is_not(None))
        ),
        QUESTIONS.c.id.in_(
            select(question_tags.c.question_id)
            .join(Follow, Follow.tag_id == question_tags.c.tag_id)
            .where(Follow.user_id == reader.id)
        ),
    )
