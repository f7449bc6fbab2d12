"""Every table as lines of JSON that are the same whichever database they come from."""

import base64
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, inspect, types

#: What a column can hold, written the same on both databases.
WHOLE, YES_NO, REAL, MOMENT, DAY, JSON_TEXT, BYTES, TEXT = (
    "whole",
    "yes_no",
    "real",
    "moment",
    "day",
    "json",
    "bytes",
    "text",
)

#: The first that fits names the kind.
KINDS: tuple[tuple[type, str], ...] = (
    (types.Boolean, YES_NO),
    (types.Integer, WHOLE),
    (types.Float, REAL),
    (types.DateTime, MOMENT),
    (types.Date, DAY),
    (types.JSON, JSON_TEXT),
    (types.LargeBinary, BYTES),
    (types.String, TEXT),
)

#: Rows fetched or written at once.
CHUNK = 1000

#: Tables whose contents are worked out of the others, or belong to the history of the schema.
LEFT_OUT = re.compile(r"^(search_index.*|alembic_version|sqlite_.*)$")

#: Whole numbers that both databases can hold.
LARGEST = 2**63

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class UnknownKind(Exception):
    """A column of a type that nobody has taught us to write."""


class WrongRow(Exception):
    """A line that is not a row of its table."""


@dataclass(frozen=True)
class TableShape:
    """A table as its database describes it: columns with their kinds, and what its rows are ordered by."""

    name: str
    columns: tuple[tuple[str, str], ...]
    order: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _kind in self.columns)


def table_shapes(connection: Connection) -> list[TableShape]:
    """All tables that hold something of their own, by name."""
    inspector = inspect(connection)
    shapes = []
    for name in sorted(inspector.get_table_names()):
        if LEFT_OUT.match(name):
            continue
        columns = tuple(
            sorted(
                (column["name"], kind_of(name, column["name"], column["type"]))
                for column in inspector.get_columns(name)
            )
        )
        key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
        shapes.append(TableShape(name, columns, key or tuple(column for column, _kind in columns)))
    return shapes


def kind_of(table: str, column: str, column_type: Any) -> str:
    """Raise UnknownKind for a type that would not come back as it went."""
    for known, kind in KINDS:
        if isinstance(column_type, known):
            return kind
    raise UnknownKind(f"{table}.{column} is {column_type!r}")


def read_rows(connection: Connection, shape: TableShape) -> Iterator[bytes]:
    """The rows as lines, in the order of their key, in bounded memory; all within the caller's transaction."""
    cursor = connection.connection.cursor()
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        cursor.close()
        cursor = connection.connection.driver_connection.cursor(name="sportello_rows")  # type: ignore[union-attr]
    try:
        cursor.execute(_selection(shape, is_sqlite))
        writers = [_WRITERS[kind] if is_sqlite or kind == BYTES else None for _name, kind in shape.columns]
        plain = not any(writers)
        while rows := cursor.fetchmany(CHUNK):
            for row in rows:
                values = row if plain else [_written(writer, value) for writer, value in zip(writers, row, strict=True)]
                yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    finally:
        cursor.close()


def write_rows(connection: Connection, shape: TableShape, lines: Iterator[bytes], step: Callable[[int], Any]) -> None:
    """Put lines into an empty table; raise WrongRow for one that does not belong there."""
    parse = _parser(shape)
    if connection.dialect.name == "sqlite":
        _insert(connection, shape, (parse(line) for line in lines), step)
    else:
        _copy(connection, shape, (parse(line) for line in lines), step)


def _insert(connection: Connection, shape: TableShape, rows: Iterator[list[Any]], step: Callable[[int], Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in shape.names)
    marks = ", ".join("?" for _ in shape.columns)
    # The names were read from the database itself.
    statement = f'INSERT INTO "{shape.name}" ({columns}) VALUES ({marks})'  # noqa: S608
    cursor = connection.connection.cursor()
    for chunk in _chunks(rows):
        cursor.executemany(statement, chunk)
        step(len(chunk))
    cursor.close()


def _copy(connection: Connection, shape: TableShape, rows: Iterator[list[Any]], step: Callable[[int], Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in shape.names)
    with (
        connection.connection.driver_connection.cursor() as cursor,  # type: ignore[union-attr]
        cursor.copy(f'COPY "{shape.name}" ({columns}) FROM STDIN') as copy,
    ):
        for chunk in _chunks(rows):
            for row in chunk:
                copy.write_row(row)
            step(len(chunk))


def _selection(shape: TableShape, is_sqlite: bool) -> str:
    """The rows in an order that both databases agree on."""
    kinds = dict(shape.columns)
    chosen = ", ".join(f'"{name}"' if is_sqlite else _as_text(name, kind) for name, kind in shape.columns)
    byte_order = "" if is_sqlite else ' COLLATE "C"'
    order = ", ".join(f'"{name}"{byte_order if kinds[name] == TEXT else ""}' for name in shape.order)
    return f'SELECT {chosen} FROM "{shape.name}" ORDER BY {order}'  # noqa: S608


def _as_text(name: str, kind: str) -> str:
    if kind == MOMENT:
        return f"""to_char("{name}" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    if kind in (DAY, JSON_TEXT):
        return f'"{name}"::text'
    return f'"{name}"'


def _written(writer: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if writer is None or value is None else writer(value)


def _moment_of_sqlite(value: str) -> str:
    if len(value) == 26:
        return f"{value[:10]}T{value[11:]}Z"
    return f"{datetime.fromisoformat(value):%Y-%m-%dT%H:%M:%S.%f}Z"


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


#: How a value of SQLite, or bytes of either, is written; the others are what JSON has.
_WRITERS: dict[str, Callable[[Any], Any] | None] = {
    WHOLE: None,
    YES_NO: bool,
    REAL: None,
    MOMENT: _moment_of_sqlite,
    DAY: None,
    JSON_TEXT: None,
    BYTES: _base64,
    TEXT: None,
}


def _parser(shape: TableShape) -> Callable[[bytes], list[Any]]:
    """Lines to values of the right types, whatever somebody wrote into the file."""
    kinds = [kind for _name, kind in shape.columns]

    def parse(line: bytes) -> list[Any]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as wrong:
            raise WrongRow(shape.name) from wrong
        if not isinstance(row, list) or len(row) != len(kinds):
            raise WrongRow(shape.name)
        return [None if value is None else _taken(kind, value, shape) for kind, value in zip(kinds, row, strict=True)]

    return parse


def _taken(kind: str, value: Any, shape: TableShape) -> Any:
    if kind == WHOLE and type(value) is int and -LARGEST <= value < LARGEST:
        return value
    if kind == YES_NO and type(value) is bool:
        return value
    if kind == REAL and type(value) in (int, float):
        return value
    if kind == MOMENT and isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{value[:10]} {value[11:26]}"
    if kind in (TEXT, JSON_TEXT, DAY) and isinstance(value, str) and "\0" not in value and _is_said(kind, value):
        return value
    if kind == BYTES and isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except ValueError as wrong:
            raise WrongRow(shape.name) from wrong
    raise WrongRow(shape.name)


def _is_said(kind: str, value: str) -> bool:
    """Whether a text is what its kind says."""
    try:
        if kind == JSON_TEXT:
            json.loads(value)
        elif kind == DAY:
            date.fromisoformat(value)
        value.encode()
    except (ValueError, RecursionError):
        return False
    return True


def _chunks(rows: Iterator[list[Any]]) -> Iterator[Sequence[list[Any]]]:
    chunk: list[list[Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
