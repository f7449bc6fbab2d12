"""What may have been asked before, with a chance; what articles may answer; what was there before is gone through."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, StaffAct, User
from forum.base.clock import utc_now
from forum.base.errors import NotFound, Refused
from forum.base.markup import render
from forum.base.parts import Parts
from forum.questions.actions import close_question, delete_question, edit_question, hide_question
from forum.questions.models import QuestionLink
from forum.search import duplicates, rules
from forum.search.likeness import Asked, asked, chance, signs, weigher
from forum.search.matches import list_matches
from forum.search.models import LikelyDuplicate, Relating
from forum.search.relating import STEP, Relations
from tests.builders import NOON, make_answer, make_article, make_question

Carry = Callable[[], None]

TITLE = "The router shows a red light since the storm"
OTHERS = (
    "How do I read the numbers on my meter",
    "Where can I pay the bill in cash",
    "The television has no picture in the evening",
    "Moving house with the telephone number",
)


@pytest.fixture
def pair(session: Session, anna: User, bruno: User, carry: Carry) -> Any:
    """An older question and a newer one that asks the same, among others."""
    older = make_question(session, anna, title=TITLE, text="I restarted it twice and the light stays red.")
    for title in OTHERS:
        make_question(session, anna, title=title, text=f"{title}, please?")
    newer = make_question(
        session, bruno, title="Red light on the router after the storm", text="It stays red, I restarted it."
    )
    session.commit()
    carry()
    return older, newer


@pytest.mark.parametrize("who", ["visitor", "anna", "carla", "elena", "mia", "aldo", "ada"])
def test_who_sees_likely_duplicates(cast: dict[str, User], who: str) -> None:
    person = VISITOR if who == "visitor" else cast[who]
    assert bool(rules.may_see_duplicates(person)) is (who in {"mia", "ada"})


def chances(session: Session, mia: User) -> dict[tuple[int, int], float]:
    pairs, _ = duplicates.list_pairs(session, mia, NOON)
    return {(each.question.id, each.other.id): each.chance for each in pairs}


def test_the_newer_question_is_paired_with_the_older(session: Session, mia: User, pair: Any) -> None:
    older, newer = pair
    found = chances(session, mia)
    assert max(found, key=lambda each: found[each]) == (newer.id, older.id)
    assert 0.2 < found[newer.id, older.id] < 1
    assert not [each for each in found if each[0] < each[1]]


def test_the_chance_grows_with_what_is_shared() -> None:
    tells = weigher({"router": 40, "red": 5, "light": 5}, 100)
    this = asked("red light on the router", "it began on monday")
    told = [
        chance(signs(this, asked(title, text), share, tells))
        for title, text, share in (
            ("a lamp for the garden", "is it green", 0.05),
            ("the router is slow", "in the evening", 0.2),
            ("router with a red light", "since monday", 0.8),
            ("red light on the router", "it began on monday", 1.0),
        )
    ]
    assert told == sorted(told) and 0 < told[0] < 0.1 and 0.5 < told[-1] < 1


def test_texts_without_words_are_no_duplicates() -> None:
    nothing = Asked((), ())
    assert signs(nothing, nothing, 0.0, weigher({}, 0)) == (0.0, 0.0, 0.0, 0.0)
    assert chance((0.0, 0.0, 0.0, 0.0)) < 0.1


def test_what_not_everybody_may_read_is_on_no_list(session: Session, mia: User, pair: Any, parts: Parts) -> None:
    older, newer = pair
    assert chances(session, mia)
    hide_question(session, mia, older, "Spam.", NOON)
    assert (newer.id, older.id) not in chances(session, mia)
    assert older.id not in [each.other.id for each in duplicates.look(session, mia, parts.index, newer)]


def test_a_month_later_it_is_history(session: Session, mia: User, pair: Any) -> None:
    assert duplicates.list_pairs(session, mia, NOON)[0]
    assert not duplicates.list_pairs(session, mia, NOON + timedelta(days=31))[0]


def test_a_closed_question_waits_for_nobody(session: Session, mia: User, pair: Any) -> None:
    older, newer = pair
    close_question(session, mia, newer, "Asked before.", NOON)
    assert (newer.id, older.id) not in chances(session, mia)


def test_what_was_denied_stays_denied(
    session: Session, mia: User, bruno: User, pair: Any, parts: Parts, carry: Carry
) -> None:
    older, newer = pair
    duplicates.deny(session, mia, newer, older, NOON)
    duplicates.deny(session, mia, newer, older, NOON)
    edit_question(session, bruno, newer, newer.title, render("It stays red, as before."), [], newer.version, NOON, "")
    session.commit()
    carry()
    assert (newer.id, older.id) not in chances(session, mia)
    assert not duplicates.look(session, mia, parts.index, newer)
    duplicates.undo_denial(session, mia, parts.index, newer, older, NOON)
    assert (newer.id, older.id) in chances(session, mia)
    with pytest.raises(NotFound):
        duplicates.undo_denial(session, mia, parts.index, newer, older, NOON)
    with pytest.raises(Refused):
        duplicates.deny(session, bruno, newer, older, NOON)
    verbs = session.scalars(select(StaffAct.verb).where(StaffAct.target_id == newer.id).order_by(StaffAct.id)).all()
    assert verbs == ["deny_duplicate", "undo_denial"]


def test_an_edit_takes_the_likeness_away(session: Session, mia: User, bruno: User, pair: Any, carry: Carry) -> None:
    older, newer = pair
    edit_question(
        session, bruno, newer, "Is there a shop in Ostia", render("On Sunday."), [], newer.version, NOON, "another"
    )
    session.commit()
    carry()
    assert (newer.id, older.id) not in chances(session, mia)


def test_older_questions_are_gone_through(session: Session, anna: User, pair: Any, parts: Parts) -> None:
    older, newer = pair
    for table in (QuestionLink, Relating, LikelyDuplicate):
        session.execute(delete(table))
    session.commit()
    relations = Relations(parts.index)
    relations.relate_older(session, utc_now())
    links = session.execute(select(QuestionLink.source_id, QuestionLink.target_id)).all()
    assert (newer.id, older.id) in [tuple(row) for row in links]
    assert session.get(LikelyDuplicate, (newer.id, older.id)) is not None
    looked_at = select(func.count()).select_from(Relating)
    count = session.scalar(looked_at)
    relations.relate_older(session, utc_now() + timedelta(minutes=1))
    assert session.scalar(looked_at) == count == 6


def test_they_are_gone_through_in_steps_and_not_without_an_index(
    session: Session, anna: User, parts: Parts, carry: Carry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(STEP + 3):
        make_question(session, anna, title=f"The lamp number {number} is broken")
    session.commit()
    carry()
    session.execute(delete(Relating))
    session.commit()
    relations = Relations(parts.index)
    looked_at = select(func.count()).select_from(Relating)
    monkeypatch.setattr(parts.index, "needs_rebuild", lambda: "missing")
    relations.relate_older(session, NOON)
    assert session.scalar(looked_at) == 0
    monkeypatch.undo()
    relations.relate_older(session, NOON)
    assert session.scalar(looked_at) == STEP
    relations.relate_older(session, NOON)
    assert session.scalar(looked_at) == STEP + 3


def test_an_article_names_questions_it_may_answer(
    session: Session, anna: User, bruno: User, elena: User, mia: User, carry: Carry
) -> None:
    source = make_question(session, anna, title=TITLE, text="It stays red.")
    waiting = make_question(session, anna, title="Red light on my router all night", text="It stays red.")
    solved = make_question(session, anna, title="My router has a red light", text="Since the storm.")
    make_answer(session, bruno, solved, text="Unplug it.", accepted=True)
    make_question(session, anna, title="Where can I pay the bill in cash", text="At the post office?")
    answer = make_answer(session, bruno, source, text="Unplug the router for two minutes.", accepted=True)
    session.commit()
    carry()
    article = make_article(session, elena, answer, reviewer=mia)
    session.commit()
    carry()
    assert [each.id for each in list_matches(session, article.id)] == [solved.id, waiting.id]
    delete_question(session, mia, waiting, NOON, "Spam.")
    assert [each.id for each in list_matches(session, article.id)] == [solved.id]
