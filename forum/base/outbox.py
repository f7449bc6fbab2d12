"""What happened leaves in the envelope of the change: one delivery per subscriber, in the same transaction."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from forum.base.clock import utc_now
from forum.base.db import Id, Model, Moment, OptionalMoment

WAITING, DONE, DEAD = "waiting", "done", "dead"


class Event(Protocol):
    """A frozen dataclass of ids and plain values that says what happened."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


#: What a capability does when an event arrives. It may run late, or twice.
Reaction = Callable[..., None]


class Delivery(Model):
    """One event on its way to one subscriber."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_due", "state", "channel", "run_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[Id]
    event: Mapped[str] = mapped_column(String(80))
    payload: Mapped[str] = mapped_column(Text)
    subscriber: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    run_at: Mapped[Moment]
    leased_until: Mapped[OptionalMoment]
    leased_by: Mapped[str | None] = mapped_column(String(40))
    done_at: Mapped[OptionalMoment]
    last_error: Mapped[str | None] = mapped_column(Text)


class Schedule(Model):
    """When timed work is due next; claimed by the same lease as a delivery."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    run_at: Mapped[Moment]
    leased_until: Mapped[OptionalMoment]
    last_run_at: Mapped[OptionalMoment]
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Subscriber:
    """Who reacts to a kind of event, under a name that outlives a restart."""

    name: str
    event_type: type
    reaction: Reaction
    channel: str


@dataclass(frozen=True)
class TimedWork:
    """Something to do every so often, by whichever courier comes first."""

    name: str
    interval: timedelta
    work: Callable[[Session, datetime], None]


@dataclass
class Subscriptions:
    """Who listens to what; filled once by `app`."""

    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    timed: dict[str, TimedWork] = field(default_factory=dict)
    event_types: dict[str, type] = field(default_factory=dict)

    def subscribe(self, event_type: type, reaction: Reaction, *, name: str = "", channel: str = "work") -> None:
        """Let `reaction(session, event)` follow every such event.

        Deliveries of one channel are carried in their order of creation; a batched channel (see
        `Courier.batches`) calls `reaction(session, event, batch)`.
        """
        called = name or f"{reaction.__module__.removeprefix('forum.')}.{reaction.__name__}"
        subscriber = Subscriber(f"{event_type.__name__}>{called}", event_type, reaction, channel)
        self.subscribers[subscriber.name] = subscriber
        self.event_types[event_type.__name__] = event_type

    def every(self, interval: timedelta, work: Callable[[Session, datetime], None], *, name: str = "") -> None:
        """Let `work(session, now)` run about once in every interval."""
        called = name or f"{work.__module__.removeprefix('forum.')}.{work.__name__}"
        self.timed[called] = TimedWork(called, interval, work)

    def of(self, event_type: type) -> list[Subscriber]:
        """The subscribers of one kind of event, in the order they subscribed."""
        return [subscriber for subscriber in self.subscribers.values() if subscriber.event_type is event_type]


def publish(session: Session, event: Event, *, run_at: datetime | None = None) -> None:
    """Write one delivery for each subscriber into the transaction of the change.

    Without a courier's subscriptions (in a test of one action) nobody listens and nothing is written.
    """
    subscriptions: Subscriptions | None = session.info.get("subscriptions")
    if subscriptions is None:
        return
    moment = utc_now()
    payload = json.dumps(dataclasses.asdict(event), sort_keys=True)
    for subscriber in subscriptions.of(type(event)):
        session.add(
            Delivery(
                event=type(event).__name__,
                payload=payload,
                subscriber=subscriber.name,
                channel=subscriber.channel,
                created_at=moment,
                run_at=run_at or moment,
            )
        )
    session.info.get("wake", _nobody)()


def _nobody() -> None:
    return None
