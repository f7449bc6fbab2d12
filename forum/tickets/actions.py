"""Working on tickets: opened, written in, handed on, and helped by what customers and editors wrote."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.actions import credit, log_staff_act, take_back_credit
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid
from forum.base.markup import Rendered
from forum.base.outbox import publish
from forum.base.texts import Unclean, clean_line
from forum.base.verdicts import require
from forum.base.words import say
from forum.contacts.models import Contact
from forum.contacts.timeline import record, record_for, strike
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.tickets import rules
from forum.tickets.events import TicketLinked, TicketOpened, TicketReplied, TicketStatusChanged, TicketUnlinked
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
    SUBJECT_LENGTH,
    WHY_LENGTH,
    Link,
    Target,
    Ticket,
    TicketMessage,
)
from forum.tickets.queries import target_column

#: As much as an accepted answer is worth to one asker: somebody who never saw the forum was helped by it.
REUSED, REUSED_POINTS = "reused", 15


def open_ticket(
    session: Session,
    actor: User,
    requester: Contact,
    subject: str,
    now: datetime,
    *,
    message: Rendered | None = None,
    channel: str = "agent",
    question: Question | None = None,
) -> Ticket:
    """Open a case for a contact; `message` is what the customer said, `question` where it was said first."""
    require(rules.may_work_on_tickets(actor))
    ticket = Ticket(
        requester=requester,
        subject=_line("subject", subject, SUBJECT_LENGTH, least=3),
        status=NEW,
        channel=channel,
        opened_by=actor,
        question_id=None if question is None else question.id,
        opened_at=now,
        active_at=now,
    )
    session.add(ticket)
    session.flush()
    if message is not None:
        _write(session, actor, ticket, FROM_CUSTOMER, message, now)
    record_for(
        session,
        requester.id,
        "ticket_opened",
        Cause.of(ticket),
        now,
        actor_id=actor.id,
        details={"ticket_id": ticket.id, "subject": ticket.subject},
    )
    after = {"status": ticket.status, "channel": channel}
    log_staff_act(session, actor, "open_ticket", Cause.of(ticket), now, after=after)
    publish(session, TicketOpened(ticket.id))
    return ticket


def add_message(
    session: Session, actor: User, ticket: Ticket, kind: str, message: Rendered, now: datetime
) -> TicketMessage:
    """Write down what was said; what the customer says after the end opens the ticket again."""
    require(rules.may_work_on_tickets(actor))
    if kind not in (FROM_CUSTOMER, FROM_AGENT, NOTE):
        raise Invalid({"kind": say("Say whether this is a reply, a note or what the customer said.")})
    written = _write(session, actor, ticket, kind, message, now)
    ticket.active_at = now
    if kind == FROM_AGENT and ticket.status == NEW:
        _set_status(session, actor, ticket, OPEN, now)
    if kind == FROM_CUSTOMER and ticket.status in (PENDING, RESOLVED, CLOSED):
        _set_status(session, actor, ticket, OPEN, now)
    session.flush()
    log_staff_act(session, actor, "write_in_ticket", Cause.of(ticket), now, after={"kind": kind})
    if kind != NOTE:
        publish(session, TicketReplied(ticket.id, written.id))
    return written


def change_ticket(
    session: Session,
    actor: User,
    ticket: Ticket,
    version: int,
    now: datetime,
    *,
    status: str,
    assignee: User | None,
) -> None:
    """Say where a ticket stands and whose it is; raises Conflict when it is no longer as the actor saw it."""
    require(rules.may_work_on_tickets(actor))
    if ticket.version != version:
        raise Conflict
    if status not in STATUSES:
        raise Invalid({"status": say("Choose one of the states.")})
    if assignee is not None and ticket.assignee_id != assignee.id:
        require(rules.may_be_assigned(assignee))
    if ticket.assignee_id != (None if assignee is None else assignee.id):
        before = {"assignee_id": ticket.assignee_id}
        ticket.assignee = assignee
        session.flush()
        after = {"assignee_id": ticket.assignee_id}
        ticket.version += 1
        log_staff_act(session, actor, "assign_ticket", Cause.of(ticket), now, before=before, after=after)
    if ticket.status != status:
        _set_status(session, actor, ticket, status, now)
    session.flush()


def link(session: Session, actor: User, ticket: Ticket, target: Target, now: datetime, why: str = "") -> Link:
    """Say that an answer, article or question helps with a ticket; once, however often it is said.

    Linking again what was taken away brings the same link back.
    """
    require(rules.may_work_on_tickets(actor))
    made = session.scalar(select(Link).where(Link.ticket_id == ticket.id, target_column(target) == target.id))
    if made is not None and made.unlinked_at is None:
        return made
    require(rules.may_link(actor, target))
    reason = _line("why", why, WHY_LENGTH)
    if made is None:
        made = Link(ticket=ticket)
        if isinstance(target, Answer):
            made.answer = target
        elif isinstance(target, Article):
            made.article = target
        else:
            made.question = target
    made.linked_by = actor
    made.linked_at = now
    made.why = reason
    made.unlinked_at = made.unlinked_by = None
    session.add(made)
    ticket.active_at = now
    session.flush()
    _thank(session, actor, made, target, now)
    log_staff_act(session, actor, "link", Cause.of(ticket), now, after=_linked(made))
    publish(session, TicketLinked(ticket.id, made.id))
    return made


def unlink(session: Session, actor: User, made: Link, now: datetime) -> None:
    """Take a link away; what it gave is taken back, and the record of who made it stays."""
    require(rules.may_unlink(actor, made))
    made.unlinked_at = now
    made.unlinked_by = actor
    session.flush()
    if made.answer is not None:
        take_back_credit(session, made.answer.author, REUSED, Cause.of(made))
    strike(session, Cause.of(made))
    log_staff_act(session, actor, "unlink", Cause.of(made.ticket), now, before=_linked(made))
    publish(session, TicketUnlinked(made.ticket_id, made.id))


def _thank(session: Session, actor: User, made: Link, target: Target, now: datetime) -> None:
    """Write the help on the timeline of who got it, and credit and tell the story of who gave it."""
    requester = made.ticket.requester
    cause = Cause.of(made)
    details: dict[str, Any] = {"ticket_id": made.ticket_id, "kind": cause_kind(target), "id": target.id}
    record_for(session, requester.id, "was_helped", cause, now, actor_id=actor.id, details=details)
    if not isinstance(target, Answer):
        return
    if target.author_id in (actor.id, requester.user_id):
        return
    credit(session, target.author, REUSED, REUSED_POINTS, cause, now)
    record(session, target.author_id, "reused", cause, now, actor_id=actor.id, details=details)


def _linked(made: Link) -> dict[str, Any]:
    """What is linked, as the log of staff keeps it."""
    targets = (("answer_id", made.answer), ("article_id", made.article), ("question_id", made.question))
    return {"link_id": made.id} | {name: row.id for name, row in targets if row is not None}


def cause_kind(target: Target) -> str:
    """`answer`, `article` or `question`."""
    return Cause.of(target).kind


def _write(session: Session, actor: User, ticket: Ticket, kind: str, message: Rendered, now: datetime) -> TicketMessage:
    written = TicketMessage(
        ticket_id=ticket.id,
        kind=kind,
        author=actor,
        text=message.text,
        html=str(message.html),
        html_version=message.version,
        at=now,
    )
    session.add(written)
    session.flush()
    return written


def _set_status(session: Session, actor: User, ticket: Ticket, status: str, now: datetime) -> None:
    before = ticket.status
    ticket.status = status
    ticket.version += 1
    ticket.active_at = now
    if status == RESOLVED:
        ticket.resolved_at = now
        details = {"ticket_id": ticket.id, "subject": ticket.subject}
        record_for(
            session, ticket.requester_id, "ticket_resolved", Cause.of(ticket), now, actor_id=actor.id, details=details
        )
    elif status != CLOSED:
        ticket.resolved_at = None
    log_staff_act(
        session, actor, "set_ticket_status", Cause.of(ticket), now, before={"status": before}, after={"status": status}
    )
    publish(session, TicketStatusChanged(ticket.id, before, status))


def _line(field: str, text: str, most: int, least: int = 0) -> str:
    try:
        plain = clean_line(text)
    except Unclean as unclean:
        raise Invalid({field: unclean.reason}) from unclean
    if len(plain) < least:
        raise Invalid({field: say("Say in a few words what it is about.")})
    if len(plain) > most:
        raise Invalid(
            {field: say("This is %(length)d characters long; at most %(most)d fit.", length=len(plain), most=most)}
        )
    return plain
