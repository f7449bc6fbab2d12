"""The help page in both languages, what robots may read, and the switch for single keys."""

from collections.abc import Callable
from urllib.robotparser import RobotFileParser

import pytest
from flask import Flask

from forum.accounts.models import User
from forum.knowledge.actions import PROMOTED_POINTS
from forum.questions.actions.keeping import ACCEPTED_POINTS
from forum.web.help.texts import FOLDER, sections
from forum.web.help.views import CLOSED_TO_ROBOTS
from tests.conftest import Browser

Open = Callable[[User | None], Browser]


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("en", "How this works", ("Find or ask", "What the stub says", "<strong>important</strong>", "On this page")),
        ("it", "Come funziona", ("Cerca o chiedi", "tagliando", "<strong>importante</strong>", "In questa pagina")),
    ],
)
def test_the_help_page_explains_in_the_readers_language(
    browser: Open, language: str, title: str, words: tuple[str, ...]
) -> None:
    page = browser(None).get("/help", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in page.text
    assert [word for word in words if word not in page.text] == []
    assert f"{ACCEPTED_POINTS} " in page.text and f"{PROMOTED_POINTS}" in page.text
    assert "csrf_token" not in page.text


def test_every_language_has_the_same_help(browser: Open) -> None:
    languages = sorted(path.stem for path in FOLDER.glob("*.md"))
    assert languages == ["en", "it"]
    assert len({len(sections(language)) for language in languages}) == 1
    anchors = [anchor for language in languages for anchor, _, _ in sections(language)]
    assert len(anchors) == len(set(anchors))
    assert sections("xx") == sections("en")


def test_every_page_leads_to_help(browser: Open) -> None:
    assert 'href="/help"' in browser(None).get("/questions").text


def test_robots_read_what_helps_and_stay_out_of_the_rest(browser: Open) -> None:
    answer = browser(None).get("/robots.txt")
    assert answer.mimetype == "text/plain"
    robots = RobotFileParser()
    robots.parse(answer.text.splitlines())
    assert all(robots.can_fetch("*", path) for path in ("/", "/questions/7/slug", "/kb/1/slug", "/help"))
    assert not any(robots.can_fetch("*", path) for path in CLOSED_TO_ROBOTS)


def test_what_is_closed_to_robots_exists(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules()]
    assert [path for path in CLOSED_TO_ROBOTS if not any(rule.startswith(path) for rule in rules)] == []


def test_single_keys_can_be_switched_off_and_on(browser: Open) -> None:
    visitor = browser(None)
    assert 'data-keys="off"' not in visitor.get("/help").text
    visitor.send("/account/preferences", {"keys": "off"})
    assert 'data-keys="off"' in visitor.get("/help").text
    assert '<option selected value="off">' in visitor.get("/account/preferences").text
    visitor.send("/account/preferences", {"keys": "perhaps"})
    assert 'data-keys="off"' in visitor.get("/help").text
    visitor.send("/account/preferences", {"keys": "on"})
    assert 'data-keys="off"' not in visitor.get("/help").text
