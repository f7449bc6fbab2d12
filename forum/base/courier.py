"""Carries out what the outbox holds: claims by lease, repeats with growing pauses, keeps what cannot be done."""

import json
import logging
import random
import secrets
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.db import Store
from forum.base.errors import StoreBusy
from forum.base.living import Presence, dead_in, forget
from forum.base.logs import DELIVERY, TIMED, at_work
from forum.base.memory import release
from forum.base.outbox import DEAD, DONE, WAITING, Delivery, Schedule, Subscriptions
from forum.base.statements import Statement, connection_of

log = logging.getLogger(__name__)

#: A delivery whose courier died is free again after this; longer than any reaction may take.
LEASE = timedelta(minutes=2)

#: The first pause after a failure; doubled each time, up to the longest.
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)

#: With the pauses above about twelve hours of trying; then a person must look.
ATTEMPTS = 20

#: How many deliveries one claim takes, and so the most that one batch holds.
CLAIM = 200

#: How long the courier sleeps when nothing wakes it; new text must be found within two seconds.
NAP = 0.25

#: Seconds between two looks for what needs no hurry: timed work that is due, none of which comes more often than every
#: half a minute, and what a courier held when it was killed.
SLOW_LOOK = 2.0

#: After so many deliveries the memory they used is given back.
MUCH = 100

#: What was delivered is of interest to somebody who looks into yesterday, not last month.
KEEP_DONE = timedelta(days=3)

#: A batch is a context that takes what reactions want and does it on leaving without an exception.
OpenBatch = Callable[[int], AbstractContextManager[Any]]


