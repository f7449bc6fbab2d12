"""The doctor finds what is wrong, each thing by its name, ends in time and tells no secret."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from config import Settings
from forum.app import create_parts
from forum.base.clock import utc_now
from forum.base.db import Store, make_engine
from forum.base.holding import Hold
from forum.base.outbox import Delivery
from forum.cli.doctor import checks
from forum.cli.doctor.command import CHECKS, doctor
from forum.cli.doctor.findings import ADVICE, OK, WRONG, Finding, run_checks
from forum.search.upkeep import rebuild
from forum.web.maintenance import Closing, close_pages
from tests.conftest import DATABASES
from tests.databases import unhurried
from tests.transfer.keeping import fill, installation, tell


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database it is; PostgreSQL looks after what it is given, as the doctor wants it to."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        with unhurried(url.replace("+psycopg", "", 1)):
            yield request.param
    else:
        yield request.param


@pytest.fixture
def well(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Settings:
    """An installation at which nothing is wrong."""
    settings = installation(request, database, tmp_path / "well")
    settings = replace(
        settings,
        search="whoosh" if settings.is_sqlite else "postgresql",
        base_url="https://help.example.it",
        trusted_proxies=1,
        mail_out="none",
    )
    fill(settings)
    (settings.data / "secret").write_text("kX3-9hJw_Qz7Lm2Vb8Rt5Yc1Nf6Pd4Gs0Ua")
    (settings.data / "secret").chmod(0o600)
    if settings.is_sqlite:
        (settings.data / "sportello.sqlite").chmod(0o600)
    parts = create_parts(settings)
    rebuild(parts.store, parts.index)
    parts.index.close()
    parts.store.close()
    tell(settings, "DELETE FROM deliveries")
    return settings


def states(settings: Settings) -> dict[str, str]:
    """Part -> the worst that was said of it."""
    order = [OK, ADVICE, WRONG]
    worst: dict[str, str] = {}
    for found in run_checks(settings, CHECKS):
        worst[found.part] = max(worst.get(found.part, OK), found.state, key=order.index)
    return worst


def wrong(settings: Settings) -> set[str]:
    return {part for part, state in states(settings).items() if state == WRONG}


def test_nothing_is_wrong_where_nothing_is(well: Settings) -> None:
    assert wrong(well) == set()
    assert set(states(well)) == {name for name, _check in CHECKS}


def test_files_that_others_can_read(well: Settings) -> None:
    (well.data / "secret").chmod(0o644)
    well.data.chmod(0o755)
    assert wrong(well) == {"secret", "data"}
    well.data.chmod(0o700)
    (well.data / "secret").write_text("short")
    assert wrong(well) == {"secret"}


def test_an_older_schema(well: Settings) -> None:
    tell(well, "UPDATE alembic_version SET version_num = '0001'")
    assert wrong(well) == {"database"}
    tell(well, "UPDATE alembic_version SET version_num = '9999'")
    assert wrong(well) == {"database"}


def test_an_index_that_lacks_something(well: Settings) -> None:
    engine = make_engine(well.database_url, pool_size=1)
    from tests.builders import make_question, make_user

    Store(engine).write(lambda session: make_question(session, make_user(session, "carla")).id)
    engine.dispose()
    assert wrong(well) == {"index"}


def test_deliveries_that_were_given_up_or_wait_for_nobody(well: Settings) -> None:
    now = utc_now()

    def add(state: str, age: timedelta) -> None:
        engine = make_engine(well.database_url, pool_size=1)
        moment = now - age
        row = Delivery(
            event="X", payload="{}", subscriber="x", channel="work", state=state, created_at=moment, run_at=moment
        )
        Store(engine).write(lambda session: session.add(row))
        engine.dispose()

    add("waiting", timedelta(minutes=1))
    assert wrong(well) == set()
    add("waiting", timedelta(minutes=30))
    assert wrong(well) == {"outbox"}
    tell(well, "DELETE FROM deliveries")
    add("dead", timedelta(minutes=1))
    assert wrong(well) == {"outbox"}


def test_a_damaged_file(well: Settings) -> None:
    if not well.is_sqlite:
        pytest.skip("a PostgreSQL server looks after its files itself")
    engine = make_engine(well.database_url, pool_size=1)
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()
    path = well.data / "sportello.sqlite"
    whole = bytearray(path.read_bytes())
    whole[8192:65536] = b"\x55" * (65536 - 8192)
    path.write_bytes(whole)
    assert "database" in wrong(well)


def test_what_is_away_is_said_and_in_time(well: Settings) -> None:
    away = replace(well, mail_out="smtp://somebody:hushhush@127.0.0.1:9")
    assert wrong(away) == {"mail"}
    away = replace(well, database_url="postgresql+psycopg://somebody:hushhush@127.0.0.1:9/x", search="postgresql")
    found = run_checks(away, CHECKS)
    assert {each.part for each in found if each.state == WRONG} == {"database", "index", "outbox"}
    assert "hushhush" not in json.dumps([each.text for each in found])


def test_a_check_that_hangs_is_left_alone(well: Settings) -> None:
    forever = threading.Event()

    def hang(_settings: Settings) -> Iterator[Finding]:
        yield Finding("mail", OK, "so far")
        forever.wait(30)

    found = run_checks(well, [("mail", hang), ("clock", checks.check_clock)], patience=0.5)
    forever.set()
    assert [each.state for each in found] == [OK, WRONG, OK]


def test_no_secret_is_told_whatever_a_check_says(well: Settings) -> None:
    telling = replace(well, secret_key="a very secret key indeed, and long", mail_out="smtp://u:p%40ss@h")

    def tell_all(settings: Settings) -> Iterator[Finding]:
        yield Finding("x", OK, f"{settings.secret_key} {settings.mail_out} p@ss", settings.secret_key)
        raise RuntimeError(settings.secret_key)

    told = json.dumps([(each.text, each.do) for each in run_checks(telling, [("x", tell_all)])])
    for secret in ("very secret", "p%40ss", "p@ss"):
        assert secret not in told


def test_addresses_and_what_stands_in_front(well: Settings) -> None:
    assert wrong(replace(well, base_url="http://help.example.it")) == {"address"}
    assert wrong(replace(well, trusted_proxies=0)) == {"address"}
    assert states(replace(well, host="0.0.0.0"))["address"] == ADVICE  # noqa: S104
    assert states(replace(well, base_url="http://127.0.0.1:5000"))["address"] == ADVICE


def test_it_says_whether_somebody_serves_and_whether_it_is_closed(well: Settings) -> None:
    def said() -> str:
        return " ".join(each.text for each in checks.check_data(well))

    assert "Nothing serves" in said()
    with Hold(well.data, alone=False):
        assert "at work here" in said()
    close_pages(well.data, Closing("x"))
    assert "closed for maintenance" in said()


def test_the_command(well: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("DATA", str(well.data)),
        ("DATABASE_URL", well.database_url),
        ("BASE_URL", well.base_url),
        ("TRUSTED_PROXIES", "1"),
    ):
        monkeypatch.setenv(f"SPORTELLO_{name}", value)
    run: Callable[..., Any] = CliRunner().invoke
    fine = run(doctor, ["--json"])
    assert fine.exit_code == 0, fine.output
    assert {each["part"] for each in json.loads(fine.output)} >= {"settings", "database", "index"}
    (well.data / "secret").chmod(0o644)
    ill = run(doctor, [])
    assert ill.exit_code == 1 and "chmod 600" in ill.output
    monkeypatch.setenv("SPORTELLO_PORT", "many")
    assert run(doctor, []).exit_code == 1
