"""Every page there is, by the capability it belongs to."""

from flask import Blueprint, Flask

from forum.web.accounts.views import pages as accounts
from forum.web.admin import pages as admin
from forum.web.contacts.views import pages as contacts
from forum.web.converters import IdConverter
from forum.web.drafts.views import pages as drafts
from forum.web.feeds import pages as feeds
from forum.web.health import pages as health
from forum.web.help.views import pages as help_pages
from forum.web.knowledge.views import pages as knowledge
from forum.web.media.views import pages as media
from forum.web.moderation import pages as moderation
from forum.web.profiles.views import pages as profiles
from forum.web.questions import pages as questions
from forum.web.search import pages as search
from forum.web.tickets import pages as tickets

#: In the order of the stack, from above; an address belongs to one of them.
BLUEPRINTS: tuple[Blueprint, ...] = (
    health,
    help_pages,
    feeds,
    search,
    moderation,
    tickets,
    knowledge,
    questions,
    drafts,
    media,
    contacts,
    profiles,
    accounts,
    admin,
)


def register_pages(app: Flask) -> None:
    """Bring the blueprints of all capabilities together."""
    app.url_map.converters["int"] = IdConverter
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
