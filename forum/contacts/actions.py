"""Changing the CRM: contacts, their addresses and numbers, and who of the forum they are."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid, NotFound
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.contacts import rules
from forum.contacts.drafts import ContactDraft, differing, fill
from forum.contacts.events import ContactAdded, ContactJoined, ContactParted
from forum.contacts.models import (
    BY_AGENT,
    EMAIL,
    EXTERNAL_ID_LENGTH,
    MOST_POINTS,
    OWN_SYSTEM,
    Contact,
    ContactPoint,
    ExternalId,
    RefusedJoin,
)
from forum.contacts.points import email_value, home_region, point_value
from forum.contacts.timeline import record, record_for, strike, take_away

__all__ = [
    "add_contact",
    "add_external_id",
    "add_point",
    "edit_contact",
    "join",
    "join_user",
    "part_user",
    "prove_address",
    "record",
    "record_for",
    "remove_external_id",
    "remove_point",
    "strike",
]


def add_contact(
    session: Session,
    actor: User,
    draft: ContactDraft,
    now: datetime,
    *,
    points: Sequence[tuple[str, str]] = (),
) -> Contact:
    """Write down a person with the (kind, text) of their addresses and numbers, none of them proved yet."""
    require(rules.may_change_contacts(actor))
    contact = Contact(created_at=now)
    fill(contact, draft.checked())
    region = home_region(session)
    contact.points = [
        ContactPoint(kind=kind, value=value)
        for kind, value in dict.fromkeys((kind, point_value(kind, text, region)) for kind, text in points)
    ]
    session.add(contact)
    session.flush()
    log_staff_act(session, actor, "add_contact", Cause.of(contact), now)
    publish(session, ContactAdded(contact.id))
    return contact


def edit_contact(
    session: Session, actor: User, contact: Contact, draft: ContactDraft, version: int, now: datetime
) -> None:
    """Change what is known of a person; raises Conflict when it is no longer as the actor saw it."""
    require(rules.may_change_contacts(actor))
    if contact.version != version:
        raise Conflict
    checked = draft.checked()
    changed = differing(contact, checked)
    if not changed:
        return
    fill(contact, checked)
    _touch(session, contact, now)
    before, after = {"version": version}, {"version": contact.version, "fields": changed}
    log_staff_act(session, actor, "edit_contact", Cause.of(contact), now, before=before, after=after)


def add_point(session: Session, actor: User, contact: Contact, kind: str, text: str, now: datetime) -> ContactPoint:
    """Add an address or number, not proved; the one already there when it is."""
    require(rules.may_change_contacts(actor))
    value = point_value(kind, text, home_region(session))
    known = _point(session, contact, kind, value)
    if known is not None:
        return known
    if len(contact.points) >= MOST_POINTS:
        raise Invalid({kind: say("One contact can have at most %(most)d addresses and numbers.", most=MOST_POINTS)})
    point = ContactPoint(contact=contact, kind=kind, value=value)
    session.add(point)
    _touch(session, contact, now)
    log_staff_act(session, actor, "add_point", Cause.of(contact), now, after={"kind": kind})
    return point


def remove_point(session: Session, actor: User, contact: Contact, point_id: int, now: datetime) -> None:
    """Forget an address or number; a join that it proved stays until an agent undoes it."""
    require(rules.may_change_contacts(actor))
    point = next((each for each in contact.points if each.id == point_id), None)
    if point is None:
        raise NotFound("point")
    contact.points.remove(point)
    session.delete(point)
    _touch(session, contact, now)
    log_staff_act(session, actor, "remove_point", Cause.of(contact), now, before={"kind": point.kind})


def add_external_id(
    session: Session, actor: User, contact: Contact, value: str, now: datetime, system: str = OWN_SYSTEM
) -> None:
    """Note how another system calls this contact; there, one id is one person."""
    require(rules.may_change_contacts(actor))
    if not 0 < len(value) <= EXTERNAL_ID_LENGTH:
        raise Invalid({"external_id": say("An id has 1 to %(most)d characters.", most=EXTERNAL_ID_LENGTH)})
    holder = session.scalar(select(ExternalId.contact_id).where(ExternalId.system == system, ExternalId.value == value))
    if holder == contact.id:
        return
    if holder is not None:
        raise Invalid({"external_id": say("Contact %(number)d already has this id.", number=holder)})
    session.add(ExternalId(contact=contact, system=system, value=value))
    _touch(session, contact, now)
    log_staff_act(session, actor, "add_external_id", Cause.of(contact), now, after={"system": system})


def remove_external_id(session: Session, actor: User, contact: Contact, row_id: int, now: datetime) -> None:
    """Forget how another system calls this contact."""
    require(rules.may_change_contacts(actor))
    row = next((row for row in contact.external_ids if row.id == row_id), None)
    if row is None:
        raise NotFound("external id")
    contact.external_ids.remove(row)
    session.delete(row)
    _touch(session, contact, now)
    log_staff_act(session, actor, "remove_external_id", Cause.of(contact), now, before={"system": row.system})


def join_user(session: Session, actor: User, contact: Contact, user: User, now: datetime, why: str = "") -> None:
    """Say that a contact and a forum user are one; the address the user confirmed is then the contact's."""
    require(rules.may_join(actor, contact, user))
    if contact.user_id == user.id:
        return
    other = session.scalar(select(Contact.id).where(Contact.user_id == user.id))
    if other is not None:
        raise Invalid(
            {"user": say("This person is already joined to contact %(number)d. Undo that first.", number=other)}
        )
    refused = session.get(RefusedJoin, (contact.id, user.id))
    if refused is not None:
        session.delete(refused)
    join(session, contact, user, BY_AGENT, now, actor_id=actor.id)
    log_staff_act(session, actor, "join_user", Cause.of(contact), now, after={"user_id": user.id}, why=why)


