"""The schema is made by itself on an empty database, copied before it changes, and never touched by an older program."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine, inspect, text

from config import Settings
from forum.base.db import make_engine
from forum.cli import database
from forum.cli.database import copy_aside, current_revision, make_ready, newest_revision
from forum.migrations.steps import migrate
from tests.conftest import DATABASES
from tests.stories.server import own_database


@pytest.fixture(params=DATABASES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """The settings of an installation whose database holds nothing yet."""
    if request.param == "postgresql":
        url = own_database(request.getfixturevalue("postgresql_url"), f"schema_{tmp_path.name[-30:]}")
    else:
        url = f"sqlite:///{tmp_path / 'sportello.sqlite'}"
    return replace(Settings(), data=tmp_path, database_url=url, secret_key="x" * 40)


@pytest.fixture
def engine_of(empty: Settings) -> Iterator[Engine]:
    engine = make_engine(empty.database_url, pool_size=1)
    yield engine
    engine.dispose()


def test_an_empty_database_is_made_right_and_a_right_one_left_alone(empty: Settings, engine_of: Engine) -> None:
    assert current_revision(engine_of) is None
    for _ in range(2):
        make_ready(empty)
        assert current_revision(engine_of) == newest_revision()
    assert database._differences(engine_of) == []
    assert not (empty.data / "copies").exists()


def test_the_tables_of_the_search_index_are_no_difference(empty: Settings, engine_of: Engine) -> None:
    make_ready(empty)
    with engine_of.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE search_index_1_term (term TEXT PRIMARY KEY, id INTEGER)"))
        connection.execute(text("CREATE INDEX search_index_1_term_id ON search_index_1_term (id)"))
    assert database._differences(engine_of) == []
    with engine_of.execution_options(writes=True).begin() as connection:
        connection.execute(text("CREATE TABLE left_by_somebody (id INTEGER)"))
    assert len(database._differences(engine_of)) == 1


def test_a_newer_database_is_refused(empty: Settings, engine_of: Engine) -> None:
    make_ready(empty)
    with engine_of.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(click.ClickException, match="9999"):
        make_ready(empty)


def test_a_copy_holds_what_the_database_held(tmp_path: Path) -> None:
    settings = replace(Settings(), data=tmp_path, database_url=f"sqlite:///{tmp_path / 'sportello.sqlite'}")
    make_ready(settings)
    engine = make_engine(settings.database_url, pool_size=1)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("INSERT INTO tags (name, descriptions, question_count) VALUES ('fibra', '{}', 3)"))
    copy = make_engine(f"sqlite:///{copy_aside(settings)}", pool_size=1)
    with copy.connect() as connection:
        assert connection.scalar(text("SELECT question_count FROM tags WHERE name = 'fibra'")) == 3
    copy.dispose()
    engine.dispose()


def test_tags_and_questions_outlive_the_step_that_adds_products(empty: Settings, engine_of: Engine) -> None:
    with engine_of.execution_options(writes=True).begin() as connection:
        migrate(connection, "0005")
        connection.execute(
            text("INSERT INTO tags (id, name, descriptions, question_count) VALUES (7, 'router', '{}', 3)")
        )
    with engine_of.execution_options(writes=True).begin() as connection:
        migrate(connection)
    with engine_of.connect() as connection:
        kept = connection.execute(text("SELECT name, question_count, meant_id FROM tags WHERE id = 7")).one()
        found = inspect(connection)
        refers = {key["referred_table"] for name in ("tags", "questions") for key in found.get_foreign_keys(name)}
    assert tuple(kept) == ("router", 3, None)
    assert refers == {"tags", "users", "products"}
