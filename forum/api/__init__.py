"""The same actions as JSON, for programs: routes, what they take and give, and a page that explains them."""

from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from forum.api.routes import Api


def load() -> "Api":
    """All routes; importing the modules of views is what registers them, in the order of the reference."""
    from forum.api import (
        articles,
        contacts,
        joining,
        me,
        moderation,
        questions,
        reference,
        searching,
        tickets,
        voting,
    )
    from forum.api.routes import api

    for module in (
        me, questions, voting, joining, searching, articles, moderation, contacts, tickets, reference,
    ):  # fmt: skip
        assert module.__name__ in api.loaded  # noqa: S101 - a module without a route has lost its decorators
    return api


def install(app: Flask) -> None:
    """Give an application the API."""
    from forum.api import problems, reference

    load().install(app)
    app.register_blueprint(reference.pages)
    problems.install(app)
