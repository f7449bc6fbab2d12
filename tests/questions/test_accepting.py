"""Who solves a question, and what follows from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, StandingEntry, User
from forum.contacts.models import Contact, TimelineEntry
from forum.questions import actions
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_question
from tests.ground import made_once

Asked = tuple[Question, Answer, Answer]


@made_once
def asked(session: Session, anna: User, bruno: User, carla: User) -> Asked:
    question = make_question(session, anna)
    return question, make_answer(session, bruno, question), make_answer(session, carla, question)


def standing(session: Session, user: User) -> int:
    session.flush()
    return session.scalar(select(User.standing).where(User.id == user.id)) or 0


def test_accepting_solves_the_question_and_credits_the_author(
    session: Session, asked: Asked, anna: User, bruno: User, now: datetime
) -> None:
    question, answer, _ = asked
    assert question.state == "answered"
    actions.accept_answer(session, anna, answer, now)
    assert question.state == "solved"
    assert answer.accepted_by_id == anna.id
    assert standing(session, bruno) == 15


def test_accepting_twice_credits_once(session: Session, asked: Asked, anna: User, bruno: User, now: datetime) -> None:
    _, answer, _ = asked
    actions.accept_answer(session, anna, answer, now)
    actions.accept_answer(session, anna, answer, now)
    assert standing(session, bruno) == 15


def test_accepting_another_answer_moves_the_mark_and_the_credit(
    session: Session, asked: Asked, anna: User, bruno: User, carla: User, now: datetime
) -> None:
    question, first, second = asked
    actions.accept_answer(session, anna, first, now)
    actions.accept_answer(session, anna, second, now)
    assert (first.is_accepted, second.is_accepted, question.state) == (False, True, "solved")
    assert (standing(session, bruno), standing(session, carla)) == (0, 15)


@pytest.mark.parametrize("ending", ["withdraw", "hide", "delete"])
def test_what_followed_from_an_acceptance_ends_with_it(
    session: Session, asked: Asked, cast: dict[str, User], ending: str, now: datetime
) -> None:
    question, answer, _ = asked
    actions.accept_answer(session, cast["anna"], answer, now)
    if ending == "withdraw":
        actions.withdraw_acceptance(session, cast["anna"], answer, now)
    if ending == "hide":
        actions.hide_answer(session, cast["mia"], answer, "Sells something", now)
    if ending == "delete":
        actions.delete_answer(session, cast["bruno"], answer, now)
    assert question.state == "answered"
    assert not answer.is_accepted
    assert standing(session, cast["bruno"]) == 0
    assert session.scalars(select(StandingEntry)).all() == []


def test_nobody_earns_by_accepting_their_own_answer(session: Session, anna: User, now: datetime) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, anna, question, accepted=True)
    assert question.state == "solved"
    assert answer.is_accepted
    assert standing(session, anna) == 0


@pytest.mark.parametrize("who, logged", [("anna", 0), ("aldo", 1), ("mia", 1)])
def test_staff_who_accept_in_the_askers_place_are_logged(
    session: Session, asked: Asked, cast: dict[str, User], who: str, logged: int, now: datetime
) -> None:
    _, answer, _ = asked
    actions.accept_answer(session, cast[who], answer, now)
    session.flush()
    acts = session.scalars(select(StaffAct)).all()
    assert len(acts) == logged
    assert all(act.verb == "accept_answer" and act.after == {"accepted_answer_id": answer.id} for act in acts)


def test_both_timelines_know_who_was_helped_and_who_helped(
    session: Session, anna: User, bruno: User, now: datetime
) -> None:
    for user in (anna, bruno):
        session.add(Contact(name=user.name, user_id=user.id, created_at=now))
    session.flush()
    make_answer(session, bruno, make_question(session, anna), accepted=True)
    kinds = session.execute(
        select(Contact.user_id, TimelineEntry.kind).join(Contact, Contact.id == TimelineEntry.contact_id)
    ).all()
    assert set(kinds) == {
        (anna.id, "asked"),
        (anna.id, "was_helped"),
        (bruno.id, "answered"),
        (bruno.id, "helped"),
    }


def test_accepting_writes_its_deliveries_in_the_same_transaction(
    session: Session, parts: Any, asked: Asked, anna: User, now: datetime, carry: Callable[[], None]
) -> None:
    from forum.base.outbox import Delivery
    from forum.questions.events import AcceptanceWithdrawn, AnswerAccepted

    heard: list[object] = []
    for kind in (AnswerAccepted, AcceptanceWithdrawn):
        parts.subscriptions.subscribe(kind, lambda _session, event: heard.append(event), name="ear")
    _, first, second = asked
    actions.accept_answer(session, anna, first, now)
    actions.accept_answer(session, anna, second, now)
    assert session.scalars(
        select(Delivery.event).where(Delivery.subscriber.endswith(">ear")).order_by(Delivery.id)
    ).all() == [
        "AnswerAccepted",
        "AcceptanceWithdrawn",
        "AnswerAccepted",
    ]
    session.commit()
    carry()
    assert heard == [AnswerAccepted(first.id), AcceptanceWithdrawn(first.id), AnswerAccepted(second.id)]
