"""Where the pages of those who run the site belong, and who may come in."""

from flask import Blueprint, request

from forum.accounts import rules
from forum.accounts.models import User
from forum.base.texts import Unclean, clean_line
from forum.base.verdicts import require
from forum.web.people import actor

pages = Blueprint("admin", __name__)


def administrator() -> User:
    """Whoever runs the site; a visitor is asked in, anybody else refused."""
    who = actor()
    require(rules.may_administer(who))
    return who


def asked(name: str, most: int = 100) -> str:
    """A filter out of the address, cleaned; nothing at all where it is not text."""
    try:
        return clean_line(request.args.get(name, ""))[:most].strip()
    except Unclean:
        return ""
