"""Changing what proves who somebody is: the password and the address."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from forum.accounts.events import (
    EmailChanged,
    EmailChangeRequested,
    EmailConfirmed,
    PasswordChanged,
    PasswordResetRequested,
)
from forum.accounts.links import CONFIRM_EMAIL, Purpose, read_credentials
from forum.accounts.models import EmailChange, User
from forum.accounts.queries import user_with_email
from forum.accounts.sessions import end_all_sessions, hash_token
from forum.accounts.signing_up import MAILS_ASKED_FROM, MAILS_TO_ONE_ADDRESS
from forum.base.errors import Conflict, Refused
from forum.base.limits import spend
from forum.base.outbox import publish
from forum.base.signing import Signer
from forum.base.words import say

KEEP_EMAIL_CHANGES = timedelta(days=7)

STALE_LINK = say("This link was used already or is too old. Ask for a new one.")


def ask_for_reset(session: Session, email: str, client: str, now: datetime) -> None:
    """Have a link sent to the owner of the address; with no owner the same is written, and nothing is sent."""
    spend(session, MAILS_ASKED_FROM, client, now)
    spend(session, MAILS_TO_ONE_ADDRESS, hash_token(email), now)
    user = user_with_email(session, email)
    publish(session, PasswordResetRequested(0 if user is None else user.id, secrets.token_hex(8)))


def find_by_link(session: Session, signer: Signer, purpose: Purpose, token: str) -> User | None:
    """Whose credentials a mailed link may set: nobody's once they were changed, or the account was closed."""
    found = read_credentials(signer, purpose, token)
    user = session.get(User, found[0]) if found is not None else None
    if user is None or found is None or user.credentials_version != found[1] or user.disabled_at is not None:
        return None
    return user


def set_password(session: Session, user: User, password_hash: str, now: datetime) -> None:
    """Give the account a new password: everybody is signed out, and every older link is worthless."""
    user.password_hash = password_hash
    user.credentials_version += 1
    end_all_sessions(session, user, now)
    session.flush()
    publish(session, PasswordChanged(user.id, secrets.token_hex(8)))


def change_password(session: Session, user: User, checked_hash: str, password_hash: str, now: datetime) -> None:
    """The same, for somebody who gave the old one, which was right for `checked_hash` a moment ago."""
    if user.password_hash != checked_hash:
        raise Conflict
    set_password(session, user, password_hash, now)


def ask_to_change_email(session: Session, user: User, email: str, client: str, now: datetime) -> EmailChange:
    """Have a link sent to the new address; whether somebody else has it is told only there."""
    spend(session, MAILS_ASKED_FROM, client, now)
    spend(session, MAILS_TO_ONE_ADDRESS, hash_token(email), now)
    change = EmailChange(user_id=user.id, email=email, old_email=user.email, created_at=now)
    session.add(change)
    session.flush()
    publish(session, EmailChangeRequested(change.id))
    return change


def find_open_email_change(session: Session, change_id: int | None, user: User, now: datetime) -> EmailChange | None:
    """The wish behind a link; only for the person who has it, while it is open."""
    change = session.get(EmailChange, change_id) if change_id is not None else None
    if change is None or change.user_id != user.id or change.used_at is not None:
        return None
    return None if change.created_at < now - CONFIRM_EMAIL.lifetime else change


def confirm_email(session: Session, user: User, change: EmailChange, now: datetime) -> None:
    """Reach the user at the new address from now on, and tell them at the old one."""
    if find_open_email_change(session, change.id, user, now) is None:
        raise Refused(STALE_LINK)
    if user_with_email(session, change.email) is not None:
        raise Refused(say("This address has an account by now."))
    change.old_email = user.email
    user.email = change.email
    user.credentials_version += 1
    session.execute(
        update(EmailChange).where(EmailChange.user_id == user.id, EmailChange.used_at.is_(None)).values(used_at=now)
    )
    session.flush()
    publish(session, EmailChanged(change.id))
    publish(session, EmailConfirmed(user.id))


def forget_email_changes(session: Session, now: datetime) -> None:
    """Delete the wishes of last week, with the addresses in them."""
    session.execute(delete(EmailChange).where(EmailChange.created_at < now - KEEP_EMAIL_CHANGES))
