"""From the wish for an account to the account: nothing exists until the owner of the address says so."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from forum.accounts.events import EmailConfirmed, SignUpRequested
from forum.accounts.links import CONFIRM_SIGN_UP
from forum.accounts.models import SignUp, User
from forum.accounts.sessions import hash_token
from forum.base.errors import Refused
from forum.base.limits import Limit, spend
from forum.base.outbox import publish
from forum.base.words import say

#: A mail every few minutes helps somebody whose first one was lost; more would be a weapon.
MAILS_TO_ONE_ADDRESS = Limit("mail-to", 4, timedelta(hours=1))

#: An office behind one address may sign up together; a machine may not fill other people's inboxes.
MAILS_ASKED_FROM = Limit("mail-from", 30, timedelta(hours=1))

#: Guesses at the password that belongs to one sign-up, by whoever holds the link.
CONFIRMING = Limit("confirm", 10, timedelta(hours=1))

#: Wishes that nobody confirmed are forgotten some days after their link has died.
KEEP_SIGN_UPS = timedelta(days=7)


@dataclass(frozen=True)
class Wish:
    """What somebody wrote who wants an account; the address is normalised, the password already hashed."""

    email: str
    name: str
    password_hash: str
    language: str


def ask_to_join(session: Session, wish: Wish, browser: str, client: str, now: datetime) -> SignUp:
    """Note the wish and have a mail sent.

    Does the same whether or not the address has an account: which mail it is, is decided when it is written.
    `browser` is a secret that the asking browser keeps.
    """
    spend(session, MAILS_ASKED_FROM, client, now)
    spend(session, MAILS_TO_ONE_ADDRESS, hash_token(wish.email), now)
    sign_up = SignUp(
        email=wish.email,
        name=wish.name,
        password_hash=wish.password_hash,
        language=wish.language,
        browser_hash=hash_token(browser),
        created_at=now,
    )
    session.add(sign_up)
    session.flush()
    publish(session, SignUpRequested(sign_up.id))
    return sign_up


def find_open_sign_up(session: Session, sign_up_id: int | None, now: datetime) -> SignUp | None:
    """The wish behind a link, unless it was confirmed already or is too old."""
    sign_up = session.get(SignUp, sign_up_id) if sign_up_id is not None else None
    if sign_up is None or sign_up.used_at is not None or sign_up.created_at < now - CONFIRM_SIGN_UP.lifetime:
        return None
    return sign_up


def is_from_browser(sign_up: SignUp, browser: str | None) -> bool:
    """Whether this is the browser that signed up.

    Elsewhere the password is asked for as well, so that nobody confirms a stranger's wish with a stranger's
    password and then fills an account that the stranger can open.
    """
    return browser is not None and hmac.compare_digest(sign_up.browser_hash, hash_token(browser))


def confirm_sign_up(session: Session, sign_up: SignUp, now: datetime) -> User:
    """Make the account; the caller has proved by browser or password that it is theirs."""
    if find_open_sign_up(session, sign_up.id, now) is None:
        raise Refused(say("This link was used already or is too old. Sign in, or sign up once more."))
    if session.scalar(select(User.id).where(User.email == sign_up.email)) is not None:
        raise Refused(say("This address has an account by now. Sign in instead."))
    user = User(
        email=sign_up.email,
        name=sign_up.name,
        password_hash=sign_up.password_hash,
        language=sign_up.language,
        created_at=now,
    )
    session.add(user)
    session.execute(update(SignUp).where(SignUp.email == sign_up.email, SignUp.used_at.is_(None)).values(used_at=now))
    session.flush()
    publish(session, EmailConfirmed(user.id))
    return user


def forget_sign_ups(session: Session, now: datetime) -> None:
    """Delete wishes whose link died days ago, with the passwords in them."""
    session.execute(delete(SignUp).where(SignUp.created_at < now - KEEP_SIGN_UPS))
