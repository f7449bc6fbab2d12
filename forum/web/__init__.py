"""Pages, forms, templates, static files: the forum as people see it."""

from flask import Flask

from forum.web import context, errors, forgery, headers, language, people, pieces, shelf
from forum.web.pages import register_pages


def install(app: Flask) -> None:
    """Give an application its pages. Headers go on last of all, so that error pages have them too."""
    settings = app.extensions["sportello"].settings
    shelf.install_names(app)
    headers.install(app, settings)
    people.install(app)
    language.install(app)
    forgery.install(app)
    pieces.install(app)
    errors.install(app)
    context.install(app)
    register_pages(app)
