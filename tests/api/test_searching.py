"""Search and similar questions as programs ask for them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base import pace
from forum.base.parts import Parts
from forum.base.shield import Pace
from forum.questions import actions
from forum.questions.models import Question
from tests.builders import NOON, make_answer, make_question

Open = Callable[..., Any]
Carry = Callable[[], None]


@pytest.fixture
def question(session: Session, anna: User, bruno: User, carry: Carry) -> Question:
    made = make_question(session, anna, title="The modem blinks after <b>the storm</b>", tags=("modem",))
    make_answer(session, bruno, made, text="Unplug the modem & wait <i>a minute</i>.", accepted=True)
    make_question(session, anna, title="My telephone rings all night long", text="Nobody is there when I answer it.")
    session.commit()
    carry()
    return made


def test_hits_have_a_passage_that_is_safe_html(program: Open, question: Question) -> None:
    items = program().get("/search?q=modem").json["items"]
    assert [(hit["kind"], hit["id"]) for hit in items] == [("question", question.id)]
    assert "<mark>modem</mark>" in items[0]["passage"].lower()
    assert "<i>" not in items[0]["passage"]
    assert items[0]["url"].startswith("http://127.0.0.1:5000/questions/") and items[0]["score"] > 0


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=modem&kind=question", 1),
        ("q=modem&kind=article", 0),
        ("q=modem&state=solved", 1),
        ("q=modem&state=waiting", 0),
        ("q=modem&tag=Modem", 1),
        ("q=modem&tag=fibre", 0),
        ("tag=modem", 1),
        ("q=modem&sort=newest", 1),
        ("q=", 0),
        ("", 0),
    ],
)
def test_a_search_is_narrowed(program: Open, question: Question, asked: str, found: int) -> None:
    assert len(program().get(f"/search?{asked}").json["items"]) == found


@pytest.mark.parametrize(
    "asked", ["kind=user", "sort=random", "state=open", "limit=101", "q=%00", "page=2", "cursor=x"]
)
def test_a_search_refuses_what_it_does_not_know(program: Open, question: Question, asked: str) -> None:
    refused = program().get(f"/search?{asked}")
    assert (refused.status_code, list(refused.json["errors"])) == (422, [asked.partition("=")[0]])


def test_a_cursor_of_another_list_is_refused(program: Open, question: Question) -> None:
    other = program().get("/questions?limit=1").json["next"].partition("cursor=")[2]
    assert program().get(f"/search?q=modem&cursor={other}").status_code == 422


def test_hits_go_on(program: Open, anna: User, session: Session, carry: Carry) -> None:
    made = {make_question(session, anna, title=f"The gateway number {number} is dead").id for number in range(5)}
    session.commit()
    carry()
    seen: list[int] = []
    path: str | None = "/search?q=gateway&limit=2"
    while path:
        page = program().get(path).json
        seen += [hit["id"] for hit in page["items"]]
        path = page["next"] and page["next"].removeprefix("http://127.0.0.1:5000")
    assert sorted(seen) == sorted(made)


def test_what_was_hidden_is_not_found_even_before_the_index_knows(
    program: Open, question: Question, mia: User, session: Session
) -> None:
    assert len(program(mia).get("/search?q=modem").json["items"]) == 1
    actions.hide_question(session, session.merge(mia), session.merge(question), "Spam.", NOON)
    session.commit()
    assert program().get("/search?q=modem").json["items"] == []
    assert program().get("/similar?title=modem%20blinks").json["items"] == []


def test_similar_questions_are_found_from_title_and_text(program: Open, question: Question) -> None:
    for asked in ("title=my%20modem%20blinks", "text=the%20modem%20and%20the%20storm"):
        assert [hit["id"] for hit in program().get(f"/similar?{asked}").json["items"]] == [question.id]
    assert program().get("/similar").json["items"] == []


def test_articles_are_found_once_they_are_published(
    program: Open, question: Question, elena: User, mia: User, session: Session, carry: Carry
) -> None:
    answer_id = program().get(f"/questions/{question.id}").json["answers"][0]["id"]
    path = f"/articles/{program(elena).post(f'/answers/{answer_id}/promotion').json['id']}"
    program(elena).put(f"{path}/state", {"state": "in_review"})
    carry()
    asked = "/search?q=modem&kind=article"
    assert program().get(asked).json["items"] == []
    program(mia).post(f"{path}/review", {"outcome": "approve"})
    carry()
    assert [hit["kind"] for hit in program().get(asked).json["items"]] == ["article"]


@pytest.mark.parametrize(
    ("path", "limit"), [("/search?q=modem", pace.SEARCHES), ("/similar?title=modem", pace.SIMILAR)]
)
def test_a_program_that_searches_without_end_is_told_to_wait(
    program: Open,
    parts: Parts,
    question: Question,
    anna: User,
    path: str,
    limit: Pace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts.shield, "_clock", lambda: 0.0)
    visitor, hers = program(), program(anna)
    for who, called in (("127.0.0.1", visitor), (f"user:{anna.id}", hers)):
        assert called.get(path).status_code == 200
        for _ in range(limit.burst - 1):
            parts.shield.spend(limit, who)
        refused = called.get(path)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert "wait a little" in refused.json["detail"]
    assert program().get("/questions").status_code == 200
