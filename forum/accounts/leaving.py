"""Wishing to leave for good, and changing one's mind; the erasing itself is done above, where all tables are known."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from forum.accounts.models import Farewell, User
from forum.accounts.queries import is_last_administrator
from forum.base.errors import Refused
from forum.base.words import say

#: Long enough to notice that somebody else pressed the button, or to regret it.
GRACE = timedelta(days=7)


def ask_to_leave(session: Session, user: User, now: datetime, *, posts_removed: bool) -> Farewell:
    """Begin the days of grace; asking again changes what becomes of the texts, not when."""
    if is_last_administrator(session, user, lock=True):
        raise Refused(say("This is the last administrator. Make somebody else an administrator first."))
    farewell = find_farewell(session, user)
    if farewell is None:
        farewell = Farewell(user_id=user.id, asked_at=now, due_at=now + GRACE)
        session.add(farewell)
    farewell.posts_removed = posts_removed
    session.flush()
    return farewell


def stay(session: Session, user: User) -> None:
    """Take the wish back; without one nothing happens."""
    farewell = find_farewell(session, user)
    if farewell is not None:
        session.delete(farewell)
        session.flush()


def find_farewell(session: Session, user: User) -> Farewell | None:
    """The wish of a user to leave, while it can be taken back."""
    return session.get(Farewell, user.id)
