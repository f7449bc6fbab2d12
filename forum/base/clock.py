"""The time, asked for at the edges and handed in from there."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment with its zone; whole microseconds, as the databases keep them."""
    return datetime.now(UTC)
