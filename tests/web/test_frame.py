"""The addresses that the frame of every page leads to, and the order of headings below its title."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.web.context import below, stored
from forum.web.frame import Links
from tests.builders import make_contact, make_ticket
from tests.conftest import Browser


def test_addresses_stand_below_the_root_and_are_quoted() -> None:
    links = Links("/help")
    assert links.home == "/help/"
    assert links.ask == "/help/questions/ask"
    assert links.tag_url("c++/é?") == "/help/tags/c%2B%2B%2F%C3%A9%3F"
    assert links.person_url(SimpleNamespace(id=7, name="Anna F")) == "/help/people/7/anna-f"
    assert Links().person_url(SimpleNamespace(id=7, name="李雷")) == "/people/7/-"


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ('<h4 id="a">A</h4><p>t</p><h5>B</h5>', '<h2 id="a">A</h2><p>t</p><h3>B</h3>'),
        ("<h3>A</h3><h6>B</h6>", "<h2>A</h2><h3>B</h3>"),
        ("<p>&lt;h4&gt;</p><hr><header>", "<p>&lt;h4&gt;</p><hr><header>"),
        ("", ""),
    ],
)
def test_headings_begin_right_below_the_title(html: str, wanted: str) -> None:
    assert below(stored(html), 1) == wanted


def test_the_frame_of_a_ticket_leads_where_every_frame_does(
    session: Session, browser: Callable[[User], Browser], aldo: User
) -> None:
    ticket = make_ticket(session, aldo, make_contact(session, "Giulia Conti"))
    session.commit()
    sees = browser(aldo)
    page = sees.get(f"/tickets/{ticket.id}").text
    for address in ("/help", "/questions/ask", "/account/preferences"):
        assert f'href="{address}' in page
        assert f'href="{address}' in sees.get("/").text
