"""Server-side sessions: opened at sign-in, found by the cookie's token, ended here wherever the cookie went."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from forum.accounts.models import User, UserSession
from forum.base.clock import utc_now
from forum.base.statements import Statement, connection_of, moment_of, object_of

#: Customers come back every few weeks; staff have other people's data on the screen.
LIFETIME = timedelta(days=30)
STAFF_LIFETIME = timedelta(hours=12)

#: A session nobody used for so long is over even if its lifetime is not.
IDLE = timedelta(days=14)
STAFF_IDLE = timedelta(hours=2)


def hash_token(token: str) -> str:
    """What the database keeps of a token: enough to recognise it, too little to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, user: User, user_agent: str, now: datetime) -> tuple[UserSession, str]:
    """A new session and its token, which is shown to the browser and nowhere kept."""
    token = secrets.token_urlsafe(32)
    lifetime = STAFF_LIFETIME if user.is_staff else LIFETIME
    opened = UserSession(
        token_hash=hash_token(token),
        user=user,
        user_agent=user_agent[:200],
        created_at=now,
        seen_at=now,
        expires_at=now + lifetime,
    )
    session.add(opened)
    session.flush()
    return opened, token


class SignedInSession(NamedTuple):
    """A living session: which, and whose."""

    id: int
    user: User


def find_session(session: Session, token: str, now: datetime) -> SignedInSession | None:
    """The living session of a token with its user, or None: ended, expired, idle too long, user disabled."""
    for row_id, seen_at, *raw in _living().ask(connection_of(session), {"hash": hash_token(token), "moment": now}):
        user = object_of(session, User, tuple(raw))
        if moment_of(seen_at) >= now - (STAFF_IDLE if user.is_staff else IDLE):
            return SignedInSession(row_id, user)
    return None


@lru_cache
def _living() -> Statement:
    """Asked for every page of somebody signed in."""
    sessions, users = UserSession.__table__, User.__table__
    return Statement(
        select(sessions.c.id, sessions.c.seen_at, *users.c)
        .select_from(sessions.join(users, users.c.id == sessions.c.user_id))
        .where(sessions.c.token_hash == bindparam("hash"))
        .where(sessions.c.ended_at.is_(None))
        .where(sessions.c.expires_at > bindparam("moment"))
        .where(users.c.disabled_at.is_(None))
    )


def end_session(session: Session, user_session: UserSession, now: datetime) -> None:
    """Sign out one browser; ending it twice changes nothing."""
    if user_session.ended_at is None:
        user_session.ended_at = now


def end_all_sessions(session: Session, user: User, now: datetime, except_id: int | None = None) -> None:
    """Sign out everywhere, or everywhere else."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None), UserSession.id != (except_id or 0))
        .values(ended_at=now)
    )


def note_seen(session: Session, counts: dict[int, int]) -> None:
    """Remember that these sessions were used just now."""
    session.execute(update(UserSession).where(UserSession.id.in_(counts)).values(seen_at=utc_now()))
