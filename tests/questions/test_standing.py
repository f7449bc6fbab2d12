"""What votes give their author, and what becomes of it when the text is taken from sight and brought back."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry, User
from forum.contacts.models import TimelineEntry
from forum.questions import actions
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_contact, make_question, make_user, make_vote
from tests.ground import made_once

Cast = dict[str, User]


@made_once
def answer(session: Session, cast: Cast) -> Answer:
    """An answer of Bruno's with three votes for it and one against: 5 points."""
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]))
    for number, value in enumerate((1, 1, 1, -1)):
        make_vote(session, make_user(session, f"voter{number}"), answer, value)
    return answer


def standing(session: Session, user: User) -> tuple[int, int]:
    """What is written at the user, and what the entries come to: always the same."""
    session.flush()
    kept = session.scalar(select(User.standing).where(User.id == user.id))
    summed = session.scalar(select(func.sum(StandingEntry.points)).where(StandingEntry.user_id == user.id))
    return kept or 0, summed or 0


def hide(session: Session, cast: Cast, answer: Answer, now: datetime) -> None:
    actions.hide_answer(session, cast["mia"], answer, "Sells something", now)


def restore(session: Session, cast: Cast, answer: Answer, now: datetime) -> None:
    actions.restore_answer(session, cast["mia"], answer, now)


def delete(session: Session, cast: Cast, answer: Answer, now: datetime) -> None:
    actions.delete_answer(session, cast["bruno"], answer, now)


def undelete(session: Session, cast: Cast, answer: Answer, now: datetime) -> None:
    actions.undelete_answer(session, cast["bruno"], answer, now)


Act = Callable[[Session, Cast, Answer, datetime], None]


@pytest.mark.parametrize("away, back", [(hide, restore), (delete, undelete)])
def test_votes_give_nothing_while_nobody_sees_the_text(
    session: Session, cast: Cast, answer: Answer, now: datetime, away: Act, back: Act
) -> None:
    assert standing(session, cast["bruno"]) == (5, 5)
    for _ in range(2):
        away(session, cast, answer, now)
        assert standing(session, cast["bruno"]) == (0, 0)
        assert answer.score == 2
        back(session, cast, answer, now)
        assert standing(session, cast["bruno"]) == (5, 5)


def test_a_text_that_is_hidden_and_deleted_counts_again_when_it_is_neither(
    session: Session, cast: Cast, answer: Answer, now: datetime
) -> None:
    hide(session, cast, answer, now)
    delete(session, cast, answer, now)
    restore(session, cast, answer, now)
    assert standing(session, cast["bruno"]) == (0, 0)
    undelete(session, cast, answer, now)
    assert standing(session, cast["bruno"]) == (5, 5)


def test_a_vote_changed_after_the_text_came_back_counts_once(
    session: Session, cast: Cast, answer: Answer, now: datetime
) -> None:
    make_vote(session, cast["carla"], answer, 1)
    hide(session, cast, answer, now)
    restore(session, cast, answer, now)
    make_vote(session, cast["carla"], answer, -1)
    assert standing(session, cast["bruno"]) == (4, 4)
    make_vote(session, cast["carla"], answer, 0)
    assert standing(session, cast["bruno"]) == (5, 5)


def test_the_votes_of_other_texts_are_left_alone(session: Session, cast: Cast, answer: Answer, now: datetime) -> None:
    question: Question = make_question(session, cast["bruno"])
    make_vote(session, cast["carla"], question)
    hide(session, cast, answer, now)
    assert standing(session, cast["bruno"]) == (2, 2)
    actions.hide_question(session, cast["mia"], question, "Sells something", now)
    assert standing(session, cast["bruno"]) == (0, 0)


@pytest.mark.parametrize("ending", ["withdraw", "hide", "delete", "other"])
def test_an_acceptance_that_ends_is_on_no_timeline(
    session: Session, cast: Cast, answer: Answer, now: datetime, ending: str
) -> None:
    make_contact(session, "Anna", user=cast["anna"])
    make_contact(session, "Bruno", user=cast["bruno"])

    def told() -> set[str]:
        rows = session.scalars(
            select(TimelineEntry.kind).where(TimelineEntry.cause_kind == "answer", TimelineEntry.cause_id == answer.id)
        )
        return set(rows) & {"helped", "was_helped"}

    actions.accept_answer(session, cast["anna"], answer, now)
    assert told() == {"helped", "was_helped"}
    if ending == "withdraw":
        actions.withdraw_acceptance(session, cast["anna"], answer, now)
    elif ending == "other":
        other = make_answer(session, cast["carla"], answer.question)
        actions.accept_answer(session, cast["anna"], other, now)
    else:
        {"hide": hide, "delete": delete}[ending](session, cast, answer, now)
    assert told() == set()
