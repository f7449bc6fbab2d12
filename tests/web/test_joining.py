"""Joining through the front door: one mail, one press, and nothing said about who has an account."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.links import ProofLinks
from forum.accounts.models import SignUp, User, UserSession
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from tests.web.mails import body_of, path_in, read_mails

Open = Callable[[User | None], Any]

PASSWORD = "mulino quieto trave"
FORM = {"name": "Dora Neri", "email": "dora@example.it", "password": PASSWORD}


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(User)) or 0


def test_joining_takes_a_form_a_mail_and_one_press(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path
) -> None:
    dora = browser(None)
    assert dora.get("/account/sign-up").status_code == 200
    answer = dora.send("/account/sign-up", FORM)
    assert (answer.status_code, answer.location) == (303, "/account/check-mail")
    assert people(session) == 0
    carry()
    (mail,) = read_mails(tmp_path)
    assert mail["To"] == "dora@example.it"
    link = path_in(mail)
    page = dora.get(link)
    assert page.status_code == 200
    assert "password" not in page.text.split("<main", 1)[1].split("</main", 1)[0]
    assert people(session) == 0, "looking at the link must confirm nothing"
    answer = dora.send(link)
    assert answer.status_code == 303
    session.expire_all()
    (user,) = session.scalars(select(User)).all()
    assert (user.email, user.name, user.roles) == ("dora@example.it", "Dora Neri", frozenset())
    assert dora.get("/account/settings").status_code == 200
    assert PASSWORD not in str(user.password_hash)


def test_a_confirmed_address_is_announced_once(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path, parts: Parts
) -> None:
    heard: list[int] = []
    from forum.accounts.events import EmailConfirmed

    parts.subscriptions.subscribe(EmailConfirmed, lambda _s, event: heard.append(event.user_id), name="test")
    dora = browser(None)
    dora.send("/account/sign-up", FORM)
    carry()
    link = path_in(read_mails(tmp_path)[0])
    dora.send(link)
    again = dora.send(link)
    carry()
    assert again.status_code == 410
    assert heard == [session.scalar(select(User.id))]


def test_the_answer_is_the_same_for_a_known_address(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path, anna: User
) -> None:
    known, unknown = browser(None), browser(None)
    answers = [
        known.send("/account/sign-up", {**FORM, "email": "anna@example.it"}),
        unknown.send("/account/sign-up", {**FORM, "email": "nobody@example.it"}),
    ]
    assert answers[0].status_code == answers[1].status_code == 303
    assert answers[0].location == answers[1].location
    assert known.get("/account/check-mail").text == unknown.get("/account/check-mail").text
    assert session.scalar(select(func.count()).select_from(SignUp)) == 2
    assert session.scalar(select(func.count()).select_from(Delivery)) == 2
    carry()
    to_anna, to_nobody = sorted(read_mails(tmp_path), key=lambda mail: str(mail["To"]))
    assert "/account/confirm/" not in body_of(to_anna)
    assert "/account/forgotten" in body_of(to_anna)
    assert "/account/confirm/" in body_of(to_nobody)


def test_both_answers_cost_the_same_statements(browser: Open, count_queries: Any, anna: User) -> None:
    browser(None).send("/account/sign-up", {**FORM, "email": "first@example.it"})  # the counts of this hour begin
    costs = []
    for email in ("anna@example.it", "nobody@example.it"):
        visitor = browser(None)
        visitor.get("/account/sign-up")
        with count_queries() as queries:
            visitor.send("/account/sign-up", {**FORM, "email": email})
        costs.append([re.sub(r"\s+", " ", query) for query in queries])
    assert costs[0] == costs[1]


def test_elsewhere_only_the_password_confirms(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path
) -> None:
    """Whoever signs up with a stranger's address must not get the account confirmed by the stranger."""
    mallory, victim = browser(None), browser(None)
    mallory.send("/account/sign-up", FORM)
    carry()
    link = path_in(read_mails(tmp_path)[0])
    assert 'name="password"' in victim.get(link).text
    for guess in ({}, {"password": "another password"}):
        assert victim.send(link, guess).status_code == 422
    assert people(session) == 0
    assert victim.send(link, {"password": PASSWORD}).status_code == 303
    assert people(session) == 1


