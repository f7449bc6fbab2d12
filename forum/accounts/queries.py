"""Reading accounts: people, their sessions and tokens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, func, or_, select, type_coerce
from sqlalchemy.orm import Session, selectinload

from forum.accounts.models import ADMINISTRATOR, RIGHTS, ROLES, ApiToken, StaffAct, StandingEntry, User, UserSession
from forum.accounts.sessions import IDLE, STAFF_IDLE
from forum.base.errors import NotFound
from forum.base.paging import Order, Page, fetch_page


def find_user(session: Session, user_id: int) -> User:
    """Raise NotFound where there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("user")
    return user


def user_with_email(session: Session, email: str) -> User | None:
    """Who has this (normalised) address, if anybody."""
    return session.scalar(select(User).where(User.email == email))


def has_administrator(session: Session) -> bool:
    """Whether anybody can run this site; disabled administrators cannot."""
    return session.scalar(select(User.id).where(*_administrators()).limit(1)) is not None


def is_last_administrator(session: Session, user: User, *, lock: bool = False) -> bool:
    """Whether nobody else could run this site; `lock` makes two who demote each other meet."""
    query = select(User.id).where(*_administrators()).order_by(User.id)
    found = session.scalars(query.with_for_update() if lock else query).all()
    return list(found) == [user.id]


def list_people(
    session: Session, search: str = "", role: str = "", state: str = "", cursor: str | None = None
) -> Page[User]:
    """People whose name or address holds the words, newest first."""
    query = select(User)
    for word in search.lower().split()[:5]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(
            or_(func.lower(User.name).like(pattern, escape="\\"), User.email.like(pattern, escape="\\"))
        )
    if role in ROLES:
        query = query.where(_names(User.roles).like(f"% {role} %"))
    elif role in RIGHTS:
        query = query.where(_names(User.rights).like(f"% {role} %"))
    if state == "disabled":
        query = query.where(User.disabled_at.is_not(None))
    elif state == "imported":
        query = query.where(User.email.is_(None))
    return fetch_page(session, query, Order(User.created_at, User.id), lambda user: (user.created_at, user.id), cursor)


def count_people(session: Session) -> dict[str, int]:
    """How many people there are: all, those who can sign in, staff, disabled."""
    row = session.execute(
        select(
            func.count(),
            func.count(User.email),
            func.count(func.nullif(_names(User.roles), "")),
            func.count(User.disabled_at),
        ).select_from(User)
    ).one()
    return dict(zip(("all", "with_email", "staff", "disabled"), row, strict=True))


def list_sessions(session: Session, user: User, now: datetime) -> Sequence[UserSession]:
    """The browsers that are signed in as this user, last used first."""
    idle: timedelta = STAFF_IDLE if user.is_staff else IDLE
    return session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .where(UserSession.expires_at > now, UserSession.seen_at >= now - idle)
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(100)
    ).all()


def find_own_session(session: Session, user: User, session_id: int) -> UserSession:
    """Raise NotFound also for somebody else's."""
    found = session.get(UserSession, session_id)
    if found is None or found.user_id != user.id:
        raise NotFound("session")
    return found


def list_tokens(session: Session, user: User) -> Sequence[ApiToken]:
    """The tokens of a user that still open something, newest first."""
    return session.scalars(
        select(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    ).all()


def list_standing(session: Session, user: User, cursor: str | None = None) -> Page[StandingEntry]:
    """What somebody's standing is made of, newest first."""
    query = select(StandingEntry).where(StandingEntry.user_id == user.id)
    order = Order(StandingEntry.at, StandingEntry.id)
    return fetch_page(session, query, order, lambda entry: (entry.at, entry.id), cursor)


def list_acts_on(session: Session, user: User, size: int = 10) -> Sequence[StaffAct]:
    """What staff did last to an account, newest first."""
    return session.scalars(
        select(StaffAct)
        .where(StaffAct.target_kind == "user", StaffAct.target_id == user.id)
        .options(selectinload(StaffAct.actor))
        .order_by(StaffAct.id.desc())
        .limit(size)
    ).all()


def _administrators() -> tuple[ColumnElement[bool], ...]:
    return _names(User.roles).like(f"% {ADMINISTRATOR} %"), User.disabled_at.is_(None)


def _names(column: Any) -> ColumnElement[str]:
    """A set of names as the padded text in which it is kept."""
    return type_coerce(column, String)
