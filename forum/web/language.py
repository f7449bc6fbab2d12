"""In which language this page speaks, and how templates say things in it."""

from datetime import datetime
from typing import Any

from babel.numbers import format_decimal
from flask import Flask, g, request

from forum.base import words
from forum.base.parts import parts
from forum.base.requests import now
from forum.base.words import Sentence
from forum.web.people import reader

COOKIE = "language"


def language() -> str:
    """The reader's choice, else the browser's, else the first that the site speaks."""
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = g.language = _choose()
    return chosen


def _choose() -> str:
    spoken = parts().settings.languages
    for wish in (reader().language, request.cookies.get(COOKIE)):
        if wish in spoken:
            return str(wish)
    return request.accept_languages.best_match(spoken) or spoken[0]


def gettext(text: str) -> str:
    """A sentence in the page's language."""
    return words.gettext(language(), text)


def ngettext(one: str, many: str, number: int) -> str:
    """A sentence that depends on a number, in the page's language."""
    return words.ngettext(language(), one, many, number)


def spoken(value: Any) -> Any:
    """A marked sentence in the page's language; anything else as it is."""
    return words.translate(value, language()) if isinstance(value, Sentence) else value


def when(moment: datetime) -> str:
    """How long ago, or in how long."""
    return words.format_ago(moment, now(), language())


def when_long(moment: datetime) -> str:
    """Day and time in full."""
    return words.format_moment(moment, language(), parts().settings.timezone)


def day(moment: datetime) -> str:
    """The day alone."""
    return words.format_day(moment, language(), parts().settings.timezone)


def waited(moment: datetime) -> str:
    """A length of time up to now."""
    return words.format_wait(moment, now(), language())


def number(value: float) -> str:
    """A number with the separators of the language."""
    return format_decimal(value, locale=language())


def install(app: Flask) -> None:
    """Teach the templates to speak."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.finalize = spoken
    app.jinja_env.filters.update(when=when, when_long=when_long, day=day, waited=waited, number=number, spoken=spoken)
