"""What a killed courier had in hand is carried on at once, not when its lease is over."""

import os
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.courier import HOST
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.courier import make_courier

NOBODY = 2**22 + 1  # above the largest number a process can have


@pytest.mark.parametrize(
    "holder, freed",
    [(f"{HOST}.{NOBODY}.aa", True), (f"{HOST}.{os.getppid()}.aa", False), ("another1.77.aa", False)],
)
def test_only_what_the_dead_hold_is_freed(parts: Parts, session: Session, holder: str, freed: bool) -> None:
    now = utc_now()
    held = Delivery(
        event="X", payload="{}", subscriber="x", channel="work", created_at=now, run_at=now,
        leased_until=now + timedelta(minutes=2), leased_by=holder,
    )  # fmt: skip
    session.add(held)
    session.commit()
    make_courier(parts).free_what_the_dead_hold()
    session.refresh(held)
    assert (held.leased_until is None) is freed
