"""Whole installations for the tests that keep and bring back."""

from pathlib import Path

import pytest

from config import Settings
from forum.transfer.backup.making import make_backup
from tests.builders import NOON
from tests.conftest import DATABASES
from tests.transfer.keeping import Make, fill, installation, quiet


@pytest.fixture(params=DATABASES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Make:
    """`make("b")` is another installation, of this test's kind of database unless it is said."""
    return lambda name, other="", **more: installation(request, other or kind, tmp_path / name, **more)


@pytest.fixture
def full(make: Make) -> Settings:
    settings = make("full")
    fill(settings)
    return settings


@pytest.fixture
def saved(full: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "saved.zip"
    make_backup(full, file, NOON, quiet)
    return file