def test_guessing_the_password_of_a_link_ends_soon(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path
) -> None:
    browser(None).send("/account/sign-up", FORM)
    carry()
    link = path_in(read_mails(tmp_path)[0])
    other = browser(None)
    answers = [other.send(link, {"password": f"wrong guess {n}"}).status_code for n in range(12)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert other.send(link, {"password": PASSWORD}).status_code == 429
    assert people(session) == 0


def test_a_link_that_is_too_old_confirms_nothing(browser: Open, session: Session, parts: Parts) -> None:
    for age, status in ((timedelta(hours=23), 200), (timedelta(hours=25), 410)):
        sign_up = SignUp(
            email="old@example.it",
            name="Old",
            password_hash="x",
            language="en",
            browser_hash="x",
            created_at=datetime.now(UTC) - age,
        )
        session.add(sign_up)
        session.commit()
        link = ProofLinks("", parts.signer).confirm_sign_up(sign_up)
        assert browser(None).get(link).status_code == status


def test_pressing_twice_asks_once(browser: Open, session: Session) -> None:
    dora = browser(None)
    for _ in range(2):
        assert dora.send("/account/sign-up", {**FORM, "once": "a" * 32}).status_code == 303
    assert session.scalar(select(func.count()).select_from(SignUp)) == 1


@pytest.mark.parametrize(
    "change, field",
    [
        ({"email": "no address"}, "email"),
        ({"email": "dora@localhost"}, "email"),
        ({"email": "dora@example.it\r\nBcc: all@example.it"}, "email"),
        ({"email": "a" * 250 + "@example.it"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "Sportello"}, "name"),
        ({"name": "Spòrtello !"}, "name"),
        ({"name": "Moderatore"}, "name"),
        ({"name": "win at evil.example.com"}, "name"),
        ({"name": "<b>Dora</b>"}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"password": "password1"}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "Password123!"}, "password"),
        ({"password": "dora@example.it"}, "password"),
        ({"password": "doraneri1999"}, "password"),
        ({"password": "sportello2026"}, "password"),
        ({"password": "1234567890123456"}, "password"),
        ({"password": "è" * 600}, "password"),
        ({"password": ""}, "password"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(browser: Open, session: Session, change: Any, field: str) -> None:
    answer = browser(None).send("/account/sign-up", {**FORM, **change})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert 'name="password" type="password" value=""' in answer.text, "a password is never sent back"
    assert session.scalar(select(func.count()).select_from(SignUp)) == 0


@pytest.mark.parametrize(
    "password",
    [
        "correct horse and battery",
        "x" * 3 + " yqz " * 12,
        "🦊🌳🚲📚🍋🥁🪁🎈🧩🎻",
        " spaces kept around ",
        "mulino-quieto-trave",
    ],
)
def test_passwords_of_any_kind_are_taken(browser: Open, session: Session, password: str) -> None:
    assert browser(None).send("/account/sign-up", {**FORM, "password": password}).status_code == 303
    assert session.scalar(select(func.count()).select_from(SignUp)) == 1


def test_one_address_is_not_flooded_with_mails(browser: Open, session: Session) -> None:
    answers = [browser(None).send("/account/sign-up", FORM).status_code for _ in range(6)]
    assert answers == [303, 303, 303, 303, 429, 429]
    assert browser(None).send("/account/sign-up", {**FORM, "email": "else@example.it"}).status_code == 303


def test_nobody_signs_up_with_a_role(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path
) -> None:
    dora = browser(None)
    dora.send("/account/sign-up", {**FORM, "roles": "administrator", "rights": "editor", "standing": "9999", "id": "1"})
    carry()
    dora.send(path_in(read_mails(tmp_path)[0]), {"roles": "administrator"})
    (user,) = session.scalars(select(User)).all()
    assert (user.roles, user.rights, user.standing) == (frozenset(), frozenset(), 0)


def test_whoever_is_in_is_sent_on(browser: Open, anna: User) -> None:
    for page in ("/account/sign-up", "/account/sign-in"):
        answer = browser(anna).get(page)
        assert (answer.status_code, answer.location) == (303, "/")


def test_coming_in_by_the_link_changes_the_session(
    browser: Open, carry: Callable[[], None], session: Session, tmp_path: Path
) -> None:
    dora = browser(None)
    dora.send("/account/sign-up", FORM)
    before = dora.get_cookie("sportello").value
    carry()
    dora.send(path_in(read_mails(tmp_path)[0]))
    assert dora.get_cookie("sportello").value != before
    assert session.scalar(select(func.count()).select_from(UserSession)) == 1
