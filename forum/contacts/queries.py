"""Reading the CRM: every way to find a contact, and what happened with one."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from forum.accounts.models import Reader, User
from forum.base.errors import Invalid, NotFound
from forum.base.paging import PAGE_SIZE, Order, Page, fetch_page
from forum.contacts import rules
from forum.contacts.models import (
    EMAIL,
    OWN_SYSTEM,
    PHONE,
    Contact,
    ContactMerge,
    ContactPoint,
    ExternalId,
    TimelineEntry,
)
from forum.contacts.points import email_value, fold, home_region, parts_of_number, phone_value

#: More than this nobody reads in a list of doubtful cases.
MOST_UNCLEAR = 20


def visible_contacts(reader: Reader) -> Select[Contact]:
    """All contacts for those who may see them, none for others; of merged ones the one that was kept."""
    query = select(Contact).where(Contact.merged_into_id.is_(None))
    return query if rules.may_see_contacts(reader) else query.where(false())


def find_contact(session: Session, reader: Reader, contact_id: int) -> Contact:
    """With its points, numbers in other systems and user; raises NotFound."""
    query = (
        visible_contacts(reader)
        .where(Contact.id == contact_id)
        .options(selectinload(Contact.points), selectinload(Contact.external_ids), joinedload(Contact.user))
    )
    contact = session.scalar(query)
    if contact is None:
        raise NotFound("contact")
    return contact


def find_kept_contact(session: Session, reader: Reader, contact_id: int) -> Contact:
    """The contact that an id means now: what was merged is what it was merged into; raises NotFound."""
    seen: set[int] = set()
    number: int | None = contact_id
    while number is not None and number not in seen and rules.may_see_contacts(reader):
        seen.add(number)
        contact_id = number
        number = session.scalar(select(Contact.merged_into_id).where(Contact.id == number))
    return find_contact(session, reader, contact_id)


def merges_into(session: Session, reader: Reader, contact: Contact) -> Sequence[ContactMerge]:
    """The merges that stand, the newest first: it is the one that can be undone."""
    if not rules.may_see_contacts(reader):
        return []
    return session.scalars(
        select(ContactMerge)
        .where(ContactMerge.kept_id == contact.id, ContactMerge.undone_at.is_(None))
        .options(joinedload(ContactMerge.gone), joinedload(ContactMerge.merged_by))
        .order_by(ContactMerge.id.desc())
    ).all()


def find_merge(session: Session, reader: Reader, contact_id: int, merge_id: int) -> ContactMerge:
    """Raise NotFound where there is none for this reader."""
    merge = session.get(ContactMerge, merge_id) if rules.may_see_contacts(reader) else None
    if merge is None or merge.kept_id != contact_id:
        raise NotFound("merge")
    return merge


def count_timeline(session: Session, contact: Contact) -> int:
    """How much happened with a contact."""
    return (
        session.scalar(select(func.count()).select_from(TimelineEntry).where(TimelineEntry.contact_id == contact.id))
        or 0
    )


def contact_of(session: Session, reader: Reader, user_id: int) -> Contact | None:
    """The contact joined to a forum user."""
    return session.scalar(visible_contacts(reader).where(Contact.user_id == user_id))


def contacts_with_point(session: Session, reader: Reader, kind: str, value: str) -> Sequence[Contact]:
    """Who holds an address or number, given as it is kept; the one who proved it first."""
    return session.scalars(
        visible_contacts(reader)
        .join(ContactPoint)
        .where(ContactPoint.kind == kind, ContactPoint.value == value)
        .order_by(ContactPoint.verified_at.is_(None), Contact.id)
    ).all()


def contact_with_external_id(session: Session, reader: Reader, value: str, system: str = OWN_SYSTEM) -> Contact | None:
    """Whom another system calls by this id."""
    return session.scalar(
        visible_contacts(reader).join(ExternalId).where(ExternalId.system == system, ExternalId.value == value)
    )


def list_contacts(
    session: Session,
    reader: Reader,
    words: str = "",
    cursor: str | None = None,
    size: int = PAGE_SIZE,
    *,
    points: Sequence[tuple[str, str]] = (),
    external_id: str = "",
    with_ids: bool = False,
) -> Page[Contact]:
    """Newest first; `words` may be a part of a name or company, an address, a number, an id elsewhere.

    `points` are kinds with values as they are kept, and `external_id` is how some other system calls the contact:
    a contact is listed that has all of these. `with_ids` loads what other systems call them.
    """
    query = visible_contacts(reader).options(selectinload(Contact.points), joinedload(Contact.user))
    if with_ids:
        query = query.options(selectinload(Contact.external_ids))
    for kind, value in points:
        query = query.where(_has_point(kind, value))
    if external_id:
        query = query.where(Contact.id.in_(select(ExternalId.contact_id).where(ExternalId.value == external_id)))
    for part in _sought(words, home_region(session)):
        query = query.where(part)
    order = Order(Contact.created_at, Contact.id)
    return fetch_page(session, query, order, lambda row: (row.created_at, row.id), cursor, size)


def _sought(words: str, region: str) -> list[ColumnElement[bool]]:
    """What a row must fulfil; a whole address or number is looked up by index, anything else by its parts."""
    text = words.strip()
    if not text:
        return []
    if "@" in text:
        try:
            return [_has_point(EMAIL, email_value(text))]
        except Invalid:
            return [_has_point_like(text.lower())]
    by_id = Contact.id.in_(select(ExternalId.contact_id).where(ExternalId.value == text))
    parts = () if any(sign.isalpha() for sign in text.removeprefix("tel:")) else _parts(text)
    if parts:
        try:
            whole = _has_point(PHONE, phone_value(text, region))
        except Invalid:
            whole = false()
        return [or_(whole, *(_has_point_like(part) for part in parts), by_id)]
    named = [Contact.folded.contains(part, autoescape=True) for part in fold(text).split()]
    if len(named) == 1:
        return [or_(named[0], by_id)]
    return list(named)


def _parts(text: str) -> tuple[str, ...]:
    try:
        return parts_of_number(text)
    except Invalid:
        return ()


def _has_point(kind: str, value: str) -> ColumnElement[bool]:
    return Contact.id.in_(select(ContactPoint.contact_id).where(ContactPoint.kind == kind, ContactPoint.value == value))


def _has_point_like(part: str) -> ColumnElement[bool]:
    return Contact.id.in_(select(ContactPoint.contact_id).where(ContactPoint.value.contains(part, autoescape=True)))


def list_timeline(
    session: Session, contact: Contact, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[TimelineEntry]:
    """What happened with a contact, newest first."""
    query = select(TimelineEntry).where(TimelineEntry.contact_id == contact.id)
    order = Order(TimelineEntry.at, TimelineEntry.id)
    return fetch_page(session, query, order, lambda row: (row.at, row.id), cursor, size)


def doubles(session: Session, reader: Reader, contact: Contact) -> Sequence[Contact]:
    """Others who may be the same person: they hold an address or number of this one, or name and company are equal."""
    values = [point.value for point in contact.points]
    alike: list[ColumnElement[bool]] = []
    if values:
        alike.append(Contact.id.in_(select(ContactPoint.contact_id).where(ContactPoint.value.in_(values))))
    if contact.company:
        alike.append(Contact.folded == contact.folded)
    if not alike:
        return []
    return session.scalars(
        visible_contacts(reader)
        .where(Contact.id != contact.id, or_(*alike))
        .options(selectinload(Contact.points))
        .order_by(Contact.id)
        .limit(MOST_UNCLEAR)
    ).all()


def users_like(session: Session, contact: Contact) -> Sequence[User]:
    """Forum users without a contact who confirmed an address that this contact holds."""
    addresses = [point.value for point in contact.points if point.kind == EMAIL]
    if not addresses or contact.user_id is not None:
        return []
    return session.scalars(
        select(User).where(User.email.in_(addresses), User.disabled_at.is_(None), ~_is_joined()).order_by(User.id)
    ).all()


def unclear_users(session: Session, reader: Reader) -> Sequence[User]:
    """Forum users who could not be joined by themselves, because their address says too little."""
    if not rules.may_see_contacts(reader):
        return []
    held = (
        select(ContactPoint.id)
        .join(Contact)
        .where(ContactPoint.kind == EMAIL, ContactPoint.value == User.email, Contact.merged_into_id.is_(None))
        .exists()
    )
    query = select(User).where(held, ~_is_joined(), User.disabled_at.is_(None))
    return session.scalars(query.order_by(User.id).limit(MOST_UNCLEAR)).all()


def count_contacts(session: Session, reader: Reader) -> int:
    """How many contacts there are for this reader."""
    return session.scalar(select(func.count()).select_from(visible_contacts(reader).subquery())) or 0


def _is_joined() -> ColumnElement[bool]:
    return exists().where(Contact.user_id == User.id)
