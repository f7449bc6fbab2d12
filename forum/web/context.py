"""What every template may ask for: the site, the reader, the language, the way around."""

from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, request
from markupsafe import Markup
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from forum.base.markup import headings_below
from forum.base.requests import now
from forum.base.verdicts import Verdict
from forum.base.words import say
from forum.web import brand
from forum.web.assets import Assets
from forum.web.frame import Links, NavItem
from forum.web.holes import Hole
from forum.web.language import language
from forum.web.people import here, reader
from forum.web.waiting import waiting_count

THEMES = ("light", "dark")

LINKS = Links()


@lru_cache(maxsize=256)
def _sign_in_from(place: str) -> str:
    return f"{LINKS.sign_in}?{urlencode({'next': place})}"


#: For visitors, on whatever a person who is signed in may do here.
sign_in_url = Hole(lambda: _sign_in_from(here()))

#: Where each way leads, who it is for (a property of the reader), and its picture.
WAYS = (
    (say("Questions"), "/questions", "comment", None),
    (say("Knowledge base"), "/kb", "book", None),
    (say("Tags"), "/tags", "tag", None),
    (say("Drafts and reviews"), "/kb/drafts", "edit", "is_editor"),
    (say("Review"), "/review", "flag", "is_moderator"),
    (say("Tickets"), "/tickets", "ticket", "is_agent"),
    (say("Contacts"), "/contacts", "person", "is_agent"),
    (say("Administration"), "/admin", "settings", "is_administrator"),
)


def navigation() -> tuple[NavItem, ...]:
    """The ways open to this reader, with the one being walked marked."""
    who, path = reader(), request.path
    walked = [url for _, url, _, _ in WAYS if path == url or path.startswith(url + "/")]
    # Of a way that is not open, the nearest one above it is walked.
    is_open = tuple([needs is None or getattr(who, needs) for _, _, _, needs in WAYS])
    count = waiting_count() if who.is_moderator else None
    return _ways(is_open, tuple(walked) or ("/questions" if path == "/" else "",), count)


@lru_cache(maxsize=256)
def _ways(is_open: tuple[bool, ...], walked: tuple[str, ...], count: int | None) -> tuple[NavItem, ...]:
    ways = [way for way, may_go in zip(WAYS, is_open, strict=True) if may_go]
    current = max((url for _, url, _, _ in ways if url in walked), key=len, default=None)
    return tuple(
        NavItem(label, url, picture, url == current, "staff" if needs else "main", count if url == "/review" else None)
        for label, url, picture, needs in ways
    )


def theme() -> str:
    """Light or dark where the reader chose, else empty: the device decides."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


def keys_off() -> bool:
    """Whether the reader wants single keys to do nothing, as speech control needs."""
    return request.cookies.get("keys") == "off"


def disabled_unless(verdict: Verdict) -> str:
    """The attribute for a button whose action the rule would refuse."""
    return "" if verdict else "disabled"


def stored(html: str) -> Markup:
    """HTML out of a stored `html` field, which only the one render function fills."""
    return Markup(html)  # noqa: S704


def below(html: Markup, level: int) -> Markup:
    """The same text with its headings in the order of the page it stands on, under a heading of that level."""
    return Markup(headings_below(html, level))  # noqa: S704


def own_name(code: str) -> str:
    """What a language calls itself."""
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def install(app: Flask) -> None:
    """Put these names into every template, and the static files at their address."""
    assets = Assets(Path(__file__).parent / "static")
    settings = app.extensions["sportello"].settings
    languages = tuple((code, own_name(code)) for code in settings.languages)
    app.jinja_env.globals.update(
        asset=assets.url,
        disabled_unless=disabled_unless,
        links=LINKS,
        # For macros, which see no page; the pages themselves get it from `common`.
        site=LocalProxy(lambda: brand.face().site(settings, languages)),
        sign_in_url=sign_in_url,
        person_url=LINKS.person_url,
        product_url=LINKS.product_url,
        tag_url=LINKS.tag_url,
    )
    app.jinja_env.filters.update(stored=stored, below=below)

    brand.install(app)

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        return assets.respond(name, request)

    @app.context_processor
    def common() -> dict[str, Any]:
        who = reader()
        return {
            "site": brand.face().site(settings, languages),
            "language": language(),
            "theme": theme(),
            "keys_off": keys_off(),
            "actor": who if who.is_signed_in else None,
            "reader": who,
            "nav": navigation(),
            "now": now(),
        }
