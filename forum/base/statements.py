"""Statements of pages that are asked for most: compiled once, and given to the driver as they are.

What comes back are the driver's own rows: tuples to be compared, and read only where something new is to be drawn.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Connection, Dialect, Select, inspect
from sqlalchemy.orm import Mapper, Session, configure_mappers, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict

M = TypeVar("M")

#: As the driver gives it: moments as text or with the zone of the connection, sets of names as one text.
Raw = tuple[Any, ...]


class Statement:
    """A statement with places to fill in; for values that mean the same to the driver as to us."""

    def __init__(self, select: Select[Any] | CompoundSelect[Any]) -> None:
        self._select = select
        self._compiled: dict[str, _Compiled] = {}

    def ask(self, connection: Connection, given: Mapping[str, Any]) -> list[Raw]:
        """All rows; `connection` is in a transaction."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._select, dialect)
        values = compiled.values(given)
        cursor: Any = connection.connection.cursor()
        try:
            for listener in connection.dispatch.before_cursor_execute:
                listener(connection, cursor, compiled.sql, values, None, False)
            cursor.execute(compiled.sql, values)
            return cursor.fetchall()  # type: ignore[no-any-return]
        except compiled.error:
            # Asked again in the ordinary way, it fails as everywhere, and a connection that is lost is given up.
            return [tuple(row) for row in connection.exec_driver_sql(compiled.sql, values)]
        finally:
            cursor.close()


class _Compiled:
    """A statement as text for one kind of database, with what is always the same filled in."""

    def __init__(self, select: Select[Any] | CompoundSelect[Any], dialect: Dialect) -> None:
        compiled: Any = select.compile(dialect=dialect)
        is_open = {name: None for name, bind in compiled.binds.items() if bind.required}
        state = compiled.construct_expanded_state(is_open)
        self.sql: str = state.statement
        self.error: type[Exception] = dialect.loaded_dbapi.Error
        self._order: list[str] | None = state.positiontup
        self._processors = {name: process for name, process in state.processors.items() if name in is_open}
        self._fixed = {name: value for name, value in state.parameters.items() if name not in is_open}

    def values(self, given: Mapping[str, Any]) -> Any:
        """What fills the places, in the form in which the driver wants it."""
        said = {**self._fixed, **given}
        for name, processor in self._processors.items():
            said[name] = processor(said[name])
        return said if self._order is None else tuple([said[name] for name in self._order])


def connection_of(session: Session) -> Connection:
    """Where to ask within a session's transaction; what waits there to be written is written first, as ever."""
    if session.autoflush:
        session.flush()
    return session.connection()


def moment_of(value: Any) -> Any:
    """A moment out of a driver's row, in UTC; None stays None."""
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value.astimezone(UTC)


@lru_cache(maxsize=256)
def names_of(value: str) -> frozenset[str]:
    """A set of names out of a driver's row."""
    return frozenset(value.split())


def object_of(session: Session, model: type[M], raw: Raw) -> M:
    """An object out of a driver's row of all columns of its table, just as if the session had loaded it itself."""
    mapper: Mapper[M] = inspect(model)
    known = session.identity_map.get(mapper.identity_key_from_primary_key((raw[0],)))
    if known is not None:
        return known
    readers = _readers(mapper, session.connection().dialect)
    # As a loaded object comes into being: without its constructor, and without any field having been changed.
    made: M = mapper.class_manager.new_instance()
    instance_dict(made).update(
        {name: read(value) if read else value for (name, read), value in zip(readers, raw, strict=True)}
    )
    make_transient_to_detached(made)
    session.add(made)
    return made


@lru_cache(maxsize=64)
def _readers(mapper: Mapper[Any], dialect: Dialect) -> list[tuple[str, Any]]:
    """The name of each column of a model, and what makes its values of the driver's."""
    configure_mappers()  # else it waits for the first object that is made with its constructor
    return [
        (mapper.get_property_by_column(column).key, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for column in mapper.local_table.c
    ]
