"""What a program was answered, kept for a day: the same request sent again gets the same answer and does nothing."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.base.db import Id, Model, Moment

#: How long the same key gives the same answer.
ANSWER_LIFETIME = timedelta(hours=24)

#: A UUID has 36 characters; some programs put the name of their job before it.
KEY_LENGTH = 128


class KeptAnswer(Model):
    """The answer to one POST; the constraint lets only one of two racing requests through."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    #: Of address and body: the same key with anything else is a mistake of the program.
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(String(500))
    etag: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Moment] = mapped_column(index=True)


def find_kept(session: Session, user_id: int, key: str, now: datetime) -> KeptAnswer | None:
    """The answer kept under a user's key; one whose time is over is deleted, so that the key is free again."""
    kept = session.scalar(select(KeptAnswer).where(KeptAnswer.user_id == user_id, KeptAnswer.key == key))
    if kept is not None and kept.created_at <= now - ANSWER_LIFETIME:
        session.delete(kept)
        session.flush()
        return None
    return kept


def forget_old_answers(session: Session, now: datetime) -> None:
    """Delete the answers whose time is over."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.created_at <= now - ANSWER_LIFETIME))
