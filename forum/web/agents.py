"""Who may come to the agents' pages."""

from collections.abc import Callable

from forum.accounts.models import Reader, User
from forum.base.verdicts import Verdict, require
from forum.web.people import actor


def agent(may: Callable[[Reader], Verdict]) -> User:
    """Whoever looks, if they may: the rule is asked before it shows whether something exists."""
    person = actor()
    require(may(person))
    return person
