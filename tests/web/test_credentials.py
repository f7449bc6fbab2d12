"""Forgotten and changed passwords, changed addresses: proved by mail, told to the owner, ending what was open."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import EmailChange, User
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from tests.builders import give_password
from tests.ground import made_once
from tests.web.mails import body_of, path_in, read_mails

Open = Callable[[User | None], Any]
Carry = Callable[[], None]

OLD, NEW = "mulino quieto trave", "lampada sotto il ponte"


@made_once
def anna_in(session: Session, anna: User) -> User:
    """Anna, with a password."""
    give_password(session, anna, OLD)
    session.commit()
    return anna


def can_sign_in(browser: Open, email: str, password: str) -> bool:
    answer = browser(None).send("/account/sign-in", {"email": email, "password": password})
    assert answer.status_code in (303, 422)
    return bool(answer.status_code == 303)


def test_a_forgotten_password_is_replaced_by_mail(browser: Open, carry: Carry, anna_in: User, tmp_path: Path) -> None:
    thief = browser(anna_in)
    visitor = browser(None)
    assert visitor.send("/account/forgotten", {"email": "ANNA@example.it "}).location == "/account/check-mail"
    carry()
    (mail,) = read_mails(tmp_path)
    link = path_in(mail)
    assert visitor.get(link).status_code == 200
    assert can_sign_in(browser, "anna@example.it", OLD), "nothing changes before the new password is set"
    assert visitor.send(link, {"password": NEW}).location == "/account/sign-in"
    assert thief.get("/account/settings").status_code == 303
    assert not can_sign_in(browser, "anna@example.it", OLD)
    assert can_sign_in(browser, "anna@example.it", NEW)
    for method in (visitor.get, visitor.send):
        assert method(link).status_code in (410, 422)
    assert visitor.send(link, {"password": "una terza scelta strana"}).status_code == 410
    assert can_sign_in(browser, "anna@example.it", NEW)
    carry()
    assert "changed" in str(read_mails(tmp_path)[-1]["Subject"])


def test_forgetting_tells_nobody_who_has_an_account(
    browser: Open, carry: Carry, session: Session, count_queries: Any, anna_in: User, tmp_path: Path
) -> None:
    browser(None).send("/account/forgotten", {"email": "first@example.it"})
    seen = []
    for email in ("anna@example.it", "nobody@example.it"):
        visitor = browser(None)
        visitor.get("/account/forgotten")
        with count_queries() as queries:
            answer = visitor.send("/account/forgotten", {"email": email})
        seen.append((answer.status_code, answer.location, answer.text, [re.sub(r"\s+", " ", q) for q in queries]))
    assert seen[0] == seen[1]
    assert session.scalar(select(func.count()).select_from(Delivery)) == 3
    carry()
    assert [mail["To"] for mail in read_mails(tmp_path)] == ["anna@example.it"]


def test_forgetting_is_limited(browser: Open, anna_in: User) -> None:
    for email in ("anna@example.it", "nobody@example.it"):
        answers = [browser(None).send("/account/forgotten", {"email": email}).status_code for _ in range(5)]
        assert answers == [303, 303, 303, 303, 429]


def test_an_older_reset_link_dies_with_any_change(browser: Open, carry: Carry, anna_in: User, tmp_path: Path) -> None:
    visitor = browser(None)
    for _ in range(2):
        visitor.send("/account/forgotten", {"email": "anna@example.it"})
    carry()
    first, second = (path_in(mail) for mail in read_mails(tmp_path))
    assert visitor.send(second, {"password": NEW}).status_code == 303
    assert visitor.get(first).status_code == 410


def test_a_closed_account_gets_no_link_and_uses_none(
    browser: Open, carry: Carry, session: Session, anna_in: User, tmp_path: Path, now: Any, parts: Parts
) -> None:
    from forum.accounts.links import ProofLinks

    link = ProofLinks("", parts.signer).reset_password(anna_in)
    assert browser(None).get(link).status_code == 200
    anna_in.disabled_at = now
    session.commit()
    assert browser(None).get(link).status_code == 410
    browser(None).send("/account/forgotten", {"email": "anna@example.it"})
    carry()
    assert read_mails(tmp_path) == []


def test_changing_the_password_asks_for_the_old_one_and_ends_other_sessions(
    browser: Open, carry: Carry, anna_in: User, tmp_path: Path
) -> None:
    anna, thief, elsewhere = browser(anna_in), browser(None), browser(anna_in)
    thief.set_cookie("sportello", anna.get_cookie("sportello").value)
    wrong = anna.send("/account/password", {"current": "not this one", "password": NEW})
    assert wrong.status_code == 422
    assert 'id="current-error"' in wrong.text
    assert elsewhere.get("/account/settings").status_code == 200
    assert anna.send("/account/password", {"current": OLD, "password": NEW}).status_code == 303
    assert anna.get("/account/settings").status_code == 200
    assert elsewhere.get("/account/settings").status_code == 303
    assert thief.get("/account/settings").status_code == 303, "this browser goes on in a new session too"
    assert can_sign_in(browser, "anna@example.it", NEW)
    carry()
    assert [mail["To"] for mail in read_mails(tmp_path)] == ["anna@example.it"]


def test_the_old_password_cannot_be_guessed_in_a_stolen_session(browser: Open, anna_in: User) -> None:
    thief = browser(anna_in)
    answers = [
        thief.send("/account/password", {"current": f"guess {n}", "password": NEW}).status_code for n in range(12)
    ]
    assert answers == [422] * 10 + [429] * 2
    assert thief.send("/account/email", {"current": OLD, "email": "mallory@example.it"}).status_code == 429


@pytest.mark.parametrize(
    "password, status", [("short", 422), ("Password123!", 422), ("annaexample2024", 422), (OLD, 422), (NEW, 303)]
)
def test_a_new_password_is_a_good_one(browser: Open, anna_in: User, password: str, status: int) -> None:
    answer = browser(anna_in).send("/account/password", {"current": OLD, "password": password})
    assert answer.status_code == status


def test_staff_choose_fifteen_characters(browser: Open, session: Session, mia: User) -> None:
    give_password(session, mia, OLD)
    session.commit()
    for password, status in (("sedia trave 8", 422), (NEW, 303)):
        assert browser(mia).send("/account/password", {"current": OLD, "password": password}).status_code == status


def test_an_address_changes_when_the_new_one_says_so(
    browser: Open, carry: Carry, session: Session, anna_in: User, tmp_path: Path
) -> None:
    anna = browser(anna_in)
    assert anna.send("/account/email", {"current": OLD, "email": "Anna.New@example.it"}).status_code == 303
    carry()
    (mail,) = read_mails(tmp_path)
    assert mail["To"] == "anna.new@example.it"
    link = path_in(mail)
    assert "anna.new" not in link
    assert anna.get(link).status_code == 200
    session.expire_all()
    assert anna_in.email == "anna@example.it"
    assert anna.send(link).status_code == 303
    session.expire_all()
    assert anna_in.email == "anna.new@example.it"
    assert anna.send(link).status_code == 410
    carry()
    assert str(read_mails(tmp_path)[-1]["To"]) == "anna@example.it", "the old address is told"
    assert "anna.new" not in body_of(read_mails(tmp_path)[-1])
    assert can_sign_in(browser, "anna.new@example.it", OLD)
    assert not can_sign_in(browser, "anna@example.it", OLD)


def test_only_the_person_who_asked_confirms_a_new_address(
    browser: Open, carry: Carry, session: Session, anna_in: User, bruno: User, tmp_path: Path
) -> None:
    browser(anna_in).send("/account/email", {"current": OLD, "email": "new@example.it"})
    carry()
    link = path_in(read_mails(tmp_path)[0])
    assert browser(None).get(link).status_code == 303
    assert browser(None).send(link).status_code == 303
    assert browser(bruno).get(link).status_code == 410
    assert browser(bruno).send(link).status_code == 410
    session.expire_all()
    assert (anna_in.email, bruno.email) == ("anna@example.it", "bruno@example.it")


def test_a_taken_address_is_told_only_there(
    browser: Open, carry: Carry, session: Session, anna_in: User, bruno: User, tmp_path: Path
) -> None:
    anna = browser(anna_in)
    answers = [
        anna.send("/account/email", {"current": OLD, "email": email})
        for email in ("bruno@example.it", "free@example.it")
    ]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/account/email")] * 2
    assert session.scalar(select(func.count()).select_from(EmailChange)) == 2
    carry()
    to_bruno = next(mail for mail in read_mails(tmp_path) if mail["To"] == "bruno@example.it")
    assert "/account/confirm-email/" not in body_of(to_bruno)


def test_an_address_that_was_taken_meanwhile_is_not_given_twice(
    browser: Open, carry: Carry, session: Session, anna_in: User, bruno: User, tmp_path: Path
) -> None:
    anna = browser(anna_in)
    anna.send("/account/email", {"current": OLD, "email": "wanted@example.it"})
    carry()
    link = path_in(read_mails(tmp_path)[0])
    bruno.email = "wanted@example.it"
    session.commit()
    assert anna.send(link).status_code == 403
    session.expire_all()
    assert anna_in.email == "anna@example.it"
