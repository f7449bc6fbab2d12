"""What many tests begin with, made once: rows behind a savepoint, which the next test that asks for them finds again.

    @made_once
    def answer(session: Session, anna: User, bruno: User) -> Answer:
        return make_answer(session, bruno, make_question(session, anna))

is a fixture like any other, as long as all it does is to write into the database, and what it gives back are rows or
plain things that hold rows. Each test gets the rows by its own session, as they were when they were made.
"""

import inspect
import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import Session

from forum.base.db import Model

Build = Callable[..., Any]

#: Where a session knows what its test stands on.
GROUND = "ground"

READS = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA", "BEGIN")


def made_once(build: Build) -> Any:
    """A fixture whose rows are kept for the next test that asks for it; `session` must be among what it asks for."""

    def give(**given: Any) -> Any:
        ground: Ground = given["session"].info[GROUND]
        return ground.give(build, given)

    give.__name__, give.__module__, give.__doc__ = build.__name__, build.__module__, build.__doc__
    give.__signature__ = inspect.signature(build)  # type: ignore[attr-defined]
    give.builds = build  # type: ignore[attr-defined]
    return pytest.fixture(give)


def wanted_by(request: pytest.FixtureRequest) -> set[Build]:
    """Who makes what the test that is about to begin asks for."""
    named = request.node._fixtureinfo.name2fixturedefs
    makers = (named[name][-1].func for name in request.fixturenames if name in named)
    return {maker.builds for maker in makers if hasattr(maker, "builds")}


@dataclass
class Layer:
    """Rows that somebody made, and what was given back for them."""

    build: Build
    value: bytes
    rows: dict[type[Model], list[Any]]


@dataclass
class Ground:
    """One transaction that is never committed, and the layers that stand on each other in it."""

    engine: Engine
    layers: list[Layer] = field(default_factory=list)
    connection: Connection | None = None
    is_untouched: bool = True

    def begin(self, wanted: Iterable[Build]) -> Connection:
        """A connection that sees of the layers only what this test asks for."""
        if self.connection is None:
            self.connection = self.engine.execution_options(writes=True).connect()
            self.connection.begin()
            event.listen(self.connection, "before_cursor_execute", self._note)
            self._say("SAVEPOINT layer_0")
        known = 0
        while known < len(self.layers) and self.layers[known].build in wanted:
            known += 1
        if known < len(self.layers):
            del self.layers[known:]
            self._say(f"ROLLBACK TO SAVEPOINT layer_{known}")
        self.is_untouched = True
        return self.connection

    def end(self) -> None:
        """Undo what the test did."""
        assert self.connection is not None
        if self.connection.closed or self.connection.invalidated or self.connection.in_nested_transaction():
            self.close()
            return
        try:
            self._say(f"ROLLBACK TO SAVEPOINT layer_{len(self.layers)}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Undo everything, and let others into the database."""
        if self.connection is not None:
            self.connection.close()
        self.connection, self.layers = None, []

    def give(self, build: Build, given: dict[str, Any]) -> Any:
        """What `build` gives back: made now, or found where an earlier test left it."""
        session: Session = given["session"]
        known = next((layer for layer in self.layers if layer.build is build), None)
        if known is not None:
            return find_again(session, known)
        session.commit()
        may_keep = self.is_untouched
        made = build(**given)
        session.commit()
        assert self.connection is not None
        if may_keep and not self.connection.in_nested_transaction():
            self.layers.append(as_layer(build, made))
            self._say(f"SAVEPOINT layer_{len(self.layers)}")
            self.is_untouched = True
        return made

    def _say(self, statement: str) -> None:
        assert self.connection is not None
        self.connection.exec_driver_sql(statement)

    def _note(self, _c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(READS):
            self.is_untouched = False


class _Writer(pickle.Pickler):
    """Writes of a row only which one it is."""

    def __init__(self, file: Any) -> None:
        super().__init__(file)
        self.rows: dict[type[Model], list[Any]] = {}

    def persistent_id(self, thing: Any) -> Any:
        if not isinstance(thing, Model):
            return None
        identity = sqlalchemy.inspect(thing).identity
        self.rows.setdefault(type(thing), []).append(identity)
        return type(thing), identity


class _Reader(pickle.Unpickler):
    """Finds the rows again in a session."""

    def __init__(self, file: Any, session: Session) -> None:
        super().__init__(file)
        self.session = session

    def persistent_load(self, pid: Any) -> Any:
        return self.session.get_one(*pid)


def as_layer(build: Build, value: Any) -> Layer:
    file = io.BytesIO()
    writer = _Writer(file)
    writer.dump(value)
    return Layer(build, file.getvalue(), writer.rows)


def find_again(session: Session, layer: Layer) -> Any:
    """The rows of one kind by one statement each."""
    loaded: list[Any] = []
    for kind, identities in layer.rows.items():
        key = sqlalchemy.inspect(kind).primary_key[0]
        loaded.extend(session.scalars(select(kind).where(key.in_([identity[0] for identity in identities]))))
    value = _Reader(io.BytesIO(layer.value), session).load()
    session.commit()
    return value
