"""Writing in a real browser against a real server: kept while typed, noticed in two windows, with pictures and people."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from tests.chromium import LISTEN, objections, open_chromium
from tests.stories.client import Client
from tests.stories.people import PASSWORD
from tests.stories.server import Server, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "The doorbell hums since the thunderstorm"

#: What a picture from the clipboard does to the page.
PASTE = """(bytes) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], 'x.png', { type: 'image/png' }));
  const area = document.querySelector('textarea[data-editor]');
  area.focus();
  area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as made:
        yield made


@pytest.fixture
def window(chromium: Any, server: Server, clients: dict[str, Client]) -> Iterator[Any]:
    """`window("Anna")` is a page of a browser of its own in which she is signed in."""
    contexts = []

    def open_for(name: str, **options: Any) -> Any:
        context = chromium.new_context(base_url=server.url, viewport={"width": 390, "height": 800}, **options)
        context.add_init_script(LISTEN)
        contexts.append(context)
        page = context.new_page()
        page.goto("/account/sign-in")
        page.fill("input[name=email]", f"{name.lower()}@example.it")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[data-submit]")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield open_for
    for context in contexts:
        context.close()


def saved(page: Any) -> None:
    page.locator("[data-draft-status]", has_text="Saved at").wait_for(timeout=20_000)


def drawn() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(made, "PNG")
    return made.getvalue()


def test_a_draft_follows_to_another_device_and_two_windows_notice(window: Any) -> None:
    one, other = window("Anna"), window("Anna")
    one.goto("/questions/ask?title=" + TITLE.replace(" ", "+"))
    one.fill("textarea[name=text]", "It hums all night.")
    saved(one)
    other.goto("/questions/ask")
    assert other.input_value("textarea[name=text]") == "It hums all night."
    other.locator(".draft-notice", has_text="Draft restored").wait_for()
    other.fill("textarea[name=text]", "It hums all day.")
    saved(other)
    one.locator("textarea[name=text]").press_sequentially(" And louder.")
    one.locator("[data-draft-both]").wait_for(timeout=20_000)
    assert one.input_value("textarea[name=text]") == "It hums all night. And louder."
    assert objections(one) == []
    one.click("[data-draft-take]")
    assert one.input_value("textarea[name=text]") == "It hums all day."
    one.locator("textarea[name=text]").press_sequentially(" Truly.")
    saved(one)
    one.click("button[data-submit]")
    one.wait_for_url(re.compile(r"/questions/\d+/"))
    other.goto("/questions/ask")
    assert other.locator("textarea[name=text]").count() == 0
    assert one.evaluate("window.violations") == []


def test_without_a_network_the_line_says_so_and_saves_later(window: Any) -> None:
    page = window("Carla")
    page.goto("/questions/ask?title=Where+is+the+meter")
    page.context.set_offline(True)
    page.fill("textarea[name=text]", "Behind the door?")
    page.locator("[data-draft-status]", has_text="Not saved yet").wait_for(timeout=20_000)
    page.context.set_offline(False)
    saved(page)


def test_a_session_that_ended_elsewhere_keeps_the_text(window: Any) -> None:
    page = window("Elena")
    page.goto("/questions/ask?title=Where+is+the+other+meter")
    page.fill("textarea[name=text]", "Under the stairs.")
    page.context.clear_cookies()
    page.click("button[data-submit]")
    page.get_by_text("Your text is safe").wait_for()
    page.fill("input[name=email]", "elena@example.it")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[data-submit]")
    page.wait_for_url("**/questions/ask")
    assert page.input_value("textarea[name=text]") == "Under the stairs."


def test_signing_in_again_in_another_window_lets_the_first_one_save(window: Any) -> None:
    page = window("Mia")
    page.goto("/questions/ask?title=Where+is+the+third+meter")
    page.context.clear_cookies()
    page.fill("textarea[name=text]", "In the cellar.")
    page.locator("[data-draft-status]", has_text="You are signed out").wait_for(timeout=20_000)
    other = page.context.new_page()
    other.goto("/account/sign-in")
    other.fill("input[name=email]", "mia@example.it")
    other.fill("input[name=password]", PASSWORD)
    other.click("main button[data-submit]")
    other.wait_for_url(lambda url: "sign-in" not in url)
    page.locator("[data-draft-status]", has_text="Saved at").wait_for(timeout=60_000)
    page.click("button[data-submit]")
    page.wait_for_url(re.compile(r"/questions/\d+/"))


