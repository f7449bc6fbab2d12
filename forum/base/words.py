"""Sentences for people: marked where they are thought of, translated where they are shown."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

#: What the sentences in the code are written in; it needs no catalogue.
SOURCE_LANGUAGE = "en"

CATALOGUES = Path(__file__).parent.parent / "translations"


@dataclass(frozen=True)
class Sentence:
    """A sentence not yet in anybody's language; as `str` it is English."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    plural: str | None = None
    number: int = 1

    def __str__(self) -> str:
        return translate(self, SOURCE_LANGUAGE)


def say(text: str, /, **values: Any) -> Sentence:
    """Mark a sentence; its `%(name)s` places are filled when it is translated."""
    return Sentence(text, values)


def say_many(one: str, many: str, number: int, /, **values: Any) -> Sentence:
    """Mark a sentence that depends on a number, which it may show as `%(num)d`."""
    return Sentence(one, {"num": number, **values}, many, number)


def translate(sentence: Sentence, language: str) -> str:
    """Put a sentence into a language, English where the catalogue lacks it."""
    if sentence.plural is None:
        text = gettext(language, sentence.text)
    else:
        text = ngettext(language, sentence.text, sentence.plural, sentence.number)
    if not sentence.values:
        return text
    return text % {name: _spoken(value, language) for name, value in sentence.values.items()}


def _spoken(value: Any, language: str) -> Any:
    return translate(value, language) if isinstance(value, Sentence) else value


def gettext(language: str, text: str) -> str:
    """The translation of a message, or the message."""
    forms = _messages(language).get(text)
    return forms[0] if forms and forms[0] else text


def ngettext(language: str, one: str, many: str, number: int) -> str:
    """The translation that fits the number; Italian and English share the rule."""
    index = 0 if number == 1 else 1
    forms = _messages(language).get(one)
    if forms and len(forms) > index and forms[index]:
        return forms[index]
    return (one, many)[index]


@lru_cache(maxsize=8)
def _messages(language: str) -> dict[str, tuple[str, ...]]:
    """All catalogues of a language as one table: a capability brings its own file."""
    table: dict[str, tuple[str, ...]] = {}
    if language == SOURCE_LANGUAGE:
        return table
    for path in sorted((CATALOGUES / language).glob("*.po")):
        for message in _catalogue(path, language):
            if message.id and message.string:
                one = message.id if isinstance(message.id, str) else message.id[0]
                forms = message.string
                table[one] = (forms,) if isinstance(forms, str) else tuple(forms)
    return table


def _catalogue(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


#: Pages show the same few hundred moments again and again; formatting one takes longer than reading its row.
@lru_cache(maxsize=4096)
def format_moment(moment: datetime, language: str, timezone: str) -> str:
    """The weekday, day and time on the reader's clock."""
    return dates.format_datetime(moment, "full", tzinfo=ZoneInfo(timezone), locale=language)


@lru_cache(maxsize=1024)
def format_day(moment: datetime, language: str, timezone: str) -> str:
    """The day alone."""
    return dates.format_date(moment.astimezone(ZoneInfo(timezone)), "d MMM y", locale=language)


def format_ago(moment: datetime, now: datetime, language: str) -> str:
    """How long ago: "3 hours ago"; the future reads "in 3 hours"."""
    return dates.format_timedelta(moment - now, granularity="minute", add_direction=True, locale=language)


def format_wait(moment: datetime, now: datetime, language: str) -> str:
    """Only the span up to now, as short as it gets: "3 hr"."""
    return dates.format_timedelta(now - moment, granularity="minute", format="short", locale=language)


#: The spans in whose multiples times are told: years, months, weeks, days, hours, minutes.
TOLD_SECONDS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60)

#: From this part of a span on it is told in it: 52 minutes are an hour.
NEARLY = 0.85


def told(span: timedelta) -> int:
    """The seconds that are told of a span: whole minutes, hours or days; what is told the same is the same number."""
    seconds = span.total_seconds()
    for unit in TOLD_SECONDS:
        value = abs(seconds) / unit
        if value >= NEARLY or unit == TOLD_SECONDS[-1]:
            whole = round(max(1, value)) if value else 0
            return whole * unit if seconds > 0 else -whole * unit
    return 0


def told_until(moment: datetime, now: datetime) -> datetime:
    """When what is told now of the time since a moment is told in other words; at once for what is still to come."""
    seconds = (now - moment).total_seconds()
    if seconds <= 0:
        return now
    spans = [unit * NEARLY for unit in TOLD_SECONDS if unit * NEARLY > seconds and unit != TOLD_SECONDS[-1]]
    unit = next((unit for unit in TOLD_SECONDS if seconds >= unit * NEARLY), TOLD_SECONDS[-1])
    spans.append((max(math.floor(seconds / unit + 0.5), 1) + 0.5) * unit)
    return moment + timedelta(seconds=min(spans))
