"""Flags and decisions as programs send them."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.moderation.models import Flag
from forum.questions.models import Answer
from tests.builders import make_answer, make_flag, make_question
from tests.ground import made_once

Cast = dict[str, User]
Open = Callable[..., Any]


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    made = make_answer(session, bruno, make_question(session, anna), text="Call Rosa on 555 0134.")
    session.commit()
    return made


def test_a_flag_is_raised_reviewed_decided_and_answered(
    session: Session, program: Open, cast: Cast, answer: Answer
) -> None:
    carla, mia = program(cast["carla"]), program(cast["mia"])
    made = carla.post("/flags", {"answer_id": answer.id, "reason": "private", "words": "My aunt."})
    assert made.status_code == 201
    assert (made.json["state"], made.json["answer_id"], made.json["decision"]) == ("open", answer.id, None)
    again = carla.post("/flags", {"answer_id": answer.id, "reason": "rude"})
    assert (again.status_code, "flagged this already" in again.json["detail"]) == (403, True)
    (item,) = mia.get("/review").json["items"]
    assert (item["kind"], item["flag_count"], item["author"]["name"]) == ("answer", 1, "Bruno")
    assert [(flag["reason"], flag["flagger"]["name"]) for flag in item["flags"]] == [("private", "Carla")]
    empty = mia.post(f"/review/{item['id']}/decision", {"decision": "hide"})
    assert (empty.status_code, set(empty.json["errors"])) == (422, {"why"})
    decided = mia.post(f"/review/{item['id']}/decision", {"decision": "hide", "why": "It shows a number."})
    assert (decided.status_code, decided.json["state"], decided.json["is_hidden"]) == (200, "decided", True)
    late = program(cast["ada"]).post(f"/review/{item['id']}/decision", {"decision": "keep"})
    assert late.status_code == 409
    (mine,) = carla.get("/flags").json["items"]
    assert (mine["state"], mine["decision"], mine["why"]) == ("decided", "hide", "It shows a number.")
    assert mia.get("/review").json["items"] == []
    assert session.scalars(select(StaffAct.verb)).all() == ["hide_answer"]


def test_flags_and_review_need_their_scopes(session: Session, program: Open, cast: Cast, answer: Answer) -> None:
    item = make_flag(session, cast["carla"], answer).item
    session.commit()
    flag = {"answer_id": answer.id, "reason": "spam"}
    assert program().post("/flags", flag).status_code == 401
    assert program(cast["anna"], "read").post("/flags", flag).status_code == 403
    for who, scopes in (("anna", ("read", "write")), ("aldo", ("agent",)), ("mia", ("read", "write"))):
        caller = program(cast[who], *scopes)
        assert caller.get("/review").status_code == 403
        assert caller.post(f"/review/{item.id}/decision", {"decision": "keep"}).status_code == 403
    assert program(cast["mia"], "moderate").get("/review").status_code == 200


def test_the_same_key_flags_and_decides_once(session: Session, program: Open, cast: Cast, answer: Answer) -> None:
    carla, mia = program(cast["carla"]), program(cast["mia"])
    body = {"answer_id": answer.id, "reason": "spam"}
    for _ in range(2):
        assert carla.post("/flags", body, Idempotency_Key="flag-1").status_code == 201
    assert session.scalar(select(func.count()).select_from(Flag)) == 1
    (item,) = mia.get("/review").json["items"]
    path = f"/review/{item['id']}/decision"
    for _ in range(2):
        assert mia.post(path, {"decision": "keep"}, Idempotency_Key="keep-1").status_code == 200


def test_a_decision_about_what_was_seen_before_is_stale(
    session: Session, program: Open, cast: Cast, answer: Answer
) -> None:
    item = make_flag(session, cast["carla"], answer).item
    session.commit()
    path, mia = f"/review/{item.id}/decision", program(cast["mia"])
    assert mia.post(path, {"decision": "keep"}, If_Match='"v7"').status_code == 412
    assert mia.post(path, {"decision": "keep"}, If_Match='"v0"').status_code == 200


@pytest.mark.parametrize(
    "body, field",
    [
        ({"reason": "spam"}, ""),
        ({"reason": "spam", "answer_id": 1, "question_id": 1}, ""),
        ({"reason": "spam", "answer_id": 99999}, "answer_id"),
        ({"reason": "ugly", "question_id": 1}, "reason"),
        ({"reason": "other", "answer_id": "{answer}"}, "words"),
        ({"reason": "spam", "answer_id": "{answer}", "words": "x" * 501}, "words"),
        ({"reason": "spam", "user_id": 1}, "user_id"),
    ],
)
def test_what_is_no_flag(program: Open, cast: Cast, answer: Answer, body: dict[str, Any], field: str) -> None:
    sent = {name: answer.id if value == "{answer}" else value for name, value in body.items()}
    refused = program(cast["carla"]).post("/flags", sent)
    assert (refused.status_code, set(refused.json.get("errors", {""}))) == (422, {field})


def test_a_flag_is_taken_back_by_its_owner_alone(session: Session, program: Open, cast: Cast, answer: Answer) -> None:
    flag = make_flag(session, cast["carla"], answer)
    session.commit()
    assert program(cast["anna"]).delete(f"/flags/{flag.id}").status_code == 404
    assert program(cast["carla"]).delete(f"/flags/{flag.id}").json["state"] == "withdrawn"
    assert program(cast["carla"]).delete(f"/flags/{flag.id}").status_code == 403
