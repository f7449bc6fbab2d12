"""What broken and hostile programs send is refused with a sentence, and never with our mistake."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import ApiToken, User
from forum.base.errors import StoreBusy
from forum.questions.models import Question
from tests.builders import NOON, make_question

Open = Callable[..., Any]

GOOD = {"title": "No line since this morning", "text": "The light blinks."}


def test_the_good_body_is_good(program: Open, anna: User) -> None:
    """Otherwise the refusals below would prove nothing."""
    assert program(anna).post("/questions", raw=json.dumps(GOOD)).status_code == 201


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 415),
        (b"{", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"\xff\xfe{}", 400),
        (b'{"title": "\xc3\x28"}', 400),
        (b'{"title": NaN}', 400),
        (b'{"title": 1e999999}', 422),
        (b'{"title": ' + b"9" * 100_000 + b"}", 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"\\ud800": 1}', 400),
        (b'{"title": "one of these", "title": "two of these"}', 400),
        (json.dumps({**GOOD, "tags": [["deep"]]}).encode(), 422),
        (b" " * 2_000_000, 413),
    ],
    ids=lambda value: None if isinstance(value, int) else repr(value[:20]),
)
def test_bodies_that_are_no_question(program: Open, anna: User, session: Session, raw: bytes, status: int) -> None:
    headers = {"Content_Type": "text/plain"} if not raw else {}
    assert program(anna).post("/questions", raw=raw, **headers).status_code == status
    assert session.scalar(select(func.count()).select_from(Question)) == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"),
        ({"title": 7}, "title"),
        ({"title": "short"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "nul \x00 is in this title"}, "title"),
        ({"title": "half \ud800 of a letter"}, "title"),
        ({"text": "\x00"}, "text"),
        ({"text": "\udfff"}, "text"),
        ({"text": "x" * 30_001}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "<" * 29_999}, "text"),
        ({"tags": "fibre"}, "tags"),
        ({"tags": ["a\x00"]}, "tags"),
        ({"tags": ["x" * 40]}, "tags"),
        ({"tags": ["a", "b", "c", "d", "e", "f"]}, "tags"),
        ({"tags": ["tag"] * 1000}, "tags"),
        ({"asker_id": 1}, "asker_id"),
        ({"html": "<b>"}, "html"),
        ({"__class__": "x"}, "__class__"),
    ],
    ids=str,
)
def test_fields_are_refused_by_name(
    program: Open, anna: User, session: Session, change: dict[str, Any], field: str
) -> None:
    refused = program(anna).post("/questions", raw=json.dumps({**GOOD, **change}))
    assert refused.status_code == 422
    assert list(refused.json["errors"]) == [field]
    assert session.scalar(select(func.count()).select_from(Question)) == 0


@pytest.mark.parametrize("value", [True, 1.0, 1.5, "1", 2, -2, 10**30, None, [1]])
def test_a_vote_is_a_number_of_three(program: Open, anna: User, bruno: User, session: Session, value: Any) -> None:
    question = make_question(session, anna)
    session.commit()
    assert program(bruno).put(f"/questions/{question.id}/vote", {"value": value}).status_code == 422
    assert program(bruno).put(f"/questions/{question.id}/vote", {"value": 1}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1", 404),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/v2/questions", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/questions/0", 404),
        ("GET", "/api/v1/questions/007", 404),
        ("GET", "/api/v1/questions/1", 404),
        ("GET", f"/api/v1/questions/{2**63 - 1}", 404),
        ("GET", f"/api/v1/questions/{2**63}", 404),
        ("GET", "/api/v1/questions/1.5", 404),
        ("GET", "/api/v1/questions/%00", 404),
        ("POST", "/api/v1/questions/1", 405),
        ("DELETE", "/api/v1/questions", 405),
        ("TRACE", "/api/v1/questions", 405),
    ],
)
def test_addresses_that_are_none(program: Open, method: str, path: str, status: int) -> None:
    refused = program().send(method, path)
    assert refused.status_code == status
    if status == 405:
        assert "GET" in refused.headers["Allow"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer sportello_x", "Basic YTpi", "Bearer sportello_" + "x" * 500, "é",
     "Bearer sportello_\xff"],
)  # fmt: skip
def test_a_token_that_is_none_opens_nothing_not_even_what_is_public(program: Open, header: str) -> None:
    refused = program().get("/questions", Authorization=header.encode().decode("latin-1"))
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_token_dies_when_revoked_and_with_its_owner(program: Open, anna: User, bruno: User, session: Session) -> None:
    revoked, closed = program(anna), program(bruno)
    assert (revoked.get("/me").status_code, closed.get("/me").status_code) == (200, 200)
    session.scalars(select(ApiToken).where(ApiToken.user_id == anna.id)).one().revoked_at = NOON
    session.get_one(User, bruno.id).disabled_at = NOON
    session.commit()
    assert (revoked.get("/me").status_code, closed.get("/me").status_code) == (401, 401)


def test_a_cookie_opens_nothing(browser: Any, anna: User, session: Session) -> None:
    signed_in = browser(anna)
    assert signed_in.get("/account/settings").status_code == 200
    assert signed_in.get("/api/v1/me").status_code == 401
    assert signed_in.post("/api/v1/questions", json=GOOD).status_code == 401
    assert session.scalar(select(Question.id)) is None


def test_a_busy_store_and_a_surprise_are_problems_too(
    program: Open, anna: User, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise StoreBusy

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of ours")

    caller = program(anna)
    monkeypatch.setattr("forum.questions.actions.ask_question", busy)
    refused = caller.post("/questions", GOOD)
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    monkeypatch.setattr("forum.questions.actions.ask_question", broken)
    failed = caller.post("/questions", GOOD)
    assert failed.status_code == 500 and "secret" not in failed.text and failed.json["request_id"]


def test_problems_are_said_in_the_callers_language(program: Open) -> None:
    assert program().get("/questions/1", Accept_Language="it").json["detail"].startswith("A questo indirizzo")
    assert program().get("/questions/1", Accept_Language="en").json["detail"].startswith("There is nothing")


def test_answers_are_kept_by_nobody_between(program: Open, anna: User) -> None:
    for caller in (program(), program(anna)):
        response = caller.get("/questions")
        assert response.headers["Cache-Control"] == "private, no-store"
        assert "Set-Cookie" not in response.headers
