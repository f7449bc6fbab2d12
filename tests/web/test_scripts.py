"""What the scripts add in a real browser, and that everything works without them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web import gallery_browser
from tests.web.gallery_browser import ready

address, browser = gallery_browser.address, gallery_browser.browser
window, page = gallery_browser.window, gallery_browser.page
pytestmark = pytest.mark.browser
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")


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
def test_the_toolbar_formats_and_can_be_undone(
    page: Any, text: str, chosen: tuple[int, int], tool: str, result: str
) -> None:
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
    assert "broken" not in page.title()
    # The policy reports the handler in the hostile reply; that it was stopped is what this test wants.
    assert page.evaluate("window.violations.splice(0)") == ["script-src-attr inline "]
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


def test_control_enter_chooses_for_nobody(page: Any) -> None:
    ready(page, "/question")
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.method) if request.method == "POST" else None)
    page.evaluate(
        """() => {
            const form = document.querySelector('[data-editor]').form;
            form.querySelector('[data-submit]').removeAttribute('data-submit');
            const other = document.createElement('button');
            other.name = 'outcome';
            form.append(other);
        }"""
    )
    page.fill("textarea[name=text][data-editor]", "Say which bill you mean.")
    page.press("textarea[name=text][data-editor]", "Control+Enter")
    page.wait_for_timeout(200)
    assert posted == []
    page.evaluate("document.querySelector('[name=outcome]').remove()")
    with page.expect_request(lambda request: request.method == "POST"):
        page.press("textarea[name=text][data-editor]", "Control+Enter")


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
    read = "[...document.querySelectorAll('time[data-relative]')].map((e) => e.textContent)"
    said = []
    while len(said) < 3 and (not said or said[-1][0] != said[-1][1]):
        # A minute that passes between the two makes them differ; it does not pass twice in a row.
        ready(page, "/")
        before = page.evaluate(read)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        said.append((before, page.evaluate(read)))
    assert said[-1][0] == said[-1][1]
    assert said[-1][0]
    days_ago = "new Date(Date.now() - 5 * 86400e3).toISOString()"
    page.evaluate(f"document.querySelector('.byline time').dateTime = {days_ago}")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert page.locator(".byline time").first.inner_text() == "5 days ago"
