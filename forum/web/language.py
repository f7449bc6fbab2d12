"""In which language this page speaks, and how templates say things in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from babel.numbers import format_decimal
from flask import Flask, request
from jinja2 import Template
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from forum.base import words
from forum.base.parts import parts
from forum.base.requests import now
from forum.base.words import Sentence
from forum.web.browsers import browser_name
from forum.web.people import reader

COOKIE = "language"

#: The kinds of functions that templates call.
PLAIN = frozenset((FunctionType, MethodType, type(lru_cache(len))))


#: Of the request at hand; asked three hundred times for a page, which `g` would make felt.
_language: ContextVar[str | None] = ContextVar("language", default=None)


def language() -> str:
    """The reader's choice, else the browser's, else the first that the site speaks."""
    chosen = _language.get()
    if chosen is None:
        chosen = _choose()
        _language.set(chosen)
    return chosen


def forget_language(_error: BaseException | None = None) -> None:
    """Choose anew for the next request, or after somebody chose another one."""
    _language.set(None)


def _choose() -> str:
    spoken = parts().settings.languages
    for wish in (reader().language, request.cookies.get(COOKIE)):
        if wish in spoken:
            return str(wish)
    return best_language(request.headers.get("Accept-Language", ""), spoken)


@lru_cache(maxsize=256)
def best_language(accepted: str, spoken: tuple[str, ...]) -> str:
    """What a browser likes best of the languages spoken here, else the first."""
    return parse_accept_header(accepted, LanguageAccept).best_match(spoken) or spoken[0]


def gettext(text: str) -> str:
    """A sentence in the page's language."""
    return words.gettext(language(), text)


def ngettext(one: str, many: str, number: int) -> str:
    """A sentence that depends on a number, in the page's language."""
    return words.ngettext(language(), one, many, number)


def said(text: str, /, **values: Any) -> Markup:
    """`_()` in templates: a sentence in the page's language, its places filled with escaped values."""
    return _sentence(language(), text) % values if values else _plain_sentence(language(), text)


def said_many(one: str, many: str, number: int, /, **values: Any) -> Markup:
    """`ngettext()` in templates."""
    return Markup(words.ngettext(language(), one, many, number)) % {"num": number, **values}  # noqa: S704


@lru_cache(maxsize=4096)
def _sentence(spoken_here: str, text: str) -> Markup:
    return Markup(words.gettext(spoken_here, text))  # noqa: S704


@lru_cache(maxsize=4096)
def _plain_sentence(spoken_here: str, text: str) -> Markup:
    return _sentence(spoken_here, text) % {}


class PageContext(Context):
    """Calls what is plainly a function right away, without five questions about what it wants to be given."""

    def call(self, called: Callable[..., Any], /, *given: Any, **named: Any) -> Any:
        if type(called) not in PLAIN or hasattr(called, "jinja_pass_arg"):
            return super().call(called, *given, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*given, **named)


class PageTemplate(Template):
    """A template whose macros are drawn from one module for all pages: none of ours brings globals of its own.

    Jinja would compare the names of all globals at each of the twenty imports of a page.
    """

    def _get_default_module(self, _context: Any = None) -> Any:
        return super()._get_default_module()


def spoken(value: Any) -> Any:
    """A marked sentence in the page's language; anything else as it is."""
    return words.translate(value, language()) if isinstance(value, Sentence) else value


#: Until when what is being drawn reads the same, where somebody wants to keep it.
_until: ContextVar[list[datetime] | None] = ContextVar("until", default=None)

FOREVER = datetime.max.replace(tzinfo=UTC)


@contextmanager
def until_changed() -> Iterator[list[datetime]]:
    """Learn when the first of the times that are told meanwhile will be told in other words."""
    until = [FOREVER]
    before = _until.set(until)
    try:
        yield until
    finally:
        _until.reset(before)


def note_change(moment: datetime) -> None:
    """Say that something reads differently from this moment on."""
    until = _until.get()
    if until is not None and moment < until[0]:
        until[0] = moment


def note_time(moment: datetime) -> None:
    """Say that it is told here how long ago this was."""
    if _until.get() is not None:
        note_change(words.told_until(moment, now()))


def when(moment: datetime) -> str:
    """How long ago, or in how long."""
    note_time(moment)
    return words.format_ago(moment, now(), language())


def when_long(moment: datetime) -> str:
    """Day and time in full."""
    return words.format_moment(moment, language(), parts().settings.timezone)


def day(moment: datetime) -> str:
    """The day alone."""
    return words.format_day(moment, language(), parts().settings.timezone)


def waited(moment: datetime) -> str:
    """A length of time up to now."""
    note_time(moment)
    return words.format_wait(moment, now(), language())


def number(value: float) -> str:
    """A number with the separators of the language."""
    return format_decimal(value, locale=language())


def install(app: Flask) -> None:
    """Teach the templates to speak."""
    app.before_request(forget_language)
    app.teardown_request(forget_language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    # Instead of the extension's own, which look everything up anew for each of a page's two hundred sentences.
    app.jinja_env.globals.update(_=said, gettext=said, ngettext=said_many)
    app.jinja_env.template_class = PageTemplate
    app.jinja_env.context_class = PageContext
    app.jinja_env.finalize = spoken
    app.jinja_env.filters.update(
        when=when, when_long=when_long, day=day, waited=waited, number=number, spoken=spoken, browser_name=browser_name
    )
