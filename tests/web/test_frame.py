"""The addresses that the frame of every page leads to."""

from types import SimpleNamespace

from forum.web.frame import Links


def test_addresses_stand_below_the_root_and_are_quoted() -> None:
    links = Links("/help")
    assert links.home == "/help/"
    assert links.ask == "/help/questions/ask"
    assert links.tag_url("c++/é?") == "/help/tags/c%2B%2B%2F%C3%A9%3F"
    assert links.person_url(SimpleNamespace(id=7, name="Anna F")) == "/help/people/7/anna-f"
    assert Links().person_url(SimpleNamespace(id=7, name="李雷")) == "/people/7/-"
