"""The same request twice makes one thing; an edit of what has changed meanwhile is refused."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.accounts.tokens import add_token
from forum.api.models import KeptAnswer, forget_old_answers
from forum.app import create_app, create_parts
from forum.base.clock import utc_now
from forum.base.db import Model, Store, make_engine
from forum.questions.models import Question
from search_index.memory import MemoryIndex
from tests.builders import make_question, make_user

Open = Callable[..., Any]

NEW = {"title": "No line since this morning", "text": "The light blinks."}


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Question)) or 0


def test_the_same_key_and_body_give_the_same_answer(program: Open, anna: User, session: Session) -> None:
    caller = program(anna)
    first = caller.post("/questions", NEW, Idempotency_Key="job-1")
    second = caller.post("/questions", NEW, Idempotency_Key="job-1")
    assert (first.status_code, first.data, first.headers["Location"], first.headers["ETag"]) == (
        second.status_code,
        second.data,
        second.headers["Location"],
        second.headers["ETag"],
    )
    assert "Idempotency-Replayed" not in first.headers and second.headers["Idempotency-Replayed"] == "true"
    assert count(session) == 1


def test_the_same_key_with_another_body_or_address_is_refused(program: Open, anna: User, session: Session) -> None:
    caller = program(anna)
    made = caller.post("/questions", NEW, Idempotency_Key="job-1").json
    other = caller.post("/questions", {**NEW, "text": "Another text."}, Idempotency_Key="job-1")
    elsewhere = caller.post(f"/questions/{made['id']}/comments", {"text": "More."}, Idempotency_Key="job-1")
    assert [each.status_code for each in (other, elsewhere)] == [422, 422]
    assert list(other.json["errors"]) == ["Idempotency-Key"]
    assert count(session) == 1


def test_a_key_belongs_to_one_user_for_one_day(program: Open, anna: User, bruno: User, session: Session) -> None:
    for person in (anna, bruno):
        assert program(person).post("/questions", NEW, Idempotency_Key="job-1").status_code == 201
    kept = session.scalars(select(KeptAnswer).where(KeptAnswer.user_id == anna.id)).one()
    kept.created_at = utc_now() - timedelta(hours=24, seconds=1)
    session.commit()
    again = program(anna).post("/questions", NEW, Idempotency_Key="job-1")
    assert "Idempotency-Replayed" not in again.headers
    assert count(session) == 3
    forget_old_answers(session, utc_now() + timedelta(hours=25))
    assert session.scalar(select(KeptAnswer.id)) is None


def test_what_was_refused_is_not_kept(program: Open, anna: User, session: Session) -> None:
    caller = program(anna)
    assert caller.post("/questions", {**NEW, "title": "short"}, Idempotency_Key="k").status_code == 422
    assert caller.post("/questions", NEW, Idempotency_Key="k").status_code == 201
    assert count(session) == 1


def test_a_kept_answer_is_not_given_to_a_token_without_the_scope(program: Open, anna: User) -> None:
    assert program(anna, "write").post("/questions", NEW, Idempotency_Key="k").status_code == 201
    assert program(anna, "read").post("/questions", NEW, Idempotency_Key="k").status_code == 403


@pytest.mark.parametrize("key", ["x" * 129, "tab\there", "è"])
def test_a_key_that_is_none_is_refused(program: Open, anna: User, session: Session, key: str) -> None:
    refused = program(anna).post("/questions", NEW, Idempotency_Key=key)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["Idempotency-Key"])
    assert count(session) == 0


@pytest.fixture
def separate(settings: Settings, database_url: str, tmp_path: Path) -> Iterator[Settings]:
    """Settings for a database of the test's own, where two connections really meet."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        yield replace(settings, database_url=f"sqlite:///{tmp_path / 'race.sqlite'}")
        return
    name = f"race_{uuid4().hex[:12]}"
    outside = make_engine(database_url).execution_options(isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield replace(settings, database_url=url.set(database=name).render_as_string(hide_password=False))
    with outside.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    outside.dispose()


def test_of_two_racing_requests_with_one_key_one_makes_and_both_get_its_answer(separate: Settings) -> None:
    engine = make_engine(separate.database_url)
    with engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    store = Store(engine)
    app = create_app(separate, create_parts(separate, store=store, index=MemoryIndex()))

    def begin(session: Session) -> str:
        return add_token(session, make_user(session, "anna"), "race", frozenset({"write"}), utc_now())[1]

    token = store.write(begin)
    runners = 6
    gate = threading.Barrier(runners, timeout=20)
    answers: list[Any] = []

    def run() -> None:
        client = app.test_client()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "race"}
        gate.wait()
        answers.append(client.post("/api/v1/questions", json=NEW, headers=headers))

    threads = [threading.Thread(target=run) for _ in range(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [each.status_code for each in answers] == [201] * runners
    assert len({each.data for each in answers}) == 1
    assert sum("Idempotency-Replayed" not in each.headers for each in answers) == 1
    with store.reading() as session:
        assert count(session) == 1
    engine.dispose()


def test_an_edit_names_the_state_it_means(program: Open, anna: User, session: Session) -> None:
    question = make_question(session, anna)
    session.commit()
    path, caller = f"/questions/{question.id}", program(anna)
    tag = caller.get(path).headers["ETag"]
    edited = caller.patch(path, {"text": "The first change."}, If_Match=tag)
    assert edited.status_code == 200 and edited.headers["ETag"] != tag
    assert caller.patch(path, {"text": "Too late a change."}, If_Match=tag).status_code == 412
    assert caller.get(path).json["text"] == "The first change."
    for header in (f'"v1", {edited.headers["ETag"]}', "*", '"v2:br"'):
        now = caller.get(path).headers["ETag"]
        match = header.replace("v2", now.strip('"'))
        changed = caller.patch(path, {"text": f"Changed for {header}"}, If_Match=match)
        assert changed.status_code == (200 if "v1" not in header or "v2" in match else 412), header


def test_compression_does_not_spoil_a_tag(program: Open, anna: User, session: Session) -> None:
    question = make_question(session, anna, text="It blinks. " * 200)
    session.commit()
    path, caller = f"/questions/{question.id}", program(anna)
    got = caller.app.test_client().get(f"/api/v1{path}", headers={"Accept-Encoding": "gzip"})
    assert got.headers["Content-Encoding"] == "gzip"
    assert caller.patch(path, {"text": "Shorter."}, If_Match=got.headers["ETag"]).status_code == 200
