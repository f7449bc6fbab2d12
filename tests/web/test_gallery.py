"""Every part in a real browser: nothing axe objects to, nothing the policy stops, nothing out of reach."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chromium import objections
from tests.web import gallery_browser
from tests.web.gallery_browser import ready

PAGES = [
    "/",
    "/?as=nobody",
    "/question",
    "/form",
    "/form?wrong=1",
    "/article",
    "/ticket?as=aldo",
    "/error",
    "/parts",
]
#: Nobody has to hit less than this, by WCAG 2.5.8; links inside a sentence are its only exception.
SMALLEST_TARGET = 24
BOTTOM_BAR_TARGET = 44

address, browser = gallery_browser.address, gallery_browser.browser
window, page = gallery_browser.window, gallery_browser.page
pytestmark = pytest.mark.browser

FOCUS = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return null;
  const style = getComputedStyle(here);
  const box = here.getClientRects()[0];
  const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  if (!here.dataset.stop) here.dataset.stop = String(++window.stops || (window.stops = 1));
  return {
    stop: here.dataset.stop,
    what: here.outerHTML.slice(0, 120),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inView: box.bottom > 0 && box.top < innerHeight,
    covered: !(top && (here.contains(top) || top.contains(here) || top.closest('label')?.control === here)),
  };
}"""

TARGETS = """(least) => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled)
  .filter((e) => !e.closest('.prose, p, .skip-link, .visually-hidden') || e.matches('.button'))
  .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([what, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${what}`)"""


@pytest.mark.parametrize(("scheme", "widths"), [("light", (1280, 320)), ("dark", (1280, 390))])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(page: Any, path: str, scheme: str, widths: tuple[int, ...]) -> None:
    ready(page, path, scheme=scheme)
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
        assert objections(page) == [], f"{width} px"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/", "/question", "/form?wrong=1", "/ticket?as=aldo"])
def test_every_stop_of_the_tab_key_is_seen(page: Any, path: str, width: int) -> None:
    ready(page, path, width)
    page.evaluate("document.activeElement.blur()")
    seen: set[str] = set()
    for _ in range(150):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None or here["stop"] in seen:
            break
        seen.add(here["stop"])
        assert here["ring"], here
        assert here["inView"], here
        assert not here["covered"], here
    assert len(seen) > 15


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", PAGES)
def test_targets_can_be_hit(page: Any, path: str, width: int) -> None:
    ready(page, path, width)
    assert page.evaluate(TARGETS, SMALLEST_TARGET) == []


def test_a_phone_has_its_bar_and_a_desk_has_none(page: Any) -> None:
    ready(page, "/", 390)
    for link in page.locator(".bottom-bar a").all():
        box = link.bounding_box()
        assert min(box["width"], box["height"]) >= BOTTOM_BAR_TARGET
    ready(page, "/", 1280)
    assert not page.locator(".bottom-bar").is_visible()


def test_skip_link_leads_to_the_content(page: Any) -> None:
    ready(page, "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_colours_forced_by_the_system_leave_edges(page: Any) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/")
    style = page.evaluate("getComputedStyle(document.querySelector('.stub'), '::before').borderTopStyle")
    assert style == "solid"


def test_print_shows_only_the_text(page: Any) -> None:
    ready(page, "/question")
    page.emulate_media(media="print")
    for hidden in (".top-bar", ".main-nav", ".bottom-bar", ".vote >> nth=0", ".footer"):
        assert not page.locator(hidden).first.is_visible()
    assert page.locator("#answer-9 .prose").first.is_visible()


def test_the_first_view_is_light(page: Any, browser: Any, address: str) -> None:
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    ready(page, "/question")
    page.wait_for_load_state("networkidle")
    assert len(sizes) <= 8
    assert sum(sizes) <= 50 * 1024
