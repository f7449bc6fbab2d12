"""Who starts the server during a restore tells people so, and begins when it is done."""

import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from forum.base.holding import Hold
from forum.cli.waiting_room import wait_for_restore
from tests.stories.server import free_port, wait_for


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        assert refused.headers["Retry-After"]
        return refused.code
    except OSError:
        return 0


def test_nobody_waits_where_nothing_is_restored(tmp_path: Path) -> None:
    wait_for_restore(replace(Settings(), data=tmp_path, port=free_port()))


def test_people_are_told_until_the_restore_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = replace(Settings(), data=tmp_path, port=free_port())
    url = f"http://127.0.0.1:{settings.port}/questions/7"
    with Hold(tmp_path, alone=True):
        starting = threading.Thread(target=wait_for_restore, args=(settings,))
        starting.start()
        wait_for(lambda: status_of(url) == 503, "the page for maintenance", 10)
        assert starting.is_alive()
    starting.join(10)
    assert not starting.is_alive()
    assert status_of(url) == 0
    assert "A restore is at work" in capsys.readouterr().err
