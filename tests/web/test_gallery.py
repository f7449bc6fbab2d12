"""Every part of the face in a real browser: nothing axe objects to, nothing the policy stops, nothing out of reach."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.web.gallery import create_gallery

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
PAGES = ["/", "/?as=nobody", "/question", "/form", "/form?wrong=1", "/article", "/ticket?as=aldo", "/error", "/parts"]
#: Nobody has to hit less than this, by WCAG 2.5.8; links inside a sentence are its only exception.
SMALLEST_TARGET = 24
BOTTOM_BAR_TARGET = 44

pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")

LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

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

TARGETS = """(least) => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled)
  .filter((e) => !e.closest('.prose, p, .skip-link, .visually-hidden') || e.matches('.button'))
  .map((e) => [e.outerHTML.slice(0, 100), e.getBoundingClientRect()])
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([what, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${what}`)"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(5)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium at /usr/bin/chromium")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page that fails the test when the console shows an error or the policy stops something."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800})
    context.add_init_script(LISTEN)
    opened = context.new_page()
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("console", lambda said: opened.complaints.append(said.text) if said.type == "error" else None)
    yield opened
    violations = opened.evaluate("window.violations")
    complaints = [said for said in opened.complaints if "status of 4" not in said]
    context.close()
    assert not violations
    assert not complaints


def ready(page: Any, path: str, width: int = 1280, scheme: str = "light") -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(path)
    page.wait_for_load_state("load")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(page: Any, path: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    for width in (1280, 390, 320):
        ready(page, path, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("h1").count() == 1
        found = axe.Axe().run(page, options=RULES)
        assert not found.violations_count, f"{width} px\n{found.generate_report()}"


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


def test_a_vote_counts_at_once_and_can_be_withdrawn(page: Any) -> None:
    ready(page, "/question")
    form = page.locator("#answer-10 + article, #answer-9").first.locator("[data-vote]")
    up, count = form.locator("[data-value='1']"), form.locator(".vote__count")
    assert (up.get_attribute("aria-pressed"), count.inner_text()) == ("true", "12")
    with page.expect_response("**/vote/counted") as reply:
        up.click()
    assert reply.value.request.post_data is not None
    assert reply.value.request.headers["accept"] == "application/json"
    sync_api.expect(up).to_have_attribute("aria-pressed", "false")
    sync_api.expect(count).to_have_text("12")
    assert up.get_attribute("value") == "1"


def test_a_refused_vote_goes_back_and_says_why(page: Any) -> None:
    ready(page, "/question")
    form = page.locator("#answer-10 [data-vote]")
    form.locator("[data-value='1']").click()
    sync_api.expect(page.locator(".flash.is-toast")).to_contain_text("You cannot vote on what you wrote yourself.")
    sync_api.expect(form.locator(".vote__count")).to_have_text("−1")
    sync_api.expect(form.locator("[data-value='1']")).to_have_attribute("aria-pressed", "false")


def test_a_vote_without_network_goes_back(page: Any) -> None:
    ready(page, "/question")
    page.route("**/vote/*", lambda route: route.abort())
    form = page.locator("#answer-9 [data-vote]")
    form.locator("[data-value='-1']").click()
    sync_api.expect(page.locator(".flash.is-toast")).to_contain_text("Your vote was not counted.")
    sync_api.expect(form.locator(".vote__count")).to_have_text("12")
    page.complaints.clear()


def test_without_script_a_vote_is_a_form(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/question")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("#answer-10 [data-value='1']").click()
    assert sent.value.post_data == "csrf_token=token&value=1"
    assert page.url == address + "/question"
    context.close()


def test_without_script_the_preview_comes_with_the_page(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/form")
    assert not page.locator(".editor__bar").is_visible()
    page.fill("textarea[name=text]", "what I wrote")
    page.click("[data-preview]")
    assert page.locator(".editor__preview").inner_text() == "This is how it will look."
    assert page.input_value("textarea[name=text]") == "what I wrote"
    context.close()


def test_a_double_press_sends_once(page: Any) -> None:
    ready(page, "/question")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("""() => {
      const button = document.querySelector('form[action="/done"] .button');
      button.click();
      button.click();
    }""")
    page.wait_for_url("**/")
    assert len(sent) == 1


def test_coming_back_arms_the_form_again(page: Any) -> None:
    ready(page, "/question")
    page.evaluate("""() => {
      const form = document.querySelector('form[action="/done"]');
      form.dataset.sent = 'yes';
      dispatchEvent(new Event('pageshow'));
    }""")
    assert page.locator("form[data-sent]").count() == 0


@pytest.mark.parametrize(
    ("text", "chosen", "tool", "result"),
    [
        ("one two", (4, 7), "bold", "one **two**"),
        ("one **two**", (6, 9), "bold", "one two"),
        ("one", (0, 3), "italic", "_one_"),
        ("a\nb", (0, 3), "list", "- a\n- b"),
        ("- a\n- b", (0, 7), "list", "a\nb"),
        ("a\nb", (2, 2), "quote", "a\n> b"),
        ("x = 1", (0, 5), "code", "`x = 1`"),
        ("x\ny", (0, 3), "code", "```\nx\ny\n```"),
        ("here", (0, 4), "link", "[here](https://)"),
        ("https://example.org", (0, 19), "link", "[](https://example.org)"),
        ("", (0, 0), "bold", "****"),
    ],
)
def test_the_toolbar_formats_and_can_be_undone(page: Any, text: str, chosen: tuple[int, int], tool: str, result: str) -> None:
    ready(page, "/form")
    area = page.locator("textarea[name=text]")
    area.fill(text)
    area.evaluate("(e, [from, to]) => { e.focus(); e.setSelectionRange(from, to); }", list(chosen))
    page.locator(f"[data-format={tool}]").click()
    assert area.input_value() == result
    page.keyboard.press("Control+z")
    assert area.input_value() == text


def test_the_toolbar_is_one_stop_and_has_keys(page: Any) -> None:
    ready(page, "/form")
    page.locator("[data-format=bold]").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.format") == "italic"
    assert page.locator(".editor__bar [tabindex='0']").count() == 1
    area = page.locator("textarea[name=text]")
    area.fill("word")
    area.press("Control+a")
    area.press("Control+b")
    assert area.input_value() == "**word**"


def test_the_preview_shows_what_the_server_made_and_runs_nothing(page: Any) -> None:
    ready(page, "/form")
    page.fill("textarea[name=text]", "12345")
    page.click("[data-preview]")
    pane = page.locator(".editor__preview")
    sync_api.expect(pane).to_have_text("5")
    assert pane.locator("p.ta-r b").count() == 1
    assert pane.locator("script, [onerror]").count() == 0
    assert page.title() == "Ask · Sportello" or page.title().endswith("Ask · Sportello")
    page.click("[data-preview]")
    assert page.locator("textarea[name=text]").is_visible()
    assert page.input_value("textarea[name=text]") == "12345"
    page.complaints.clear()


def test_a_preview_that_fails_keeps_the_text(page: Any) -> None:
    ready(page, "/form")
    page.route("**/preview", lambda route: route.fulfill(status=500, body="oops"))
    page.fill("textarea[name=text]", "12345")
    page.click("[data-preview]")
    sync_api.expect(page.locator(".flash.is-toast")).to_contain_text("Your text is safe.")
    assert page.input_value("textarea[name=text]") == "12345"
    page.complaints.clear()


def test_similar_questions_come_while_writing_as_text_never_as_html(page: Any) -> None:
    ready(page, "/form")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/similar" in request.url else None)
    page.locator("input[name=title]").press_sequentially("router without light", delay=5)
    sync_api.expect(page.locator(".similar__title")).to_have_text("<b>router without light</b>")
    assert len(asked) == 1
    page.fill("input[name=title]", "short")
    sync_api.expect(page.locator("#similar")).to_be_hidden()


def test_a_form_that_came_back_begins_at_its_errors(page: Any) -> None:
    ready(page, "/form?wrong=1")
    assert page.evaluate("document.activeElement.className") == "error-summary"
    assert page.title().split(") ")[-1].startswith("Error:")
    page.locator(".error-summary a").first.click()
    assert page.evaluate("document.activeElement.name") == "title"
    described = page.locator("input[name=title]").get_attribute("aria-describedby").split()
    assert all(page.locator(f"#{name}").count() == 1 for name in described)


def test_a_password_can_be_looked_at(page: Any) -> None:
    ready(page, "/form")
    field = page.locator("input[name=password]")
    page.get_by_role("button", name="Show").click()
    assert field.get_attribute("type") == "text"
    page.get_by_role("button", name="Hide").click()
    assert field.get_attribute("type") == "password"


def test_colours_change_at_once(page: Any) -> None:
    ready(page, "/")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    with page.expect_request("**/account/theme") as sent:
        page.get_by_role("button", name="Dark").click()
    assert 'name="theme"' in sent.value.post_data
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != before
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


def test_the_chosen_colours_come_with_the_page(page: Any) -> None:
    ready(page, "/?theme=dark", scheme="light")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(16, 23, 28)"


def test_single_keys_move_and_search_and_stay_off_while_typing(page: Any) -> None:
    ready(page, "/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent").startswith("How do I read")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent").startswith("Router")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("j?/")
    assert page.input_value("#search") == "j?/"
    assert not page.locator("#keys").is_visible()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()


def test_single_keys_can_be_switched_off(page: Any) -> None:
    ready(page, "/?keys-off")
    for key in ("j", "/", "?"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement === document.body")
    assert not page.locator("#keys").is_visible()


def test_control_enter_sends_what_is_written(page: Any) -> None:
    ready(page, "/question")
    page.fill("textarea[name=text][data-editor]", "An answer.")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.press("textarea[name=text][data-editor]", "Control+Enter")
    assert sent.value.url.endswith("/form")
    assert "preview" not in sent.value.post_data


def test_a_menu_opens_at_its_button_without_script(browser: Any, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto("/question")
    button = page.locator("#answer-10 .menu__button")
    button.click()
    menu = page.locator("#answer-10-menu")
    assert menu.is_visible()
    box, at = menu.bounding_box(), button.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert min(abs(box["y"] - at["y"] - at["height"]), abs(box["y"] + box["height"] - at["y"])) < 20
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    context.close()


def test_a_flash_can_be_closed(page: Any) -> None:
    ready(page, "/question")
    page.locator(".flash").get_by_role("button", name="Dismiss").click()
    assert page.locator(".flash").count() == 0


def test_times_stay_true_and_do_not_jump(page: Any) -> None:
    ready(page, "/")
    read = "[...document.querySelectorAll('time[data-relative]')].map((e) => e.textContent)"
    before = page.evaluate(read)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.evaluate(read) == before
    page.evaluate("document.querySelector('.byline time').dateTime = new Date(Date.now() - 5 * 86400e3).toISOString()")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.locator(".byline time").first.inner_text() == "5 days ago"


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
