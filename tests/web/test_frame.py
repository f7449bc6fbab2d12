"""The frame's addresses and the words for moments."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from forum.web import moments
from forum.web.frame import Links, slugify

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Anna Ferri", "anna-ferri"),
        ("  Perché è   lento?! ", "perche-e-lento"),
        ("李雷", ""),
        ("a" * 80, "a" * 60),
        ("x" * 59 + " y", "x" * 59),
        ("../../etc", "etc"),
    ],
)
def test_a_slug_is_short_plain_ascii(words: str, slug: str) -> None:
    assert slugify(words) == slug


def test_addresses_stand_below_the_root_and_are_quoted() -> None:
    links = Links("/help")
    assert links.home == "/help/"
    assert links.ask == "/help/questions/ask"
    assert links.tag_url("c++/é?") == "/help/tags/c%2B%2B%2F%C3%A9%3F"
    assert links.person_url(SimpleNamespace(id=7, name="Anna F")) == "/help/people/7/anna-f"
    assert Links().person_url(SimpleNamespace(id=7, name="李雷")) == "/people/7"


@pytest.mark.parametrize(
    ("ago", "locale", "long", "short"),
    [
        (timedelta(hours=3), "en", "3 hours ago", "3 hr"),
        (timedelta(hours=3), "it", "3 ore fa", "3 h"),
        (timedelta(days=2), "it", "2 giorni fa", "2 giorni"),
        (timedelta(seconds=4), "en", "1 minute ago", "1 min"),
        (timedelta(days=-1), "en", "in 1 day", "1 day"),
    ],
)
def test_moments_in_the_readers_words(ago: timedelta, locale: str, long: str, short: str) -> None:
    assert moments.when(NOW - ago, NOW, locale) == long
    assert moments.waited(NOW - ago, NOW, locale) == short


def test_the_exact_moment_is_on_the_readers_clock() -> None:
    said = moments.when_long(NOW, "it", ZoneInfo("Europe/Rome"))
    assert "21 novembre 2026" in said
    assert "22:00" in said
