"""Tickets are opened, written in and handed on by agents alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, StaffAct, User
from forum.base.errors import Conflict, Invalid, NotFound, Refused
from forum.base.markup import render
from forum.base.outbox import Delivery
from forum.contacts.models import TimelineEntry
from forum.tickets import actions, queries, rules
from forum.tickets.models import (
    CLOSED,
    FROM_AGENT,
    FROM_CUSTOMER,
    NEW,
    NOTE,
    OPEN,
    PENDING,
    RESOLVED,
    STATUSES,
    Ticket,
    TicketMessage,
)
from tests.builders import make_contact, make_ticket

PEOPLE = [
    ("visitor", False),
    ("anna", False),
    ("elena", False),
    ("mia", False),
    ("aldo", True),
    ("ada", True),
]


@pytest.mark.parametrize("who, allowed", PEOPLE)
def test_who_sees_and_works_on_tickets(session: Session, cast: dict[str, User], who: str, allowed: bool) -> None:
    reader: Any = VISITOR if who == "visitor" else cast[who]
    ticket = make_ticket(session, cast["aldo"], make_contact(session))
    assert bool(rules.may_see_tickets(reader)) is allowed
    assert bool(rules.may_work_on_tickets(reader)) is allowed
    assert (queries.list_tickets(session, reader).items == [ticket]) is allowed
    assert queries.count_by_status(session, reader)[NEW] == (1 if allowed else 0)
    if allowed:
        assert queries.find_ticket(session, reader, ticket.id) is ticket
    else:
        with pytest.raises(NotFound):
            queries.find_ticket(session, reader, ticket.id)


@pytest.mark.parametrize("who, allowed", [("anna", False), ("mia", False), ("aldo", True), ("ada", True)])
def test_who_can_be_given_a_ticket(cast: dict[str, User], who: str, allowed: bool, now: datetime) -> None:
    assert bool(rules.may_be_assigned(cast[who])) is allowed
    cast[who].disabled_at = now
    assert not rules.may_be_assigned(cast[who])


def test_opening_writes_the_first_words_and_the_timeline(session: Session, aldo: User, now: datetime) -> None:
    contact = make_contact(session)
    ticket = make_ticket(session, aldo, contact, subject="  No   line ", message="It went **dark**.")
    assert (ticket.subject, ticket.status, ticket.opened_by_id) == ("No line", NEW, aldo.id)
    message = session.scalars(select(TicketMessage)).one()
    assert (message.kind, message.text) == (FROM_CUSTOMER, "It went **dark**.")
    assert "<strong>dark</strong>" in message.html
    entry = session.scalars(select(TimelineEntry)).one()
    assert (entry.contact_id, entry.kind, entry.cause_id) == (contact.id, "ticket_opened", ticket.id)


@pytest.mark.parametrize("subject", ["", "ab", " \x00 ", "x" * 201, "\ud800 no line"])
def test_a_ticket_says_what_it_is_about(session: Session, aldo: User, subject: str) -> None:
    contact = make_contact(session)
    with pytest.raises(Invalid) as refused:
        make_ticket(session, aldo, contact, subject=subject)
    assert set(refused.value.errors) == {"subject"}
    assert session.scalar(select(Ticket)) is None


@pytest.mark.parametrize("who", ["anna", "mia"])
def test_nobody_but_agents_changes_tickets(session: Session, cast: dict[str, User], who: str, now: datetime) -> None:
    contact = make_contact(session)
    ticket = make_ticket(session, cast["aldo"], contact)
    with pytest.raises(Refused):
        make_ticket(session, cast[who], contact)
    with pytest.raises(Refused):
        actions.add_message(session, cast[who], ticket, NOTE, render("x"), now)
    with pytest.raises(Refused):
        actions.change_ticket(session, cast[who], ticket, 1, now, status=CLOSED, assignee=None)
    assert (ticket.status, ticket.version) == (NEW, 1)


@pytest.mark.parametrize(
    "kind, before, after",
    [
        (FROM_AGENT, NEW, OPEN),
        (FROM_AGENT, PENDING, PENDING),
        (FROM_AGENT, RESOLVED, RESOLVED),
        (NOTE, NEW, NEW),
        (NOTE, RESOLVED, RESOLVED),
        (FROM_CUSTOMER, NEW, NEW),
        (FROM_CUSTOMER, OPEN, OPEN),
        (FROM_CUSTOMER, PENDING, OPEN),
        (FROM_CUSTOMER, RESOLVED, OPEN),
        (FROM_CUSTOMER, CLOSED, OPEN),
    ],
)
def test_what_is_said_moves_the_ticket(
    session: Session, aldo: User, now: datetime, kind: str, before: str, after: str
) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    if before != NEW:
        actions.change_ticket(session, aldo, ticket, ticket.version, now, status=before, assignee=None)
    later = now + timedelta(hours=1)
    actions.add_message(session, aldo, ticket, kind, render("words"), later)
    assert (ticket.status, ticket.active_at) == (after, later)


def test_a_message_of_no_kind_is_refused(session: Session, aldo: User, now: datetime) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    with pytest.raises(Invalid):
        actions.add_message(session, aldo, ticket, "shout", render("words"), now)


def test_a_change_from_an_old_page_is_a_conflict(session: Session, aldo: User, ada: User, now: datetime) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    actions.change_ticket(session, aldo, ticket, 1, now, status=OPEN, assignee=aldo)
    with pytest.raises(Conflict):
        actions.change_ticket(session, ada, ticket, 1, now, status=CLOSED, assignee=None)
    assert (ticket.status, ticket.assignee_id) == (OPEN, aldo.id)
    assert set(session.scalars(select(StaffAct.verb))) == {"open_ticket", "assign_ticket", "set_ticket_status"}
    version = ticket.version
    actions.change_ticket(session, ada, ticket, version, now, status=OPEN, assignee=aldo)
    assert ticket.version == version, "nothing was changed"


def test_only_agents_and_known_states(session: Session, aldo: User, mia: User, now: datetime) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    with pytest.raises(Refused):
        actions.change_ticket(session, aldo, ticket, 1, now, status=NEW, assignee=mia)
    with pytest.raises(Invalid):
        actions.change_ticket(session, aldo, ticket, 1, now, status="lost", assignee=None)
    assert ticket.version == 1


def test_an_end_is_remembered_and_taken_back(session: Session, aldo: User, now: datetime) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    actions.change_ticket(session, aldo, ticket, 1, now, status=RESOLVED, assignee=None)
    assert ticket.resolved_at == now
    actions.change_ticket(session, aldo, ticket, 2, now, status=CLOSED, assignee=None)
    assert ticket.resolved_at == now
    actions.change_ticket(session, aldo, ticket, 3, now, status=OPEN, assignee=None)
    assert ticket.resolved_at is None


def test_lists_by_status_person_and_nobody(session: Session, aldo: User, ada: User, now: datetime) -> None:
    contact, other = make_contact(session), make_contact(session, "Other")
    made = [make_ticket(session, aldo, contact, now=now + timedelta(minutes=n)) for n in range(30)]
    make_ticket(session, aldo, other)
    actions.change_ticket(session, aldo, made[0], 1, now + timedelta(days=1), status=RESOLVED, assignee=aldo)
    first = queries.list_tickets(session, ada, requester_id=contact.id)
    assert first.items[0] is made[0]
    assert len(queries.list_tickets(session, ada, requester_id=contact.id, cursor=first.next).items) == 5
    assert queries.list_tickets(session, ada, statuses=(RESOLVED,)).items == [made[0]]
    assert queries.list_tickets(session, ada, assignee_id=aldo.id).items == [made[0]]
    assert made[0] not in queries.list_tickets(session, ada, unassigned=True).items
    assert queries.count_by_status(session, ada) == dict.fromkeys(STATUSES, 0) | {NEW: 30, RESOLVED: 1}
    assert queries.list_agents(session) == [ada, aldo]


def test_notes_tell_nobody_outside(
    session: Session, parts: Any, aldo: User, now: datetime, carry: Callable[[], None]
) -> None:
    from forum.tickets.events import TicketReplied

    heard: list[int] = []
    parts.subscriptions.subscribe(TicketReplied, lambda _s, event: heard.append(event.message_id), name="test.heard")
    ticket = make_ticket(session, aldo, make_contact(session))
    actions.add_message(session, aldo, ticket, NOTE, render("between us"), now)
    reply = actions.add_message(session, aldo, ticket, FROM_AGENT, render("try this"), now)
    session.commit()
    assert [row.event for row in session.scalars(select(Delivery))] == ["TicketReplied"]
    carry()
    assert heard == [reply.id]
