"""The courier carries everything, repeats what fails, and keeps what cannot be done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.base.courier import ATTEMPTS, LEASE, Courier, forget_delivered, send_again
from forum.base.db import Store
from forum.base.outbox import DEAD, DONE, WAITING, Delivery, Subscriptions, publish


@dataclass(frozen=True)
class Happened:
    thing_id: int


class Clock:
    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    from forum.base.clock import utc_now

    return Clock(utc_now() + timedelta(seconds=1))


@pytest.fixture
def subscriptions(store: Store) -> Subscriptions:
    made = Subscriptions()
    store.context["subscriptions"] = made
    return made


def deliveries(store: Store) -> list[Delivery]:
    with store.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_every_subscriber_gets_its_own_delivery(store: Store, subscriptions: Subscriptions, clock: Clock) -> None:
    seen: list[tuple[str, int]] = []
    subscriptions.subscribe(Happened, lambda _s, event: seen.append(("first", event.thing_id)), name="first")
    subscriptions.subscribe(Happened, lambda _s, event: seen.append(("second", event.thing_id)), name="second")
    store.write(lambda session: publish(session, Happened(7)))
    Courier(store, subscriptions, clock=clock).run_until_idle()
    assert seen == [("first", 7), ("second", 7)]
    assert [row.state for row in deliveries(store)] == [DONE, DONE]


def test_what_is_rolled_back_is_not_delivered(store: Store, subscriptions: Subscriptions) -> None:
    subscriptions.subscribe(Happened, lambda _s, _e: None, name="only")

    def fail(session: Session) -> None:
        publish(session, Happened(7))
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(fail)
    assert deliveries(store) == []


def test_a_failed_delivery_comes_again_later_and_in_the_end_waits_for_a_person(
    store: Store, subscriptions: Subscriptions, clock: Clock
) -> None:
    def fail(_session: Session, _event: Happened) -> None:
        raise ValueError("no luck")

    subscriptions.subscribe(Happened, fail, name="unlucky")
    store.write(lambda session: publish(session, Happened(7)))
    courier = Courier(store, subscriptions, clock=clock)
    courier.run_until_idle()
    (row,) = deliveries(store)
    assert (row.state, row.attempts) == (WAITING, 1)
    assert row.run_at > clock.now
    assert "no luck" in (row.last_error or "")
    for _ in range(ATTEMPTS):
        clock.now += timedelta(hours=2)
        courier.run_until_idle()
    (row,) = deliveries(store)
    assert (row.state, row.attempts) == (DEAD, ATTEMPTS)

    store.write(lambda session: send_again(session, session.get_one(Delivery, row.id), clock.now))
    assert deliveries(store)[0].state == WAITING


def test_a_delivery_whose_courier_died_is_free_after_its_lease(
    store: Store, subscriptions: Subscriptions, clock: Clock
) -> None:
    seen: list[int] = []
    subscriptions.subscribe(Happened, lambda _s, event: seen.append(event.thing_id), name="only")
    store.write(lambda session: publish(session, Happened(7)))
    died = Courier(store, subscriptions, clock=clock)
    assert len(died._claim("work")) == 1
    other = Courier(store, subscriptions, clock=clock)
    other.run_until_idle()
    assert seen == []
    clock.now += LEASE + timedelta(seconds=1)
    other.run_until_idle()
    assert seen == [7]


def test_a_batch_that_fails_is_carried_one_by_one(store: Store, subscriptions: Subscriptions, clock: Clock) -> None:
    kept: list[int] = []

    def collect(_session: Session, event: Happened, batch: list[int]) -> None:
        if event.thing_id == 2:
            raise ValueError("this one is bad")
        batch.append(event.thing_id)

    @contextmanager
    def open_batch(_upto: int) -> Iterator[Any]:
        batch: list[int] = []
        yield batch
        kept.extend(batch)

    subscriptions.subscribe(Happened, collect, name="index", channel="index")
    store.write(lambda session: [publish(session, Happened(number)) for number in (1, 2, 3)])
    Courier(store, subscriptions, {"index": open_batch}, clock=clock).run_until_idle()
    assert kept == [1, 3]
    assert [row.state for row in deliveries(store)] == [DONE, WAITING, DONE]


def test_timed_work_runs_once_in_its_interval(store: Store, subscriptions: Subscriptions, clock: Clock) -> None:
    runs: list[datetime] = []
    subscriptions.every(timedelta(hours=1), lambda _s, now: runs.append(now), name="hourly")
    couriers = [Courier(store, subscriptions, clock=clock) for _ in range(2)]
    for minutes in (0, 30, 31):
        clock.now += timedelta(minutes=minutes)
        for courier in couriers:
            courier.run_until_idle()
    assert len(runs) == 2


def test_old_deliveries_are_forgotten_but_not_the_dead(
    store: Store, subscriptions: Subscriptions, clock: Clock
) -> None:
    subscriptions.subscribe(Happened, lambda _s, _e: None, name="only")
    store.write(lambda session: [publish(session, Happened(number)) for number in (1, 2)])
    Courier(store, subscriptions, clock=clock).run_until_idle()

    def bury(session: Session) -> None:
        session.scalars(select(Delivery).order_by(Delivery.id)).first().state = DEAD  # type: ignore[union-attr]

    store.write(bury)
    store.write(lambda session: forget_delivered(session, clock.now + timedelta(days=30)))
    assert [row.state for row in deliveries(store)] == [DEAD]


def test_a_nap_costs_one_statement_however_many_channels_there_are(
    store: Store, subscriptions: Subscriptions, clock: Clock, count_queries: Callable[[], Any]
) -> None:
    for channel in ("work", "index", "mail"):
        subscriptions.subscribe(Happened, lambda *_: None, name=channel, channel=channel)
    subscriptions.every(timedelta(minutes=1), lambda _session, _now: None, name="sweep")
    courier = Courier(store, subscriptions, clock=clock)
    courier.run_until_idle()
    courier._look()
    with count_queries() as queries:
        courier._look()
    assert len(queries) == 1, queries
