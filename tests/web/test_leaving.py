"""What is kept about me as a file, and leaving: with the password, after days in which it can be taken back."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.leaving import GRACE
from forum.accounts.models import Farewell, User
from forum.base.parts import Parts
from forum.transfer.people.farewells import Farewells
from tests.builders import give_password, make_answer, make_contact, make_question, make_ticket
from tests.ground import made_once

Open = Callable[[User | None], Any]

PASSWORD = "mulino quieto trave"


@made_once
def home(session: Session, cast: dict[str, User]) -> dict[str, User]:
    give_password(session, cast["anna"], PASSWORD)
    question = make_question(session, cast["anna"], title="My router blinks at night")
    make_answer(session, cast["bruno"], question, text="What Bruno wrote.")
    contact = make_contact(session, "Anna Verdi", emails=("anna@example.it",), user=cast["anna"], tier="top")
    make_ticket(session, cast["aldo"], contact, subject="A case of Anna")
    other = make_contact(session, "Bruno Neri", emails=("bruno@example.it",), user=cast["bruno"])
    make_ticket(session, cast["aldo"], other, subject="A case of Bruno")
    session.commit()
    return cast


def test_the_file_holds_what_is_hers_and_nothing_of_others(browser: Open, home: dict[str, User]) -> None:
    answer = browser(home["anna"]).send("/account/data", {"current": PASSWORD})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"] and answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        told, page = archive.read("person.json").decode(), archive.read("person.html").decode()
    for own in ("My router blinks", "anna@example.it", "A case of Anna"):
        assert own in told and own in page
    for foreign in ("Bruno", "bruno@example.it", '"tier"', "argon2", "top"):
        assert foreign not in told.replace("points", ""), foreign
    assert json.loads(told)["kept"]["users"][0]["name"] == "Anna"


def test_a_wrong_password_gets_nothing(browser: Open, home: dict[str, User], session: Session) -> None:
    page = browser(home["anna"])
    for path in ("/account/data", "/account/leave"):
        answer = page.send(path, {"current": "wrong", "posts": "keep"})
        assert answer.status_code == 422 and "application/zip" not in answer.headers["Content-Type"]
    assert session.get(Farewell, home["anna"].id) is None
    assert browser(None).send("/account/data", {"current": PASSWORD}).status_code == 303


def test_leaving_takes_days_and_can_be_taken_back(
    browser: Open, home: dict[str, User], session: Session, parts: Parts
) -> None:
    anna, page = home["anna"], browser(home["anna"])
    assert page.send("/account/leave", {"current": PASSWORD, "posts": "remove"}).status_code == 303
    shown = page.get("/account/leave").text
    assert "will be deleted on" in shown and "removed too" in shown
    session.expire_all()
    farewell = session.get_one(Farewell, anna.id)
    assert farewell.due_at - farewell.asked_at == GRACE
    now = datetime.now(UTC)
    parts.store.write(lambda work: Farewells(parts.settings).carry_out(work, now + GRACE - timedelta(hours=1)))
    session.expire_all()
    assert anna.email == "anna@example.it"
    assert page.send("/account/stay").status_code == 303
    assert page.send("/account/stay").status_code == 303
    parts.store.write(lambda work: Farewells(parts.settings).carry_out(work, now + 2 * GRACE))
    session.expire_all()
    assert anna.email == "anna@example.it"
    assert "will be deleted on" not in page.get("/account/data").text


def test_when_the_days_are_over_she_is_gone(
    browser: Open, home: dict[str, User], session: Session, parts: Parts
) -> None:
    anna, page = home["anna"], browser(home["anna"])
    page.send("/account/leave", {"current": PASSWORD, "posts": "keep"})
    later = datetime.now(UTC) + GRACE + timedelta(minutes=1)
    for _ in range(2):
        parts.store.write(lambda work: Farewells(parts.settings).carry_out(work, later))
    session.expire_all()
    assert (anna.email, anna.name) == (None, "Former member")
    assert session.get(Farewell, anna.id) is None
    assert page.get("/account/data").status_code == 303


def test_the_last_administrator_stays(browser: Open, home: dict[str, User], session: Session, parts: Parts) -> None:
    ada = home["ada"]
    give_password(session, ada, PASSWORD)
    session.commit()
    refused = browser(ada).send("/account/leave", {"current": PASSWORD, "posts": "keep"})
    assert refused.status_code == 403 and "last administrator" in refused.text
    moment = datetime.now(UTC)
    session.add(Farewell(user_id=ada.id, asked_at=moment, due_at=moment))
    session.commit()
    parts.store.write(lambda work: Farewells(parts.settings).carry_out(work, moment + GRACE))
    session.expire_all()
    assert ada.email == "ada@example.it" and session.get(Farewell, ada.id) is None


@pytest.mark.parametrize("path", ["/account/data", "/account/leave"])
def test_both_pages_speak_both_languages(browser: Open, home: dict[str, User], session: Session, path: str) -> None:
    for language, word in (("en", "Delete your account"), ("it", "Cancella il tuo account")):
        home["anna"].language = language
        session.commit()
        assert word in browser(home["anna"]).get(path).text
