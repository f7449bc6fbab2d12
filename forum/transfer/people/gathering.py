"""Everything that is kept about one person, by walking the tables; of others no more than their numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, and_, or_, select
from sqlalchemy.orm import Session

from forum.accounts.models import SignUp, User
from forum.base.db import Model
from forum.base.limits import Usage
from forum.contacts.models import EMAIL, Contact, ContactPoint
from forum.tickets.models import NOTE, Ticket, TicketMessage
from forum.transfer.people.policy import POLICIES, THEIRS, Policy

#: What a person who is no member of staff may read of a case is what was said to them or by them.
CRM_ONLY = frozenset(("tier", "folded"))

#: Columns by which a row is named when only the act is told.
NAMES_OF_A_ROW = ("at", "created_at", "linked_at", "asked_at", "decided_at", "deleted_at", "accepted_at")


@dataclass(frozen=True)
class Person:
    """Who is meant: an account, contacts, or only an address that somebody once typed here."""

    email: str
    user: User | None
    contacts: tuple[Contact, ...]
    sign_ups: int

    @property
    def is_known(self) -> bool:
        return self.user is not None or bool(self.contacts) or self.sign_ups > 0


def find_person(session: Session, email: str) -> Person:
    """Whoever is behind an address, as it is compared."""
    user = session.scalar(select(User).where(User.email == email))
    found = select(Contact).join(ContactPoint).where(ContactPoint.kind == EMAIL, ContactPoint.value == email)
    contacts = {contact.id: contact for contact in session.scalars(found)}
    if user is not None:
        contacts |= {
            contact.id: contact for contact in session.scalars(select(Contact).where(Contact.user_id == user.id))
        }
    contacts |= {contact.id: contact for contact in _merged_into(session, list(contacts))}
    sign_ups = len(session.scalars(select(SignUp.id).where(SignUp.email == email)).all())
    return Person(email, user, tuple(contacts[number] for number in sorted(contacts)), sign_ups)


def person_behind(session: Session, user: User) -> Person:
    """The person with an account, and only the contact that is proved to be them."""
    contacts = session.scalars(select(Contact).where(Contact.user_id == user.id)).all()
    merged = _merged_into(session, [contact.id for contact in contacts])
    return Person(user.email or "", user, (*contacts, *merged), 0)


def _merged_into(session: Session, ids: list[int]) -> list[Contact]:
    """Contacts that turned out to be these, one behind the other."""
    found: list[Contact] = []
    while ids:
        step = session.scalars(select(Contact).where(Contact.merged_into_id.in_(ids), Contact.id.not_in(ids))).all()
        new = [contact for contact in step if contact not in found]
        found += new
        ids = [contact.id for contact in new]
    return found


def gather(session: Session, person: Person, *, for_themselves: bool) -> dict[str, list[dict[str, Any]]]:
    """Table -> rows, without what lets anybody in; for themselves also without what staff note among each other."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name, policy in POLICIES.items():
        rows = list(_rows(session, Model.metadata.tables[name], policy, person))
        if rows:
            found[name] = rows
    messages = _ticket_messages(session, person, for_themselves=for_themselves)
    known = {row["id"] for row in messages}
    messages += [row for row in found.get("ticket_messages", []) if row["id"] not in known]
    if messages:
        found["ticket_messages"] = sorted(messages, key=lambda row: row["id"])
    if for_themselves:
        for row in found.get("contacts", []):
            for column in CRM_ONLY:
                row.pop(column, None)
    return found


def _rows(session: Session, table: Table, policy: Policy, person: Person) -> Iterator[dict[str, Any]]:
    user_id = None if person.user is None else person.user.id
    contact_ids = [contact.id for contact in person.contacts]
    theirs, acts = _conditions(table, policy, user_id, contact_ids, person.email)
    seen = set()
    key = list(table.primary_key.columns)
    for condition, shown in ((theirs, _all_of(table, policy)), (acts, _name_of(table, policy))):
        if condition is None:
            continue
        for row in session.execute(select(*key, *shown).where(condition).order_by(*key)).mappings():
            identity = tuple(row[column] for column in key)
            if identity not in seen:
                seen.add(identity)
                yield {column.name: _plain(row[column]) for column in shown}


def _conditions(
    table: Table, policy: Policy, user_id: int | None, contact_ids: list[int], email: str
) -> tuple[Any | None, Any | None]:
    """Which rows are about the person, and which they only had a hand in."""
    theirs: list[Any] = []
    acts: list[Any] = []
    for column, tie in policy.users.items():
        if user_id is not None:
            (theirs if tie.means == THEIRS else acts).append(table.c[column] == user_id)
    for column, tie in policy.contacts.items():
        if contact_ids:
            (theirs if tie.means == THEIRS else acts).append(table.c[column].in_(contact_ids))
    if policy.cause is not None:
        kind, number = policy.cause
        if user_id is not None:
            theirs.append(and_(table.c[kind] == "user", table.c[number] == user_id))
        if contact_ids:
            theirs.append(and_(table.c[kind] == "contact", table.c[number].in_(contact_ids)))
    if table.name == "users" and user_id is not None:
        theirs.append(table.c.id == user_id)
    if table.name == "contacts" and contact_ids:
        theirs.append(table.c.id.in_(contact_ids))
    if table.name == "sign_ups" and email:
        theirs.append(table.c.email == email)
    if table.name == Usage.__tablename__ and user_id is not None:
        theirs.append(table.c.key.like(f"%:user:{user_id}"))
    if table.name == "idempotency_keys" and user_id is not None:
        theirs.append(table.c.owner == f"user:{user_id}")
    return or_(*theirs) if theirs else None, or_(*acts) if acts else None


def _all_of(table: Table, policy: Policy) -> list[Column[Any]]:
    """Everything of their own row but secrets, the HTML made of a text, and the hands of staff."""
    hidden = policy.secrets | {"html", "html_version"}
    return [column for column in table.columns if column.name not in hidden]


def _name_of(table: Table, policy: Policy) -> list[Column[Any]]:
    """That it was them, on which row, and when: not what others wrote there."""
    wanted = {column.name for column in table.primary_key.columns} | set(policy.users) | set(NAMES_OF_A_ROW)
    wanted |= set(policy.cause or ()) | ({"verb"} if table.name == "staff_acts" else set())
    return [column for column in table.columns if column.name in wanted]


def _ticket_messages(session: Session, person: Person, *, for_themselves: bool) -> list[dict[str, Any]]:
    """What was said in their cases, by them and to them; notes only to an operator who has to look."""
    ids = [contact.id for contact in person.contacts]
    if not ids:
        return []
    wanted = (
        select(TicketMessage).join(Ticket, Ticket.id == TicketMessage.ticket_id).where(Ticket.requester_id.in_(ids))
    )
    if for_themselves:
        wanted = wanted.where(TicketMessage.kind != NOTE)
    return [
        {
            "id": message.id,
            "ticket_id": message.ticket_id,
            "kind": message.kind,
            "author_id": message.author_id,
            "text": message.text,
            "at": _plain(message.at),
        }
        for message in session.scalars(wanted.order_by(TicketMessage.id))
    ]


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
    if isinstance(value, frozenset):
        return sorted(value)
    return value
