"""Signing in and out through the front door: nothing told to strangers, nothing left behind."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts import passwords
from forum.accounts.links import ProofLinks
from forum.accounts.models import User, UserSession
from forum.base.parts import Parts
from tests.builders import give_password
from tests.ground import made_once

Open = Callable[[User | None], Any]

PASSWORD = "mulino quieto trave"


@made_once
def anna_in(session: Session, anna: User) -> User:
    """Anna, with a password."""
    give_password(session, anna, PASSWORD)
    session.commit()
    return anna


def sign_in(browser: Any, email: str = "anna@example.it", password: str = PASSWORD, **values: Any) -> Any:
    address = values.pop("address", "127.0.0.1")
    data = {"email": email, "password": password, **values}
    return browser.send("/account/sign-in", data, environ_base={"REMOTE_ADDR": address})


def main_of(page: str) -> str:
    """The page without what differs on every load: tokens, and the address that was typed."""
    inside = page.split("<main", 1)[1].split("</main", 1)[0]
    return re.sub(r'value="[^"]*"', "", inside)


def test_the_right_password_opens_a_new_session(browser: Open, anna_in: User, session: Session) -> None:
    anna = browser(None)
    anna.get("/account/sign-in")
    before = anna.get_cookie("sportello").value
    answer = sign_in(anna)
    assert (answer.status_code, answer.location) == (303, "/")
    assert anna.get_cookie("sportello").value != before
    assert anna.get("/account/settings").status_code == 200
    (kept,) = session.scalars(select(UserSession)).all()
    assert kept.token_hash not in answer.headers["Set-Cookie"]


def test_a_planted_session_is_worth_nothing_after_signing_in(browser: Open, anna_in: User) -> None:
    anna, mallory = browser(None), browser(None)
    mallory.get("/account/sign-in")
    planted = mallory.get_cookie("sportello").value
    anna.set_cookie("sportello", planted)
    sign_in(anna)
    assert anna.get("/account/settings").status_code == 200
    assert mallory.get("/account/settings").status_code == 303


def test_signing_in_again_ends_the_session_before(browser: Open, anna_in: User) -> None:
    anna, thief = browser(None), browser(None)
    sign_in(anna)
    thief.set_cookie("sportello", anna.get_cookie("sportello").value)
    assert thief.get("/account/settings").status_code == 200
    sign_in(anna)
    assert thief.get("/account/settings").status_code == 303
    assert anna.get("/account/settings").status_code == 200


@pytest.mark.parametrize("password", ["wrong password", "Mulino quieto trave", " mulino quieto trave", "x" * 1024])
def test_a_wrong_password_and_an_unknown_address_look_the_same(browser: Open, anna_in: User, password: str) -> None:
    known, unknown = browser(None), browser(None)
    answers = [sign_in(known, password=password), sign_in(unknown, "nobody@example.it", password)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert main_of(answers[0].text) == main_of(answers[1].text)
    assert [(name) for name, _ in answers[0].headers] == [(name) for name, _ in answers[1].headers]
    assert known.get("/account/settings").status_code == 303


def test_unknown_addresses_cost_the_same_hashes_and_statements(
    browser: Open, anna_in: User, count_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[bool] = []
    hasher = passwords._hasher
    verify = hasher.verify

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            hashed.append(True)
            return verify(kept, password)

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    sign_in(browser(None), "first@example.it", "wrong password")
    costs = []
    for email in ("anna@example.it", "nobody@example.it"):
        hashed.clear()
        visitor = browser(None)
        visitor.get("/account/sign-in")
        with count_queries() as queries:
            sign_in(visitor, email, "wrong password")
        costs.append((len(hashed), list(queries)))
    assert costs[0] == costs[1]
    assert costs[0][0] == 1


def test_many_wrong_tries_are_slowed_and_lock_nobody_out(browser: Open, anna_in: User) -> None:
    mallory = browser(None)
    answers = [sign_in(mallory, password=f"wrong guess {n}", address="203.0.113.9") for n in range(20)]
    assert [answer.status_code for answer in answers[:10]] == [422] * 10
    assert {answer.status_code for answer in answers[10:]} == {429}
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert sign_in(browser(None), address="203.0.113.9").status_code == 429, "not even the right one, from there"
    assert sign_in(browser(None), address="198.51.100.7").status_code == 303


def test_an_unknown_address_is_slowed_just_the_same(browser: Open, anna_in: User) -> None:
    answers = [sign_in(browser(None), "nobody@example.it", f"wrong guess {n}").status_code for n in range(12)]
    assert answers == [422] * 10 + [429] * 2


def test_an_attack_from_everywhere_gets_few_tries_from_each_place(browser: Open, anna_in: User) -> None:
    statuses = []
    for place in range(14):
        tries = [
            sign_in(browser(None), password="wrong guess", address=f"203.0.113.{place}").status_code for _ in range(10)
        ]
        statuses.append(tries.count(422))
    assert statuses[0] == 10
    assert statuses[-1] == 3
    assert sign_in(browser(None), address="198.51.100.7").status_code == 303


def test_a_whole_ipv6_household_is_one_place(browser: Open, anna_in: User) -> None:
    for n in range(10):
        sign_in(browser(None), password="wrong guess", address=f"2001:db8:1:1::{n + 1:x}")
    assert sign_in(browser(None), address="2001:db8:1:1::ffff").status_code == 429
    assert sign_in(browser(None), address="2001:db8:1:2::1").status_code == 303


def test_right_tries_use_nothing_up(browser: Open, anna_in: User) -> None:
    assert {sign_in(browser(None)).status_code for _ in range(15)} == {303}


def test_after_signing_out_the_old_cookie_is_dead(browser: Open, anna_in: User) -> None:
    anna, thief = browser(None), browser(None)
    sign_in(anna)
    thief.set_cookie("sportello", anna.get_cookie("sportello").value)
    assert thief.get("/account/settings").status_code == 200
    answer = anna.send("/account/sign-out")
    assert answer.status_code == 303
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert anna.get("/account/settings").status_code == 303
    assert thief.get("/account/settings").status_code == 303


def test_signing_out_everywhere_and_one_by_one(browser: Open, anna_in: User, session: Session) -> None:
    here, there, elsewhere = browser(None), browser(None), browser(None)
    for each in (here, there, elsewhere):
        sign_in(each)
    ids = session.scalars(select(UserSession.id).order_by(UserSession.id)).all()
    page = here.get("/account/sessions")
    assert page.text.count("/end") == 3
    here.send(f"/account/sessions/{ids[1]}/end")
    assert [each.get("/account/settings").status_code for each in (here, there, elsewhere)] == [200, 303, 200]
    here.send("/account/sign-out-everywhere")
    assert [each.get("/account/settings").status_code for each in (here, there, elsewhere)] == [303, 303, 303]


def test_nobody_ends_somebody_elses_session(browser: Open, anna_in: User, bruno: User, session: Session) -> None:
    anna = browser(None)
    sign_in(anna)
    own = session.scalar(select(UserSession.id).where(UserSession.user_id == anna_in.id))
    assert browser(bruno).send(f"/account/sessions/{own}/end").status_code == 404
    assert anna.get("/account/settings").status_code == 200
    assert anna.send(f"/account/sessions/{own}/end").status_code == 303
    assert anna.get("/account/settings").status_code == 303


def test_a_closed_account_is_out_at_once_and_stays_out(browser: Open, anna_in: User, session: Session) -> None:
    anna = browser(None)
    sign_in(anna)
    anna_in.disabled_at = datetime.now(UTC)
    session.commit()
    assert anna.get("/account/settings").status_code == 303
    answer = sign_in(browser(None))
    assert answer.status_code == 422
    assert "closed" in answer.text
    assert "closed" not in sign_in(browser(None), password="wrong password").text


def test_staff_with_a_customers_password_choose_a_longer_one(browser: Open, session: Session, mia: User) -> None:
    give_password(session, mia, "trave quieta")
    session.commit()
    mine = browser(None)
    answer = sign_in(mine, "mia@example.it", "trave quieta")
    assert answer.location.startswith("/account/reset/")
    assert mine.get("/account/settings").status_code == 303
    assert mine.send(answer.location, {"password": "trave quieta 2"}).status_code == 422
    assert mine.send(answer.location, {"password": PASSWORD}).status_code == 303
    assert sign_in(mine, "mia@example.it").location == "/"
    assert mine.get("/account/settings").status_code == 200


def test_an_older_hash_is_renewed_without_ending_anything(
    browser: Open, anna_in: User, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    before, version = anna_in.password_hash, anna_in.credentials_version
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    assert sign_in(browser(None)).status_code == 303
    session.expire_all()
    assert anna_in.password_hash != before
    assert "m=128,t=2" in str(anna_in.password_hash)
    assert anna_in.credentials_version == version
    assert sign_in(browser(None)).status_code == 303


HOSTILE = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "http://evil.example", "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:x@y.it", "ftp://evil.example",
    "/\t/evil.example", "/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example",
    "\x00//evil.example",
    "/%09\\evil.example\\", "evil.example", "@evil.example", ".evil.example", "?next=//evil.example", "#//evil.example",
    "/ok\r\nSet-Cookie: a=b", "/ok\nLocation: //evil.example", "/" + "a" * 600, "/\u2028/evil.example", "/ok\\..\\..",
    "http:///evil.example", "//google.com%2f@evil.example", "///\x08evil.example", "/\x0b/evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE)
def test_next_leads_nowhere_else(browser: Open, anna_in: User, target: str) -> None:
    answer = sign_in(browser(None), next=target)
    assert (answer.status_code, answer.location) == (303, "/")
    shown = browser(None).get("/account/sign-in", query_string={"next": target})
    assert 'name="next" type="hidden" value="/"' in shown.text
    assert browser(anna_in).get("/account/sign-in", query_string={"next": target}).location == "/"


@pytest.mark.parametrize("target", ["/questions/7/my-slug", "/search?q=a+b&sort=new", "/kb#part"])
def test_next_leads_back_on_this_site(browser: Open, anna_in: User, target: str) -> None:
    assert sign_in(browser(None), next=target).location == target


def test_there_are_enough_hostile_targets() -> None:
    assert len(set(HOSTILE)) >= 30


def test_the_set_up_link_makes_one_administrator(browser: Open, session: Session, parts: Parts) -> None:
    from forum.cli.people import set_up_url

    url = set_up_url(parts)
    assert url is not None
    path = url.removeprefix(parts.settings.base_url)
    owner, late = browser(None), browser(None)
    assert late.get(path).status_code == 200
    form = {"name": "Ada Bianchi", "email": "ada@example.it", "password": "trave quieta"}
    assert owner.send(path, form).status_code == 422, "staff need fifteen characters"
    answer = owner.send(path, {**form, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/admin")
    assert owner.get("/admin").status_code == 200
    assert set_up_url(parts) is None
    assert late.get(path).status_code == 410
    assert late.send(path, {**form, "email": "b@example.it", "password": PASSWORD}).status_code == 410
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_link_for_one_thing_is_worth_nothing_for_another(
    browser: Open, anna_in: User, ada: User, session: Session, parts: Parts
) -> None:
    ada.roles = frozenset()  # otherwise the link to set up is dead anyway
    session.commit()
    links = ProofLinks("", parts.signer)
    made = {
        "reset": links.reset_password(anna_in),
        "choose": links.choose_password(anna_in),
        "set-up": links.set_up(),
    }
    paths = ("confirm", "confirm-email", "reset", "choose", "set-up")
    for name, url in made.items():
        token = url.rsplit("/", 1)[1]
        for path in paths:
            status = browser(anna_in).get(f"/account/{path}/{token}").status_code
            assert status == (200 if path == name else 410), (name, path)


def test_a_tampered_or_old_link_is_dead(browser: Open, anna_in: User, parts: Parts, monkeypatch: Any) -> None:
    link = ProofLinks("", parts.signer).reset_password(anna_in)
    assert browser(None).get(link).status_code == 200
    # The last letter holds two bits that mean nothing, the first of the proof none.
    named, _, proof = link.rpartition(".")
    assert browser(None).get(f"{named}.{'A' if proof[0] != 'A' else 'B'}{proof[1:]}").status_code == 410
    assert browser(None).get("/account/reset/" + "x" * 5000).status_code in (404, 410, 414)
    import itsdangerous.timed as timed

    real = timed.time.time
    for late, status in ((timedelta(minutes=59), 200), (timedelta(minutes=61), 410)):
        monkeypatch.setattr(timed.time, "time", lambda late=late: real() + late.total_seconds())
        assert browser(None).get(link).status_code == status
