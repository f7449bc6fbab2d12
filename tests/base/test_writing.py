"""A unit of work that meets another one is done again, and a mistake is told as one."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.base import db
from forum.base.db import Store


def test_whoever_meets_another_writer_late_tries_once_more(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine the patience is over before the first try is; what it met may be gone by the second."""
    monkeypatch.setattr(db, "WRITE_PATIENCE", timedelta(seconds=-1))
    tries: list[int] = []

    def work(session: Session) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise IntegrityError("INSERT", {}, Exception("somebody was quicker"))
        return "done"

    assert store.write(work) == "done"


def test_what_meets_the_same_row_again_late_is_a_mistake_of_ours(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "WRITE_PATIENCE", timedelta(seconds=-1))
    tries: list[int] = []

    def work(session: Session) -> None:
        tries.append(1)
        raise IntegrityError("INSERT", {}, Exception("it is there"))

    with pytest.raises(IntegrityError):
        store.write(work)
    assert len(tries) == 2
