"""From an accepted answer to a published article, by programs."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.knowledge.models import Article
from forum.questions.models import Answer
from tests.builders import make_answer, make_article, make_question
from tests.ground import made_once

Open = Callable[..., Any]
Cast = dict[str, User]


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    made = make_answer(session, bruno, make_question(session, anna), accepted=True)
    session.commit()
    return made


@made_once
def article(session: Session, answer: Answer, elena: User, mia: User) -> Article:
    made = make_article(session, session.merge(elena), answer, reviewer=session.merge(mia))
    session.commit()
    return made


def test_an_answer_becomes_a_published_article(program: Open, answer: Answer, elena: User, mia: User) -> None:
    writer, reviewer = program(elena), program(mia)
    draft = writer.post(f"/answers/{answer.id}/promotion")
    assert (draft.status_code, draft.json["state"], draft.json["source_answer_id"]) == (201, "draft", answer.id)
    assert answer.text in draft.json["text"]
    path = f"/articles/{draft.json['id']}"
    assert program().get(path).status_code == 404
    saved = writer.patch(path, {"text": "Unplug it, *wait*, plug it in.", "why": "shorter"})
    assert (saved.json["version"], saved.json["html"]) == (2, "<p>Unplug it, <em>wait</em>, plug it in.</p>\n")
    assert writer.put(f"{path}/state", {"state": "in_review"}).json["state"] == "in_review"
    assert writer.post(f"{path}/review", {"outcome": "approve"}).status_code == 403
    approved = reviewer.post(f"{path}/review", {"outcome": "approve"})
    assert (approved.status_code, approved.json["state"], approved.json["is_live"]) == (200, "published", True)
    assert program().get(path).json["text"] == "Unplug it, *wait*, plug it in."
    assert [row["id"] for row in program().get("/articles").json["items"]] == [draft.json["id"]]


def test_promoting_twice_gives_the_first_article(
    program: Open, answer: Answer, elena: User, mia: User, session: Session
) -> None:
    first = program(elena).post(f"/answers/{answer.id}/promotion", {"title": "A red light after a storm"})
    second = program(mia).post(f"/answers/{answer.id}/promotion", {"title": "Something else entirely"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"] and second.json["title"] == "A red light after a storm"
    assert session.scalar(select(func.count()).select_from(Article)) == 1


@pytest.mark.parametrize(
    ("who", "scopes", "status"),
    [
        ("elena", ("knowledge",), 201),
        ("elena", ("read", "write"), 403),
        ("mia", ("knowledge",), 201),
        ("mia", ("moderate",), 403),
        ("aldo", ("knowledge",), 403),
        ("ada", ("admin",), 403),
        ("anna", ("write",), 403),
        ("", (), 401),
    ],
)
def test_who_promotes(
    program: Open, cast: Cast, answer: Answer, who: str, scopes: tuple[str, ...], status: int
) -> None:
    made = program(cast.get(who), *scopes).post(f"/answers/{answer.id}/promotion")
    assert made.status_code == status


def test_an_answer_that_is_not_accepted_is_not_promoted(
    program: Open, anna: User, bruno: User, elena: User, session: Session
) -> None:
    answer = make_answer(session, bruno, make_question(session, anna))
    session.commit()
    assert program(elena).post(f"/answers/{answer.id}/promotion").status_code == 403
    assert program(anna).put(f"/answers/{answer.id}/acceptance").status_code == 200
    assert program(elena).post(f"/answers/{answer.id}/promotion").status_code == 201


def test_readers_learn_nothing_of_what_is_being_written(program: Open, article: Article, elena: User) -> None:
    path = f"/articles/{article.id}"
    assert program(elena).patch(path, {"title": "A secret new title"}).status_code == 200
    for response in (program().get(path), program().get("/articles")):
        assert "secret" not in response.text and "draft" not in response.text
    assert program().get(path).json["version"] == 1
    assert program().get(f"{path}?version=newest").status_code == 403
    assert program(elena).get(f"{path}?version=newest").json["title"] == "A secret new title"
    assert program().get("/articles?state=draft").status_code == 403
    assert len(program(elena).get("/articles?state=draft").json["items"]) == 1


def test_an_article_returned_needs_a_comment(program: Open, article: Article, elena: User, mia: User) -> None:
    path = f"/articles/{article.id}"
    program(elena).patch(path, {"text": "Something newer."})
    program(elena).put(f"{path}/state", {"state": "in_review"})
    refused = program(mia).post(f"{path}/review", {"outcome": "return"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["comment"])
    assert program(mia).post(f"{path}/review", {"outcome": "return", "comment": "Why?"}).json["state"] == "draft"


def test_an_article_goes_to_the_archive_and_back(program: Open, article: Article, elena: User) -> None:
    path, writer = f"/articles/{article.id}", program(elena)
    assert writer.put(f"{path}/state", {"state": "archived", "why": "outdated"}).json["is_live"] is False
    assert program().get(path).status_code == 404
    assert writer.put(f"{path}/state", {"state": "draft"}).status_code == 422
    assert program().get(path).status_code == 404
    assert writer.put(f"{path}/state", {"state": "published"}).json["is_live"] is True
    assert program().get(path).status_code == 200


def test_nobody_publishes_by_saying_so(program: Open, answer: Answer, elena: User) -> None:
    path = f"/articles/{program(elena).post(f'/answers/{answer.id}/promotion').json['id']}/state"
    assert program(elena).put(path, {"state": "published"}).status_code == 403
    assert program(elena).put(path, {"state": "in_review"}).status_code == 200
    assert program(elena).put(path, {"state": "published"}).status_code == 403


def test_a_reviewer_decides_on_what_they_read(program: Open, article: Article, elena: User, mia: User) -> None:
    path, writer, reviewer = f"/articles/{article.id}", program(elena), program(mia)
    writer.patch(path, {"text": "Something newer."})
    read = writer.put(f"{path}/state", {"state": "in_review"}).headers["ETag"]
    writer.patch(path, {"text": "Something newer still."})
    current = writer.put(f"{path}/state", {"state": "in_review"}).headers["ETag"]
    decision = {"outcome": "approve"}
    assert reviewer.post(f"{path}/review", decision, If_Match=read).status_code == 412
    assert reviewer.post(f"{path}/review", decision, If_Match=current).status_code == 200
