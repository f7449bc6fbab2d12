"""Whether anything in the database changed since a moment ago, asked for a hundredth of what reading a page costs."""

import logging
from typing import Any

from forum.base.db import Store

log = logging.getLogger(__name__)

#: Both differ once anything was committed, by whichever process, and are the same only while nothing was.
SQLITE_STATE = "PRAGMA data_version"
POSTGRESQL_STATE = "SELECT pg_current_snapshot()::text"


class Changes:
    """Looks at the database on a kept connection that never writes; used by one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._taken: Any = None
        self._opened = 0

    def state(self) -> object | None:
        """Something that is equal only as long as nothing is committed; None where the database does not say."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            cursor = self._connection.execute(SQLITE_STATE if self._store.is_sqlite else POSTGRESQL_STATE)
            return self._opened, cursor.fetchone()[0]
        except Exception:
            # Whatever is wrong with the database, the page that is asked for next will say it.
            log.debug("the database does not tell whether it changed", exc_info=True)
            self.close()
            return None

    def close(self) -> None:
        """Let go of the connection; the next look opens another."""
        connection, self._connection, self._taken = self._connection, None, None
        if connection is not None:
            try:
                connection.close()
            except Exception:
                log.debug("the connection was lost already", exc_info=True)

    def _connect(self) -> Any:
        """A connection of its own, for what a state says holds only among looks at one connection."""
        self._opened += 1
        self._taken = self._store.bind.engine.raw_connection()
        connection: Any = self._taken.driver_connection
        # The pool forgets it, and closes it when this is let go of.
        self._taken.detach()
        if not self._store.is_sqlite:
            connection.autocommit = True
        return connection
