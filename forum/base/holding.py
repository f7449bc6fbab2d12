"""Who works on the data folder and the database now: many at once, or one alone while it replaces them."""

import fcntl
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from forum.base.errors import StoreBusy

#: The file that is locked; what is in it does not matter.
LOCK_FILE = "lock"

#: What connections to PostgreSQL share, and whoever replaces the database has alone; servers may be on many machines.
DATABASE_LOCK = 727275


class InUse(Exception):
    """Somebody else works on it; carries where."""


class Hold:
    """A lock on a data folder that lasts as long as the process, and the processes it forked."""

    def __init__(self, data: Path, *, alone: bool) -> None:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._descriptor = os.open(data / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as taken:
            os.close(self._descriptor)
            raise InUse(str(data)) from taken

    def end(self) -> None:
        """Let go before the process ends."""
        os.close(self._descriptor)

    def __enter__(self) -> "Hold":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def share_database(engine: Engine) -> None:
    """Let every connection to PostgreSQL hold its part of the lock, so that nobody replaces the tables under it."""

    @event.listens_for(engine, "connect")
    def share(connection: Any, _entry: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock_shared(%s)", (DATABASE_LOCK,))
            got = cursor.fetchone()[0]
        connection.commit()
        if not got:
            raise StoreBusy
