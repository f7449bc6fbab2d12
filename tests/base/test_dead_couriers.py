"""What a killed courier had in hand is carried on at once, not when its lease is over."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.courier import Courier
from forum.base.living import HOST, begun, is_gone, name_here
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.courier import make_courier

NOBODY = 2**22 + 1  # above the largest number a process can have

PARENT = f"{os.getppid()}.{begun(os.getppid())}"


@pytest.fixture
def ended() -> Iterator[str]:
    """The name of a process that was killed, and whose parent has not asked yet how it ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = f"{HOST}.{process.pid}.{begun(process.pid)}.aa"
        assert not is_gone(name)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        yield name


def held_by(session: Session, holder: str) -> Delivery:
    now = utc_now()
    held = Delivery(
        event="X", payload="{}", subscriber="x", channel="work", created_at=now, run_at=now,
        leased_until=now + timedelta(minutes=2), leased_by=holder,
    )  # fmt: skip
    session.add(held)
    session.commit()
    return held


HOLDERS = {
    "nobody": (f"{HOST}.{NOBODY}.1.aa", True),
    "our parent": (f"{HOST}.{PARENT}.aa", False),
    "somebody whose number our parent has now": (f"{HOST}.{os.getppid()}.1.aa", True),
    "somebody whose number we have now": (f"{HOST}.{os.getpid()}.1.aa", True),
    "a name as it was before": (f"{HOST}.{os.getppid()}.aabbccdd", True),
    "ourselves": (name_here(), False),
    "another machine": ("another1.77.1.aa", False),
    "no such name": ("me", False),
}


@pytest.mark.parametrize("holder, freed", HOLDERS.values(), ids=HOLDERS)
def test_only_what_the_dead_hold_is_freed(parts: Parts, session: Session, holder: str, freed: bool) -> None:
    held = held_by(session, holder)
    make_courier(parts).free_what_the_dead_hold()
    session.refresh(held)
    assert (held.leased_until is None) is freed


def test_who_was_killed_is_gone_before_its_parent_asks(ended: str) -> None:
    assert is_gone(ended)


def test_what_somebody_held_who_dies_later_is_carried_by_who_runs(parts: Parts, session: Session, ended: str) -> None:
    held = held_by(session, ended)
    courier = Courier(parts.store, parts.subscriptions)
    courier._look()
    session.refresh(held)
    assert held.leased_until is None


def test_names_differ_and_fit_their_column() -> None:
    names = {name_here() for _ in range(20)}
    assert len(names) == 20
    assert max(map(len, names)) <= Delivery.leased_by.type.length