def test_people_are_chosen_by_keyboard_and_pictures_pasted(window: Any) -> None:
    page = window("Bruno")
    page.goto("/questions/ask?title=Which+plug+is+it+exactly")
    area = page.locator("textarea[name=text]")
    area.press_sequentially("Thank you @ca", delay=30)
    page.locator(".mention-list li", has_text="Carla").wait_for()
    assert area.get_attribute("aria-activedescendant")
    assert objections(page) == []
    area.press("ArrowDown")
    area.press("ArrowUp")
    area.press("Enter")
    assert re.fullmatch(r"Thank you @carla-\d+ ", area.input_value())
    assert page.locator(".mention-list").is_hidden()
    area.press_sequentially("@an", delay=30)
    page.locator(".mention-list li").first.wait_for()
    area.press("Escape")
    assert page.locator(".mention-list").is_hidden()
    area.fill("")
    page.evaluate(PASTE, list(drawn()))
    wait_for(lambda: "](/media/" in area.input_value(), "the picture's place in the text")
    area.press_sequentially("a red plug")
    assert re.fullmatch(r"!\[a red plug\]\(/media/\d+\)\n", area.input_value())
    page.locator("[data-preview]").click()
    picture = page.locator(".editor__preview img")
    picture.wait_for()
    box = picture.bounding_box()
    assert (round(box["width"]), round(box["height"])) == (60, 40)
    assert page.evaluate("window.violations") == []
    page.locator("[data-preview]").click()
    address = re.search(r"/media/\d+", area.input_value())
    assert address is not None
    wait_for(
        lambda: page.request.get(address[0], headers={"Accept": "application/json"}).json()["state"] == "ready",
        "the picture",
    )
    page.click("button[data-submit]")
    page.wait_for_url(re.compile(r"/questions/\d+/"))
    shown = page.locator(".prose img")
    shown.scroll_into_view_if_needed()
    wait_for(lambda: shown.evaluate("(image) => image.complete && image.naturalWidth") == 60, "the picture on the page")


def test_the_preview_is_what_will_be_shown(window: Any) -> None:
    page = window("Elena")
    page.goto("/questions/ask?title=Which+table+is+it+exactly")
    page.fill(
        "textarea[name=text]",
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\ndef lamp(): ...\n```\n\n- [x] done\n\n$x^2$",
    )
    page.locator("[data-preview]").click()
    pane = page.locator(".editor__preview")
    pane.locator("table .ta-r").first.wait_for()
    html = "(pane) => pane.innerHTML.replace(/\\s+/g, ' ').trim()"
    previewed = pane.evaluate(html)
    assert pane.locator(".hl-k").count() and pane.locator("input[type=checkbox][checked]").count()
    page.locator("[data-preview]").click()
    page.click("button[data-submit]")
    page.wait_for_url(re.compile(r"/questions/\d+/"))
    assert page.locator("main > .prose").first.evaluate(html) == previewed
    assert page.evaluate("window.violations") == []


def test_a_picture_is_chosen_with_its_words(window: Any) -> None:
    page = window("Bruno")
    page.goto("/questions/ask?title=Which+plug+is+the+other")
    page.locator("[data-attach] summary").click()
    page.set_input_files(
        "[data-attach] input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": drawn()}
    )
    page.fill("[data-attach-alt]", "the [other] plug")
    page.locator("[data-attach] button").click()
    area = page.locator("textarea[name=text]")
    wait_for(lambda: "](/media/" in area.input_value(), "the picture's place in the text")
    assert r"![the \[other\] plug](/media/" in area.input_value()
    page.set_input_files(
        "[data-attach] input[type=file]", {"name": "x.svg", "mimeType": "image/png", "buffer": b"<svg/>"}
    )
    page.locator("[data-attach] summary").click()
    page.locator("[data-attach] button").click()
    page.locator("[data-editor-said]", has_text="picture cannot be shown").wait_for()


def test_this_solved_it_ends_the_asking(window: Any, clients: dict[str, Client]) -> None:
    page = window("Aldo")
    asker = window("Anna")
    asker.goto("/questions/ask?title=The+lamp+over+the+quoxdoor+flickers")
    asker.fill("textarea[name=text]", "Every night, since the quoxdoor was painted.")
    asker.click("button[data-submit]")
    asker.wait_for_url(re.compile(r"/questions/\d+/"))
    page.goto("/questions/ask")
    field = page.locator("input[name=title]")

    def found() -> bool:
        field.fill("")
        field.press_sequentially("My lamp over the quoxdoor flickers")
        page.wait_for_timeout(1_000)
        return bool(page.locator(".similar__item button").count())

    wait_for(found, "the index")
    page.locator(".similar__item button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/questions/\d+/"))
    page.get_by_text("thank you for looking first").wait_for()
