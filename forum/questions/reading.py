"""What pages read of questions, in small rows: statements are put together once, and only who looks is filled in."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.base.errors import NotFound
from forum.questions.mine import Mine, find_mine
from forum.questions.queries import may_be_read
from forum.questions.rows import (
    ANSWERS,
    COMMENTS,
    LISTED,
    LISTED_WIDTH,
    QUESTIONS,
    USERS,
    WRITTEN_WIDTH,
    AnswerRow,
    CommentRow,
    QuestionPageRow,
    QuestionRow,
    Sight,
    question_fields,
    written_columns,
    written_fields,
)


@dataclass(frozen=True)
class Discussion:
    """A question with all that a reader may see under it."""

    question: QuestionPageRow
    #: What solved it first, then by score, then the older first.
    answers: Sequence[AnswerRow]
    #: By the answer they stand under; None is the question itself.
    comments: dict[int | None, list[CommentRow]] = field(default_factory=dict)
    #: What the reader has said about it.
    mine: Mine = field(default_factory=Mine)

    @property
    def vote(self) -> int:
        return self.mine.vote

    @property
    def answer_votes(self) -> Mapping[int, int]:
        return self.mine.answer_votes

    @property
    def accepted(self) -> AnswerRow | None:
        """The answer that solved it."""
        return next((answer for answer in self.answers if answer.is_accepted), None)


def read_discussion(session: Session, reader: Reader, question_id: int) -> Discussion:
    """All of a question's page at once, in four statements; raises NotFound also when it exists but not for this reader."""
    sight, given = Sight.of(reader), {"question_id": question_id, "reader_id": reader.id}
    # Asked of the connection: a session prepares each statement for objects, which are not wanted here.
    connection = session.connection()
    row = connection.execute(_question(sight), given).first()
    if row is None:
        raise NotFound("question")
    question = QuestionPageRow(*question_fields(row[:LISTED_WIDTH]), *row[LISTED_WIDTH:])
    answers = [_answer_row(row, question) for row in connection.execute(_answers(sight), given)]
    comments: dict[int | None, list[CommentRow]] = defaultdict(list)
    for row in connection.execute(_comments(sight), given):
        comments[row.answer_id].append(_comment_row(row))
    return Discussion(question, answers, comments, find_mine(session, reader, question_id))


@lru_cache
def _question(sight: Sight) -> Select[Any]:
    own = (QUESTIONS.c[name] for name in ("html", "closed_why", "origin_url", "origin_license"))
    return (
        LISTED.add_columns(*own)
        .where(QUESTIONS.c.id == bindparam("question_id"))
        .where(may_be_read(sight, QUESTIONS.c))
    )


@lru_cache
def _answers(sight: Sight) -> Select[Any]:
    own = ("html", "language", "score", "accepted_at", "origin_url", "origin_license")
    return (
        select(*written_columns(ANSWERS), *(ANSWERS.c[name] for name in own))
        .select_from(ANSWERS.join(USERS, USERS.c.id == ANSWERS.c.author_id))
        .where(ANSWERS.c.question_id == bindparam("question_id"))
        .where(may_be_read(sight, ANSWERS.c))
        .order_by(ANSWERS.c.accepted_at.is_(None), ANSWERS.c.score.desc(), ANSWERS.c.created_at, ANSWERS.c.id)
    )


def _answer_row(row: Sequence[Any], question: QuestionRow) -> AnswerRow:
    return AnswerRow(*written_fields(row[:WRITTEN_WIDTH]), *(question, *row[WRITTEN_WIDTH:]))


@lru_cache
def _comments(sight: Sight) -> Select[Any]:
    """Comments under an answer that the reader may not see are not seen either."""
    return (
        select(*written_columns(COMMENTS), COMMENTS.c.answer_id, COMMENTS.c.html)
        .select_from(
            COMMENTS.join(USERS, USERS.c.id == COMMENTS.c.author_id).outerjoin(
                ANSWERS, ANSWERS.c.id == COMMENTS.c.answer_id
            )
        )
        .where(COMMENTS.c.question_id == bindparam("question_id"))
        .where(may_be_read(sight, COMMENTS.c))
        .where(or_(COMMENTS.c.answer_id.is_(None), may_be_read(sight, ANSWERS.c)))
        .order_by(COMMENTS.c.created_at, COMMENTS.c.id)
    )


def _comment_row(row: Sequence[Any]) -> CommentRow:
    return CommentRow(*written_fields(row))
