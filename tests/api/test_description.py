"""The description says what there is, all of it, and nothing else."""

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.accounts.rules import SCOPES
from forum.api import load
from forum.api.callers import WAKES
from forum.questions.models import Question

Open = Callable[..., Any]

api = load()

SAFE = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def described(program: Open) -> dict[str, Any]:
    found: dict[str, Any] = program().get("/openapi.json").json
    return found


def test_the_description_is_valid(described: dict[str, Any]) -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="the extra `test` brings it")
    assert described["openapi"].startswith("3.1")
    validator.validate(described)


def test_every_route_is_described_and_everything_described_is_a_route(app: Flask, described: dict[str, Any]) -> None:
    served = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {(method, path) for path, methods in described["paths"].items() for method in methods}
    assert len(served) >= 30


def test_every_unsafe_route_writes_and_needs_a_scope(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/") and (rule.methods or set()) - SAFE:
            assert getattr(app.view_functions[rule.endpoint], "is_writes", False), rule
    for route in api.routes:
        assert set(route.scopes) <= set(SCOPES), route.path
        assert route.scopes or not route.is_unsafe, route.path


@pytest.mark.parametrize("number", range(len(api.routes)), ids=lambda number: api.routes[number].name)
def test_each_route_keeps_out_who_may_not_call_it(program: Open, ada: User, number: int) -> None:
    """An administrator has every role, so only the missing scope can be the reason."""
    route = api.routes[number]
    path = re.sub(r"<[^>]+>", "1", route.path)
    if not route.scopes:
        assert program().send(route.method, path).status_code in (200, 404)
        return
    body = {} if route.is_unsafe else None
    assert program().send(route.method, path, body).status_code == 401
    others = [scope for scope in SCOPES if scope not in route.scopes and scope != "insight" and scope != "knowledge"]
    if others:
        refused = program(ada, *others).send(route.method, path, body)
        assert refused.status_code == 403
        assert "insufficient_scope" in refused.headers["WWW-Authenticate"]


def test_a_token_tells_of_its_owner_and_wakes_only_what_its_scopes_name(
    program: Open, ada: User, session: Session
) -> None:
    me = program(ada, "read", "agent").get("/me").json
    assert (me["name"], me["roles"], me["scopes"]) == ("Ada", ["customer", "administrator"], ["agent", "read"])
    assert {name for _, name, _ in WAKES} == {"moderator", "agent", "administrator", "editor", "manager"}


def test_narrowing_a_token_changes_nobodys_roles(program: Open, mia: User, session: Session) -> None:
    made = program(mia, "write").post("/questions", {"title": "No line since this morning", "text": "It blinks."})
    assert made.status_code == 201
    session.expire_all()
    kept = session.get_one(User, mia.id)
    assert (kept.roles, kept.rights) == (frozenset({"moderator"}), frozenset({"editor"}))
    assert session.scalar(select(func.count()).select_from(Question)) == 1


def test_the_page_shows_every_route_without_script(browser: Any, app: Flask) -> None:
    page = browser(None).get("/api")
    assert page.status_code == 200
    for route in api.routes:
        assert f'id="do-{route.name}"' in page.text
    assert "style=" not in page.text and "<script>" not in page.text
    assert page.text.count("<h1") == 1
    assert "Set-Cookie" not in page.headers
    identifiers = re.findall(r'\bid="([^"]+)"', page.text)
    assert len(identifiers) == len(set(identifiers))
    targets = re.findall(r'href="#([^"]+)"', page.text)
    assert set(targets) <= set(identifiers)


def test_the_page_speaks_italian(browser: Any) -> None:
    assert "Per i programmi" in browser(None).get("/api", headers={"Accept-Language": "it"}).text


def test_starting_loads_no_shapes() -> None:
    """What no program ever calls should cost no memory."""
    code = (
        "import sys, dataclasses, tempfile, pathlib\n"
        "from config import Settings\n"
        "from forum.app import create_app\n"
        "folder = pathlib.Path(tempfile.mkdtemp())\n"
        "settings = dataclasses.replace(Settings(), data=folder, secret_key='x' * 40,\n"
        "    database_url=f'sqlite:///{folder}/a.sqlite')\n"
        "create_app(settings)\n"
        "assert 'forum.api.questions' in sys.modules\n"
        "assert 'pydantic' not in sys.modules, 'pydantic was loaded'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
