"""What a killed courier had in hand is carried on at once, not when its lease is over."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.base.courier import Courier
from forum.base.living import Presence, dead_in, forget
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.courier import COURIERS, make_courier

ROOT = Path(__file__).parents[2]

SOMEBODY = """
import sys
from pathlib import Path
from forum.base.living import Presence
somebody = Presence(Path(sys.argv[1]))
print(somebody.name, flush=True)
input()
"""


@pytest.fixture
def here(parts: Parts) -> Path:
    return parts.settings.data / COURIERS


@contextmanager
def somebody_in(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Somebody who is at work in another process: the name, and the process."""
    with subprocess.Popen(
        [sys.executable, "-c", SOMEBODY, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
        process.kill()


def kill(process: subprocess.Popen[str]) -> None:
    """Kill it and do not ask how it ended, so that the system still lists it."""
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)


def held_by(session: Session, holder: str) -> Delivery:
    now = utc_now()
    held = Delivery(
        event="X", payload="{}", subscriber="x", channel="work", created_at=now, run_at=now,
        leased_until=now + timedelta(minutes=2), leased_by=holder,
    )  # fmt: skip
    session.add(held)
    session.commit()
    return held


def test_what_the_dead_hold_is_freed_and_nothing_else(parts: Parts, session: Session, here: Path) -> None:
    with somebody_in(here) as (name, process):
        held, elsewhere = held_by(session, name), held_by(session, "5bce98f7.77.aabbccdd")
        make_courier(parts).free_what_the_dead_hold()
        session.refresh(held)
        assert held.leased_until is not None and dead_in(here) == []
        kill(process)
        assert dead_in(here) == [name]
        make_courier(parts).free_what_the_dead_hold()
        for each in (held, elsewhere):
            session.refresh(each)
        assert held.leased_until is None
        assert elsewhere.leased_until is not None
        assert dead_in(here) == [] and list(here.iterdir()) == []


def test_who_runs_carries_what_somebody_held_who_dies_later(parts: Parts, session: Session, here: Path) -> None:
    courier = Courier(parts.store, parts.subscriptions, here=here)
    with somebody_in(here) as (name, process):
        held = held_by(session, name)
        kill(process)
        courier._look()
    session.refresh(held)
    assert held.leased_until is None


def test_a_courier_does_not_take_itself_or_its_neighbour_for_dead(parts: Parts, session: Session, here: Path) -> None:
    one, other = make_courier(parts), make_courier(parts)
    held = [held_by(session, one.name), held_by(session, other.name)]
    one.free_what_the_dead_hold()
    for each in held:
        session.refresh(each)
        assert each.leased_until is not None
    assert sorted(path.name for path in here.iterdir()) == sorted([one.name, other.name])


def test_who_ends_leaves_nothing(parts: Parts, here: Path) -> None:
    courier = make_courier(parts)
    assert courier.name in [path.name for path in here.iterdir()]
    courier.stop()
    courier.run()
    assert list(here.iterdir()) == []


def test_a_copy_of_the_folder_is_no_folder_of_the_dead(tmp_path: Path) -> None:
    somebody = Presence(tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy").iterdir()] == [somebody.name]
    assert dead_in(tmp_path / "copy") == []
    somebody.end()


def test_what_is_no_longer_there_is_no_trouble(tmp_path: Path) -> None:
    assert dead_in(tmp_path / "nowhere") == []
    forget(tmp_path, ["nobody"])
    somebody = Presence(tmp_path)
    forget(tmp_path, [somebody.name])
    somebody.end()


def test_one_that_cannot_show_that_it_lives_works_all_the_same(
    parts: Parts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    courier = Courier(parts.store, parts.subscriptions, here=tmp_path / "file" / "couriers")
    courier.free_what_the_dead_hold()
    assert courier.run_once() is True and courier.name
    assert "waits for its lease" in caplog.text
