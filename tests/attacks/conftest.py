"""The town and somebody who may go everywhere, for attacks that should get as deep as they can."""

import pytest
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.base.clock import utc_now
from tests.builders import make_user
from tests.town import PASSWORD, Town, build_town, hashed


@pytest.fixture
def town(session: Session, cast: dict[str, User], settings: Settings) -> Town:
    kept = hashed(PASSWORD)
    for person in cast.values():
        person.password_hash = kept
    made = build_town(session, cast, settings, utc_now())
    session.commit()
    return made


@pytest.fixture
def omni(session: Session, cast: dict[str, User]) -> User:
    """Every role and every right, so that no rule stands before what is attacked."""
    made = make_user(session, "omni", roles={"moderator", "agent", "administrator"}, rights={"editor", "manager"})
    session.commit()
    return made
