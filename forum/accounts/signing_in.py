"""Coming in with a password: slow for guessers, the same for strangers, never a way to lock somebody out."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from forum.accounts import passwords
from forum.accounts.models import User, UserSession
from forum.accounts.queries import user_with_email
from forum.accounts.rules import may_sign_in
from forum.accounts.sessions import end_all_sessions, end_session, hash_token, open_session
from forum.base.errors import TooMany
from forum.base.limits import Limit, give_back, retry_after, spend, used
from forum.base.verdicts import require
from forum.base.words import say

#: From one place at one account: more typing errors than anybody makes, far fewer than a guesser needs.
TRIES_HERE = Limit("sign-in-here", 10, timedelta(minutes=15))

#: From one place at all accounts: a household or an office signs in together.
TRIES_FROM = Limit("sign-in-from", 100, timedelta(minutes=15))

#: At one account from everywhere. Beyond it every place gets only a few tries, but it gets them: an attack
#: from a thousand machines slows itself down, and the owner at home still comes in.
TRIES_AT = Limit("sign-in-at", 100, timedelta(hours=1))
TRIES_UNDER_ATTACK = 3

#: The password asked for again inside a session.
TRIES_AGAIN = Limit("sign-in-again", 10, timedelta(minutes=15))


def count_try(session: Session, email: str, client: str, now: datetime) -> None:
    """Count a try before its password is looked at, so that many at once are no way around; raise TooMany.

    In a unit of work of its own: what follows may be refused, and the count must stay.
    """
    account = hash_token(email)[:32]
    here = f"{account}:{client}"
    attacked = used(session, TRIES_AT, account, now) >= TRIES_AT.most
    if attacked and used(session, TRIES_HERE, here, now) >= TRIES_UNDER_ATTACK:
        raise TooMany(
            say("There were too many tries to sign in. Please wait a little and try again."),
            retry_after(TRIES_HERE, now),
        )
    spend(session, TRIES_FROM, client, now)
    spend(session, TRIES_HERE, here, now)
    if not attacked:
        spend(session, TRIES_AT, account, now)


def forgive_try(session: Session, email: str, client: str, now: datetime) -> None:
    """Take back the count of a try that turned out right."""
    account = hash_token(email)[:32]
    for limit, who in ((TRIES_FROM, client), (TRIES_HERE, f"{account}:{client}"), (TRIES_AT, account)):
        give_back(session, limit, who, now)


def find_claimed(session: Session, email: str) -> tuple[int, str | None]:
    """Whose account an address is, and the hash to check: 0 and none for nobody's."""
    user = user_with_email(session, email)
    return (user.id, user.password_hash) if user is not None else (0, None)


def sign_in(session: Session, user: User, checked_hash: str, user_agent: str, now: datetime) -> tuple[UserSession, str]:
    """Open a session for somebody whose password was right for `checked_hash` a moment ago.

    Refuses when it has been changed since, and when the account is closed.
    """
    if user.password_hash != checked_hash:
        raise TooMany(say("The password of this account has just been changed. Sign in again."), timedelta(seconds=1))
    require(may_sign_in(user))
    return open_session(session, user, user_agent, now)


def renew_hash(user: User, password_hash: str) -> None:
    """Keep the same password under today's settings; it is no change of credentials."""
    user.password_hash = password_hash


def sign_out(session: Session, user_session: UserSession, now: datetime) -> None:
    """Leave with this browser."""
    end_session(session, user_session, now)
    session.flush()


def sign_out_everywhere(session: Session, user: User, now: datetime) -> None:
    """Leave with every browser."""
    end_all_sessions(session, user, now)


def needs_longer_password(user: User, password: str) -> bool:
    """Whether somebody who became staff still comes with a customer's password."""
    return user.is_staff and not passwords.is_long_enough(password, is_staff=True)
