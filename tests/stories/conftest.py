"""One real server for each kind of database, started once for all stories."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.stories.client import Client
from tests.stories.people import PEOPLE, Person, add_people
from tests.stories.server import Server, own_database


@pytest.fixture(scope="session", params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the cast in it, ready to be visited."""
    folder = tmp_path_factory.mktemp("server")
    url = own_database(request.getfixturevalue("postgresql_url"), "stories") if request.param == "postgresql" else ""
    made = Server(folder, url)
    made.start()
    add_people(made)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def clients(server: Server) -> dict[str, Client]:
    """Everybody of the cast, signed in by the form."""
    return {name: Client(server.port).sign_in(name, person.password) for name, person in PEOPLE.items()}


@pytest.fixture
def visitor(server: Server) -> Client:
    return Client(server.port)


@pytest.fixture(scope="session")
def people() -> dict[str, Person]:
    return PEOPLE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
