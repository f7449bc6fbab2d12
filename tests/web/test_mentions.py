"""Naming somebody in a text: a link to them, suggestions while writing, and one event for each who is new."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.mentions import find_mentioned, mention_name, suggest_people
from forum.accounts.models import User
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.questions.events import PersonMentioned
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_article, make_comment, make_question, make_user
from tests.conftest import Browser

Open = Callable[[User | None], Browser]


@pytest.fixture
def heard(parts: Parts, session: Session) -> Callable[[], list[dict[str, Any]]]:
    """What is told of mentions, oldest first."""
    parts.subscriptions.subscribe(PersonMentioned, lambda *_: None, name="test")

    def read() -> list[dict[str, Any]]:
        rows = session.scalars(select(Delivery).where(Delivery.event == "PersonMentioned").order_by(Delivery.id))
        return [json.loads(row.payload) for row in rows]

    return read


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Anna Rossi", "anna-rossi"),
        ("Élodie d'Aosta", "elodie-d-aosta"),
        ("李", "person"),
        ("A" * 60, "a" * 24),
        ("x" * 23 + " yz", "x" * 23),
    ],
)
def test_everybody_has_a_name_that_can_be_typed(session: Session, name: str, words: str) -> None:
    person = make_user(session, "somebody")
    person.name = name
    session.flush()
    written = mention_name(person)
    assert written == f"{words}-{person.id}"
    assert set(find_mentioned(session, [written])) == {written}


def test_only_people_who_are_there_under_their_own_name_are_meant(session: Session, anna: User, bruno: User) -> None:
    right = mention_name(anna)
    wrong = [
        f"bruno-{anna.id}",
        "anna",
        f"anna-{10**14}",
        f"anna-0{anna.id}",
        "anna-999999999999999999999",
        f"router-{bruno.id}",
    ]
    assert find_mentioned(session, [right, right.upper(), *wrong]) == {
        right: f"/people/{anna.id}/anna", right.upper(): f"/people/{anna.id}/anna",
    }  # fmt: skip
    anna.disabled_at = anna.created_at
    session.flush()
    assert find_mentioned(session, [right]) == {}


def test_a_mention_is_a_link_and_is_told_once(
    session: Session, browser: Open, anna: User, bruno: User, carla: User, heard: Any
) -> None:
    text = f"Thank you @{mention_name(bruno)} and @nobody-99, says @{mention_name(anna)}."
    asked = browser(anna).send(
        "/questions/ask", {"title": "The light is red", "text": text, "tags": "", "once": "a" * 32}
    )
    page = browser(None).get(asked.location).text
    assert f'<a class="mention" href="/people/{bruno.id}/bruno">@bruno-{bruno.id}</a>' in page
    assert "and @nobody-99, says" in page
    question = session.scalars(select(Question)).one()
    told = {"user_id": bruno.id, "by_id": anna.id, "kind": "question", "row_id": question.id}
    assert heard() == [told]
    form = {"title": question.title, "tags": "", "version": "1"}
    browser(anna).send(f"/questions/{question.id}/edit", {**form, "text": f"{text} And @{mention_name(carla)}?"})
    assert heard() == [told, {**told, "user_id": carla.id}]


def test_answers_and_comments_mention_too(
    session: Session, browser: Open, anna: User, bruno: User, carla: User, heard: Any
) -> None:
    question = make_question(session, anna)
    session.commit()
    text = {"text": f"Ask @{mention_name(carla)}."}
    browser(bruno).send(f"/questions/{question.id}/answers", {**text, "once": "a" * 32})
    browser(bruno).send(f"/questions/{question.id}/comments", {**text, "once": "b" * 32})
    assert [(told["kind"], told["user_id"]) for told in heard()] == [("answer", carla.id), ("comment", carla.id)]
    answer = session.scalars(select(Answer)).one()
    assert answer.html.count('class="mention"') == 1


def test_more_than_fifty_are_refused(browser: Open, anna: User, bruno: User) -> None:
    text = f"@{mention_name(bruno)} " * 51
    refused = browser(anna).send("/questions/ask", {"title": "The light is red", "text": text, "tags": ""})
    assert refused.status_code == 422 and "Too many people" in refused.text


def test_those_in_the_discussion_are_offered_first(
    session: Session, browser: Open, anna: User, bruno: User, carla: User, mia: User
) -> None:
    question = make_question(session, bruno)
    make_answer(session, carla, question)
    make_comment(session, mia, question)
    session.commit()
    offered: Any = browser(anna).get(f"/people/named?question={question.id}&q=").json["items"]
    assert [person["name"] for person in offered] == ["Bruno", "Carla", "Mia"]
    assert offered[0] == {"name": "Bruno", "mention": mention_name(bruno), "note": "in this discussion"}
    assert [each["name"] for each in browser(bruno).get("/people/named?q=an").json["items"]] == ["Anna"]
    assert browser(bruno).get("/people/named?q=a").json["items"] == []
    assert suggest_people(session, "%") == []


@pytest.mark.parametrize("asked", ["?q=%ED%A0%80", "?q=" + "x" * 3000, "?question=x&q=an", "?question=999&q=an", ""])
def test_odd_questions_for_names_are_answered(browser: Open, anna: User, asked: str) -> None:
    assert browser(anna).get(f"/people/named{asked}").status_code == 200


def test_visitors_are_told_no_names(browser: Open, anna: User) -> None:
    assert browser(None).get("/people/named?q=an", headers={"Accept": "application/json"}).status_code == 401


def test_a_profile_says_how_to_mention_its_person(browser: Open, anna: User, bruno: User) -> None:
    path = f"/people/{anna.id}/anna"
    assert f"@{mention_name(anna)}" in browser(bruno).get(path).text
    assert f"@{mention_name(anna)}" not in browser(None).get(path).text


def test_who_is_named_in_an_article_is_told_when_it_can_be_read(
    session: Session, browser: Open, anna: User, bruno: User, elena: User, mia: User, heard: Any
) -> None:
    question = make_question(session, anna)
    article = make_article(session, elena, make_answer(session, bruno, question, accepted=True))
    session.commit()
    editor, reviewer = browser(elena), browser(mia)
    for version, names in ((1, [bruno]), (2, [bruno, anna])):
        text = "Found by " + " and ".join(f"@{mention_name(person)}" for person in names) + ". " + "Words. " * 40
        form = {"title": "The light is red", "text": text, "language": "en", "version": str(version), "why": ""}
        assert editor.send(f"/kb/{article.id}/edit", form).status_code == 303
        assert len(heard()) == version - 1
        assert editor.send(f"/kb/{article.id}/state", {"state": "in_review", "why": ""}).status_code == 303
        review = {"outcome": "approve", "version": str(version + 1), "comment": "", "source": ""}
        assert reviewer.send(f"/kb/{article.id}/review", review).status_code == 303
        told = heard()[-1]
        assert (told["user_id"], told["by_id"], told["kind"], told["row_id"]) == (
            names[-1].id, elena.id, "article", article.id,
        )  # fmt: skip
    assert len(heard()) == 2
