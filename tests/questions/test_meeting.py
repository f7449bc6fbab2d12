"""Two at once, on real connections of both databases: whoever comes second finds what the first one did."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry, User
from forum.base.db import Model, Store, make_engine
from forum.base.errors import DomainError, StoreBusy
from forum.base.markup import render
from forum.questions import actions
from forum.questions.models import Answer, Question, Revision, Tag, Vote
from tests.builders import make_answer, make_question, make_user

PEOPLE = 8


@pytest.fixture
def busy_store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    """A store on a database of its own, because these tests commit for good."""
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'busy.sqlite'}"
    else:
        url = make_url(database_url).set(database="busy").render_as_string(hide_password=False)
        server = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS busy"))
            connection.execute(text("CREATE DATABASE busy"))
        server.dispose()
    engine = make_engine(url, pool_size=PEOPLE + 2)
    with engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    yield Store(engine)
    engine.dispose()


def at_once(store: Store, works: list[Callable[[Session], Any]]) -> list[Any]:
    """Start all works together, each in a unit of work of its own; give what they returned or raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(index: int) -> None:
        barrier.wait(timeout=30)
        for _ in range(20):
            try:
                results[index] = store.write(works[index])
            except StoreBusy:
                continue
            except DomainError as error:
                results[index] = error
            return

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.fixture
def scene(busy_store: Store, now: datetime) -> dict[str, Any]:
    def build(session: Session) -> dict[str, Any]:
        asker = make_user(session, "anna")
        helpers = [make_user(session, f"helper{number}") for number in range(PEOPLE)]
        question = make_question(session, asker, tags=("router",))
        answers = [make_answer(session, helper, question) for helper in helpers]
        return {
            "asker": asker.id,
            "helpers": [helper.id for helper in helpers],
            "question": question.id,
            "answers": [answer.id for answer in answers],
        }

    return busy_store.write(build)


def test_of_many_acceptances_at_once_one_stands(busy_store: Store, scene: dict[str, Any], now: datetime) -> None:
    def accept(answer_id: int) -> Callable[[Session], None]:
        return lambda session: actions.accept_answer(
            session, session.get_one(User, scene["asker"]), session.get_one(Answer, answer_id), now
        )

    results = at_once(busy_store, [accept(answer_id) for answer_id in scene["answers"]])
    assert results == [None] * PEOPLE
    with busy_store.reading() as session:
        accepted = session.scalars(select(Answer).where(Answer.accepted_at.is_not(None))).all()
        assert len(accepted) == 1
        assert session.get_one(Question, scene["question"]).state == "solved"
        entries = session.scalars(select(StandingEntry).where(StandingEntry.reason == "accepted")).all()
        assert [(entry.user_id, entry.cause_id) for entry in entries] == [(accepted[0].author_id, accepted[0].id)]
        standing = {user.id: user.standing for user in session.scalars(select(User))}
        assert {user_id: points for user_id, points in standing.items() if points} == {accepted[0].author_id: 15}


def test_votes_at_once_are_as_many_as_voters(busy_store: Store, scene: dict[str, Any], now: datetime) -> None:
    def vote(voter_id: int, value: int) -> Callable[[Session], None]:
        return lambda session: actions.vote(
            session, session.get_one(User, voter_id), session.get_one(Question, scene["question"]), value, now
        )

    values = [1, 1, 1, 1, 1, -1, -1, 1]
    twice = [vote(voter, value) for voter, value in zip(scene["helpers"], values, strict=True) for _ in range(2)]
    at_once(busy_store, twice)
    with busy_store.reading() as session:
        question = session.get_one(Question, scene["question"])
        assert (question.up_count, question.down_count, question.score) == (6, 2, 4)
        assert session.scalar(select(func.count(Vote.voter_id.distinct()))) == PEOPLE
        assert session.scalar(select(func.count()).select_from(Vote)) == PEOPLE
        assert session.get_one(User, scene["asker"]).standing == 6 * 2 - 2


def test_a_form_sent_many_times_at_once_asks_once(busy_store: Store, scene: dict[str, Any], now: datetime) -> None:
    written = render("The light is red.")

    def ask(session: Session) -> int:
        asker = session.get_one(User, scene["asker"])
        return actions.ask_question(
            session, asker, "Sent many times at once", written, ["router", "new"], now, "k" * 32
        ).id

    results = at_once(busy_store, [ask] * PEOPLE)
    assert len(set(results)) == 1
    with busy_store.reading() as session:
        assert session.scalar(select(func.count()).where(Question.title == "Sent many times at once")) == 1
        assert {tag.name: tag.question_count for tag in session.scalars(select(Tag))} == {"router": 2, "new": 1}


def test_answers_at_once_are_all_counted(busy_store: Store, scene: dict[str, Any], now: datetime) -> None:
    written = render("Me too, but differently.")

    def answer(helper_id: int) -> Callable[[Session], int]:
        return lambda session: (
            actions.post_answer(
                session, session.get_one(User, helper_id), session.get_one(Question, scene["question"]), written, now
            ).id
        )

    at_once(busy_store, [answer(helper_id) for helper_id in scene["helpers"]])
    with busy_store.reading() as session:
        assert session.get_one(Question, scene["question"]).answer_count == 2 * PEOPLE


def test_of_two_edits_at_once_one_is_kept_and_one_is_told(
    busy_store: Store, scene: dict[str, Any], now: datetime
) -> None:
    def edit(words: str) -> Callable[[Session], None]:
        written = render(words)

        def work(session: Session) -> None:
            answer = session.get_one(Answer, scene["answers"][0])
            actions.edit_answer(session, answer.author, answer, written, 1, now)

        return work

    results = at_once(busy_store, [edit(f"Text {number}") for number in range(4)])
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 3 + ["NoneType"]
    with busy_store.reading() as session:
        numbers = session.scalars(select(Revision.number).where(Revision.answer_id == scene["answers"][0])).all()
        assert sorted(numbers) == [1, 2]


def test_a_question_is_deleted_or_answered_but_not_both(busy_store: Store, now: datetime) -> None:
    def build(session: Session) -> tuple[int, int, int]:
        asker, helper = make_user(session, "anna"), make_user(session, "bruno")
        return asker.id, helper.id, make_question(session, asker).id

    written = render("Here is help.")
    for _ in range(3):
        asker_id, helper_id, question_id = busy_store.write(build)
        results = at_once(
            busy_store,
            [
                lambda session, who=asker_id, what=question_id: actions.delete_question(
                    session, session.get_one(User, who), session.get_one(Question, what), now
                ),
                lambda session, who=helper_id, what=question_id: (
                    actions.post_answer(
                        session, session.get_one(User, who), session.get_one(Question, what), written, now
                    ).id
                ),
            ],
        )
        assert sum(isinstance(result, DomainError) for result in results) == 1
        with busy_store.reading() as session:
            question = session.get_one(Question, question_id)
            assert question.is_deleted is (question.answer_count == 0)

        def rename(session: Session) -> None:
            for user in session.scalars(select(User)):
                user.email = f"old{user.id}@example.it"

        busy_store.write(rename)