def part_user(session: Session, actor: User, contact: Contact, now: datetime, why: str = "") -> None:
    """Undo a join, whatever proved it; from now on nothing joins the two by itself."""
    require(rules.may_part(actor, contact))
    user_id = contact.user_id
    assert user_id is not None  # noqa: S101
    session.add(RefusedJoin(contact_id=contact.id, user_id=user_id, refused_by_id=actor.id, at=now))
    for point in contact.points:
        if point.verified_by_id == user_id:
            point.verified_at = point.verified_by_id = None
    contact.user = None
    contact.joined_at = contact.joined_by = None
    take_away(session, contact.id, user_id)
    _touch(session, contact, now)
    details = {"user_id": user_id}
    record_for(session, contact.id, "parted", _turn(contact), now, actor_id=actor.id, details=details)
    log_staff_act(session, actor, "part_user", Cause.of(contact), now, before=details, why=why)
    publish(session, ContactParted(contact.id, user_id))


def join(
    session: Session, contact: Contact, user: User, proof: str, now: datetime, *, actor_id: int | None = None
) -> None:
    """Join what was found to be one person; the constraints let nobody be joined twice."""
    contact.user = user
    contact.joined_at = now
    contact.joined_by = proof
    _touch(session, contact, now)
    prove_address(session, contact, user, now)
    details = {"user_id": user.id, "name": user.name, "proof": proof}
    record_for(session, contact.id, "joined", _turn(contact), now, actor_id=actor_id, details=details)
    publish(session, ContactJoined(contact.id, user.id))


def prove_address(session: Session, contact: Contact, user: User, now: datetime) -> None:
    """Let the address that the joined user confirmed be the contact's, and the one they had before be unproved.

    Where somebody else proved the same address and still has it, nothing is taken from them.
    """
    for known in contact.points:
        if known.kind == EMAIL and known.verified_by_id == user.id and known.value != user.email:
            known.verified_at = known.verified_by_id = None
    session.flush()
    if user.email is None:
        return
    value = email_value(user.email)
    proved = session.scalar(
        select(ContactPoint).where(
            ContactPoint.kind == EMAIL, ContactPoint.value == value, ContactPoint.verified_at.is_not(None)
        )
    )
    if proved is not None and proved.contact_id == contact.id:
        return
    if proved is not None:
        if proved.verified_by_id is None:
            return
        proved.verified_at = proved.verified_by_id = None
        session.flush()
    point = _point(session, contact, EMAIL, value) or ContactPoint(contact=contact, kind=EMAIL, value=value)
    session.add(point)
    point.verified_at = now
    point.verified_by_id = user.id
    session.flush()


def _point(session: Session, contact: Contact, kind: str, value: str) -> ContactPoint | None:
    return session.scalar(
        select(ContactPoint).where(
            ContactPoint.contact_id == contact.id, ContactPoint.kind == kind, ContactPoint.value == value
        )
    )


def _touch(session: Session, contact: Contact, now: datetime) -> None:
    contact.version += 1
    contact.edited_at = now
    session.flush()


def _turn(contact: Contact) -> Cause:
    """Joins and partings may follow each other; each is a turn of its own on the timeline."""
    return Cause("contact_version", contact.version)
