"""Doubting a text: who may, once each, and what becomes of the list."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, User
from forum.base.errors import Invalid, Refused, TooMany
from forum.moderation import actions
from forum.moderation.models import DECIDED, DROPPED, HEAD_START, OPEN, REASONS, Flag, ReviewItem
from forum.moderation.queries import (
    MOST_COUNTED,
    asked_to_mend,
    count_open,
    find_earlier_flag,
    list_items,
    list_own_flags,
    visible_items,
)
from forum.moderation.rules import may_flag, may_review, may_withdraw_flag
from forum.questions import actions as questions
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_comment, make_flag, make_question, make_user
from tests.ground import made_once

MINUTE = timedelta(minutes=1)


@made_once
def question(session: Session, anna: User) -> Question:
    return make_question(session, anna)


@made_once
def answer(session: Session, bruno: User, question: Question) -> Answer:
    return make_answer(session, bruno, question)


@pytest.mark.parametrize(
    "who, allowed",
    [("anna", True), ("bruno", False), ("carla", True), ("mia", True), ("aldo", True), ("ada", True)],
)
def test_who_flags_an_answer_of_bruno(cast: dict[str, User], answer: Answer, who: str, allowed: bool) -> None:
    assert bool(may_flag(cast[who], answer)) is allowed


def test_visitors_and_removed_texts(
    session: Session, cast: dict[str, User], question: Question, answer: Answer, now: datetime
) -> None:
    comment = make_comment(session, cast["carla"], answer)
    assert may_flag(cast["anna"], comment)
    assert not may_flag(VISITOR, comment)
    questions.hide_answer(session, cast["mia"], answer, "Sells something", now)
    assert not may_flag(cast["anna"], answer)
    questions.hide_question(session, cast["mia"], question, "Sells something", now)
    assert not may_flag(cast["mia"], comment)


@pytest.mark.parametrize(
    "who, allowed", [("anna", False), ("mia", True), ("elena", False), ("aldo", False), ("ada", True)]
)
def test_who_sees_what_was_flagged(cast: dict[str, User], who: str, allowed: bool) -> None:
    assert bool(may_review(cast[who])) is allowed


def test_several_flags_on_one_text_are_one_item(
    session: Session, cast: dict[str, User], answer: Answer, now: datetime
) -> None:
    first = make_flag(session, cast["anna"], answer, "spam")
    second = make_flag(session, cast["carla"], answer, "dangerous", "It can burn.", now=now + MINUTE)
    assert first.item is second.item
    item = first.item
    assert (item.flag_count, item.state, item.author_id) == (2, OPEN, answer.author_id)
    assert item.rank_at == now - HEAD_START["dangerous"]


def test_a_second_flag_is_told_so_kindly_and_changes_nothing(
    session: Session, cast: dict[str, User], answer: Answer, now: datetime
) -> None:
    flag = make_flag(session, cast["anna"], answer, "spam")
    with pytest.raises(Refused, match="flagged this already"):
        make_flag(session, cast["anna"], answer, "rude")
    assert (flag.reason, flag.item.flag_count) == ("spam", 1)
    actions.decide(session, cast["mia"], flag.item, "keep", "", now)
    with pytest.raises(Refused, match="among your flags"):
        make_flag(session, cast["anna"], answer, "rude")
    answer.version += 1
    assert make_flag(session, cast["anna"], answer, "rude").item is not flag.item


def test_the_same_form_makes_one_flag(session: Session, anna: User, answer: Answer, now: datetime) -> None:
    flags = [actions.flag_text(session, anna, answer, "spam", "", now, once="a" * 32) for _ in range(2)]
    assert flags[0] is flags[1]


def test_a_flag_can_be_taken_back_and_raised_again(
    session: Session, cast: dict[str, User], answer: Answer, now: datetime
) -> None:
    flag, other = make_flag(session, cast["anna"], answer), make_flag(session, cast["carla"], answer)
    assert not may_withdraw_flag(cast["carla"], flag)
    actions.withdraw_flag(session, cast["anna"], flag, now)
    assert (flag.item.state, flag.item.flag_count) == (OPEN, 1)
    assert not may_withdraw_flag(cast["anna"], flag)
    actions.withdraw_flag(session, cast["carla"], other, now)
    assert (flag.item.state, flag.item.flag_count) == (DROPPED, 0)
    again = make_flag(session, cast["anna"], answer, "rude")
    assert again.item.state == OPEN
    assert find_earlier_flag(session, cast["anna"], answer) is again
    actions.decide(session, cast["mia"], again.item, "keep", "", now)
    assert again.item.state == DECIDED
    assert not may_withdraw_flag(cast["anna"], again)


def test_raising_a_flag_again_before_the_list_forgot_it_uses_the_same_row(
    session: Session, cast: dict[str, User], answer: Answer, now: datetime
) -> None:
    flag = make_flag(session, cast["anna"], answer)
    make_flag(session, cast["carla"], answer)
    actions.withdraw_flag(session, cast["anna"], flag, now)
    assert make_flag(session, cast["anna"], answer, "rude") is flag
    assert (flag.reason, flag.withdrawn_at, flag.item.flag_count) == ("rude", None, 2)


@pytest.mark.parametrize(
    "reason, words, field", [("nonsense", "", "reason"), ("", "", "reason"), ("other", " ", "words")]
)
def test_what_cannot_be_a_flag(
    session: Session, anna: User, answer: Answer, now: datetime, reason: str, words: str, field: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        actions.flag_text(session, anna, answer, reason, words, now)
    assert set(wrong.value.errors) == {field}
    assert not session.scalar(select(func.count()).select_from(ReviewItem))


def test_flags_are_limited_by_the_day(session: Session, anna: User, bruno: User, now: datetime) -> None:
    posts = [make_question(session, bruno) for _ in range(21)]
    for post in posts[:20]:
        actions.flag_text(session, anna, post, "spam", "", now)
    with pytest.raises(TooMany):
        actions.flag_text(session, anna, posts[20], "spam", "", now)
    later = now + timedelta(days=2)
    assert actions.flag_text(session, anna, posts[20], "spam", "", later).item.state == OPEN


def test_the_list_puts_harm_first_and_then_age_and_lets_nothing_starve(
    session: Session, cast: dict[str, User], question: Question, now: datetime
) -> None:
    def flagged(reason: str, ago: timedelta) -> int:
        post = make_answer(session, cast["bruno"], question, text=f"An answer that is {reason} since {ago}.")
        return make_flag(session, cast["carla"], post, reason, "words", now=now - ago).item_id

    misplaced_long = flagged("wrong_place", timedelta(days=3))
    spam, misplaced = flagged("spam", timedelta(hours=1)), flagged("wrong_place", timedelta(hours=1))
    dangerous, private = flagged("dangerous", MINUTE), flagged("private", 2 * MINUTE)
    first = list_items(session, cast["mia"], size=2)
    assert [item.id for item in first.items] == [private, dangerous]
    rest = list_items(session, cast["mia"], cursor=first.next)
    assert [item.id for item in rest.items] == [misplaced_long, spam, misplaced]
    assert rest.next is None


def test_nobody_sees_what_was_flagged_of_their_own(session: Session, cast: dict[str, User], question: Question) -> None:
    theirs = make_answer(session, cast["mia"], question)
    make_flag(session, cast["anna"], theirs)
    assert count_open(session, cast["mia"]) == 0
    assert count_open(session, cast["ada"]) == 1
    assert not session.scalars(visible_items(cast["mia"])).all()
    with pytest.raises(Refused):
        visible_items(cast["aldo"])


def test_the_number_in_the_navigation_stops_counting(
    session: Session, cast: dict[str, User], question: Question, now: datetime
) -> None:
    session.add_all(
        ReviewItem(
            target_kind="question", target_id=number, question_id=question.id, author_id=question.asker_id,
            state=OPEN, flagged_at=now, rank_at=now, text_version=1,
        )
        for number in range(1000, 1000 + MOST_COUNTED + 20)
    )  # fmt: skip
    session.flush()
    assert count_open(session, cast["mia"]) == MOST_COUNTED


def test_own_flags_are_ones_own(session: Session, cast: dict[str, User], answer: Answer, question: Question) -> None:
    mine = make_flag(session, cast["carla"], answer)
    make_flag(session, cast["elena"], answer)
    assert list_own_flags(session, cast["carla"]).items == [mine]
    assert not asked_to_mend(session, cast["bruno"], question.id)


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_can_be_kept(session: Session, anna: User, bruno: User, reason: str) -> None:
    post: Any = make_question(session, bruno)
    assert make_flag(session, anna, post, reason, "words").reason == reason


def test_the_database_keeps_one_item_a_text_and_one_flag_a_person(
    session: Session, anna: User, answer: Answer, now: datetime
) -> None:
    from sqlalchemy.exc import IntegrityError

    flag = make_flag(session, anna, answer)
    item = flag.item
    twin = ReviewItem(
        target_kind="answer", target_id=answer.id, question_id=item.question_id, author_id=item.author_id,
        state=OPEN, flagged_at=now, rank_at=now, text_version=1,
    )  # fmt: skip
    second = Flag(item_id=item.id, flagger_id=anna.id, reason="spam", text_version=1, at=now)
    for row in (twin, second):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.add(row)
            session.flush()


def test_a_stranger_with_many_flags_is_still_one_person(session: Session, answer: Answer) -> None:
    people = [make_user(session, f"reader{number}") for number in range(3)]
    items = {make_flag(session, person, answer).item_id for person in people}
    assert len(items) == 1
