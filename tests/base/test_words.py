"""Sentences and moments in the reader's words."""

from datetime import UTC, datetime, timedelta

import pytest

from forum.base.words import format_ago, format_moment, format_wait

NOW = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)


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
    assert format_ago(NOW - ago, NOW, locale) == long
    assert format_wait(NOW - ago, NOW, locale) == short


def test_the_exact_moment_is_on_the_readers_clock() -> None:
    said = format_moment(NOW, "it", "Europe/Rome")
    assert "21 novembre 2026" in said
    assert "22:00" in said
