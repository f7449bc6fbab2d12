"""So many of an act in so long a time, counted in the database: a restart or a second process resets nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.base.db import Model, Moment
from forum.base.errors import TooMany
from forum.base.words import say


@dataclass(frozen=True)
class Limit:
    """At most `most` acts within `window`, counted in two halves so that a boundary gives no second helping."""

    name: str
    most: int
    window: timedelta


class Usage(Model):
    """How often an act was done by somebody within one window."""

    __tablename__ = "usages"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[Moment]


def spend(session: Session, limit: Limit, who: str, now: datetime) -> None:
    """Count one act of `who`; raise TooMany, with the time to wait, when the limit is used up."""
    rows = _rows(session, limit, who, now, lock=True)
    if _used(rows, limit, now) >= limit.most:
        raise TooMany(
            say("That was too much in a short time. Please wait a little and try again."),
            retry_after(limit, now),
        )
    _count(session, limit, who, now, rows.get(_window(limit, now)))


def count(session: Session, limit: Limit, who: str, now: datetime) -> None:
    """Count one act without asking whether it was one too many."""
    _count(session, limit, who, now, session.get(Usage, (_key(limit, who), _window(limit, now)), with_for_update=True))


def _count(session: Session, limit: Limit, who: str, now: datetime, row: Usage | None) -> None:
    if row is None:
        ends_at = now + 2 * limit.window
        session.add(Usage(key=_key(limit, who), window=_window(limit, now), count=1, ends_at=ends_at))
    else:
        row.count += 1
    session.flush()


def give_back(session: Session, limit: Limit, who: str, now: datetime) -> None:
    """Take back one act that was counted before it was known to be none of those that are limited."""
    row = session.get(Usage, (_key(limit, who), _window(limit, now)), with_for_update=True)
    if row is not None and row.count > 0:
        row.count -= 1
        session.flush()


def used(session: Session, limit: Limit, who: str, now: datetime) -> float:
    """How much of the limit is used: this window and the part of the last one that still reaches into it."""
    return _used(_rows(session, limit, who, now), limit, now)


def _rows(session: Session, limit: Limit, who: str, now: datetime, *, lock: bool = False) -> dict[int, Usage]:
    """What was counted in this window and the last one; with `lock` nobody else counts meanwhile."""
    window = _window(limit, now)
    query = select(Usage).where(Usage.key == _key(limit, who), Usage.window.in_((window, window - 1)))
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    return {row.window: row for row in session.scalars(query)}


def _used(rows: dict[int, Usage], limit: Limit, now: datetime) -> float:
    this, last = (rows.get(_window(limit, now) - back) for back in (0, 1))
    passed = (now.timestamp() % limit.window.total_seconds()) / limit.window.total_seconds()
    return (this.count if this else 0) + (last.count if last else 0) * (1 - passed)


def retry_after(limit: Limit, now: datetime) -> timedelta:
    """Until the next window begins."""
    length = limit.window.total_seconds()
    return timedelta(seconds=max(1, round(length - now.timestamp() % length)))


def forget_usages(session: Session, now: datetime) -> None:
    """Delete the counts that no window reaches back to."""
    session.execute(delete(Usage).where(Usage.ends_at < now))


def _window(limit: Limit, now: datetime) -> int:
    return int(now.timestamp() // limit.window.total_seconds())


def _key(limit: Limit, who: str) -> str:
    return f"{limit.name}:{who}"[:200]