class Courier:
    """One of possibly several; they share the work by claiming rows.

    `batches` maps a channel to a function that opens its batch, given the id of the newest delivery in it.
    Deliveries of such a channel are carried together, their reactions called with the batch. Those of a channel
    in `alone` get a batch each: what cannot be taken back, such as a mail, must not be done again because its
    neighbour failed. One with `only` carries just these channels, one by one, and no timed work, so that what takes
    seconds does not hold up the others; those leave them to it by `without`. In the folder `here` couriers show each
    other that they live.
    """

    def __init__(
        self,
        store: Store,
        subscriptions: Subscriptions,
        batches: dict[str, OpenBatch] | None = None,
        clock: Callable[[], datetime] = utc_now,
        alone: frozenset[str] = frozenset(),
        only: frozenset[str] | None = None,
        without: frozenset[str] = frozenset(),
        here: Path | None = None,
    ) -> None:
        self.store = store
        self.subscriptions = subscriptions
        self.batches = batches or {}
        self.clock = clock
        self.alone = alone
        self.only = only
        self.without = without
        self.here = here
        self._presence: Presence | None = None
        self._carried = 0
        self._looked_slowly = -SLOW_LOOK
        self._wake = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Say that there is something to carry."""
        self._wake.set()

    def stop(self) -> None:
        """Finish what is in hand and return from `run`."""
        self._stop.set()
        self._wake.set()

    def is_stopping(self) -> bool:
        """Whether somebody said stop."""
        return self._stop.is_set()

    def run(self) -> None:
        """Carry until stopped. What goes wrong in one round is logged and does not end the others."""
        while not self._stop.is_set():
            try:
                busy = self._look()
            except Exception:
                log.exception("a round of the courier failed")
                busy = False
            if not busy:
                self._rest()
        if self._presence is not None:
            self._presence.end()

    def run_until_idle(self, rounds: int = 1000, *, timed: bool = True) -> None:
        """Carry everything that is due, for tests and commands; without `timed` nothing but deliveries."""
        for _ in range(rounds):
            if not self.run_once(timed=timed):
                return
        raise RuntimeError("the outbox does not come to rest")

    def _rest(self) -> None:
        """Between two pieces of work: be small, and sleep until woken or for a nap."""
        if self._carried >= MUCH:
            self._carried = 0
            release()
        self._wake.wait(NAP)
        self._wake.clear()

    def _look(self) -> bool:
        """One round; what needs no hurry is not looked for with every nap."""
        is_time = time.monotonic() >= self._looked_slowly + SLOW_LOOK
        if is_time:
            self.free_what_the_dead_hold()
        busy = self.run_once(timed=is_time)
        if is_time:
            self._looked_slowly = time.monotonic()
        return busy

    def run_once(self, *, timed: bool = True) -> bool:
        """Carry one claim of each channel and, with `timed`, the timed work that is due; say whether there was any."""
        busy = False
        for channel in self._channels_due():
            claimed = self._claim(channel)
            self._carried += len(claimed)
            if claimed and channel in self.batches:
                for together in [[each] for each in claimed] if channel in self.alone else [claimed]:
                    self._carry_batch(channel, together)
            else:
                for delivery in claimed:
                    self._carry(delivery)
            busy = busy or bool(claimed)
        if timed and self.only is None:
            return self._run_timed_work() or busy
        return busy

    def _channels_due(self) -> list[str]:
        """Those of this courier's channels that hold something due: mostly none, so one statement asks for all."""
        with self.store.reading() as session:
            found = _CHANNELS_DUE.ask(connection_of(session), {"now": self.clock()})
        due = {channel for (channel,) in found} - self.without
        known = {subscriber.channel for subscriber in self.subscriptions.subscribers.values()}
        return sorted(due & (known if self.only is None else known & self.only))

    # -- claiming

    @cached_property
    def name(self) -> str:
        """What its leases bear, from the first one on; where it cannot show that it lives, they end by themselves."""
        if self.here is not None:
            try:
                self._presence = Presence(self.here)
            except OSError as error:
                log.warning("what this courier has in hand, should it be killed, waits for its lease: %s", error)
        return self._presence.name if self._presence is not None else secrets.token_hex(8)

    def free_what_the_dead_hold(self) -> None:
        """Give back what couriers here had in hand when they were killed; nobody waits for their leases."""
        if self.here is None:
            return
        try:
            dead = dead_in(self.here)
            if dead:
                held = update(Delivery).where(Delivery.state == WAITING, Delivery.leased_by.in_(dead))
                self.store.write(lambda session: session.execute(held.values(leased_until=None)))
                forget(self.here, dead)
        except (OSError, StoreBusy) as error:
            log.info("what the dead hold waits for its lease or for the next look: %s", error)

    def _claim(self, channel: str) -> list[Delivery]:
        """Lease the oldest due deliveries of a channel."""
        now = self.clock()
        # Seconds each: what is claimed must be done within its lease.
        most = CLAIM if self.only is None else 1
        oldest = select(Delivery).where(Delivery.channel == channel, *_due(now)).order_by(Delivery.id).limit(most)

        def lease(session: Session) -> list[Delivery]:
            found = session.scalars(oldest.with_for_update(skip_locked=True)).all()
            for delivery in found:
                delivery.leased_until = now + LEASE
                delivery.leased_by = self.name
            session.flush()
            session.expunge_all()
            return list(found)

        try:
            return self.store.write(lease)
        except StoreBusy:
            return []

    # -- carrying

    def _carry(self, delivery: Delivery) -> None:
        with at_work(DELIVERY, name_delivery(delivery)):
            try:
                self.store.write(lambda session: self._react(session, delivery))
            except Exception:
                self._failed([delivery], traceback.format_exc(limit=8))

    def _react(self, session: Session, delivery: Delivery) -> None:
        subscriber = self.subscriptions.subscribers.get(delivery.subscriber)
        if subscriber is None:
            raise LookupError(f"nobody is called {delivery.subscriber} any more")
        subscriber.reaction(session, self._event(delivery))
        self._done(session, [delivery])

    def _carry_batch(self, channel: str, claimed: list[Delivery]) -> None:
        """All reactions of a batch read one state of the database; the batch is done before they are marked so."""
        with at_work(DELIVERY, name_delivery(*claimed)):
            self._try_batch(channel, claimed)

    def _try_batch(self, channel: str, claimed: list[Delivery]) -> None:
        try:
            with self.batches[channel](claimed[-1].id) as batch, self.store.reading() as session:
                for delivery in claimed:
                    subscriber = self.subscriptions.subscribers.get(delivery.subscriber)
                    if subscriber is None:
                        raise LookupError(f"nobody is called {delivery.subscriber} any more")
                    subscriber.reaction(session, self._event(delivery), batch)
            self.store.write(lambda session: self._done(session, claimed))
        except Exception:
            if len(claimed) > 1:
                for delivery in claimed:
                    self._carry_batch(channel, [delivery])
            else:
                self._failed(claimed, traceback.format_exc(limit=8))

    def _event(self, delivery: Delivery) -> Any:
        return self.subscriptions.event_types[delivery.event](**json.loads(delivery.payload))

    def _done(self, session: Session, deliveries: Sequence[Delivery]) -> None:
        session.execute(
            update(Delivery)
            .where(Delivery.id.in_([delivery.id for delivery in deliveries]))
            .values(state=DONE, done_at=self.clock(), leased_until=None, last_error=None)
        )

    def _failed(self, deliveries: Sequence[Delivery], error: str) -> None:
        now = self.clock()

        def postpone(session: Session) -> None:
            for delivery in deliveries:
                row = session.get(Delivery, delivery.id)
                if row is None:
                    continue
                row.attempts += 1
                row.last_error = error
                row.leased_until = None
                row.run_at = now + pause(row.attempts)
                if row.attempts >= ATTEMPTS:
                    row.state = DEAD
                log.warning("%s failed for the %d. time: %s", row.subscriber, row.attempts, error.splitlines()[-1])

        self.store.write(postpone)

    # -- timed work

    def _run_timed_work(self) -> bool:
        now = self.clock()
        with self.store.reading() as session:
            known = {row.name: row for row in session.scalars(select(Schedule))}
        due = [
            timed
            for timed in self.subscriptions.timed.values()
            if (row := known.get(timed.name)) is None
            or (row.run_at <= now and (row.leased_until is None or row.leased_until < now))
        ]
        busy = False
        for timed in due:
            busy = self._run_timed(timed.name, now) or busy
        return busy

    def _run_timed(self, name: str, now: datetime) -> bool:
        """Claim, work, and note when it is due again; a failure waits for the next time round."""
        timed = self.subscriptions.timed[name]

        def claim(session: Session) -> bool:
            row = session.get(Schedule, name, with_for_update=True)
            if row is None:
                row = Schedule(name=name, run_at=now)
                session.add(row)
            elif row.run_at > now or (row.leased_until is not None and row.leased_until >= now):
                return False
            row.leased_until = now + LEASE
            return True

        def finish(error: str | None) -> Callable[[Session], None]:
            def note(session: Session) -> None:
                row = session.get(Schedule, name)
                if row is not None:
                    row.run_at = now + timed.interval
                    row.leased_until = None
                    row.last_run_at = now
                    row.last_error = error

            return note

        if not self.store.write(claim):
            return False
        with at_work(TIMED, name):
            try:
                self.store.write(lambda session: timed.work(session, now))
            except Exception:
                log.exception("timed work %s failed", name)
                self.store.write(finish(traceback.format_exc(limit=8)))
            else:
                self.store.write(finish(None))
        return True


