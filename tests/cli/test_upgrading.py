"""A database with rows in it is brought up to date, and the rows are what they were."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, MetaData, Table, text

import forum.migrations
from forum.base.db import make_engine
from forum.cli import database
from tests.conftest import DATABASES
from tests.stories.server import own_database

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

#: What the models of the day filled in by themselves.
EMPTY: dict[str, object] = {
    "roles": "", "rights": "", "about": "", "standing": 0, "company": "", "zone": "", "language": "", "version": 1, "credentials_version": 1,
    "status": "new", "channel": "agent", "details": {},
}  # fmt: skip


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of each kind, of a test's own."""
    if request.param == "postgresql":
        url = own_database(request.getfixturevalue("postgresql_url"), f"upgrade_{tmp_path.name[-30:]}")
    else:
        url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    made = make_engine(url, pool_size=1)
    yield made
    made.dispose()


def to(engine: Engine, revision: str) -> None:
    migrations = Config()
    migrations.set_main_option("script_location", str(Path(forum.migrations.__file__).parent))
    with engine.execution_options(writes=True).begin() as connection:
        migrations.attributes["connection"] = connection
        command.upgrade(migrations, revision)


def test_contacts_tickets_and_timelines_stay(engine: Engine) -> None:
    to(engine, "0003")
    rows: dict[str, list[dict[str, object]]] = {
        "users": [{"id": 1, "name": "Anna", "email": "a@example.it", "language": "it", "created_at": NOW}],
        "contacts": [{"id": 1, "name": "Anna", "folded": "anna", "tier": "top", "created_at": NOW, "user_id": 1}],
        "contact_points": [{"id": 1, "contact_id": 1, "kind": "phone", "value": "+39061234567"}],
        "tickets": [{"id": 1, "requester_id": 1, "subject": "No line", "opened_at": NOW, "active_at": NOW}],
        "ticket_messages": [
            {"id": 1, "ticket_id": 1, "kind": "customer", "text": "x", "html": "x", "html_version": 1, "at": NOW}
        ],
        "timeline_entries": [
            {"id": 1, "contact_id": 1, "kind": "asked", "cause_kind": "question", "cause_id": 1, "at": NOW},
            {"id": 2, "contact_id": 1, "kind": "was_helped", "cause_kind": "link", "cause_id": 1, "at": NOW},
        ],
    }
    with engine.execution_options(writes=True).begin() as connection:
        for name, some in rows.items():
            old = Table(name, MetaData(), autoload_with=connection)
            defaults = {column.name: EMPTY[column.name] for column in old.columns if column.name in EMPTY}
            connection.execute(old.insert(), [defaults | row for row in some])
    to(engine, "head")
    assert database._differences(engine) == []
    with engine.execution_options(writes=True).begin() as connection:
        assert connection.execute(text("SELECT tier, merged_into_id FROM contacts")).all() == [("top", None)]
        assert connection.execute(text("SELECT label FROM contact_points")).all() == [("",)]
        entries = connection.execute(text("SELECT kind, user_id FROM timeline_entries ORDER BY id")).all()
        assert entries == [("asked", 1), ("was_helped", None)]
        assert connection.execute(text("SELECT ticket_id FROM ticket_messages")).all() == [(1,)]
        connection.execute(text("UPDATE tickets SET requester_id = NULL"))
        if engine.dialect.name == "sqlite":
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
