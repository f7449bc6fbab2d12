"""Looking at what was flagged: claims, decisions, what follows from them, and taking them back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.errors import Conflict, Invalid, NotFound, Refused
from forum.base.markup import render
from forum.moderation import actions
from forum.moderation.actions import Seen
from forum.moderation.models import CLAIM_LEASE, DECIDED, DECISIONS, MENDING, OPEN, ReviewItem
from forum.moderation.queries import (
    asked_to_mend,
    find_decision,
    find_item,
    find_items,
    find_texts,
    flags_of,
    last_decision,
    list_decisions,
    list_items,
    next_item,
    read_author,
)
from forum.moderation.rules import may_choose, may_claim, may_decide, may_undo
from forum.questions import actions as questions
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_comment, make_flag, make_question
from tests.ground import made_once

MINUTE = timedelta(minutes=1)
Cast = dict[str, User]


@made_once
def question(session: Session, anna: User) -> Question:
    return make_question(session, anna, tags=("router",))


@made_once
def answer(session: Session, bruno: User, question: Question) -> Answer:
    return make_answer(session, bruno, question)


@made_once
def item(session: Session, carla: User, answer: Answer) -> ReviewItem:
    return make_flag(session, carla, answer).item


def verbs(session: Session) -> list[str]:
    session.flush()
    return list(session.scalars(select(StaffAct.verb).order_by(StaffAct.id)))


@pytest.mark.parametrize(
    "who, allowed",
    [("anna", False), ("bruno", False), ("carla", False), ("elena", False), ("mia", True), ("aldo", False),
     ("ada", True)],
)  # fmt: skip
def test_who_claims_decides_and_undoes(
    session: Session, cast: Cast, item: ReviewItem, now: datetime, who: str, allowed: bool
) -> None:
    assert bool(may_claim(cast[who], item, now)) is allowed
    assert bool(may_decide(cast[who], item, now)) is allowed
    decision = actions.decide(session, cast["mia"], item, "keep", "", now)
    assert bool(may_undo(cast[who], decision)) is allowed


def test_nobody_decides_about_their_own(session: Session, cast: Cast, question: Question, now: datetime) -> None:
    item = make_flag(session, cast["anna"], make_answer(session, cast["mia"], question)).item
    assert not may_decide(cast["mia"], item, now)
    assert may_decide(cast["ada"], item, now)
    decision = actions.decide(session, cast["ada"], item, "keep", "", now)
    assert not may_undo(cast["mia"], decision)
    for find in (find_item, find_decision):
        with pytest.raises(NotFound):
            find(session, cast["mia"], item.id if find is find_item else decision.id)


def test_a_claim_keeps_others_out_until_it_lapses(
    session: Session, cast: Cast, item: ReviewItem, now: datetime
) -> None:
    mia, ada = cast["mia"], cast["ada"]
    actions.claim(session, mia, item, now)
    assert next_item(session, mia, now) is item
    assert next_item(session, ada, now) is None
    with pytest.raises(Refused, match="Mia is looking at this"):
        actions.claim(session, ada, item, now + CLAIM_LEASE - MINUTE)
    with pytest.raises(Refused, match="Mia is looking at this"):
        actions.decide(session, ada, item, "keep", "", now)
    actions.release(session, ada, item)
    assert item.is_claimed(now)
    later = now + CLAIM_LEASE
    assert next_item(session, ada, later) is item
    actions.claim(session, ada, item, later)
    assert item.claimed_by is ada
    actions.release(session, ada, item)
    assert not item.is_claimed(later)
    actions.decide(session, mia, item, "keep", "", later)
    assert not may_claim(mia, item, later)


def test_claiming_the_next_goes_down_the_list_and_begins_again(
    session: Session, cast: Cast, item: ReviewItem, now: datetime
) -> None:
    mia, ada = cast["mia"], cast["ada"]
    second = make_flag(session, cast["anna"], make_question(session, cast["bruno"]), now=now + MINUTE).item
    assert actions.claim_next(session, mia, now) is item
    assert actions.claim_next(session, ada, now) is second
    assert actions.claim_next(session, ada, now, after=second) is second
    actions.release(session, mia, item)
    assert actions.claim_next(session, ada, now, after=second) is item


OUTCOMES: dict[str, Callable[[Question], bool]] = {
    "keep": lambda post: post.is_public,
    "hide": lambda post: post.is_hidden and post.hidden_why == "It sells something.",
    "delete": lambda post: post.is_deleted,
    "mend": lambda post: post.is_hidden and post.hidden_why == "It sells something.",
    "close": lambda post: post.state == "closed" and post.closed_why == "It sells something.",
}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("kind", ["question", "answer", "comment"])
def test_a_decision_does_what_it_says_is_logged_and_can_be_taken_back(
    session: Session, cast: Cast, question: Question, answer: Answer, now: datetime, decision: str, kind: str
) -> None:
    post = {"question": question, "answer": answer, "comment": make_comment(session, cast["bruno"], answer)}[kind]
    item = make_flag(session, cast["carla"], post).item
    if decision == "close" and kind != "question":
        assert not may_choose(decision, post)
        with pytest.raises(Refused, match="Only a question"):
            actions.decide(session, cast["mia"], item, decision, "It sells something.", now)
        return
    made = actions.decide(session, cast["mia"], item, decision, "It sells something.", now)
    assert OUTCOMES[decision](post)  # type: ignore[arg-type]
    assert item.state == (MENDING if decision == "mend" else DECIDED)
    assert last_decision(session, item) is made
    act = session.scalars(select(StaffAct).order_by(StaffAct.id.desc())).first()
    assert act is not None
    assert (act.actor_id, act.target_kind, act.target_id) == (cast["mia"].id, kind, post.id)
    assert act.why == "It sells something."
    assert act.after
    actions.undo_decision(session, cast["ada"], made, now + MINUTE)
    assert post.is_public
    assert question.closed_at is None
    assert (item.state, item.flag_count, made.undone_by) == (OPEN, 1, cast["ada"])
    assert last_decision(session, item) is None
    assert verbs(session)[-1] == f"undo_decision_{kind}"
    with pytest.raises(Refused, match="undone already"):
        actions.undo_decision(session, cast["mia"], made, now)


@pytest.mark.parametrize("decision", ["hide", "mend", "close"])
def test_what_the_author_reads_needs_words(
    session: Session, cast: Cast, question: Question, now: datetime, decision: str
) -> None:
    item = make_flag(session, cast["carla"], question).item
    with pytest.raises(Invalid) as wrong:
        actions.decide(session, cast["mia"], item, decision, " ", now)
    assert set(wrong.value.errors) == {"why"}
    with pytest.raises(Invalid):
        actions.decide(session, cast["mia"], item, "burn", "Because.", now)
    assert (item.state, question.is_public) == (OPEN, True)


def test_two_at_once_one_decides_and_the_other_is_told(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime
) -> None:
    seen = Seen(item.round, answer.version)
    actions.decide(session, cast["mia"], item, "keep", "", now, seen)
    with pytest.raises(Conflict, match="Another moderator has decided"):
        actions.decide(session, cast["ada"], item, "delete", "", now, seen)
    assert answer.is_public


def test_a_text_that_changed_meanwhile_is_looked_at_again(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime
) -> None:
    seen = Seen(item.round, answer.version)
    questions.edit_answer(session, cast["bruno"], answer, render("Something harmless."), 1, now)
    with pytest.raises(Conflict, match="changed while you were reading"):
        actions.decide(session, cast["mia"], item, "delete", "", now, seen)
    actions.decide(session, cast["mia"], item, "keep", "", now, Seen(item.round, answer.version))
    assert item.state == DECIDED


def test_a_text_its_author_deleted_meanwhile_stays_deleted_when_the_decision_is_undone(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime
) -> None:
    questions.delete_answer(session, cast["bruno"], answer, now)
    assert not may_choose("hide", answer)
    made = actions.decide(session, cast["mia"], item, "delete", "", now)
    assert made.did == {}
    actions.undo_decision(session, cast["mia"], made, now)
    assert answer.is_deleted
    assert answer.deleted_by_id == cast["bruno"].id


def test_undoing_gives_an_accepted_answer_its_mark_and_its_standing_back(
    session: Session, cast: Cast, item: ReviewItem, question: Question, answer: Answer, now: datetime
) -> None:
    questions.accept_answer(session, cast["anna"], answer, now)
    made = actions.decide(session, cast["mia"], item, "hide", "It sells something.", now)
    session.refresh(cast["bruno"])
    assert (question.state, cast["bruno"].standing) == ("waiting", 0)
    actions.undo_decision(session, cast["mia"], made, now)
    session.refresh(cast["bruno"])
    assert (question.state, answer.accepted_by_id, cast["bruno"].standing) == ("solved", cast["anna"].id, 15)


def test_undoing_takes_no_mark_from_an_answer_accepted_since(
    session: Session, cast: Cast, item: ReviewItem, question: Question, answer: Answer, now: datetime
) -> None:
    questions.accept_answer(session, cast["anna"], answer, now)
    made = actions.decide(session, cast["mia"], item, "delete", "", now)
    other = make_answer(session, cast["carla"], question, accepted=True)
    actions.undo_decision(session, cast["mia"], made, now)
    assert (answer.is_public, answer.is_accepted, other.is_accepted) == (True, False, True)


def test_a_text_to_be_mended_comes_back_when_its_author_has_edited_it(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime, carry: Callable[[], None]
) -> None:
    actions.decide(session, cast["mia"], item, "mend", "Please take the name out.", now)
    session.commit()
    carry()
    assert asked_to_mend(session, cast["bruno"], answer.question_id) == {("answer", answer.id)}
    assert list_items(session, cast["mia"]).items == []
    assert list_items(session, cast["mia"], MENDING).items == [item]
    questions.edit_answer(session, cast["bruno"], answer, render("No name any more."), 1, now)
    session.commit()
    carry()
    session.refresh(item)
    assert (item.state, answer.is_hidden) == (OPEN, True)
    assert item.mended_at is not None
    made = actions.decide(session, cast["mia"], item, "keep", "", now)
    assert answer.is_public
    actions.undo_decision(session, cast["mia"], made, now)
    assert answer.hidden_why == "Please take the name out."
    again = actions.decide(session, cast["mia"], item, "mend", "One name is still there.", now)
    assert answer.hidden_why == "One name is still there."
    actions.undo_decision(session, cast["mia"], again, now)
    assert answer.hidden_why == "Please take the name out."


def test_only_the_last_decision_is_undone_and_not_where_it_was_flagged_again(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime
) -> None:
    first = actions.decide(session, cast["mia"], item, "keep", "", now)
    other = make_flag(session, cast["elena"], answer).item
    with pytest.raises(Refused, match=f"item {other.id}"):
        actions.undo_decision(session, cast["mia"], first, now)
    actions.decide(session, cast["mia"], other, "keep", "", now)
    actions.undo_decision(session, cast["mia"], first, now)
    second = actions.decide(session, cast["mia"], item, "hide", "It sells something.", now)
    assert not may_undo(cast["mia"], first)
    assert may_undo(cast["mia"], second)
    assert [each.id for each in list_decisions(session, cast["mia"]).items][-1] == first.id


def test_many_at_once_leave_what_cannot_be_decided(
    session: Session, cast: Cast, item: ReviewItem, answer: Answer, now: datetime
) -> None:
    mia, ada = cast["mia"], cast["ada"]
    posts = [make_question(session, cast["bruno"]) for _ in range(3)]
    items = [make_flag(session, cast["anna"], post).item for post in posts]
    actions.claim(session, ada, items[0], now)
    actions.decide(session, ada, items[1], "keep", "", now)
    found = find_items(session, mia, [each.id for each in (item, *items)] + [987654])
    seen = [(found[each.id], Seen(0, 1)) for each in (item, *items)]
    made, left = actions.decide_all(session, mia, seen, "delete", "", now)
    assert [each.item for each in made] == [item, items[2]]
    assert left == items[:2]
    assert (answer.is_deleted, posts[0].is_public, posts[1].is_public, posts[2].is_deleted) == (True, True, True, True)
    with pytest.raises(Invalid):
        actions.decide_all(session, mia, seen, "hide", "", now)
    with pytest.raises(Refused):
        actions.decide_all(session, cast["aldo"], seen, "delete", "", now)


def test_what_a_moderator_sees_of_an_item(session: Session, cast: Cast, item: ReviewItem, now: datetime) -> None:
    make_flag(session, cast["anna"], find_texts(session, [item])[item.id], "dangerous", "It burns.")
    assert [flag.reason for flag in flags_of(session, [item])[item.id]] == ["spam", "dangerous"]
    actions.decide(session, cast["mia"], item, "hide", "It sells something.", now)
    record = read_author(session, cast["bruno"])
    assert (record.posts, record.removed) == (1, 1)
    assert [decision.outcome for decision in record.decisions] == ["hide"]
