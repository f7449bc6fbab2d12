"""Working on tickets: opened, written in, handed on, and helped by what customers and editors wrote."""

from datetime import datetime
from typing import Any

from markupsafe import Markup
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
    FROM_QUESTION,
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
from forum.tickets.queries import target_column, tickets_from

#: As much as an accepted answer is worth to one asker: somebody who never saw the forum was helped by it.
REUSED, REUSED_POINTS = "reused", 15

#: A third of it: the answer helped again, in the words an editor found for it.
REUSED_IN_ARTICLE, REUSED_IN_ARTICLE_POINTS = "reused_in_article", 5


def open_ticket(
    session: Session,
    actor: User,
    requester: Contact | None,
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
    if requester is not None:
        _tell_opened(session, ticket, requester, actor.id, now)
    after = {"status": ticket.status, "channel": channel}
    log_staff_act(session, actor, "open_ticket", Cause.of(ticket), now, after=after)
    publish(session, TicketOpened(ticket.id))
    return ticket


def open_from_question(
    session: Session, actor: User, question: Question, requester: Contact | None, now: datetime
) -> Ticket:
    """Make a ticket of a question, with what was asked as its first message; the one there is when there is one."""
    require(rules.may_open_from(actor, question))
    known = tickets_from(session, actor, question)
    if known:
        return known[0]
    ticket = open_ticket(session, actor, requester, question.title, now, channel=FROM_QUESTION, question=question)
    asked = Rendered(question.text, Markup(question.html), question.html_version, (), 0, ())  # noqa: S704
    _write(session, None, ticket, FROM_CUSTOMER, asked, question.created_at)
    return ticket


def give_requester(session: Session, ticket: Ticket, requester: Contact) -> None:
    """Say whose case it is, once that is known; what helped so far helped them."""
    ticket.requester = requester
    session.flush()
    _tell_opened(session, ticket, requester, None, ticket.opened_at)
    for made in session.scalars(select(Link).where(Link.ticket_id == ticket.id, Link.unlinked_at.is_(None))):
        _tell_helped(session, made, requester, made.linked_at)


def _tell_opened(session: Session, ticket: Ticket, requester: Contact, actor_id: int | None, now: datetime) -> None:
    details = {"ticket_id": ticket.id, "subject": ticket.subject}
    record_for(session, requester.id, "ticket_opened", Cause.of(ticket), now, actor_id=actor_id, details=details)


def add_message(
    session: Session, actor: User, ticket: Ticket, kind: str, message: Rendered, now: datetime
) -> TicketMessage:
    """Write down what was said; what the customer says after the end opens the ticket again."""
    require(rules.may_work_on_tickets(actor))
    if kind not in (FROM_CUSTOMER, FROM_AGENT, NOTE):
        raise Invalid({"kind": say("Say whether this is a reply, a note or what the customer said.")})
    if not message.text.strip():
        raise Invalid({"text": say("Please fill this in.")})
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
    source = source_of(made.target)
    if source is not None:
        for reason in (REUSED, REUSED_IN_ARTICLE):
            take_back_credit(session, source.author, reason, Cause.of(made))
    strike(session, Cause.of(made))
    log_staff_act(session, actor, "unlink", Cause.of(made.ticket), now, before=_linked(made))
    publish(session, TicketUnlinked(made.ticket_id, made.id))


def _thank(session: Session, actor: User, made: Link, target: Target, now: datetime) -> None:
    """Write the help on the timeline of who got it, and credit and tell the story of who gave it.

    Of an article made of an answer the answer's author is credited, less: an editor had a part in it.
    """
    requester = made.ticket.requester
    if requester is not None:
        _tell_helped(session, made, requester, now)
    source = source_of(target)
    if source is None or source.author_id in (actor.id, None if requester is None else requester.user_id):
        return
    reason, points = (REUSED, REUSED_POINTS) if source is target else (REUSED_IN_ARTICLE, REUSED_IN_ARTICLE_POINTS)
    cause = Cause.of(made)
    credit(session, source.author, reason, points, cause, now)
    tell_reused(session, made, source.author_id, reason)


def tell_reused(session: Session, made: Link, author_id: int, reason: str) -> None:
    """Write on its author's timeline that an answer was used for another customer; never for their own case."""
    requester = made.ticket.requester
    if author_id in (made.linked_by_id, None if requester is None else requester.user_id):
        return
    details = _told(made, made.target)
    record(session, author_id, reason, Cause.of(made), made.linked_at, actor_id=made.linked_by_id, details=details)


def _tell_helped(session: Session, made: Link, requester: Contact, now: datetime) -> None:
    details = _told(made, made.target)
    record_for(session, requester.id, "was_helped", Cause.of(made), now, actor_id=made.linked_by_id, details=details)


def _told(made: Link, target: Target) -> dict[str, Any]:
    return {"ticket_id": made.ticket_id, "kind": cause_kind(target), "id": target.id}


def source_of(target: Target) -> Answer | None:
    """The answer whose author a link thanks: the one that is linked, or that the linked article was made of."""
    if isinstance(target, Answer):
        return target
    if isinstance(target, Article):
        return target.source_answer
    return None


def _linked(made: Link) -> dict[str, Any]:
    """What is linked, as the log of staff keeps it."""
    targets = (("answer_id", made.answer), ("article_id", made.article), ("question_id", made.question))
    return {"link_id": made.id} | {name: row.id for name, row in targets if row is not None}


def cause_kind(target: Target) -> str:
    """`answer`, `article` or `question`."""
    return Cause.of(target).kind


def _write(
    session: Session, actor: User | None, ticket: Ticket, kind: str, message: Rendered, now: datetime
) -> TicketMessage:
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
    requester_id = ticket.requester_id
    if status == RESOLVED:
        ticket.resolved_at = now
    if status == RESOLVED and requester_id is not None:
        details = {"ticket_id": ticket.id, "subject": ticket.subject}
        record_for(session, requester_id, "ticket_resolved", Cause.of(ticket), now, actor_id=actor.id, details=details)
    if status not in (RESOLVED, CLOSED):
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
