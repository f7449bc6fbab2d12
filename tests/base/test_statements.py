"""Statements given to the driver as they are: the same rows, heard by whoever listens, failing as everywhere."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Text, bindparam, inspect, literal_column, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.statements import Statement, connection_of, moment_of, names_of, object_of
from tests.builders import make_user

USERS = User.__table__


def test_it_brings_what_is_asked_for(session: Session, now: datetime, count_queries: Any) -> None:
    ada = make_user(session, "ada", roles={"administrator", "agent"})
    make_user(session, "anna")
    session.flush()
    statement = Statement(
        select(USERS.c.id, USERS.c.roles, USERS.c.created_at)
        .where(USERS.c.name.in_(("Ada", "Bruno")), USERS.c.created_at <= bindparam("moment"))
        .limit(1)
    )
    for _ in range(2):
        with count_queries() as queries:
            rows = statement.ask(session.connection(), {"moment": datetime.now(UTC), "not_asked_for": 1})
        assert len(queries) == 1
        assert [(row_id, names_of(roles), moment_of(at)) for row_id, roles, at in rows] == [
            (ada.id, frozenset(("administrator", "agent")), ada.created_at)
        ]
    assert statement.ask(session.connection(), {"moment": datetime(2001, 1, 1, tzinfo=UTC)}) == []


def test_it_fails_as_statements_do(session: Session) -> None:
    statement = Statement(select(literal_column("no_such_column", Text)).select_from(USERS))
    with pytest.raises(SQLAlchemyError), session.begin_nested():
        statement.ask(session.connection(), {})
    assert session.scalar(select(1)) == 1


def test_an_object_is_as_the_session_would_have_loaded_it(session: Session, now: datetime) -> None:
    ada = make_user(session, "ada", roles={"administrator", "agent"})
    session.commit()
    session.expunge_all()
    statement = Statement(select(*USERS.c).where(USERS.c.id == bindparam("id")))
    [raw] = statement.ask(connection_of(session), {"id": ada.id})
    made = object_of(session, User, raw)
    assert made in session and not inspect(made).modified
    assert object_of(session, User, raw) is made and session.get(User, ada.id) is made
    for column in USERS.c:
        assert getattr(made, column.key) == getattr(ada, column.key), column
    made.name = "Ada the Second"
    session.commit()
    session.expunge_all()
    assert session.get_one(User, ada.id).name == "Ada the Second"
    assert session.get_one(User, ada.id).email == ada.email
