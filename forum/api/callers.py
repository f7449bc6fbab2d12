"""Who calls: the owner of a bearer token, narrowed to the token's scopes, or a visitor. Cookies count for nothing."""

from collections.abc import Collection

from flask import g, request
from sqlalchemy.orm.attributes import set_committed_value

from forum.accounts.models import (
    ADMINISTRATOR,
    AGENT,
    EDITOR,
    MANAGER,
    MODERATOR,
    VISITOR,
    Reader,
    User,
)
from forum.accounts.tokens import allowed_scopes, find_token
from forum.base.errors import Refused
from forum.base.requests import db, note_user
from forum.base.words import Sentence, say

#: Any of these lets a program see what its owner sees; `write` alone sees what visitors see.
READING = frozenset(("read", "moderate", "knowledge", "agent", "insight", "admin"))

#: The one scope without which a role or right sleeps.
WAKES = (
    ("moderate", MODERATOR, "roles"),
    ("agent", AGENT, "roles"),
    ("admin", ADMINISTRATOR, "roles"),
    ("knowledge", EDITOR, "rights"),
    ("insight", MANAGER, "rights"),
)


class TokenNeeded(Exception):
    """There is no token, or one that opens nothing."""

    def __init__(self, reason: Sentence, *, was_sent: bool) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.was_sent = was_sent


class ScopeNeeded(Refused):
    """The token is good, but not for this."""

    def __init__(self, scopes: Collection[str]) -> None:
        super().__init__(say("This needs a token with the scope %(scope)s.", scope=" / ".join(scopes)))
        self.scopes = tuple(scopes)


def caller() -> Reader:
    """Whoever calls, loaded once in a unit of work; raises TokenNeeded for a token that is not good."""
    person: Reader | None = g.get("actor")
    if person is None:
        person, g.api_scopes = _identify()
        g.actor = person
    return person


def scopes() -> frozenset[str]:
    """What the token may do today; empty for visitors."""
    caller()
    found: frozenset[str] = g.api_scopes
    return found


def reader() -> Reader:
    """Whoever looks; a token that may only write sees what visitors see."""
    person = caller()
    return person if not READING.isdisjoint(scopes()) else VISITOR


def actor() -> User:
    """Whoever acts; raises TokenNeeded for a visitor."""
    person = caller()
    if not isinstance(person, User):
        raise TokenNeeded(say("This needs a token: send it in the header Authorization, after Bearer."), was_sent=False)
    return person


def require_scope(wanted: Collection[str]) -> None:
    """Raise TokenNeeded for a visitor, ScopeNeeded for a token that has none of these scopes."""
    actor()
    if scopes().isdisjoint(wanted):
        raise ScopeNeeded(wanted)


def _identify() -> tuple[Reader, frozenset[str]]:
    header = request.headers.get("Authorization")
    if header is None:
        return VISITOR, frozenset()
    scheme, _, text = header.strip().partition(" ")
    token = find_token(db(), text.strip()) if scheme.lower() == "bearer" else None
    if token is None:
        raise TokenNeeded(say("This token is not known or no longer valid."), was_sent=True)
    note_user(token.user_id)
    allowed = allowed_scopes(token)
    g.api_roles = (token.user.roles, token.user.rights)
    narrow(token.user, allowed)
    return token.user, allowed


def narrow(user: User, allowed: frozenset[str]) -> None:
    """Let every rule see only those roles and rights that the scopes wake.

    The values are set as if they had been loaded so: nothing of it is ever written. What an administrator may as
    agent or moderator is kept by the role of that name.
    """
    may_be = {MODERATOR: user.is_moderator, AGENT: user.is_agent, ADMINISTRATOR: user.is_administrator}
    roles = {name for scope, name, kind in WAKES if kind == "roles" and scope in allowed and may_be[name]}
    rights = {name for scope, name, kind in WAKES if kind == "rights" and scope in allowed and name in user.rights}
    set_committed_value(user, "roles", frozenset(roles))
    set_committed_value(user, "rights", frozenset(rights))


def own_roles() -> tuple[frozenset[str], frozenset[str]]:
    """The roles and rights that the owner of the token has without it."""
    actor()
    found: tuple[frozenset[str], frozenset[str]] = g.api_roles
    return found
