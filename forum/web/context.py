"""What every template may ask for: the site, the reader, the language, the way around."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from forum.base.parts import parts
from forum.base.requests import now
from forum.base.verdicts import Verdict
from forum.base.words import Sentence, say
from forum.web.language import language
from forum.web.people import reader

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Way:
    """One entry of the main navigation."""

    label: Sentence
    url: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Site:
    """What the frame of a page says about the installation."""

    name: str
    languages: tuple[str, ...]


#: Where each way leads, who it is for, and which addresses belong to it.
WAYS = (
    (say("Questions"), "/questions", "comment", None),
    (say("Knowledge base"), "/kb", "book", None),
    (say("Tags"), "/tags", "tag", None),
    (say("Tickets"), "/tickets", "ticket", "is_agent"),
    (say("Contacts"), "/contacts", "person", "is_agent"),
    (say("Administration"), "/admin", "flag", "is_administrator"),
)


def navigation() -> list[Way]:
    """The ways open to this reader, with the one being walked marked."""
    who = reader()
    return [
        Way(label, url, icon, request.path == url or request.path.startswith(url + "/"))
        for label, url, icon, needs in WAYS
        if needs is None or getattr(who, needs)
    ]


def theme() -> str:
    """Light or dark where the reader chose, else empty: the device decides."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


def disabled_unless(verdict: Verdict) -> str:
    """The attribute for a button whose action the rule would refuse."""
    return "" if verdict else "disabled"


def install(app: Flask) -> None:
    """Put these names into every template."""
    app.jinja_env.globals["disabled_unless"] = disabled_unless

    @app.context_processor
    def common() -> dict[str, Any]:
        settings = parts().settings
        who = reader()
        return {
            "site": Site(settings.site_name, settings.languages),
            "language": language(),
            "theme": theme(),
            "actor": who if who.is_signed_in else None,
            "reader": who,
            "nav": navigation(),
            "now": now(),
        }
