"""Settings, preferences and tokens; what every unsafe address of accounts and administration demands."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import ApiToken, User, UserSession
from forum.accounts.tokens import allowed_scopes, find_token
from tests.builders import give_password

Open = Callable[[User | None], Any]

PAGES = ["/account/settings", "/account/email", "/account/password", "/account/sessions", "/account/tokens"]
ADMIN_PAGES = ["/admin", "/admin/people", "/admin/jobs", "/admin/jobs?state=waiting", "/admin/log"]
OPEN_PAGES = [
    "/account/sign-in",
    "/account/sign-up",
    "/account/forgotten",
    "/account/check-mail",
    "/account/preferences",
]


@pytest.mark.parametrize("page", PAGES)
def test_own_pages_ask_visitors_in(browser: Open, anna: User, page: str) -> None:
    assert browser(anna).get(page).status_code == 200
    answer = browser(None).get(page)
    assert (answer.status_code, answer.location) == (303, f"/account/sign-in?next={page}")


@pytest.mark.parametrize("language", ["en", "it"])
@pytest.mark.parametrize("page", PAGES + ADMIN_PAGES + OPEN_PAGES)
def test_every_page_has_one_heading_and_a_title_in_both_languages(
    browser: Open, session: Session, ada: User, page: str, language: str
) -> None:
    ada.language = language
    session.commit()
    who = browser(None if page in OPEN_PAGES else ada)
    answer = who.get(page, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert f'<html lang="{language}"' in answer.text
    assert "no-store" in answer.headers["Cache-Control"] or "csrf_token" not in answer.text
    assert " style=" not in answer.text


def test_name_and_language_are_kept(browser: Open, session: Session, anna: User) -> None:
    page = browser(anna)
    form = {"name": "Anna  Maria ", "about": "Fibra a Lecce.", "language": "it"}
    assert page.send("/account/settings", form).status_code == 303
    session.expire_all()
    assert (anna.name, anna.about, anna.language) == ("Anna Maria", "Fibra a Lecce.", "it")
    assert '<html lang="it"' in page.get("/account/settings").text


@pytest.mark.parametrize("change", [{"name": "Staff"}, {"name": "a"}, {"language": "de"}, {"about": "x" * 1001}])
def test_what_cannot_be_changes_nothing(browser: Open, session: Session, anna: User, change: dict[str, str]) -> None:
    form = {"name": "Other", "about": "", "language": "it", **change}
    assert browser(anna).send("/account/settings", form).status_code == 422
    session.expire_all()
    assert (anna.name, anna.language) == ("Anna", "en")


@pytest.mark.parametrize(
    "name", ["Anna\r\nBcc: all@example.it", "Anna\nX: y", "Anna\x00Maria", "Anna\u202eiraM", "Anna\u2028Maria"]
)
def test_a_name_is_one_line_whatever_is_sent(browser: Open, session: Session, anna: User, name: str) -> None:
    browser(anna).send("/account/settings", {"name": name, "about": "", "language": "en"})
    session.expire_all()
    assert anna.name.isprintable()
    assert "\n" not in anna.name


def test_visitors_choose_colours_and_language_in_cookies(browser: Open) -> None:
    visitor = browser(None)
    answer = visitor.send("/account/preferences", {"theme": "dark", "language": "it", "next": "/account/sign-in"})
    assert (answer.status_code, answer.location) == (303, "/account/sign-in")
    page = visitor.get("/account/sign-in").text
    assert '<html lang="it" data-theme="dark"' in page
    visitor.send("/account/preferences", {"theme": "auto"})
    page = visitor.get("/account/sign-in").text
    assert '<html lang="it">' in page
    visitor.send("/account/preferences", {"theme": "<script>", "language": "xx"})
    assert visitor.get("/account/sign-in").text.count("data-theme") == page.count("data-theme")


def test_a_token_is_shown_once_and_revoked_by_its_owner(
    browser: Open, session: Session, anna: User, bruno: User
) -> None:
    page = browser(anna)
    form = {"name": "My script", "scopes": ["read", "write"], "once": "b" * 32}
    answer = page.send("/account/tokens", form)
    assert answer.status_code == 201
    (kept,) = session.scalars(select(ApiToken)).all()
    text = answer.text.split('value="sportello_', 1)[1].split('"', 1)[0]
    found = find_token(session, "sportello_" + text)
    assert found is not None and found.id == kept.id
    assert page.send("/account/tokens", form).status_code == 303, "the same form again makes none"
    assert text not in page.get("/account/tokens").text
    assert browser(bruno).send(f"/account/tokens/{kept.id}/revoke").status_code == 404
    session.expire_all()
    assert find_token(session, "sportello_" + text) is not None
    assert page.send(f"/account/tokens/{kept.id}/revoke").status_code == 303
    session.expire_all()
    assert find_token(session, "sportello_" + text) is None


@pytest.mark.parametrize(
    "scopes, status",
    [([], 422), (["read"], 201), (["admin"], 403), (["read", "moderate"], 403), (["everything"], 422)],
)
def test_a_token_never_does_more_than_its_owner(
    browser: Open, session: Session, anna: User, scopes: list[str], status: int
) -> None:
    answer = browser(anna).send("/account/tokens", {"name": "x", "scopes": scopes})
    assert answer.status_code == status
    assert len(session.scalars(select(ApiToken)).all()) == (status == 201)


def test_a_token_shrinks_with_its_owner(session: Session, mia: User, now: Any) -> None:
    from forum.accounts.tokens import add_token

    token, text = add_token(session, mia, "x", frozenset(("read", "moderate")), now)
    assert allowed_scopes(token) == {"read", "moderate"}
    mia.roles = frozenset()
    assert allowed_scopes(token) == {"read"}
    mia.disabled_at = now
    session.flush()
    assert find_token(session, text) is None


def unsafe_rules(app: Flask) -> list[tuple[str, str]]:
    """Every address of accounts and administration that changes something."""
    found = []
    values = {
        "user_id": 1, "delivery_id": 1, "session_id": 1, "token_id": 1, "token": "x", "kind": "reset",
        "slug": "x", "name": "x", "way": "up",
    }  # fmt: skip
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ("accounts", "admin") and "POST" in (rule.methods or ()):
            with app.test_request_context():
                path = rule.build({name: values[name] for name in rule.arguments})
            assert path is not None
            found.append((rule.endpoint, path[1]))
    return found


def test_no_unsafe_address_takes_a_form_without_its_token(
    app: Flask, browser: Open, session: Session, ada: User
) -> None:
    rules = unsafe_rules(app)
    assert len(rules) > 20
    for who in (browser(ada), browser(None)):
        who.get("/account/preferences")
        for endpoint, path in rules:
            answer = who.post(path, data={"name": "x"})
            assert answer.status_code == 403, endpoint
            answer = who.send(path, {}, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403, endpoint
    assert session.scalar(select(UserSession.id).where(UserSession.ended_at.is_(None))) is not None


def test_unsafe_addresses_take_nothing_by_get_and_write_in_one_unit(app: Flask, browser: Open, ada: User) -> None:
    shown = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in ("accounts", "admin") and "POST" in (rule.methods or ()):
            view: Any = app.view_functions[rule.endpoint]
            while not hasattr(view, "is_writes") and hasattr(view, "__wrapped__"):
                view = view.__wrapped__
            assert getattr(view, "is_writes", False), rule.endpoint
            if rule.rule not in shown:
                assert browser(ada).get(rule.rule.replace("<int:user_id>", "1")).status_code in (404, 405)


def test_with_https_the_cookie_is_bound_to_this_host(
    app_with: Callable[..., Flask], session: Session, anna: User
) -> None:
    give_password(session, anna, "mulino quieto trave")
    session.commit()
    client = app_with(base_url="https://help.example.it").test_client()
    answer = client.get("/account/sign-in", base_url="https://help.example.it")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sportello=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_a_foreign_host_gets_nothing(browser: Open) -> None:
    assert browser(None).get("/account/forgotten", headers={"Host": "evil.example"}).status_code == 400
