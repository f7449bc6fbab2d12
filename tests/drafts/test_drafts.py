"""A draft is one sheet for each purpose, its writer's alone, and never overwritten unseen."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, User
from forum.base.errors import Invalid, NotFound, Refused
from forum.drafts import actions, rules
from forum.drafts.models import Draft, Purpose
from forum.drafts.queries import find_draft, find_own_draft, list_drafts

ANSWER = Purpose("answer", 7)


def save(session: Session, who: User, now: datetime, text: str = "Have you", version: int = 0) -> Draft | None:
    return actions.save_draft(session, who, ANSWER, {"text": text}, version, now)


def test_saving_again_changes_the_one_draft(session: Session, anna: User, now: datetime) -> None:
    first = save(session, anna, now)
    assert first is not None and first.version == 1
    second = save(session, anna, now, "Have you tried", version=1)
    assert second is not None and (second.id, second.version, second.text) == (first.id, 2, "Have you tried")


def test_an_older_version_is_refused_and_told_the_newer_text(session: Session, anna: User, now: datetime) -> None:
    save(session, anna, now)
    save(session, anna, now, "on the telephone", version=1)
    with pytest.raises(actions.NewerDraft) as refused:
        save(session, anna, now, "on the computer", version=1)
    assert refused.value.draft is not None
    assert (refused.value.draft.version, refused.value.draft.parts["text"]) == (2, "on the telephone")
    kept = save(session, anna, now, "on the computer", version=2)
    assert kept is not None and kept.text == "on the computer"


def test_the_same_text_sent_again_is_no_conflict(session: Session, anna: User, now: datetime) -> None:
    save(session, anna, now)
    again = save(session, anna, now, version=0)
    assert again is not None and again.version == 1


def test_nobody_sees_or_discards_the_draft_of_somebody_else(
    session: Session, cast: dict[str, User], now: datetime
) -> None:
    draft = save(session, cast["anna"], now)
    assert draft is not None
    for name, person in cast.items():
        is_hers = name == "anna"
        assert (find_draft(session, person, ANSWER) is draft) is is_hers
        assert bool(rules.may_discard_draft(person, draft)) is is_hers
        assert bool(list_drafts(session, person)) is is_hers
        assert rules.may_keep_drafts(person)
        if not is_hers:
            with pytest.raises(NotFound):
                find_own_draft(session, person, draft.id)
    assert find_draft(session, VISITOR, ANSWER) is None
    assert not rules.may_keep_drafts(VISITOR)
    assert not rules.may_discard_draft(VISITOR, draft)


def test_what_was_sent_or_discarded_elsewhere_does_not_come_back_unseen(
    session: Session, anna: User, now: datetime
) -> None:
    draft = save(session, anna, now)
    assert draft is not None
    actions.discard_draft(session, anna, draft, now)
    assert find_draft(session, anna, ANSWER) is None
    with pytest.raises(actions.NewerDraft) as refused:
        save(session, anna, now, "more of it", version=1)
    assert refused.value.draft is None
    actions.take_back_draft(session, anna, draft)
    assert find_draft(session, anna, ANSWER) is draft
    actions.end_draft(session, anna, ANSWER)
    with pytest.raises(actions.NewerDraft):
        save(session, anna, now, "more of it", version=1)


def test_an_emptied_draft_ends(session: Session, anna: User, now: datetime) -> None:
    save(session, anna, now)
    assert save(session, anna, now, "  \n ", version=1) is None
    assert session.scalar(select(func.count()).select_from(Draft)) == 0


@pytest.mark.parametrize("text", ["x" * 40_001, "\ud800"])
def test_what_no_text_can_be_is_refused(session: Session, anna: User, now: datetime, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(session, anna, now, text)
    assert set(refused.value.errors) == {"text"}


def test_nobody_has_more_than_so_many(session: Session, anna: User, now: datetime) -> None:
    for number in range(1, actions.MOST + 1):
        actions.save_draft(session, anna, Purpose("answer", number), {"text": "x"}, 0, now)
    with pytest.raises(Refused):
        actions.save_draft(session, anna, Purpose("question"), {"title": "one more", "text": ""}, 0, now)
    assert actions.save_draft(session, anna, Purpose("answer", 1), {"text": "xy"}, 1, now)


def test_drafts_end_after_their_time(session: Session, anna: User, bruno: User, now: datetime) -> None:
    old = save(session, anna, now - actions.LIFETIME - timedelta(hours=1))
    fresh = save(session, bruno, now - actions.LIFETIME + timedelta(hours=1))
    thrown = actions.save_draft(session, anna, Purpose("question"), {"title": "x", "text": "y"}, 0, now)
    assert old and fresh and thrown
    actions.discard_draft(session, anna, thrown, now - actions.BASKET - timedelta(minutes=1))
    actions.forget_old_drafts(session, now)
    assert session.scalars(select(Draft.id)).all() == [fresh.id]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "question",
        "question-1",
        "answer-0",
        "answer--1",
        "answer-007",
        "mail-7",
        "answer-7\n",
        "answer-1" + "0" * 18,
    ],
)
def test_a_purpose_none_of_our_forms_would_name_is_none(written: str) -> None:
    assert Purpose.read(written) is None


def test_purposes_are_read_as_they_are_written() -> None:
    for purpose in (Purpose("question"), Purpose("edit_article", 12)):
        assert Purpose.read(str(purpose)) == purpose
