"""The same actions as JSON, for programs: routes, what they take and give, and a page that explains them."""

from flask import Flask


def install(app: Flask) -> None:
    """Give an application the API."""
    from forum.api import articles, contacts, me, problems, questions, reference, searching, tickets, voting
    from forum.api.routes import api

    for module in (me, questions, voting, searching, articles, contacts, tickets, reference):
        assert module.__name__ in api.loaded  # noqa: S101 - importing a module of views is what registers them
    api.install(app)
    app.register_blueprint(reference.pages)
    problems.install(app)