def _due(now: Any) -> tuple[ColumnElement[bool], ...]:
    """What can be carried at a moment."""
    return (
        Delivery.state == WAITING,
        Delivery.run_at <= now,
        or_(Delivery.leased_until.is_(None), Delivery.leased_until < now),
    )


_CHANNELS_DUE = Statement(
    select(Delivery.channel).where(*_due(bindparam("now", type_=Delivery.run_at.type))).distinct()
)


def name_delivery(first: Delivery, *others: Delivery) -> str:
    """What log lines call the deliveries in hand."""
    if others:
        return f"{first.id}-{others[-1].id} {first.channel}"
    return f"{first.id} {first.subscriber}"


def pause(attempts: int) -> timedelta:
    """How long to wait before the next attempt: full jitter under a doubling ceiling (AWS architecture notes)."""
    ceiling = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 12))
    return timedelta(seconds=ceiling.total_seconds() * random.uniform(0.1, 1.0))  # noqa: S311


def forget_delivered(session: Session, now: datetime) -> None:
    """Delete deliveries that were done some days ago."""
    session.execute(delete(Delivery).where(Delivery.state == DONE, Delivery.done_at < now - KEEP_DONE))


def send_again(session: Session, delivery: Delivery, now: datetime) -> None:
    """Give a delivery that was given up a new start; nothing happens to one that is not dead."""
    if delivery.state == DEAD:
        delivery.state = WAITING
        delivery.attempts = 0
        delivery.run_at = now
        delivery.leased_until = None
