"""A live article asks for a review when what it rests on changes, whether or not anybody carries the news."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.errors import Invalid, Refused
from forum.base.markup import render
from forum.base.outbox import Delivery
from forum.knowledge import actions, queries
from forum.knowledge.models import Article
from forum.knowledge.sources import asks_for_review, review_reasons
from forum.questions import actions as questions
from forum.questions.models import Answer
from tests.builders import make_answer, make_article, make_question
from tests.conftest import NOON

LATER = NOON + timedelta(hours=1)

Change = Callable[[Session, Answer, dict[str, User]], None]


def nothing(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    session.flush()


def edit(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.edit_answer(session, cast["bruno"], answer, render("Now wait an hour."), answer.version, LATER)


def withdraw(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.withdraw_acceptance(session, cast["anna"], answer, LATER)


def withdraw_and_accept_again(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.withdraw_acceptance(session, cast["anna"], answer, LATER)
    questions.accept_answer(session, cast["anna"], answer, LATER)


def hide(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.hide_answer(session, cast["mia"], answer, "Dangerous", LATER)


def delete(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.delete_answer(session, cast["bruno"], answer, LATER)


def hide_question(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    questions.hide_question(session, cast["mia"], answer.question, "Holds a telephone number", LATER)


def edit_question(session: Session, answer: Answer, cast: dict[str, User]) -> None:
    question = answer.question
    text = render("The same, in other words.")
    questions.edit_question(session, cast["anna"], question, question.title, text, (), question.version, LATER)


CHANGES: list[tuple[Change, list[str]]] = [
    (nothing, []),
    (withdraw_and_accept_again, []),
    (edit_question, []),
    (edit, ["edited"]),
    (withdraw, ["no longer accepted"]),
    (hide, ["hidden"]),
    (delete, ["deleted"]),
    (hide_question, ["hidden"]),
]


def asking(session: Session, now: datetime) -> list[int]:
    return list(session.scalars(select(Article.id).where(asks_for_review(now))))


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_what_happens_to_the_source_asks_for_a_review(
    session: Session,
    live: Article,
    answer: Answer,
    cast: dict[str, User],
    carry: Callable[[], None],
    change: Change,
    words: list[str],
) -> None:
    change(session, answer, cast)
    session.commit()
    reasons = [str(reason) for reason in review_reasons(live, LATER)]
    assert len(reasons) == len(words)
    assert all(word in reason for word, reason in zip(words, reasons, strict=True))
    assert asking(session, LATER) == ([live.id] if words else [])
    carry()
    session.refresh(live)
    assert (live.review_since is not None) is bool(words)


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_an_editor_who_looked_again_settles_it(
    session: Session, live: Article, answer: Answer, cast: dict[str, User], change: Change, words: list[str]
) -> None:
    change(session, answer, cast)
    if not words:
        with pytest.raises(Refused):
            actions.review_article(session, cast["mia"], live, "approve", "", LATER, version=1)
        return
    actions.review_article(session, cast["mia"], live, "approve", "", LATER, version=1)
    assert review_reasons(live, LATER) == []
    assert asking(session, LATER) == []
    assert live.checked_at == LATER


def test_the_reason_goes_when_the_source_is_well_again(
    session: Session, live: Article, answer: Answer, cast: dict[str, User], carry: Callable[[], None]
) -> None:
    withdraw(session, answer, cast)
    session.commit()
    carry()
    session.refresh(live)
    assert live.review_since is not None
    questions.accept_answer(session, cast["anna"], answer, LATER)
    session.commit()
    carry()
    session.refresh(live)
    assert live.review_since is None


def test_the_news_is_told_once(
    session: Session, live: Article, answer: Answer, cast: dict[str, User], carry: Callable[[], None]
) -> None:
    for _ in range(2):
        questions.edit_answer(
            session, cast["bruno"], answer, render(f"Version {answer.version + 1}"), answer.version, LATER
        )
        session.commit()
        carry()
    session.refresh(live)
    since = live.review_since
    carry()
    session.refresh(live)
    assert live.review_since == since
    assert session.scalars(select(Delivery).where(Delivery.state != "done")).all() == []


def test_a_year_is_the_longest_without_a_look(session: Session, live: Article) -> None:
    just_before = NOON + actions.REVIEW_INTERVAL - timedelta(seconds=1)
    assert (review_reasons(live, just_before), asking(session, just_before)) == ([], [])
    then = NOON + actions.REVIEW_INTERVAL
    assert len(review_reasons(live, then)) == 1
    assert asking(session, then) == [live.id]


def test_somebody_says_that_it_may_be_wrong(session: Session, live: Article, aldo: User, mia: User) -> None:
    with pytest.raises(Invalid):
        actions.doubt_article(session, aldo, live, "", LATER)
    actions.doubt_article(session, aldo, live, "The new model has no such light.", LATER)
    assert [str(reason) for reason in review_reasons(live, LATER)] == [
        "An editor or staff asks for it: The new model has no such light."
    ]
    assert asking(session, LATER) == [live.id]
    actions.review_article(session, mia, live, "approve", "Only the old one is sold.", LATER, version=1)
    assert asking(session, LATER) == []


def test_only_live_articles_ask(
    session: Session, live: Article, elena: User, anna: User, bruno: User, cast: dict[str, User]
) -> None:
    other = make_answer(session, bruno, make_question(session, anna), accepted=True)
    draft = make_article(session, elena, other)
    edit(session, other, cast)
    assert review_reasons(draft, LATER) == []
    assert asking(session, LATER) == []
    actions.doubt_article(session, elena, live, "Is this still so?", LATER)
    assert asking(session, LATER) == [live.id]
    actions.archive_article(session, elena, live, LATER)
    assert (review_reasons(live, LATER), asking(session, LATER)) == ([], [])


def test_the_text_it_was_checked_against_is_still_known(
    session: Session, live: Article, answer: Answer, cast: dict[str, User]
) -> None:
    before = answer.text
    edit(session, answer, cast)
    assert queries.source_text_as_checked(session, live) == before
    assert answer.text != before
