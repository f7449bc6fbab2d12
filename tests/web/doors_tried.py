"""Tries the doors of the house in an application of a test, and leaves everything as it was."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.db import Model, Store
from tests.conftest import SESSION_COOKIE

#: What a page may change although it only shows something, and what counts attempts.
MEASURES = {"usages", "user_sessions"}

WHO = ("visitor", "anna", "carla", "elena", "mia", "aldo", "ada")


@contextmanager
def undone(store: Store, session: Session) -> Iterator[None]:
    """Whatever happens inside did not happen."""
    session.commit()
    assert isinstance(store.bind, Connection)
    point = store.bind.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        session.expire_all()


@contextmanager
def still_signed_in(client: FlaskClient) -> Iterator[None]:
    """Whatever happens inside, the browser has the session that it had."""
    kept = client.get_cookie(SESSION_COOKIE)
    try:
        yield
    finally:
        if kept is None:
            client.delete_cookie(SESSION_COOKIE)
        else:
            client.set_cookie(SESSION_COOKIE, kept.value)


@contextmanager
def unless_refused(store: Store) -> Iterator[list[int]]:
    """What was accepted did not happen; what a refusal left behind stays, to be found by whoever compares."""
    assert isinstance(store.bind, Connection)
    point = store.bind.begin_nested()
    outcome: list[int] = []
    try:
        yield outcome
    finally:
        if outcome and outcome[0] >= 400:
            point.commit()
        else:
            point.rollback()


def everything(store: Store) -> dict[str, list[Any]]:
    """All rows of all tables that a refused request must leave alone."""
    assert isinstance(store.bind, Connection)
    return {
        table.name: sorted(map(repr, store.bind.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()))  # noqa: S608
        for table in Model.metadata.sorted_tables
        if table.name not in MEASURES
    }


def changed(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> set[str]:
    """The tables that are not as they were."""
    return {name for name in before if before[name] != after[name]}


def visitors(cast: dict[str, User], browser: Callable[[User | None], Any]) -> dict[str, Any]:
    """A browser for everybody."""
    return {who: browser(None if who == "visitor" else cast[who]) for who in WHO}


def look(client: FlaskClient, path: str) -> Any:
    """A page, after the redirect to its right address if that is all there is."""
    answer = client.get(path)
    return client.get(answer.location) if answer.status_code == 308 else answer


def says_one_thing(text: str) -> bool:
    """Whether a refusal is there for people to read, and no trace of a machine."""
    says = 'role="alert"' in text or re.search(r"<h1[^>]*>[^<]+</h1>", text) is not None
    return says and "Traceback" not in text
