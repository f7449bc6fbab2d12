"""Questions, answers, comments, votes and acceptance as programs ask and give them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.outbox import Delivery
from forum.questions import actions
from forum.questions.models import Answer, Question
from tests.builders import NOON, make_answer, make_comment, make_question
from tests.ground import made_once

Cast = dict[str, User]
Open = Callable[..., Any]

NEW = {"title": "No line since this morning", "text": "The **red** light blinks.", "tags": ["Fibre", "router"]}


@made_once
def question(session: Session, anna: User, bruno: User) -> Question:
    made = make_question(session, anna, tags=("router",))
    make_comment(session, bruno, make_answer(session, bruno, made))
    session.commit()
    return made


@made_once
def answer(session: Session, question: Question) -> Answer:
    return session.scalars(select(Answer).where(Answer.question_id == question.id)).one()


def test_a_question_is_asked_found_and_read(program: Open, anna: User, session: Session) -> None:
    made = program(anna).post("/questions", NEW)
    assert made.status_code == 201
    assert made.json["html"] == "<p>The <strong>red</strong> light blinks.</p>\n"
    assert (made.json["text"], made.json["tags"]) == (NEW["text"], ["fibre", "router"])
    assert made.headers["Location"] == f"http://127.0.0.1:5000/api/v1/questions/{made.json['id']}"
    read = program().get(f"/questions/{made.json['id']}").json
    assert read["title"] == NEW["title"] and read["created_at"].endswith("Z")
    listed = program().get("/questions?tag=fibre&state=waiting").json
    assert [row["id"] for row in listed["items"]] == [made.json["id"]]
    assert session.scalar(select(Delivery.id).where(Delivery.event == "QuestionAsked")) is not None


def test_a_visitor_and_a_token_for_reading_cannot_ask(program: Open, anna: User, session: Session) -> None:
    refused = program().post("/questions", NEW)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer ")
    assert program(anna, "read").post("/questions", NEW).status_code == 403
    assert session.scalar(select(Question.id)) is None


def test_a_question_shows_what_stands_under_it_and_nobodys_address(
    program: Open, question: Question, answer: Answer
) -> None:
    response = program().get(f"/questions/{question.id}")
    assert response.json["answers"][0]["id"] == answer.id
    assert response.json["answers"][0]["comments"][0]["text"] == "Which model is it?"
    assert "@example.it" not in response.text and "tier" not in response.text and "phone" not in response.text


def test_reading_a_question_costs_the_same_with_many_answers(
    program: Open, question: Question, bruno: User, session: Session, count_queries: Any
) -> None:
    with count_queries() as few:
        program().get(f"/questions/{question.id}")
    for number in range(5):
        made = make_answer(session, bruno, question, text=f"Another idea, number {number}.")
        make_comment(session, bruno, made)
    session.commit()
    with count_queries() as many:
        program().get(f"/questions/{question.id}")
    assert len(many) == len(few) <= 4


def test_an_author_edits_and_a_stranger_does_not(program: Open, question: Question, anna: User, carla: User) -> None:
    path = f"/questions/{question.id}"
    assert program(carla).patch(path, {"title": "Quite another title"}).status_code == 403
    edited = program(anna).patch(path, {"title": "Quite another title", "why": "clearer"})
    assert edited.status_code == 200
    assert (edited.json["title"], edited.json["version"], edited.json["text"]) == (
        "Quite another title",
        2,
        question.text,
    )
    assert edited.json["tags"] == ["router"]
    assert program(anna).patch(path, {"tags": []}).json["tags"] == []


def test_a_moderator_edits_only_with_the_scope_for_it(program: Open, answer: Answer, mia: User) -> None:
    path, change = f"/answers/{answer.id}", {"text": "Unplug the power for a minute."}
    assert program(mia, "read", "write").patch(path, change).status_code == 403
    assert program(mia, "read", "moderate").patch(path, change).status_code == 200
    assert program().get(path).json["text"] == change["text"]


def test_an_answer_and_comments_are_posted(program: Open, question: Question, carla: User) -> None:
    program_ = program(carla)
    made = program_.post(f"/questions/{question.id}/answers", {"text": "Ask for a *new* splitter."})
    assert (made.status_code, made.json["question_id"]) == (201, question.id)
    assert program().get(made.headers["Location"].partition("5000")[2]).json["html"].count("<em>new</em>") == 1
    for path in (f"/questions/{question.id}", f"/answers/{made.json['id']}"):
        remark = program_.post(f"{path}/comments", {"text": "It worked."})
        assert remark.status_code == 201 and remark.json["author"]["name"] == "Carla"


def test_a_closed_question_takes_no_answers(
    program: Open, question: Question, carla: User, mia: User, session: Session
) -> None:
    actions.close_question(session, session.merge(mia), session.merge(question), "Asked elsewhere.", NOON)
    session.commit()
    refused = program(carla).post(f"/questions/{question.id}/answers", {"text": "Still, I know how."})
    assert refused.status_code == 403
    assert refused.json["detail"] == "This question is closed, so it takes no more answers."


def test_what_was_asked_before_is_named(
    program: Open, question: Question, anna: User, mia: User, session: Session
) -> None:
    assert program().get(f"/questions/{question.id}").json["duplicate_of"] == []
    again = make_question(session, session.merge(anna), title="The light is red again")
    actions.close_question(session, session.merge(mia), again, "", NOON, duplicate_of=session.merge(question))
    session.commit()
    (named,) = program().get(f"/questions/{again.id}").json["duplicate_of"]
    assert (named["id"], named["title"]) == (question.id, question.title)
    actions.hide_question(session, session.merge(mia), session.merge(question), "Not here.", NOON)
    session.commit()
    assert program().get(f"/questions/{again.id}").json["duplicate_of"] == []


def test_votes_are_given_changed_and_taken_back(program: Open, question: Question, answer: Answer, carla: User) -> None:
    caller = program(carla)
    for kind, post in (("questions", question), ("answers", answer)):
        for value in (1, 1, -1, 0):
            given = caller.put(f"/{kind}/{post.id}/vote", {"value": value})
            assert (given.status_code, given.json["score"], given.json["value"]) == (200, value, value)


def test_nobody_votes_for_themselves(program: Open, question: Question, anna: User) -> None:
    assert program(anna).put(f"/questions/{question.id}/vote", {"value": 1}).status_code == 403


def test_the_asker_accepts_and_withdraws(program: Open, question: Question, answer: Answer, anna: User) -> None:
    caller = program(anna)
    assert caller.put(f"/answers/{answer.id}/acceptance").json["is_accepted"] is True
    assert program().get(f"/questions/{question.id}").json["state"] == "solved"
    assert caller.delete(f"/answers/{answer.id}/acceptance").json["is_accepted"] is False
    assert program().get(f"/questions/{question.id}").json["state"] == "answered"


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [
        ("anna", ("write",), 200),
        ("anna", ("read",), 403),
        ("bruno", ("read", "write"), 403),
        ("carla", ("read", "write"), 403),
        ("mia", ("read", "write"), 403),
        ("mia", ("moderate",), 200),
        ("aldo", ("read", "write"), 403),
        ("aldo", ("agent",), 200),
        ("ada", ("write",), 403),
        ("ada", ("agent",), 200),
        ("ada", ("write", "admin"), 200),
    ],
)
def test_who_accepts_with_which_scopes(
    program: Open, answer: Answer, cast: Cast, who: str, scopes: tuple[str, ...], status: int
) -> None:
    assert program(cast[who], *scopes).put(f"/answers/{answer.id}/acceptance").status_code == status


def test_what_was_hidden_is_seen_by_its_author_and_moderators_with_the_scope(
    program: Open, answer: Answer, cast: Cast, session: Session
) -> None:
    actions.hide_answer(session, session.merge(cast["mia"]), session.merge(answer), "Rude.", NOON)
    session.commit()
    path = f"/answers/{answer.id}"
    for caller in (program(), program(cast["carla"]), program(cast["mia"], "read"), program(cast["bruno"], "write")):
        assert caller.get(path).status_code == 404
    for caller in (program(cast["bruno"], "read"), program(cast["mia"], "moderate")):
        assert caller.get(path).json["is_hidden"] is True


def test_lists_go_on_until_their_end_and_every_row_comes_once(program: Open, anna: User, session: Session) -> None:
    made = [make_question(session, anna).id for _ in range(7)]
    session.commit()
    seen: list[int] = []
    path = "/questions?limit=3&sort=new"
    while path:
        page = program().get(path).json
        assert len(page["items"]) <= 3
        seen += [row["id"] for row in page["items"]]
        path = page["next"] and page["next"].removeprefix("http://127.0.0.1:5000")
    assert seen == sorted(made, reverse=True)


@pytest.mark.parametrize(
    "asked",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=nonsense",
        "sort=loudest",
        "colour=red",
        "limit=1&limit=2",
        "state=%00",
    ],
)
def test_a_list_refuses_what_it_does_not_know_by_name(program: Open, asked: str) -> None:
    refused = program().get(f"/questions?{asked}")
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [asked.partition("=")[0]]


def test_too_many_questions_in_an_hour_have_to_wait(program: Open, anna: User) -> None:
    caller = program(anna)
    answers = [caller.post("/questions", {**NEW, "title": f"Problem of the number {n}"}) for n in range(11)]
    assert [each.status_code for each in answers] == [201] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
