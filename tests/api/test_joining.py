"""I have this too and following, as programs say it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.questions.models import Question
from tests.builders import make_question
from tests.ground import made_once

Open = Callable[..., Any]
Cast = dict[str, User]


@made_once
def question(session: Session, anna: User) -> Question:
    made = make_question(session, anna)
    session.commit()
    return made


def test_one_says_it_once_and_takes_it_back(program: Open, question: Question, carla: User, mia: User) -> None:
    address = f"/questions/{question.id}/me-too"
    for _ in range(2):
        said = program(carla).put(address)
        assert (said.status_code, said.json) == (200, {"me_too": True, "me_too_count": 1, "is_following": True})
    assert program(mia).put(address).json["me_too_count"] == 2
    assert program().get(f"/questions/{question.id}").json["me_too_count"] == 2
    assert program().get("/questions").json["items"][0]["me_too_count"] == 2
    assert program(carla).delete(address).json == {"me_too": False, "me_too_count": 1, "is_following": False}
    assert program(carla).delete(address).json["me_too_count"] == 1


def test_following_and_no_more(program: Open, question: Question, carla: User) -> None:
    address = f"/questions/{question.id}/follow"
    assert program(carla).put(address).json == {"me_too": False, "me_too_count": 0, "is_following": True}
    assert program(carla).delete(address).json["is_following"] is False


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [("carla", ("write",), 200), ("carla", ("read",), 403), ("anna", ("write",), 403), ("bruno", ("write",), 200)],
)
def test_who_says_it_with_which_scopes(
    program: Open, question: Question, cast: Cast, who: str, scopes: tuple[str, ...], status: int
) -> None:
    assert program(cast[who], *scopes).put(f"/questions/{question.id}/me-too").status_code == status


def test_a_program_without_a_token_says_nothing(program: Open, question: Question) -> None:
    for verb in ("me-too", "follow"):
        assert program().put(f"/questions/{question.id}/{verb}").status_code == 401
        assert program().put(f"/questions/{question.id}/{verb}", {"value": 1}).status_code == 401


def test_what_is_not_there_cannot_be_joined(program: Open, question: Question, carla: User) -> None:
    assert program(carla).put("/questions/999999/me-too").status_code == 404
    assert program(carla).put(f"/questions/{question.id}/me-too", {"value": 1}).status_code == 422
