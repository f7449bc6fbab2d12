"""I have this too, following, help that is still needed, what is alike, and answers in another order."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.outbox import publish
from forum.questions import actions
from forum.questions.events import HelpNeeded
from forum.questions.models import SIMILAR, Follow, MeToo, Question, QuestionLink
from tests.builders import make_answer, make_question, make_vote
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


@made_once
def question(session: Session, anna: User) -> Question:
    made = make_question(session, anna, tags=("router",))
    session.commit()
    return made


def count(session: Session, kind: Any) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def page_of(browser: Open, who: User | None, question: Question, **asked: str) -> str:
    return str(browser(who).get(f"/questions/{question.id}", query_string=asked, follow_redirects=True).text)


def test_one_tap_counts_once_and_follows(session: Session, browser: Open, question: Question, carla: User) -> None:
    address = f"/questions/{question.id}/me-too"
    for _ in range(2):
        assert browser(carla).send(address, {"value": "1"}).status_code == 303
    session.expire_all()
    assert question.too_count == count(session, MeToo) == count(session, Follow) == 1
    assert re.search(r'value="0" aria-pressed="true">.*?I have this too', page_of(browser, carla, question), re.S)
    assert "1 has this too" in browser(None).get("/questions").text
    browser(carla).send(address, {"value": "0"})
    session.expire_all()
    assert question.too_count == count(session, MeToo) == count(session, Follow) == 0


def test_what_was_followed_before_stays_followed(
    session: Session, browser: Open, question: Question, carla: User
) -> None:
    browser(carla).send(f"/questions/{question.id}/follow", {"value": "1"})
    for value in "10":
        browser(carla).send(f"/questions/{question.id}/me-too", {"value": value})
    assert (count(session, MeToo), count(session, Follow)) == (0, 1)


def test_several_people_are_all_counted(
    session: Session, browser: Open, question: Question, cast: dict[str, User]
) -> None:
    for name in ("bruno", "carla", "mia"):
        browser(cast[name]).send(f"/questions/{question.id}/me-too", {"value": "1"})
    session.expire_all()
    assert question.too_count == 3
    assert "3 have this too" in page_of(browser, cast["anna"], question)


@pytest.mark.parametrize(
    "who, status", [("carla", 303), ("anna", 403), ("visitor", 303)], ids=["another", "the asker", "a visitor"]
)
def test_who_can_say_it(
    session: Session, browser: Open, question: Question, cast: dict[str, User], who: str, status: int
) -> None:
    sent = browser(cast.get(who)).send(
        f"/questions/{question.id}/me-too", {"value": "1"}, headers={"Accept": "text/html"}
    )
    assert sent.status_code == status
    assert count(session, MeToo) == (1 if who == "carla" else 0)


@pytest.mark.parametrize("value", ["", "2", "-1", "yes", "1\x00"])
@pytest.mark.parametrize("verb", ["me-too", "follow"])
def test_a_broken_wish_changes_nothing(
    session: Session, browser: Open, question: Question, carla: User, verb: str, value: str
) -> None:
    assert browser(carla).send(f"/questions/{question.id}/{verb}", {"value": value}).status_code == 422
    assert count(session, Follow) == 0


def test_a_removed_question_takes_nobody_but_lets_go(
    session: Session, browser: Open, question: Question, carla: User, bruno: User, mia: User, now: datetime
) -> None:
    actions.say_me_too(session, mia, question, now)
    actions.hide_question(session, mia, question, "It names a person.", now)
    session.commit()
    address = f"/questions/{question.id}/me-too"
    assert browser(carla).send(address, {"value": "1"}).status_code == 404
    assert browser(mia).send(address, {"value": "0"}).status_code == 303
    session.expire_all()
    assert question.too_count == 0


def titles(page: str) -> list[str]:
    return [title.strip() for title in re.findall(r'question-row__title"[^>]*><a[^>]*>(.*?)</a>', page)]


def test_mine_and_followed(
    session: Session, browser: Open, question: Question, anna: User, bruno: User, carla: User, now: datetime
) -> None:
    tagged = make_question(session, bruno, title="Another one about routers", tags=("router",), now=now)
    other = make_question(session, bruno, title="Something altogether different", now=now + timedelta(hours=1))
    gone = make_question(session, anna, title="What Anna deleted herself", now=now)
    actions.delete_question(session, anna, gone, now)
    session.commit()
    assert set(titles(browser(anna).get("/questions?tab=mine").text)) == {question.title, gone.title}
    assert "You do not follow anything yet" in browser(carla).get("/questions?tab=followed").text
    browser(carla).send(f"/questions/{other.id}/follow", {"value": "1"})
    assert titles(browser(carla).get("/questions?tab=followed").text) == [other.title]
    browser(carla).send("/tags/router/follow", {"value": "1"})
    assert set(titles(browser(carla).get("/questions?tab=followed").text)) == {
        other.title, question.title, tagged.title,
    }  # fmt: skip
    browser(carla).send("/tags/router/follow", {"value": "0"})
    assert titles(browser(carla).get("/questions?tab=followed").text) == [other.title]
    visitor = browser(None).get("/questions?tab=mine").text
    assert "Followed" not in visitor
    assert gone.title not in visitor


@pytest.mark.parametrize("tab", ["mine", "followed"])
def test_own_lists_cost_few_statements(
    session: Session, browser: Open, question: Question, anna: User, count_queries: Any, tab: str
) -> None:
    client = browser(anna)
    client.get(f"/questions?tab={tab}")
    with count_queries() as queries:
        client.get(f"/questions?tab={tab}")
    assert len(queries) <= 6, "\n".join(queries)


def test_who_still_needs_help_waits_again_until_somebody_answers(
    session: Session, browser: Open, question: Question, anna: User, bruno: User, now: datetime
) -> None:
    answer = make_answer(session, bruno, question, accepted=True, now=now)
    session.commit()
    assert "I still need help" in page_of(browser, anna, question)
    assert "I still need help" not in page_of(browser, bruno, question)
    assert browser(bruno).send(f"/questions/{question.id}/still-need-help").status_code == 403
    assert browser(anna).send(f"/questions/{question.id}/still-need-help").status_code == 303
    session.expire_all()
    assert (question.state, answer.accepted_at, bruno.standing) == ("waiting", None, 0)
    assert titles(browser(None).get("/questions?tab=waiting").text) == [question.title]
    assert browser(anna).send(f"/questions/{question.id}/still-need-help").status_code == 403
    assert question.needs_help_at is not None
    second = make_answer(session, bruno, question, now=question.needs_help_at + timedelta(hours=1))
    assert question.state == "answered"
    actions.accept_answer(session, anna, second, question.needs_help_at + timedelta(hours=2))
    assert question.state == "solved"


def test_help_is_needed_reaches_the_index(parts: Any, session: Session, question: Question) -> None:
    assert "HelpNeeded>search.index" in {each.name for each in parts.subscriptions.of(HelpNeeded)}
    publish(session, HelpNeeded(question.id))


def test_what_is_alike_is_shown_from_both_sides(
    session: Session, browser: Open, question: Question, bruno: User, mia: User, carry: Any, now: datetime
) -> None:
    carry()
    later = make_question(session, bruno, title="Red light on the router after a storm", now=now)
    session.commit()
    carry()
    assert session.scalars(select(QuestionLink.target_id).where(QuestionLink.source_id == later.id)).all() == [
        question.id
    ]
    for here, there in ((question, later), (later, question)):
        assert f'<a href="/questions/{there.id}/' in page_of(browser, None, here).partition('id="related"')[2]
    actions.hide_question(session, mia, later, "It names a person.", now)
    session.commit()
    assert 'id="related"' not in page_of(browser, None, question)


def test_looking_again_replaces_only_what_was_found(
    session: Session, question: Question, anna: User, now: datetime
) -> None:
    others = [make_question(session, anna, title=f"Question number {number}") for number in range(3)]
    session.add(QuestionLink(source_id=question.id, target_id=others[0].id, kind="related", at=now))
    actions.keep_similar(session, question, [others[1].id, 999_999_999])
    actions.keep_similar(session, question, [others[2].id])
    kept = session.execute(select(QuestionLink.target_id, QuestionLink.kind).order_by(QuestionLink.kind)).all()
    assert [tuple(row) for row in kept] == [(others[0].id, "related"), (others[2].id, SIMILAR)]


@pytest.mark.parametrize(
    "order, expected",
    [
        ("", ["accepted", "liked", "old"]),
        ("score", ["liked", "old", "accepted"]),
        ("newest", ["accepted", "liked", "old"]),
        ("oldest", ["old", "liked", "accepted"]),
        ("nonsense", ["accepted", "liked", "old"]),
    ],
)
def test_answers_in_the_order_that_is_asked_for(
    session: Session, browser: Open, question: Question, bruno: User, carla: User, now: datetime, order: str,
    expected: list[str],
) -> None:  # fmt: skip
    made = {
        name: make_answer(session, bruno, question, text=f"Try this: {name}", now=now + timedelta(hours=hours))
        for hours, name in enumerate(("old", "liked", "accepted"))
    }
    actions.accept_answer(session, question.asker, made["accepted"], now)
    make_vote(session, carla, made["liked"])
    session.commit()
    page = page_of(browser, None, question, answers=order)
    assert re.findall(r"<p>Try this: (\w+)</p>", page) == expected
    assert f'<link rel="canonical" href="http://127.0.0.1:5000/questions/{question.id}/' in page
    assert f'href="/answers/{made["old"].id}"' in page


def test_headings_come_in_order(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(session, anna, text="## Deep\n\nWords\n\n### Deeper\n\nMore words")
    make_answer(session, bruno, question, text="# Loud\n\nWords\n\n### Skipped one\n\nWords")
    session.commit()
    main = page_of(browser, None, question).partition("<main")[2].partition("</main")[0]
    assert [int(level) for level in re.findall(r"<h([1-6])", main)] == [1, 2, 3, 2, 3, 4, 2]
