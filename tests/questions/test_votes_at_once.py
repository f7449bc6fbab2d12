"""Several people's votes taken at once leave what the same votes leave one by one."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry, User
from forum.base.errors import Invalid, Refused
from forum.questions import actions
from forum.questions.models import Answer, Question, Vote
from tests.builders import make_answer, make_question
from tests.ground import made_once


@made_once
def answers(session: Session, anna: User, bruno: User) -> tuple[Answer, Answer]:
    return tuple(make_answer(session, bruno, make_question(session, anna)) for _ in range(2))  # type: ignore[return-value]


def left(session: Session, answer: Answer) -> tuple[object, ...]:
    votes = session.scalars(select(Vote).where(Vote.answer_id == answer.id).order_by(Vote.at)).all()
    entries = session.scalars(select(StandingEntry).where(StandingEntry.cause_id.in_([vote.id for vote in votes])))
    return (
        [(vote.voter_id, vote.value, vote.at) for vote in votes],
        sorted((entry.user_id, entry.reason, entry.points, entry.at) for entry in entries),
        (answer.up_count, answer.down_count, answer.score),
    )


def test_they_leave_what_single_votes_leave(
    session: Session, answers: tuple[Answer, Answer], anna: User, carla: User, mia: User, bruno: User, now: datetime
) -> None:
    single, together = answers
    given = [(anna, 1), (carla, -1), (mia, 1)]
    moments = [now + timedelta(minutes=number) for number in range(3)]
    for (actor, value), at in zip(given, moments, strict=True):
        actions.vote(session, actor, single, value, at)
    after_one = session.scalar(select(User.standing).where(User.id == bruno.id)) or 0
    actions.take_votes(session, together, [(*each, at) for each, at in zip(given, moments, strict=True)])
    assert left(session, together) == left(session, single)
    assert left(session, together)[2] == (2, 1, 1)
    assert session.scalar(select(User.standing).where(User.id == bruno.id)) == 2 * after_one != 0


@pytest.mark.parametrize("value", [0, 2, -3])
def test_what_is_no_vote_is_refused(
    session: Session, answers: tuple[Answer, Answer], anna: User, value: int, now: datetime
) -> None:
    with pytest.raises(Invalid):
        actions.take_votes(session, answers[0], [(anna, value, now)])
    actions.take_votes(session, answers[0], [(anna, 1, now)])


def test_nobody_votes_on_their_own(
    session: Session, answers: tuple[Answer, Answer], anna: User, bruno: User, now: datetime
) -> None:
    with pytest.raises(Refused, match="yourself"):
        actions.take_votes(session, answers[0], [(anna, 1, now), (bruno, 1, now)])
    assert session.scalars(select(Vote)).all() == []


def test_a_question_is_voted_on_as_an_answer_is(
    session: Session, answers: tuple[Answer, Answer], bruno: User, carla: User, now: datetime
) -> None:
    question: Question = answers[0].question
    actions.take_votes(session, question, [(bruno, 1, now), (carla, 1, now)])
    assert (question.up_count, question.down_count, question.score) == (2, 0, 2)
