"""People and tokens from the terminal."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.accounts.tokens import find_token
from forum.base.errors import DomainError
from forum.base.parts import Parts
from forum.cli.people import token, user

PASSWORD = "mulino quieto trave"


@pytest.fixture
def run(parts: Parts) -> Callable[..., Result]:
    """Run a command of a group as the terminal would."""

    def call(group: Any, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(group, list(arguments), input=typed, obj=lambda: parts)

    return call


def test_an_account_with_a_password_can_sign_in(run: Any, session: Session, browser: Any) -> None:
    result = run(
        user, "add", "Zoe@Example.it", "--name", "Zoe", "--role", "agent", "--right", "editor", "--password-stdin",
        typed=f"{PASSWORD}\n",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    made = session.scalars(select(User)).one()
    assert (made.email, made.roles, made.rights) == ("zoe@example.it", {"agent"}, {"editor"})
    assert PASSWORD not in result.output
    assert browser(None).send("/account/sign-in", {"email": "zoe@example.it", "password": PASSWORD}).status_code == 303
    (act,) = session.scalars(select(StaffAct)).all()
    assert (act.verb, act.actor_id) == ("add_person", None)


def test_an_account_without_one_gets_a_link_to_choose_it(run: Any, browser: Any, parts: Parts) -> None:
    result = run(user, "add", "zoe@example.it", "--name", "Zoe")
    link = result.stdout.strip()
    assert link.startswith(f"{parts.settings.base_url}/account/choose/")
    path = link.removeprefix(parts.settings.base_url)
    visitor = browser(None)
    assert visitor.get(path).status_code == 200
    assert visitor.send(path, {"password": PASSWORD}).status_code == 303
    assert visitor.get(path).status_code == 410
    assert visitor.send("/account/sign-in", {"email": "zoe@example.it", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    "arguments, typed",
    [
        (("zoe@example.it", "--name", "Zoe", "--role", "agent", "--password-stdin"), "trave quieta\n"),
        (("zoe@example.it", "--name", "Zoe", "--password-stdin"), "password123\n"),
        (("zoe@example.it", "--name", "Zoe", "--password-stdin"), "\n"),
        (("no address", "--name", "Zoe"), None),
        (("zoe@example.it", "--name", ""), None),
        (("anna@example.it", "--name", "Anna"), None),
    ],
)
def test_what_is_refused_makes_nobody(
    run: Any, session: Session, anna: User, arguments: tuple[str, ...], typed: str | None
) -> None:
    before = len(session.scalars(select(User)).all())
    result = run(user, "add", *arguments, typed=typed)
    assert isinstance(result.exception, DomainError)
    assert len(session.scalars(select(User)).all()) == before


def test_roles_are_given_and_taken_but_for_the_last_administrator(run: Any, session: Session, ada: User) -> None:
    assert run(user, "role", "anna@example.it", "--give", "agent", "--give", "editor").exit_code == 0
    assert "agent, editor" in run(user, "role", "anna@example.it").stdout
    assert run(user, "role", "anna@example.it", "--take", "agent", "--give", "agent").exit_code == 2
    assert isinstance(run(user, "role", "ada@example.it", "--take", "administrator").exception, DomainError)
    assert isinstance(run(user, "role", "nobody@example.it", "--give", "agent").exception, DomainError)
    session.expire_all()
    assert ada.is_administrator


def test_a_token_stands_alone_on_the_output(run: Any, session: Session, anna: User) -> None:
    result = run(token, "add", "anna@example.it", "--scope", "read", "--scope", "write")
    found = find_token(session, result.stdout.strip())
    assert found is not None
    assert (found.user_id, found.scopes) == (anna.id, {"read", "write"})
    assert isinstance(run(token, "add", "anna@example.it", "--scope", "admin").exception, DomainError)
    assert run(token, "add", "anna@example.it").exit_code == 2
