"""What is particular to the index in a database: other writers, tables gone, names."""

import os
from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy import Engine, text

from search_index import postgres as postgres_index
from search_index.contract import IndexBusy, IndexDamaged, Query
from search_index.postgres import PostgresIndex
from tests.search_index.conftest import change, fill, make_document

_prefixes = count(1)


@pytest.fixture
def prefix() -> str:
    return f"tables{os.getpid()}_{next(_prefixes)}"


@pytest.fixture
def index(postgres: Engine, prefix: str) -> Iterator[PostgresIndex]:
    made = PostgresIndex(postgres, prefix)
    fill(made, make_document("question:1", "router rosso"), make_document("question:2", "fattura doppia"))
    yield made


def tables(engine: Engine, prefix: str) -> set[str]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT tablename FROM pg_tables WHERE tablename LIKE :p"), {"p": f"{prefix}%"})
        return set(found.scalars())


def test_old_tables_go_with_the_rebuild(index: PostgresIndex, postgres: Engine, prefix: str) -> None:
    fill(index, make_document("question:1", "router rosso"))
    assert tables(postgres, prefix) == {
        f"{prefix}_{name}" for name in ("state", "2_document", "2_term", "2_posting", "2_facet")
    }


def test_who_still_reads_the_old_tables_neither_stops_a_rebuild_nor_loses_them(
    index: PostgresIndex, postgres: Engine, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search holds one table and then wants the next: whoever waits for both to be free waits for ever."""
    monkeypatch.setattr(postgres_index, "REMOVALS", 2)
    with postgres.connect() as reader:
        reader.execute(text(f"SELECT count(*) FROM {prefix}_1_document"))  # noqa: S608
        fill(index, make_document("question:1", "router rosso"))
        assert index.search(Query("router")).keys == ["question:1"]
        assert reader.execute(text(f"SELECT count(*) FROM {prefix}_1_posting")).scalar()  # noqa: S608
    fill(index, make_document("question:1", "router rosso"))
    assert {name for name in tables(postgres, prefix) if name.endswith("_document")} == {f"{prefix}_3_document"}


def test_what_filters_alone_leave_is_counted_so_far_only(index: PostgresIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search_index.postgres_shelf.MOST_COUNTED", 2)
    change(index, make_document("question:3", "router", days=1), make_document("question:4", "modem", days=2))
    hits = index.search(Query(kinds=frozenset({"question"}), limit=2))
    assert (hits.keys, hits.total, hits.is_exact) == (["question:4", "question:3"], 2, False)
    hits = index.search(Query(kinds=frozenset({"question"}), limit=9))
    assert (len(hits), hits.total, hits.is_exact) == (4, 4, True)


def test_nothing_of_a_removed_document_stays(index: PostgresIndex, postgres: Engine, prefix: str) -> None:
    change(index, drop=("question:1", "question:2"))
    with postgres.connect() as connection:
        for name in ("document", "posting", "facet"):
            assert connection.execute(text(f"SELECT count(*) FROM {prefix}_1_{name}")).scalar() == 0  # noqa: S608
        assert connection.execute(text(f"SELECT sum(frequency) FROM {prefix}_1_term")).scalar() == 0  # noqa: S608


def test_another_writer_makes_it_busy(index: PostgresIndex, postgres: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search_index.postgres.PATIENCE", 1)
    with index.writing():
        with pytest.raises(IndexBusy):
            change(PostgresIndex(postgres, index._prefix), drop=("question:1",))
        assert index.search(Query("router")).keys == ["question:1"]
    change(index, drop=("question:1",))
    assert index.search(Query("router")).keys == []


def test_missing_tables_are_damage_and_a_rebuild_heals(index: PostgresIndex, postgres: Engine, prefix: str) -> None:
    with postgres.begin() as connection:
        connection.execute(text(f"DROP TABLE {prefix}_1_posting"))
    hits = index.search(Query("router"))
    assert (hits.keys, hits.is_reliable) == ([], False)
    assert index.needs_rebuild() == "damaged"
    with pytest.raises(IndexDamaged), index.open_batch():
        pass
    fill(index, make_document("question:1", "router rosso"))
    assert index.needs_rebuild() is None
    assert index.search(Query("router")).keys == ["question:1"]


def test_another_version_asks_for_a_rebuild(index: PostgresIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_index, "POSTGRES_STAMP", "analysis 999")
    assert index.needs_rebuild() == "made by another version"


@pytest.mark.parametrize("prefix", ["", "Upper", "a b", 'x"; DROP TABLE y; --', "1st", "x" * 40])
def test_a_prefix_that_is_no_name_is_refused(postgres: Engine, prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        PostgresIndex(postgres, prefix)
