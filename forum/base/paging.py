"""A slice of a list and the way to the next one: by key, so that page 500 costs what page 1 costs."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import Session

from forum.base.db import UtcDateTime
from forum.base.errors import Invalid
from forum.base.words import say

T = TypeVar("T")

PAGE_SIZE = 25

#: Longer than any cursor of ours, shorter than any attack worth the name.
CURSOR_LENGTH = 300

DAMAGED = say("This link to the next page is damaged. Start again from the first page.")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and the cursor to the rows after them, or None at the end."""

    items: Sequence[T]
    next: str | None = None


@dataclass(frozen=True)
class Order:
    """What a list is sorted by: a column and, so that no two rows are equal, the id; newest first by default."""

    column: Any
    id: Any
    descending: bool = True

    def clauses(self) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        if self.descending:
            return self.column.desc(), self.id.desc()
        return self.column.asc(), self.id.asc()

    def takes(self, value: Any) -> bool:
        """Whether the column can be compared with a value, which may come from another list's cursor."""
        wanted = datetime if isinstance(self.column.type, UtcDateTime) else self.column.type.python_type
        return isinstance(value, wanted)

    def after(self, value: Any, row_id: int) -> ColumnElement[bool]:
        """The rows that follow the one with this value and id."""
        if self.descending:
            return or_(self.column < value, and_(self.column == value, self.id < row_id))
        return or_(self.column > value, and_(self.column == value, self.id > row_id))


def fetch_page(
    session: Session,
    query: Select[Any],
    order: Order,
    key: Callable[[Any], tuple[Any, int]],
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    make: Callable[[Any], Any] | None = None,
) -> Page[Any]:
    """Run the query for one page; `key(item)` gives the value and id that `order` sorts by.

    The query selects one model, or columns of which `make` makes an item. Raises Invalid for a cursor that is
    not ours.
    """
    ordered = query.order_by(*order.clauses()).limit(size + 1)
    if cursor:
        value, row_id = read_cursor(cursor)
        if not order.takes(value):
            raise Invalid({"cursor": DAMAGED})
        ordered = ordered.where(order.after(value, row_id))
    rows: Sequence[Any] = (
        session.scalars(ordered).unique().all() if make is None else [make(row) for row in session.execute(ordered)]
    )
    more = len(rows) > size
    items = rows[:size]
    return Page(items, write_cursor(*key(items[-1])) if more else None)


def write_cursor(value: Any, row_id: int) -> str:
    """An opaque cursor for the row with this sorting value and id."""
    plain = {"t": value.isoformat()} if isinstance(value, datetime) else {"v": value}
    return base64.urlsafe_b64encode(json.dumps([plain, row_id]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[Any, int]:
    """What `write_cursor` was given; raises Invalid for anything else."""
    try:
        if len(cursor) > CURSOR_LENGTH:
            raise ValueError(cursor)
        plain, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        value = datetime.fromisoformat(plain["t"]) if "t" in plain else plain["v"]
        if isinstance(value, datetime) and value.tzinfo is not None:
            value = value.astimezone(UTC)
        if not isinstance(row_id, int) or isinstance(row_id, bool) or not 0 <= row_id < 2**63:
            raise ValueError(cursor)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(cursor)
        if not isinstance(value, datetime | int | float | str) or isinstance(value, bool):
            raise ValueError(cursor)
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError(cursor)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, binascii.Error, RecursionError) as wrong:
        raise Invalid({"cursor": DAMAGED}) from wrong
    return value, row_id
