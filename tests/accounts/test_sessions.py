"""Sessions live on the server and end there."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.accounts.sessions import IDLE, STAFF_IDLE, end_all_sessions, end_session, find_session, open_session


def test_a_session_is_found_by_its_token_alone(session: Session, anna: User, now: datetime) -> None:
    opened, token = open_session(session, anna, "browser", now)
    assert find_session(session, token, now) == (opened.id, anna)
    assert find_session(session, opened.token_hash, now) is None


def test_an_ended_session_is_not_found(session: Session, anna: User, now: datetime) -> None:
    opened, token = open_session(session, anna, "browser", now)
    end_session(session, opened, now)
    session.flush()
    assert find_session(session, token, now) is None


def test_signing_out_everywhere_else_keeps_this_one(session: Session, anna: User, now: datetime) -> None:
    here, here_token = open_session(session, anna, "here", now)
    _, there_token = open_session(session, anna, "there", now)
    end_all_sessions(session, anna, now, except_id=here.id)
    assert find_session(session, here_token, now) == (here.id, anna)
    assert find_session(session, there_token, now) is None


def test_a_disabled_user_is_out_at_once(session: Session, anna: User, now: datetime) -> None:
    _, token = open_session(session, anna, "browser", now)
    anna.disabled_at = now
    session.flush()
    assert find_session(session, token, now) is None


def test_staff_are_signed_out_sooner_when_idle(session: Session, anna: User, mia: User, now: datetime) -> None:
    _, customer = open_session(session, anna, "browser", now)
    _, staff = open_session(session, mia, "browser", now)
    later = now + STAFF_IDLE + timedelta(minutes=1)
    assert find_session(session, customer, later) is not None
    assert find_session(session, staff, later) is None
    assert find_session(session, customer, now + IDLE + timedelta(minutes=1)) is None
