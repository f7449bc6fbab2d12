"""Every page with something on it, as everybody: nothing axe objects to, nothing the browser complains about."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from forum.accounts.models import User
from forum.base.clock import utc_now
from tests.chromium import RULES, new_context, objections, open_chromium, violations
from tests.conftest import DATABASES
from tests.doors import GET, fill
from tests.stories.client import Client
from tests.stories.server import Server
from tests.town import Town, build_town

#: Pages look the same whichever database is behind them: one is enough here.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.parametrize("server", DATABASES[:1], indirect=True),
]

#: From the one who sees least to the one who sees most.
WHO = ("visitor", "Carla", "Anna", "Elena", "Mia", "Aldo", "Ada")

#: In the dark only colours can be wrong that were right in the light; the rules about structure saw the same page.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

#: What can be wrong on a narrow page alone: what is hidden or moved there.
NARROW = {
    "runOnly": {
        "type": "rule",
        "values": ["color-contrast", "target-size", "button-name", "link-name", "scrollable-region-focusable", "label"],
    }
}

OVERFLOWS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def town(server: Server) -> Town:
    """Something behind every door of the running server."""
    with server.parts() as parts:

        def build(session: Any) -> Town:
            cast = {user.name.lower(): user for user in session.scalars(select(User))}
            return build_town(session, cast, server.settings, utc_now())

        return parts.store.write(build)


CAPABILITIES = sorted({endpoint.partition(".")[0] for endpoint in GET})


def paths(town: Town, capability: str) -> list[str]:
    return [fill(path, town) for each in sorted(GET) if each.startswith(f"{capability}.") for path in GET[each]]


def skeleton(text: str) -> str:
    """What axe looks at: the elements of a page without their words, ids and tokens."""
    main = text.partition("<main")[2]
    tags = re.findall(r"<[a-z][a-z0-9]*[^>]*>", main)
    return "".join(
        re.sub(r'="[^"]*"', lambda value: re.sub(r"[0-9A-Za-z_.-]{12,}|\d+", "", value[0]), tag) for tag in tags
    )


def shown_to(server: Server, clients: dict[str, Client], addresses: list[str]) -> list[tuple[str, str]]:
    """Who looks at what: each page once for every way in which it shows itself, refusals left to other tests."""
    everybody = {"visitor": Client(server.port)} | clients
    seen: set[tuple[str, str]] = set()
    pairs = []
    for path in addresses:
        for who in WHO:
            answer = everybody[who].get(path)
            if answer.status == 308:
                answer = everybody[who].get(answer.location)
            # A picture is no page: in its sandbox the browser runs nothing, axe neither.
            if answer.status != 200 or not answer.text.startswith("<!doctype html>"):
                continue
            what = (path, skeleton(answer.text))
            if what not in seen:
                seen.add(what)
                pairs.append((who, path))
    return pairs


@pytest.fixture(scope="module")
def windows(chromium: Any, server: Server, clients: dict[str, Client]) -> Iterator[dict[str, Any]]:
    """One window for everybody, with the session they signed in to."""
    opened = {}
    for who in WHO:
        context = new_context(chromium, server.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        if who != "visitor":
            cookies = clients[who].cookies
            context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])
        opened[who] = context.new_page()
    yield opened
    for page in opened.values():
        page.context.close()


def wrong_with(page: Any, rules: dict[str, Any], what: str) -> list[str]:
    return [f"{what}: {each}" for each in objections(page, rules)]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_axe_finds_nothing_on_any_page(
    server: Server, clients: dict[str, Client], town: Town, windows: dict[str, Any], capability: str
) -> None:
    wrong: list[str] = []
    in_the_dark: set[str] = set()
    for who, path in shown_to(server, clients, paths(town, capability)):
        page = windows[who]
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(path)
        wrong += wrong_with(page, RULES, f"{who} {path}")
        if page.locator("h1").count() != 1:
            wrong.append(f"{who} {path}: {page.locator('h1').count()} headings of the first level")
        if path not in in_the_dark:
            in_the_dark.add(path)
            page.emulate_media(color_scheme="dark")
            wrong += wrong_with(page, COLOURS, f"{who} {path}, dark")
            page.set_viewport_size({"width": 390, "height": 844})
            wrong += wrong_with(page, NARROW, f"{who} {path}, dark and 390 wide")
            page.set_viewport_size({"width": 320, "height": 640})
            if page.evaluate(OVERFLOWS) > 0:
                wrong.append(f"{who} {path}: wider than 320")
        wrong += [f"{who} {path}: {stopped}" for stopped in violations(page)]
    for page in windows.values():
        wrong += page.context.complaints
        page.context.complaints.clear()
    assert not wrong, "\n".join(wrong)


def test_refusals_are_pages_too(windows: dict[str, Any], town: Town) -> None:
    wrong: list[str] = []
    for who, path in (("visitor", "/nowhere"), ("Carla", "/tickets"), ("Anna", fill("/contacts/{contact}", town))):
        page = windows[who]
        page.goto(path)
        wrong += wrong_with(page, RULES, f"{who} {path}")
        assert page.locator("h1").count() == 1
    page = windows["Carla"]
    page.goto("/questions/ask?title=x")
    page.get_by_role("main").get_by_role("button", name="Ask", exact=True).click()
    page.get_by_role("alert").wait_for()
    wrong += wrong_with(page, RULES, "an empty question")
    assert not wrong, "\n".join(wrong)
