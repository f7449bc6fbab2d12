"""What is written down about people by everybody above: their standing, and what staff did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from forum.accounts.models import WHY_LENGTH, StaffAct, StandingEntry, User
from forum.base.causes import Cause


@dataclass(frozen=True)
class NewCredit:
    reason: str
    points: int
    because_of: Cause
    at: datetime


def credit(session: Session, user: User, reason: str, points: int, because_of: Cause, now: datetime) -> None:
    """Add to somebody's standing, once for each reason and cause."""
    if _standing_entry(session, user, reason, because_of) is not None:
        return
    session.add(
        StandingEntry(
            user_id=user.id,
            reason=reason,
            points=points,
            cause_kind=because_of.kind,
            cause_id=because_of.id,
            at=now,
        )
    )
    user.standing = User.standing + points
    session.flush()


def credit_new(session: Session, user: User, credits: Sequence[NewCredit]) -> None:
    """Add to somebody's standing for causes that have just come about, so that none can have been counted before."""
    session.add_all(
        StandingEntry(
            user_id=user.id,
            reason=each.reason,
            points=each.points,
            cause_kind=each.because_of.kind,
            cause_id=each.because_of.id,
            at=each.at,
        )
        for each in credits
    )
    user.standing = User.standing + sum(each.points for each in credits)
    session.flush()


def take_back_credit(session: Session, user: User, reason: str, because_of: Cause) -> None:
    """Undo a credit whose cause is gone; nothing happens where there was none."""
    entry = _standing_entry(session, user, reason, because_of)
    if entry is None:
        return
    user.standing = User.standing - entry.points
    session.delete(entry)
    session.flush()


def credit_each(
    session: Session, user: User, reason: str, points: int, kind: str, ids: Sequence[int], now: datetime
) -> None:
    """Add to somebody's standing for many causes of one kind, each of them once."""
    known = set(
        session.scalars(
            select(StandingEntry.cause_id)
            .where(StandingEntry.user_id == user.id)
            .where(StandingEntry.reason == reason, StandingEntry.cause_kind == kind)
        )
    )
    new = [cause_id for cause_id in ids if cause_id not in known]
    session.add_all(
        StandingEntry(user_id=user.id, reason=reason, points=points, cause_kind=kind, cause_id=cause_id, at=now)
        for cause_id in new
    )
    if new:
        user.standing = User.standing + points * len(new)
        session.flush()


def take_back_each(session: Session, user: User, reasons: Sequence[str], kind: str, causes: Select[Any]) -> None:
    """Undo the credits that somebody was given, for these reasons, because of any of these causes."""
    theirs = (
        StandingEntry.user_id == user.id,
        StandingEntry.reason.in_(reasons),
        StandingEntry.cause_kind == kind,
        StandingEntry.cause_id.in_(causes),
    )
    points = session.scalar(select(func.sum(StandingEntry.points)).where(*theirs))
    if points is None:
        return
    session.execute(delete(StandingEntry).where(*theirs), execution_options={"synchronize_session": "fetch"})
    user.standing = User.standing - int(points)
    session.flush()


def _standing_entry(session: Session, user: User, reason: str, cause: Cause) -> StandingEntry | None:
    return session.scalar(
        select(StandingEntry)
        .where(StandingEntry.user_id == user.id)
        .where(StandingEntry.reason == reason)
        .where(StandingEntry.cause_kind == cause.kind)
        .where(StandingEntry.cause_id == cause.id)
    )


def log_staff_act(
    session: Session,
    actor: User | None,
    verb: str,
    target: Cause,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    """Write an act of staff, or of the terminal, into the log that nothing is ever taken out of."""
    session.add(
        StaffAct(
            actor_id=None if actor is None else actor.id,
            verb=verb,
            target_kind=target.kind,
            target_id=target.id,
            before=before or {},
            after=after or {},
            # A reviewer's comment may be longer than a line of the log; it is kept whole where it belongs.
            why=why[:WHY_LENGTH],
            at=now,
        )
    )
