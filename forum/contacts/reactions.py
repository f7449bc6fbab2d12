"""A confirmed address says who somebody is, if only one contact has it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.events import EmailConfirmed
from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.errors import Invalid
from forum.base.outbox import publish
from forum.contacts.actions import join, prove_address
from forum.contacts.drafts import ContactDraft, fill
from forum.contacts.events import ContactAdded, ContactsMerged
from forum.contacts.merging import gather
from forum.contacts.models import BY_EMAIL, EMAIL, Contact, ContactMerge, ContactPoint, RefusedJoin
from forum.contacts.points import email_value


def join_confirmed_user(session: Session, event: EmailConfirmed) -> None:
    """Join the user to the one contact with their address, or to a new one; where several have it an agent decides."""
    user = session.get(User, event.user_id)
    if user is None or user.email is None or user.disabled_at is not None:
        return
    join_by_address(session, user, user.email, utc_now())


def join_by_address(session: Session, user: User, email: str, now: datetime) -> Contact | None:
    """The contact that is this user from now on, or None where that cannot be told."""
    joined = session.scalar(select(Contact).where(Contact.user_id == user.id))
    if joined is not None:
        prove_address(session, joined, user, now)
        return joined
    try:
        value = email_value(email)
    except Invalid:
        return None
    holders = session.scalars(
        select(Contact)
        .join(ContactPoint)
        .where(ContactPoint.kind == EMAIL, ContactPoint.value == value, Contact.merged_into_id.is_(None))
        .limit(2)
    ).all()
    if len(holders) > 1:
        return None
    if not holders or holders[0].user_id is not None:
        found = _contact_named_like(session, user, now)
    elif session.get(RefusedJoin, (holders[0].id, user.id)) is not None:
        return None
    else:
        found = holders[0]
    join(session, found, user, BY_EMAIL, now)
    return found


def _contact_named_like(session: Session, user: User, now: datetime) -> Contact:
    """Nobody in the CRM has this address, or only as one that somebody else had before."""
    contact = Contact(created_at=now)
    fill(contact, ContactDraft(name=user.name, language=user.language))
    session.add(contact)
    session.flush()
    publish(session, ContactAdded(contact.id))
    return contact


def gather_latecomers(session: Session, event: ContactsMerged) -> None:
    """Bring over what somebody wrote down for the merged contact in the very moment of the merge."""
    merge = session.get(ContactMerge, event.merge_id)
    if merge is not None and merge.undone_at is None and merge.kept.merged_into_id is None:
        merge.moves = gather(session, merge.kept, merge.gone, merge.moves)
        session.flush()
