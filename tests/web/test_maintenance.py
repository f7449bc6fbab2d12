"""Closed, every door says so without a database; open again within a second, without a restart."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from forum.cli.maintenance import closed_meanwhile, maintenance, read_moment
from forum.web.maintenance import CLOSED_FILE, Closable, Closing, close_pages, find_closing, open_pages, retry_after
from tests.builders import NOON


def answered(closable: Closable, path: str, method: str = "GET") -> tuple[str, dict[str, str], bytes]:
    heard: list[Any] = []
    body = closable(
        {"PATH_INFO": path, "REQUEST_METHOD": method}, lambda status, headers: heard.append((status, headers))
    )
    return heard[0][0], dict(heard[0][1]), b"".join(body)


@pytest.fixture
def closable(tmp_path: Path) -> Closable:
    def app(_environ: Any, start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"open"]

    return Closable(app, tmp_path, ("it", "en"), "Europe/Rome")


def look_again(closable: Closable) -> None:
    closable._looked = -1e9


def test_it_closes_and_opens_without_a_restart(closable: Closable, tmp_path: Path) -> None:
    assert answered(closable, "/")[2] == b"open"
    close_pages(tmp_path, Closing("2026-03-02T12:00:00+00:00", words="New disks & <more>"))
    look_again(closable)
    for path in ("/", "/questions/7", "/static/css/base.css", "/readyz"):
        status, headers, body = answered(closable, path)
        assert status.startswith("503") and headers["Retry-After"] == "120"
        assert "New disks &amp; &lt;more&gt;" in body.decode()
        assert 'lang="it"' in body.decode() and 'lang="en"' in body.decode()
        assert body.count(b"<h1>") == 1
    assert answered(closable, "/healthz")[2] == b"open"
    assert answered(closable, "/", "HEAD")[2] == b""
    status, headers, body = answered(closable, "/api/v1/questions", "POST")
    assert status.startswith("503") and headers["Content-Type"] == "application/problem+json"
    assert b'"status": 503' in body
    assert open_pages(tmp_path) is True
    look_again(closable)
    assert answered(closable, "/")[2] == b"open"


def test_the_look_at_the_file_is_never_older_than_a_second(
    closable: Closable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert answered(closable, "/")[2] == b"open"
    close_pages(tmp_path, Closing("x"))
    a_second_later = time.monotonic() + 1
    monkeypatch.setattr(time, "monotonic", lambda: a_second_later)
    assert answered(closable, "/")[0].startswith("503")


def test_a_broken_file_keeps_the_pages_closed(closable: Closable, tmp_path: Path) -> None:
    for broken in ("", "[]", "{", '{"since": "x", "until": "2026-03-02T12:00:00"}', '{"other": 1}'):
        (tmp_path / CLOSED_FILE).write_text(broken)
        look_again(closable)
        assert answered(closable, "/")[0].startswith("503")


def test_when_to_come_back() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert retry_after(Closing("x", "2026-03-02T12:30:00+00:00"), now) == "Mon, 02 Mar 2026 12:30:00 GMT"
    assert retry_after(Closing("x", "2026-03-02T11:30:00+00:00"), now) == "120"
    assert retry_after(Closing("x", "2026-03-02T12:00:03+00:00"), now) == "10"


def test_what_a_person_types_as_the_end() -> None:
    assert read_moment("18:30", NOON, "Europe/Rome") == NOON.replace(hour=17, minute=30)
    assert read_moment("09:00", NOON, "Europe/Rome") == (NOON + timedelta(days=1)).replace(hour=8)
    assert read_moment("2026-03-02 18:30", NOON, "Europe/Rome") == NOON.replace(hour=17, minute=30)
    for wrong in ("soon", "25:00", "2025-01-01 10:00", "9999999"):
        with pytest.raises(click.UsageError):
            read_moment(wrong, NOON, "Europe/Rome")


def test_the_command_and_the_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, browser: Any, app: Any) -> None:
    monkeypatch.setenv("SPORTELLO_DATA", str(tmp_path))
    run = CliRunner().invoke
    assert "open" in run(maintenance, []).output
    assert run(maintenance, ["on", "--until", "23:59", "--words", "New\ndisks"]).exit_code == 0
    closing = find_closing(tmp_path)
    assert closing is not None and closing.words == "New disks"
    monkeypatch.setattr(app, "wsgi_app", Closable(app.wsgi_app, tmp_path, ("en", "it"), "Europe/Rome"))
    answer = browser(None).get("/questions")
    assert answer.status_code == 503 and "New disks" in answer.text
    assert run(maintenance, ["on", "--words", "x" * 501]).exit_code == 2
    assert run(maintenance, ["off"]).exit_code == 0
    assert "were open" in run(maintenance, ["off"]).output


def test_a_command_opens_only_what_it_closed(settings: Any) -> None:
    with closed_meanwhile(settings):
        assert find_closing(settings.data) is not None
    assert find_closing(settings.data) is None
    close_pages(settings.data, Closing("x"))
    with closed_meanwhile(settings):
        pass
    assert find_closing(settings.data) is not None
