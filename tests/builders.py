"""Makes what a test needs and says only what matters to it; builders flush and never commit."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.models import User

#: When people of tests signed up: before anything they do.
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def make_user(
    session: Session,
    name: str = "user",
    *,
    roles: set[str] | None = None,
    rights: set[str] | None = None,
    **values: Any,
) -> User:
    """Somebody with a confirmed address `name@example.it`."""
    user = User(
        name=name.title(),
        email=f"{name}@example.it",
        language="en",
        roles=frozenset(roles or ()),
        rights=frozenset(rights or ()),
        created_at=LONG_AGO,
        **values,
    )
    session.add(user)
    session.flush()
    return user
