"""How much waits for moderators, for the number in the navigation of every page they look at."""

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError

from forum.base.db import Store
from forum.base.parts import parts
from forum.base.requests import db, now
from forum.moderation.queries import count_open
from forum.web.people import reader

#: A number in a corner may be this old; so a moderator who reads along costs no statement more than anybody else.
LIFETIME = timedelta(seconds=5)

#: By store and reader: nobody counts what they wrote themselves. Few are moderators, so few are kept.
_kept: WeakKeyDictionary[Store, dict[int | None, tuple[datetime, int]]] = WeakKeyDictionary()


def waiting_count() -> int | None:
    """What waits for this reader; a page that says the database is away says no number."""
    kept = _kept.setdefault(parts().store, {})
    known = kept.get(reader().id)
    if known is not None and now() - known[0] < LIFETIME:
        return known[1]
    try:
        number = count_open(db(), reader())
    except SQLAlchemyError:
        return None
    kept[reader().id] = (now(), number)
    return number


def forget_waiting_count() -> None:
    """Count anew: somebody flagged or decided something here."""
    _kept.pop(parts().store, None)
