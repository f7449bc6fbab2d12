"""API tokens: shown once, kept as a hash, never able to do more than their owner."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from forum.accounts.models import ApiToken, User
from forum.accounts.rules import SCOPES, may_use_scope
from forum.accounts.sessions import hash_token
from forum.base.errors import Invalid, NotFound, Refused
from forum.base.verdicts import require
from forum.base.words import say

#: Lets people and scanners recognise a token that was left lying about.
PREFIX = "sportello_"

#: More than anybody needs, fewer than a loop would make.
MOST_TOKENS = 50


def add_token(session: Session, owner: User, name: str, scopes: frozenset[str], now: datetime) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown to the owner and nowhere kept."""
    if not scopes:
        raise Invalid({"scopes": say("Choose at least one scope.")})
    for unknown in sorted(scopes - set(SCOPES)):
        raise Invalid(
            {"scopes": say("There is no scope %(name)s. The scopes are %(all)s.", name=unknown, all=", ".join(SCOPES))}
        )
    for scope in sorted(scopes):
        require(may_use_scope(owner, scope))
    living = session.scalars(
        select(ApiToken.id).where(ApiToken.user_id == owner.id, ApiToken.revoked_at.is_(None)).limit(MOST_TOKENS)
    ).all()
    if len(living) >= MOST_TOKENS:
        raise Refused(say("You have many tokens already. Revoke one that you no longer use."))
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(user=owner, name=name, token_hash=hash_token(text), scopes=scopes, created_at=now)
    session.add(token)
    session.flush()
    return token, text


def find_token(session: Session, text: str) -> ApiToken | None:
    """The living token with its owner, or None: unknown, revoked, owner's account closed."""
    if not text.startswith(PREFIX) or len(text) > 200:
        return None
    return session.scalar(
        select(ApiToken)
        .join(ApiToken.user)
        .options(contains_eager(ApiToken.user))
        .where(ApiToken.token_hash == hash_token(text))
        .where(ApiToken.revoked_at.is_(None))
        .where(User.disabled_at.is_(None))
    )


def allowed_scopes(token: ApiToken) -> frozenset[str]:
    """What the token may do today: its scopes as far as its owner still has the roles for them."""
    return frozenset(scope for scope in token.scopes if may_use_scope(token.user, scope))


def find_own_token(session: Session, owner: User, token_id: int) -> ApiToken:
    """Raise NotFound also for somebody else's."""
    token = session.get(ApiToken, token_id)
    if token is None or token.user_id != owner.id:
        raise NotFound("token")
    return token


def revoke_token(session: Session, token: ApiToken, now: datetime) -> None:
    """Let the token open nothing any more; twice changes nothing."""
    if token.revoked_at is None:
        token.revoked_at = now
        session.flush()
