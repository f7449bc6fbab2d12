"""The whole path once, in a real browser: ask, answer, accept, promote, review, link, and the next customer finds it."""

import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.chromium import new_context, open_chromium, violations
from tests.conftest import DATABASES
from tests.stories.people import PASSWORD
from tests.stories.server import Server, last_mail_path, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

#: The index has what was written within two seconds; a machine that is shared gets more.
FOUND_WITHIN = 20.0


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with open_chromium() as opened:
        yield opened


@contextmanager
def visit(chromium: Any, server: Server, javascript: bool) -> Iterator[Any]:
    """A window of somebody's own, which must not complain."""
    context = new_context(chromium, server.url, javascript=javascript, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    yield page
    assert not context.complaints
    assert not javascript or not violations(page)
    context.close()


def sign_up(page: Any, server: Server, name: str) -> None:
    """Join by the link in the mail."""
    email = f"{name.lower()}@example.it"
    page.goto("/account/sign-up")
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Join").click()
    path = wait_for(lambda: last_mail_path(server.folder, email, server.url), f"the mail to {email}")
    page.goto(path)
    page.get_by_role("button", name="Confirm and come in").click()
    page.get_by_text(f"Welcome, {name}").wait_for()


def sign_in(page: Any, name: str) -> None:
    page.goto("/account/sign-in")
    page.get_by_label("E-mail").fill(f"{name.lower()}@example.it")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/$"))


def find_first(page: Any, words: str, kind: str) -> bool:
    """Whether the first result of a search is of this kind; looks at the page as a reader does."""
    page.goto(f"/search?q={words}")
    first = page.get_by_role("main").locator("article a, li a").filter(has_not_text=re.compile("^$"))
    hrefs = [link.get_attribute("href") for link in first.all()]
    leads = [href for href in hrefs if href and re.match(r"/(kb|questions)/\d+/", href)]
    return bool(leads) and leads[0].startswith(f"/{kind}/")


def ways() -> Iterator[Any]:
    """Each database and each kind of browser comes with every run; all of them with each other are a sweep."""
    for database in DATABASES:
        for javascript in (True, False):
            often = database == DATABASES[0 if javascript else -1]
            name = f"{database}, {'with' if javascript else 'without'} JavaScript"
            yield pytest.param(database, javascript, id=name, marks=() if often else pytest.mark.sweep)


@pytest.mark.parametrize(("server", "javascript"), list(ways()), indirect=["server"])
def test_the_short_loop(server: Server, chromium: Any, javascript: bool) -> None:
    word = "zwq" + "".join(secrets.choice("bcdfgkmnp") for _ in range(8))
    title = f"The {word} router shows a red light"
    asker, answerer = f"Asker{word}", f"Answerer{word}"
    with ExitStack() as windows:

        def window() -> Any:
            return windows.enter_context(visit(chromium, server, javascript))

        asks, answers, edits, reviews, serves, looks = (window() for _ in range(6))

        sign_up(asks, server, asker)
        asks.goto("/")
        asks.get_by_role("banner").get_by_role("link", name="Ask").click()
        asks.get_by_label("What is the problem?").fill(title)
        asks.get_by_role("button", name="Go on").click()
        assert asks.get_by_label("What is the problem?").input_value() == title
        asks.get_by_label("What happened, and what have you tried?").fill(f"Since **Tuesday** the {word} is red.")
        asks.get_by_label("Tags").fill("router")
        asks.get_by_role("main").get_by_role("button", name="Ask", exact=True).click()
        asks.get_by_role("heading", level=1, name=title).wait_for()
        question = asks.url

        sign_up(answers, server, answerer)
        answers.goto(question)
        answers.get_by_role("textbox", name="What would you try, and how?").fill(
            "Unplug the *antenna* cable for a minute, then plug it in."
        )
        answers.get_by_role("button", name="Answer", exact=True).click()
        answers.get_by_text("Unplug the").first.wait_for()

        asks.goto(question)
        asks.get_by_role("button", name="This solved it").click()
        asks.get_by_text("This solved it").first.wait_for()

        sign_in(edits, "Elena")
        edits.goto(question)
        edits.get_by_role("button", name="Make it an article").click()
        edits.wait_for_url(re.compile(r"/kb/\d+/edit"))
        edits.get_by_label("Text").fill(
            f"When the {word} router shows a red light, unplug the antenna cable for a minute."
        )
        edits.get_by_role("button", name="Save as a draft").click()
        edits.get_by_role("button", name="Ask for a review").click()
        edits.get_by_text("Another editor can review it now").wait_for()
        article = edits.url
        assert not edits.get_by_role("button", name="Approve and publish").count()

        sign_in(reviews, "Mia")
        reviews.goto(article)
        reviews.get_by_role("button", name="Approve and publish").click()
        reviews.get_by_text("Published.").wait_for()

        sign_in(serves, "Aldo")
        wait_for(lambda: find_contact(serves, asker), "the contact of the asker", FOUND_WITHIN)
        serves.get_by_role("link", name="Open a ticket").click()
        serves.get_by_label("What is it about?").fill(f"No line: {word}")
        serves.get_by_role("button", name="Open the ticket").click()
        for what in (answer_of(serves, question), article):
            serves.get_by_label("Answer, article or question").fill(what)
            serves.get_by_role("button", name="Link it", exact=True).click()
            serves.get_by_text("Linked. Its author").wait_for()
        assert serves.get_by_role("main").locator(".link-list__row").count() == 2
        for person, sentence in (
            (asker, "Ticket opened: No line"),
            (answerer, "Their answer was used for another customer"),
        ):
            assert find_contact(serves, person), f"{person} is no contact"
            told = serves.get_by_role("region", name="What happened").inner_text()
            assert word in told, f"nothing about it on the timeline of {person}: {told}"
            assert sentence in told, f"nothing of the link on the timeline of {person}: {told}"
        serves.goto(question)
        serves.get_by_role("link", name="Open at the desk").click()
        serves.get_by_role("link", name=f"No line: {word}").first.wait_for()

        wait_for(lambda: find_first(looks, f"{word}+red+light", "kb"), "the article to be found first", FOUND_WITHIN)
        looks.get_by_role("main").get_by_role("link", name=title).first.click()
        looks.get_by_role("heading", level=1, name=title).wait_for()
        assert looks.get_by_text(f"Answered by {answerer}").count() == 1
        looks.goto(question)
        looks.get_by_role("complementary", name="In the knowledge base").get_by_role("link", name=title).wait_for()


def find_contact(page: Any, name: str) -> bool:
    """Search for a contact and open its page."""
    page.goto(f"/contacts?q={name}")
    found = page.get_by_role("main").get_by_role("link", name=name)
    if not found.count():
        return False
    found.first.click()
    page.get_by_role("heading", level=1, name=name).wait_for()
    return True


def answer_of(page: Any, question: str) -> str:
    """The address of the only answer, as an agent copies it."""
    here = page.url
    page.goto(question)
    number = page.locator("article.answer-card").first.get_attribute("id")
    page.goto(here)
    return f"{question.partition('#')[0]}#{number}"
