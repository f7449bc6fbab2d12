"""Moments in the reader's words: how long ago, how long waited, and exactly when."""

from __future__ import annotations

from datetime import datetime, tzinfo

from babel.dates import format_datetime, format_timedelta


def when(at: datetime, now: datetime, locale: str) -> str:
    """Say "3 hours ago"; the future reads "in 3 hours"."""
    return format_timedelta(at - now, granularity="minute", add_direction=True, locale=locale)


def when_long(at: datetime, locale: str, zone: tzinfo) -> str:
    """Say the day, date and time on the reader's clock."""
    return format_datetime(at, format="full", tzinfo=zone, locale=locale)


def waited(at: datetime, now: datetime, locale: str) -> str:
    """Say only the span, as short as it gets: "3 hr"."""
    return format_timedelta(now - at, granularity="minute", format="short", locale=locale)
