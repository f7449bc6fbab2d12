"""The same form sent twice makes one thing: the second time finds what the first one made."""

from datetime import datetime, timedelta

from sqlalchemy import String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.base.causes import Cause
from forum.base.db import Id, Model, Moment

#: How long the same key gives the same answer.
KEY_LIFETIME = timedelta(hours=24)

#: Ours have 32 characters; clients of the API may bring longer ones.
KEY_LENGTH = 128


class IdempotencyKey(Model):
    """What a key made, and for whom; the constraint lets only one of two racing requests through."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("owner", "key"),)

    id: Mapped[Id]
    owner: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    made_kind: Mapped[str] = mapped_column(String(40))
    made_id: Mapped[int]
    created_at: Mapped[Moment]


def made_before(session: Session, owner: str, key: str) -> Cause | None:
    """What the owner made with this key, or None for a new or an empty one."""
    if not key:
        return None
    found = session.scalar(select(IdempotencyKey).where(IdempotencyKey.owner == owner, IdempotencyKey.key == key))
    return None if found is None else Cause(found.made_kind, found.made_id)


def remember_made(session: Session, owner: str, key: str, made: Cause, now: datetime) -> None:
    """Note in the same transaction what was made; flushing fails if somebody else was quicker with this key."""
    if key:
        session.add(IdempotencyKey(owner=owner, key=key, made_kind=made.kind, made_id=made.id, created_at=now))
        session.flush()


def forget_old_keys(session: Session, now: datetime) -> None:
    """Delete the keys whose time is over."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEY_LIFETIME))
