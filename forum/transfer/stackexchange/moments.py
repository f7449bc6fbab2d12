"""Dates of a dump, which are in UTC and do not say so, and what they mean for the licence."""

from datetime import UTC, date, datetime

#: From which day on texts were given under which licence.
_LICENCES = (
    (date(2018, 5, 2), "CC BY-SA 4.0"),
    (date(2011, 4, 8), "CC BY-SA 3.0"),
    (date.min, "CC BY-SA 2.5"),
)


def read_moment(word: str) -> datetime | None:
    """`2010-07-14T19:22:05.230` or a day alone; None for what is neither."""
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def licence_on(moment: datetime) -> str:
    """The licence under which a text of that day was given."""
    return next(licence for since, licence in _LICENCES if moment.date() >= since)
