"""What pages read of questions: statements are put together once, and only who looks is filled in."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.base.errors import NotFound
from forum.base.statements import Raw, Statement, connection_of
from forum.questions.mine import Mine, find_mine
from forum.questions.queries import may_be_read
from forum.questions.rows import (
    ANSWERS,
    AUTHOR_ID,
    COMMENTS,
    DELETED_BY_ID,
    HIDDEN_AT,
    QUESTION_COLUMNS,
    QUESTIONS,
    QUESTIONS_WITH_ASKERS,
    USERS,
    WRITTEN_WIDTH,
    AnswerRow,
    QuestionPageRow,
    Sight,
    answer_row,
    question_page_row,
    written_columns,
)

_OF_QUESTIONS = ("html", "closed_why", "origin_url", "origin_license")
_OF_ANSWERS = ("html", "language", "score", "accepted_at", "origin_url", "origin_license")
_OF_COMMENTS = ("html", "answer_id")

#: Where these stand in the rows of answers and of comments.
ACCEPTED_AT = WRITTEN_WIDTH + _OF_ANSWERS.index("accepted_at")
ANSWER_ID = WRITTEN_WIDTH + _OF_COMMENTS.index("answer_id")


@dataclass(frozen=True)
class Discussion:
    """A question with all that a reader may see under it; what stands under it is as the driver gave it."""

    question: QuestionPageRow
    question_raw: Raw
    #: What solved it first, then by score, then the older first.
    answers: Sequence[Raw]
    #: By the answer they stand under; None is the question itself.
    comments: Mapping[int | None, Sequence[Raw]] = field(default_factory=dict)
    #: What the reader has said about it.
    mine: Mine = field(default_factory=Mine)

    @property
    def accepted_raw(self) -> Raw | None:
        return next((raw for raw in self.answers if raw[ACCEPTED_AT] is not None), None)

    @property
    def accepted(self) -> AnswerRow | None:
        """The answer that solved it."""
        found = self.accepted_raw
        return None if found is None else answer_row(found, self.question.above)

    def ordered(self, key: Callable[[AnswerRow], Any]) -> "Discussion":
        """The same with its answers in another order."""
        above = self.question.above
        return replace(self, answers=sorted(self.answers, key=lambda raw: key(answer_row(raw, above))))

    def _texts(self) -> list[Raw]:
        return [self.question_raw, *self.answers, *(raw for raws in self.comments.values() for raw in raws)]

    def is_about(self, person_id: int | None) -> bool:
        """Whether somebody wrote or deleted a text here."""
        return any(raw[AUTHOR_ID] == person_id or raw[DELETED_BY_ID] == person_id for raw in self._texts())

    def has_hidden_of(self, person_id: int | None) -> bool:
        """Whether a text of theirs is hidden here."""
        return any(raw[AUTHOR_ID] == person_id and raw[HIDDEN_AT] is not None for raw in self._texts())


def read_discussion(session: Session, reader: Reader, question_id: int) -> Discussion:
    """All of a question's page at once, in four statements; raises NotFound also when it exists but not for this reader."""
    sight, given = Sight.of(reader), {"question_id": question_id, "reader_id": reader.id}
    connection = connection_of(session)
    found = _question(sight).ask(connection, given)
    if not found:
        raise NotFound("question")
    answers = _answers(sight).ask(connection, given)
    comments: dict[int | None, list[Raw]] = defaultdict(list)
    for raw in _comments(sight).ask(connection, given):
        comments[raw[ANSWER_ID]].append(raw)
    mine = find_mine(connection, reader, question_id)
    return Discussion(question_page_row(found[0]), found[0], answers, comments, mine)


@lru_cache
def _question(sight: Sight) -> Statement:
    return Statement(
        select(*QUESTION_COLUMNS, *(QUESTIONS.c[name] for name in _OF_QUESTIONS))
        .select_from(QUESTIONS_WITH_ASKERS)
        .where(QUESTIONS.c.id == bindparam("question_id"))
        .where(may_be_read(sight, QUESTIONS.c))
    )


@lru_cache
def _answers(sight: Sight) -> Statement:
    return Statement(
        select(*written_columns(ANSWERS), *(ANSWERS.c[name] for name in _OF_ANSWERS))
        .select_from(ANSWERS.join(USERS, USERS.c.id == ANSWERS.c.author_id))
        .where(ANSWERS.c.question_id == bindparam("question_id"))
        .where(may_be_read(sight, ANSWERS.c))
        .order_by(ANSWERS.c.accepted_at.is_(None), ANSWERS.c.score.desc(), ANSWERS.c.created_at, ANSWERS.c.id)
    )


@lru_cache
def _comments(sight: Sight) -> Statement:
    """Comments under an answer that the reader may not see are not seen either."""
    return Statement(
        select(*written_columns(COMMENTS), *(COMMENTS.c[name] for name in _OF_COMMENTS))
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
