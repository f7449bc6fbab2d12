"""A moderator works through what was flagged in a real browser, without touching the mouse."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import LISTEN, objections, open_chromium
from tests.stories.client import Client
from tests.stories.people import PASSWORD
from tests.stories.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def page(server: Server, clients: dict[str, Client]) -> Iterator[Any]:
    """Mia's browser; Bruno has written two things, and Carla has flagged both."""
    clients["Carla"].take_token()
    clients["Bruno"].take_token()
    for number, reason in ((1, "spam"), (2, "dangerous")):
        asked = clients["Bruno"].post(
            "/questions/ask",
            title=f"Cheap watches from number {number}",
            text="Click here.",
            tags="",
            once=f"{number}" * 32,
        )
        found = re.search(r"/questions/(\d+)", asked.location)
        assert found is not None
        clients["Carla"].post(f"/questions/{found[1]}/flag", reason=reason, words="", once=f"f{number}" * 16)
    with open_chromium() as chromium:
        context = chromium.new_context(base_url=server.url, viewport={"width": 1000, "height": 800})
        context.add_init_script(LISTEN)
        made = context.new_page()
        made.goto("/account/sign-in")
        made.fill("input[name=email]", "mia@example.it")
        made.fill("input[name=password]", PASSWORD)
        made.click("main button[data-submit]")
        made.wait_for_url(lambda url: "sign-in" not in url)
        yield made
        context.close()


def test_by_keyboard_alone(page: Any) -> None:
    page.goto("/review")
    assert objections(page) == []
    rows = page.locator("[data-row] h2")
    assert "number 2" in rows.first.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-tick]").nth(1).is_checked()
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/review/\d+$"))
    assert objections(page) == []
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("h")
    assert page.evaluate("document.activeElement.id") == "why"
    assert page.locator("input[value=hide]").is_checked()
    page.keyboard.type("It could burn; d h a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "number 1" in page.locator("h1").inner_text()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    with page.expect_navigation():
        page.keyboard.press("u")
    assert "number 2" in page.locator("h1").inner_text()
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.id") == "decide"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("window.violations") == []


def test_the_pages_of_review_fit_a_small_phone(page: Any) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/review", "/review/decided", "/account/flags", "/admin/log"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.goto("/review")
    page.locator("[data-row] h2 a").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
