"""What is written on contacts' timelines by everybody above."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forum.base.causes import Cause
from forum.contacts.models import Contact, TimelineEntry


def record(
    session: Session,
    user_id: int,
    kind: str,
    because_of: Cause,
    now: datetime,
    *,
    actor_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write on the timeline of the contact behind a user, once for each kind and cause; nothing without a contact."""
    contact_id = session.scalar(select(Contact.id).where(Contact.user_id == user_id))
    if contact_id is not None:
        record_for(session, contact_id, kind, because_of, now, actor_id=actor_id, user_id=user_id, details=details)


def record_for(
    session: Session,
    contact_id: int,
    kind: str,
    because_of: Cause,
    now: datetime,
    *,
    actor_id: int | None = None,
    user_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write on a contact's timeline, once for each kind and cause; what is a `user_id`'s doing goes when they part."""
    known = session.scalar(
        select(TimelineEntry.id)
        .where(TimelineEntry.contact_id == contact_id)
        .where(TimelineEntry.kind == kind)
        .where(TimelineEntry.cause_kind == because_of.kind)
        .where(TimelineEntry.cause_id == because_of.id)
    )
    if known is None:
        session.add(
            TimelineEntry(
                contact_id=contact_id,
                kind=kind,
                cause_kind=because_of.kind,
                cause_id=because_of.id,
                actor_id=actor_id,
                user_id=user_id,
                at=now,
                details=details or {},
            )
        )
        session.flush()


def strike(session: Session, because_of: Cause, *kinds: str) -> None:
    """Take off every timeline what turned out not to be so: these kinds, or all that the cause brought."""
    query = (
        delete(TimelineEntry)
        .where(TimelineEntry.cause_kind == because_of.kind)
        .where(TimelineEntry.cause_id == because_of.id)
    )
    session.execute(query.where(TimelineEntry.kind.in_(kinds)) if kinds else query)


def take_away(session: Session, contact_id: int, user_id: int) -> None:
    """Take off a contact's timeline what a forum user did, who is somebody else."""
    session.execute(
        delete(TimelineEntry).where(TimelineEntry.contact_id == contact_id, TimelineEntry.user_id == user_id)
    )


def behind(session: Session, user_id: int) -> bool:
    """Whether there is a contact on whose timeline a user's doings are written."""
    return session.scalar(select(Contact.id).where(Contact.user_id == user_id)) is not None
