"""What people look for and do not find: counted without them, grouped, kept for a while, and only for those who may."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, StaffAct, User
from forum.base.errors import Invalid, NotFound, Refused
from forum.questions.actions import hide_question
from forum.search import gathering, rules
from forum.search.gaps import (
    Wish,
    answer_gap,
    answer_of,
    count_unspelled,
    dismiss_gap,
    find_gap,
    list_gaps,
    list_wordings,
    reopen_gap,
)
from forum.search.gathering import KEEP, forget_gaps, gather_searches, note_searches
from forum.search.models import (
    AGAIN,
    ANSWERED,
    DISMISSED,
    NOTHING,
    OPEN,
    OPENED,
    SHOWN,
    Gap,
    GapDay,
    GapWording,
    SearchNote,
)
from tests.builders import NOON, make_gap, make_question

MAY = {"elena", "mia", "ada"}


@pytest.mark.parametrize("who", ["visitor", "anna", "carla", "elena", "mia", "aldo", "ada"])
def test_who_sees_gaps_and_acts_on_them(cast: dict[str, User], who: str) -> None:
    person = VISITOR if who == "visitor" else cast[who]
    waiting, aside = Gap(state=OPEN), Gap(state=DISMISSED)
    assert bool(rules.may_see_gaps(person)) is (who in MAY)
    assert bool(rules.may_answer_gap(person, waiting)) is (who in MAY)
    assert not rules.may_answer_gap(person, aside)
    assert bool(rules.may_dismiss_gap(person, waiting)) is (who in MAY)
    assert not rules.may_dismiss_gap(person, aside)
    assert bool(rules.may_reopen_gap(person, aside)) is (who in MAY)
    assert not rules.may_reopen_gap(person, waiting)


def listed(session: Session, who: User, **wish: object) -> list[tuple[str, int, int, int]]:
    rows, _ = list_gaps(session, who, Wish(**wish), NOON)  # type: ignore[arg-type]
    return [(row.words, row.counts.empty, row.counts.again, row.counts.left) for row in rows]


def test_wordings_of_one_thing_are_one_gap(session: Session, elena: User) -> None:
    gap = make_gap(session, "eSIM attivazione", nothing=2)
    assert make_gap(session, "attivare la esim", nothing=1) is gap
    assert make_gap(session, "fattura doppia luglio", nothing=1) is make_gap(
        session, "bollette doppie luglio", nothing=4
    )
    words, nothing, _, _ = listed(session, elena)[0]
    assert (words, nothing) == ("bollette doppie luglio", 5)
    found = find_gap(session, elena, session.scalars(select(Gap.id).order_by(Gap.id.desc())).first() or 0)
    assert [row.words for row in list_wordings(session, elena, found, NOON)] == [
        "bollette doppie luglio",
        "fattura doppia luglio",
    ]


def test_what_became_of_searches(session: Session, elena: User) -> None:
    counts = {
        ("slow fibre", SHOWN, False): 9,
        ("slow fibre", OPENED, False): 3,
        ("slow fibre", AGAIN, False): 2,
        ("a nearly good search", SHOWN, False): 3,
        ("a nearly good search", OPENED, False): 2,
        ("never shown", OPENED, False): 4,
        ("never seen", AGAIN, False): 4,
        ("opened twice over", SHOWN, False): 2,
        ("opened twice over", OPENED, False): 5,
    }
    note_searches(session, counts)
    gather_searches(session, NOON)
    assert listed(session, elena) == [("slow fibre", 0, 2, 4)]
    assert not session.scalar(select(func.count()).select_from(SearchNote))
    known = set(session.scalars(select(GapWording.words)))
    assert known == {"slow fibre", "a nearly good search", "opened twice over"}


def test_the_list_is_narrowed(session: Session, elena: User) -> None:
    make_gap(session, "non trovo la bolletta della luce", nothing=2)
    make_gap(session, "the lamp of the modem", left=4)
    make_gap(session, "when is the shop open", nothing=1, now=NOON - timedelta(days=20))
    everything = listed(session, elena)
    assert [row[0] for row in everything] == [
        "non trovo la bolletta della luce",
        "the lamp of the modem",
        "when is the shop open",
    ]
    assert [row[0] for row in listed(session, elena, kind="left")] == ["the lamp of the modem"]
    assert [row[0] for row in listed(session, elena, kind="again")] == []
    assert [row[0] for row in listed(session, elena, language="it")] == ["non trovo la bolletta della luce"]
    assert "when is the shop open" not in [row[0] for row in listed(session, elena, days=7)]


def test_words_that_could_be_a_name_are_spelled_when_they_come_again(session: Session, elena: User) -> None:
    gap = make_gap(session, "gianfranco bertuzzi", nothing=1, is_rare=True)
    assert listed(session, elena) == []
    assert count_unspelled(session, elena, Wish(), NOON) == 1
    with pytest.raises(NotFound):
        find_gap(session, elena, gap.id)
    make_gap(session, "bertuzzi gianfranco", nothing=2)
    rows = list_wordings(session, elena, find_gap(session, elena, gap.id), NOON)
    assert [row.words for row in rows] == ["bertuzzi gianfranco", ""]
    make_gap(session, "gianfranco bertuzzi", nothing=1, is_rare=True)
    assert count_unspelled(session, elena, Wish(), NOON) == 0
    assert {row.words for row in list_wordings(session, elena, gap, NOON)} == {
        "bertuzzi gianfranco",
        "gianfranco bertuzzi",
    }


def test_a_flood_ends_where_the_room_ends(session: Session, elena: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_NOTES", 30)
    monkeypatch.setattr(gathering, "MOST_NEW", 20)
    words = [f"lamp{chr(97 + number % 26)}{chr(97 + number // 26)} broken" for number in range(60)]
    note_searches(session, {(each, NOTHING, False): 1 for each in words})
    assert session.scalar(select(func.count()).select_from(SearchNote)) == 30
    note_searches(session, {("one more", NOTHING, False): 1})
    assert session.scalar(select(func.count()).select_from(SearchNote)) == 30
    gather_searches(session, NOON)
    assert session.scalar(select(func.count()).select_from(GapWording)) == 20
    monkeypatch.setattr(gathering, "MOST_WORDINGS", 20)
    make_gap_again = session.scalars(select(GapWording.words).order_by(GapWording.id)).first() or ""
    make_gap(session, make_gap_again, nothing=5)
    forget_gaps(session, NOON)
    left = set(session.scalars(select(GapWording.words)))
    assert len(left) == 18 and make_gap_again in left


def test_after_ninety_days_nothing_is_left(session: Session, elena: User) -> None:
    old = make_gap(session, "an old lamp", nothing=3, now=NOON - KEEP - timedelta(days=3))
    young = make_gap(session, "a young lamp", nothing=3)
    aside = make_gap(session, "weather tomorrow", nothing=3)
    dismiss_gap(session, elena, aside, NOON)
    forget_gaps(session, NOON)
    assert set(session.scalars(select(Gap.id))) == {young.id, aside.id} and old.id != young.id
    forget_gaps(session, NOON + KEEP + timedelta(days=3))
    for table in (Gap, GapWording, GapDay):
        assert not session.scalar(select(func.count()).select_from(table))


def test_acts_are_logged_without_words(session: Session, elena: User, anna: User) -> None:
    gap = make_gap(session, "secret lamp words", nothing=3)
    question = make_question(session, anna)
    answer_gap(session, elena, gap, "question", question.id, NOON)
    assert (gap.state, answer_of(session, gap)) == (ANSWERED, question)
    assert listed(session, elena) == [] and len(listed(session, elena, state=ANSWERED)) == 1
    dismiss_gap(session, elena, gap, NOON)
    assert listed(session, elena, state=DISMISSED)
    with pytest.raises(Refused):
        dismiss_gap(session, elena, gap, NOON)
    reopen_gap(session, elena, gap, NOON)
    assert (gap.state, gap.answer_id) == (OPEN, None)
    acts = session.scalars(select(StaffAct).where(StaffAct.target_kind == "gap").order_by(StaffAct.id)).all()
    assert [act.verb for act in acts] == ["answer_gap", "dismiss_gap", "reopen_gap"]
    assert acts[0].after == {"state": ANSWERED, "question_id": question.id}
    assert "lamp" not in repr([(act.before, act.after, act.why) for act in acts])


def test_what_readers_cannot_open_answers_nothing(session: Session, elena: User, mia: User, anna: User) -> None:
    gap = make_gap(session, "a lamp", nothing=3)
    hidden, shown = make_question(session, anna), make_question(session, anna, title="Another lamp that is broken")
    hide_question(session, mia, hidden, "Spam.", NOON)
    with pytest.raises(Invalid):
        answer_gap(session, mia, gap, "question", hidden.id, NOON)
    answer_gap(session, elena, gap, "question", shown.id, NOON)
    hide_question(session, mia, shown, "Spam.", NOON)
    assert answer_of(session, gap) is None
