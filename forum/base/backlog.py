"""What the courier has still to carry and what it gave up, for the person who looks after it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from forum.base.courier import send_again
from forum.base.errors import NotFound, Refused
from forum.base.outbox import DEAD, WAITING, Delivery, Schedule
from forum.base.paging import Order, Page, fetch_page
from forum.base.words import say

#: Dead deliveries sent again in one press; pressing once more takes the next ones.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Backlog:
    """How much waits, since when, and how much was given up."""

    waiting: int
    failing: int
    dead: int
    oldest_waiting_at: datetime | None


def find_backlog(session: Session, now: datetime) -> Backlog:
    """Count what is due; what was put off on purpose does not wait."""
    waiting, failing, oldest = session.execute(
        select(
            func.count(),
            func.count(func.nullif(Delivery.attempts, 0)),
            func.min(Delivery.created_at),
        ).where(Delivery.state == WAITING, or_(Delivery.run_at <= now, Delivery.attempts > 0))
    ).one()
    dead = session.scalar(select(func.count()).select_from(Delivery).where(Delivery.state == DEAD)) or 0
    return Backlog(waiting, failing, dead, oldest)


def find_lag(session: Session, channel: str) -> tuple[int, datetime | None]:
    """How many deliveries wait in one channel, and since when."""
    number, oldest = session.execute(
        select(func.count(), func.min(Delivery.created_at)).where(
            Delivery.state == WAITING, Delivery.channel == channel
        )
    ).one()
    return number, oldest


def list_deliveries(session: Session, state: str, cursor: str | None = None) -> Page[Delivery]:
    """Deliveries in one state, oldest first."""
    return fetch_page(
        session,
        select(Delivery).where(Delivery.state == state),
        Order(Delivery.created_at, Delivery.id, descending=False),
        lambda delivery: (delivery.created_at, delivery.id),
        cursor,
    )


def list_schedules(session: Session) -> list[Schedule]:
    """The timed work, by name."""
    return list(session.scalars(select(Schedule).order_by(Schedule.name)))


def find_delivery(session: Session, delivery_id: int) -> Delivery:
    """Raise NotFound where there is none."""
    delivery = session.get(Delivery, delivery_id)
    if delivery is None:
        raise NotFound("delivery")
    return delivery


def drop_delivery(session: Session, delivery: Delivery, now: datetime) -> None:
    """Give up for good what waits or was given up; raises Refused for what is done, or in a courier's hands."""
    if delivery.state not in (WAITING, DEAD):
        raise Refused(say("This was carried out meanwhile."))
    if delivery.leased_until is not None and delivery.leased_until > now:
        raise Refused(say("This is being carried out right now. Look again in a moment."))
    session.delete(delivery)
    session.flush()


def send_all_again(session: Session, now: datetime) -> int:
    """Give every dead delivery a new start; say how many there were."""
    dead = session.scalars(
        select(Delivery).where(Delivery.state == DEAD).order_by(Delivery.id).limit(MOST_AT_ONCE)
    ).all()
    for delivery in dead:
        send_again(session, delivery, now)
    session.flush()
    return len(dead)
