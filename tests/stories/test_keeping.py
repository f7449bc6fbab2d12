"""Backup beside a server that is written to, and restore: the same pages, on the same and on the other database."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import DATABASES
from tests.stories.client import Client
from tests.stories.people import PASSWORD, add_people
from tests.stories.server import PATIENCE, ROOT, Server, own_database, wait_for

TITLE = "Question number %d of the night shift"


def run(server: Server, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command that may be refused."""
    return subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=ROOT,
        env=server.environ,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", DATABASES)
def test_what_was_acknowledged_before_a_backup_is_there_after_a_restore(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    def installation(name: str, which: str) -> Server:
        (tmp_path / name).mkdir(mode=0o700)
        url = own_database(request.getfixturevalue("postgresql_url"), "kept") if which == "postgresql" else ""
        return Server(tmp_path / name, url, workers=1)

    first, file = installation("first", kind), tmp_path / "kept.zip"
    second = installation("second", "postgresql" if kind == "sqlite" and len(DATABASES) > 1 else "sqlite")
    first.start()
    add_people(first)
    stop = threading.Event()
    acknowledged: list[str] = []

    def ask(who: str, number: int) -> None:
        page = clients[who].post("/questions/ask", title=TITLE % number, text="The light is red since then.")
        assert page.status == 303, page.text
        acknowledged.append(page.location)

    def keep_asking() -> None:
        for number in range(4, 9):
            if not stop.wait(0.2):
                ask("bruno", number)

    clients = {name: Client(first.port).sign_in(name, PASSWORD) for name in ("anna", "bruno")}
    for number in range(1, 4):
        ask("anna", number)
    writer = threading.Thread(target=keep_asking)
    writer.start()
    try:
        done = run(first, "backup", str(file))
        assert done.returncode == 0, done.stderr
        refused = run(first, "restore", str(file), "--force")
        assert (refused.returncode, "Stop it first" in refused.stderr) == (1, True), refused.stderr
        pages = {path: text_of(Client(first.port).get(path).text) for path in acknowledged[:3]}
    finally:
        stop.set()
        writer.join()
        first.stop()

    restored = run(second, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    second.start()
    try:
        visitor = Client(second.port)
        assert {path: text_of(visitor.get(path).text) for path in pages} == pages
        there = [visitor.get(path).status == 200 for path in acknowledged]
        assert there == sorted(there, reverse=True), "a later question is there without an earlier one"
        wait_for(lambda: TITLE % 2 in visitor.get("/search?q=night+shift").text, "the index to be made anew")
        Client(second.port).sign_in("anna", PASSWORD)
    finally:
        second.stop()


def text_of(page: str) -> str:
    """The words of the question, without what a moment changes around them."""
    found = re.search(r"<h1.*?</h1>", page, re.DOTALL)
    body = re.search(r"The light is red since then\.", page)
    assert found and body, page[:500]
    return found[0] + body[0]
