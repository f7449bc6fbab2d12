"""The town and somebody who may go everywhere, for attacks that should get as deep as they can."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.base.clock import utc_now
from tests.builders import make_user
from tests.ground import made_once
from tests.town import PASSWORD, Town, build_town, hashed


@made_once
def town(session: Session, cast: dict[str, User], settings: Settings) -> Town:
    kept = hashed(PASSWORD)
    for person in cast.values():
        person.password_hash = kept
    made = build_town(session, cast, settings, utc_now())
    session.commit()
    return made


@made_once
def omni(session: Session, cast: dict[str, User]) -> User:
    """Every role and every right, so that no rule stands before what is attacked."""
    made = make_user(session, "omni", roles={"moderator", "agent", "administrator"}, rights={"editor", "manager"})
    session.commit()
    return made


@contextmanager
def forgetful() -> Iterator[None]:
    """No limit is ever reached; the limits have tests of their own."""
    with patch("forum.base.limits.used", return_value=0):
        yield
