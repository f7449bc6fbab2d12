"""What is told about requests: their names, one line each, and what is counted for whoever may know."""

import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import WrongSetting, load
from forum.accounts.models import User
from forum.base.logs import JsonLines, TextLines
from forum.base.parts import Parts
from tests.builders import make_question

Open = Callable[[User | None], Any]

OWN = re.compile(r"[0-9a-f]{16}")


class Kept(logging.Handler):
    """Keeps lines as the settings would have them written."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.json: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(TextLines("%(levelname)s %(name)s%(work)s: %(message)s").format(record))
        self.json.append(json.loads(JsonLines().format(record)))


@pytest.fixture
def lines() -> Any:
    kept = Kept()
    root = logging.getLogger("forum")
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    yield kept
    root.removeHandler(kept)
    root.setLevel(before)


def test_every_answer_names_its_request_and_so_does_its_line(browser: Open, anna: User, lines: Kept) -> None:
    answer = browser(anna).get("/questions?tab=new&q=secret+words")
    name = answer.headers["X-Request-Id"]
    assert OWN.fullmatch(name)
    (line,) = [line for line in lines.text if "forum.access" in line]
    wanted = rf"INFO forum.access \[request {name}\]: GET /questions 200 [\d.]+ ms \d+ bytes user {anna.id}"
    assert re.fullmatch(wanted, line)
    told = lines.json[-1]
    assert (told["request"], told["path"], told["status"], told["user"]) == (name, "/questions", 200, anna.id)
    assert told["bytes"] == answer.content_length


@pytest.mark.parametrize("path, status", [("/nothing", 404), ("/static/no.css", 404), ("/api/v1/me", 401), ("/", 200)])
def test_refusals_and_files_have_a_name_too(browser: Open, lines: Kept, path: str, status: int) -> None:
    answer = browser(None).get(path)
    assert answer.status_code == status and OWN.fullmatch(answer.headers["X-Request-Id"])
    assert lines.json[-1]["request"] == answer.headers["X-Request-Id"]
    assert lines.json[-1]["user"] is None


@pytest.mark.parametrize(
    "offered, is_taken",
    [
        ("abc-123.X_9", True),
        ("short", False),
        ("a" * 65, False),
        ("name with blanks", False),
        ("12345678\u0301", False),
        ("<script>alert", False),
    ],
)
@pytest.mark.parametrize("proxies", [0, 1])
def test_only_a_trusted_proxy_names_a_request(
    app_with: Callable[..., Flask], proxies: int, offered: str, is_taken: bool
) -> None:
    app = app_with(trusted_proxies=proxies)
    answer = app.test_client().get("/healthz", headers={"X-Request-Id": offered.encode().decode("latin-1")})
    assert (answer.headers["X-Request-Id"] == offered) is (is_taken and proxies == 1)


def test_a_post_is_known_by_who_sent_it(browser: Open, anna: User, lines: Kept) -> None:
    browser(anna).send("/questions/ask", {"title": "The light is red again", "text": "Since noon.", "tags": ""})
    assert (lines.json[-1]["status"], lines.json[-1]["user"]) == (303, anna.id)


def test_a_proof_in_a_path_is_not_written_down(browser: Open, lines: Kept) -> None:
    browser(None).get("/account/reset/very-secret-proof")
    browser(None).get("/account/reset/very-secret-proof/more")
    told = "\n".join(lines.text)
    assert "/account/<any(reset, choose):kind>/<token>" in told and "/account/…" in told
    assert "very-secret" not in told


def test_nobody_forges_a_line_by_a_path(browser: Open, lines: Kept) -> None:
    browser(None).get("/a%0AERROR%20forum.access:%20all%20is%20lost%1b[2J")
    assert lines.text[-1].count("\n") == 0 and "/a%0AERROR%20forum.access:%20all" in lines.text[-1]
    assert "\x1b" not in lines.text[-1]


def test_a_mistake_of_ours_is_found_by_the_name_on_its_page(
    browser: Open, lines: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("lost\n2026-01-01 INFO forum.access: forged by anna@example.it")

    monkeypatch.setattr("forum.web.questions.topics.list_tags", broken)
    page = browser(None)
    page.application.testing = False
    answer = page.get("/tags")
    name = answer.headers["X-Request-Id"]
    assert answer.status_code == 500 and name in answer.text
    (failed,) = [line for line in lines.text if "failed" in line]
    first, *trace = failed.split("\n")
    assert first.endswith(f"[request {name}]: GET /tags failed")
    assert trace and all(line.startswith(f"  {name} | ") for line in trace)
    assert "anna@" not in failed and "…@example.it" in failed


def scrape(app: Flask, address: str = "127.0.0.1", **headers: str) -> Any:
    return app.test_client().get(
        "/metrics",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        environ_base={"REMOTE_ADDR": address},
    )


PUBLIC = {"base_url": "https://help.example.it"}
PROXIED = {**PUBLIC, "trusted_proxies": 1}


@pytest.mark.parametrize(
    "site, address, headers, allowed",
    [
        ({}, "127.0.0.1", {}, True),
        ({}, "::1", {}, True),
        ({}, "203.0.113.9", {}, False),
        ({}, "127.0.0.1", {"X_Forwarded_For": "203.0.113.9"}, False),
        (PUBLIC, "127.0.0.1", {}, False),
        (PROXIED, "127.0.0.1", {}, True),
        (PROXIED, "127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}, False),
        (PROXIED, "203.0.113.9", {"X_Forwarded_For": "127.0.0.1"}, False),
        ({"metrics_token": "m" * 20}, "127.0.0.1", {}, False),
        ({"metrics_token": "m" * 20}, "203.0.113.9", {"Authorization": "Bearer " + "m" * 20}, True),
        ({"metrics_token": "m" * 20}, "127.0.0.1", {"Authorization": "Bearer " + "m" * 19}, False),
        ({"metrics_token": "m" * 20}, "127.0.0.1", {"Authorization": "Bearer é"}, False),
    ],
)
def test_who_may_read_what_is_counted(
    app_with: Callable[..., Flask], site: dict[str, Any], address: str, headers: dict[str, str], allowed: bool
) -> None:
    answer = scrape(app_with(**site), address, **headers)
    assert answer.status_code == (200 if allowed else 401)
    assert ("sportello_questions" in answer.text) is allowed


def test_what_is_counted(app: Flask, browser: Open, session: Any, anna: User, carry: Callable[[], None]) -> None:
    make_question(session, anna)
    session.commit()
    waiting = figures(scrape(app).text)
    assert waiting["sportello_index_lag_deliveries"] == 1
    assert waiting['sportello_questions{state="waiting"}'] == 1
    carry()
    name = 'sportello_requests_total{method="GET",route="/tags/<name>",status="404"}'
    before = waiting.get(name, 0)
    browser(anna).get("/tags/nosuchtag")
    after = figures(scrape(app).text)
    assert after[name] == before + 1
    assert after['sportello_request_duration_seconds_count{route="/tags/<name>"}'] >= 1
    assert after["sportello_index_lag_deliveries"] == 0 and after["sportello_index_documents"] == 1
    assert after["sportello_sessions"] == 1 and after["sportello_database_bytes"] > 10_000
    assert not [name for name in after if "nosuchtag" in name]


def figures(told: str) -> dict[str, float]:
    """Name with labels -> value; every line has to be one of the format."""
    found = {}
    for line in told.splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            assert re.fullmatch(r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})?', name), line
            found[name] = float(value)
    return found


def test_ready_says_what_is_missing(browser: Open, parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    page = browser(None)
    answer = page.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "database: ok\nindex: ok\n")
    monkeypatch.setattr(type(parts.index), "needs_rebuild", lambda _: "it was torn")
    answer = page.get("/readyz")
    assert answer.status_code == 200 and "index: cannot be used (it was torn)" in answer.text
    monkeypatch.setattr("forum.web.health.revision_of", lambda _: "0000")
    answer = page.get("/readyz")
    assert answer.status_code == 503 and "database: is at revision 0000 and needs 00" in answer.text


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="SPORTELLO_METRICS_TOKEN"):
        load({"SPORTELLO_METRICS_TOKEN": "short", "SPORTELLO_DATA": str(tmp_path)})
