"""Tickets, for agents: cases, who works on them, and what helped."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from forum.accounts.queries import find_user
from forum.api import shown
from forum.api.callers import actor, reader
from forum.api.contacts import AGENT
from forum.api.replies import Plain, Reply, api_url, check_match, list_reply, reply, version_tag
from forum.api.routes import api
from forum.base.errors import Invalid, NotFound
from forum.base.requests import db, now
from forum.base.words import say
from forum.contacts.queries import contact_of, find_kept_contact
from forum.questions.queries import find_question
from forum.tickets import actions, queries
from forum.tickets.models import STATUSES, Ticket

if TYPE_CHECKING:
    from forum.api import shapes

T = TypeVar("T")

#: Where a question speaks for itself, nothing else does.
OF_THE_QUESTION = say("Without contact_id this is taken from the question.")

LINKED = ("answer", "article", "question")


@api.route("GET", "/tickets", say("List tickets"), scopes=AGENT, asks="TicketSlice", gives="TicketRow", is_list=True)
def list_tickets(query: "shapes.TicketSlice") -> Reply:
    page = queries.list_tickets(
        db(),
        reader(),
        statuses=STATUSES if query.status is None else (query.status,),
        assignee_id=query.assignee_id,
        requester_id=query.contact_id,
        cursor=query.cursor,
        size=query.limit,
    )
    return list_reply(page, shown.ticket_row)


@api.route(
    "POST", "/tickets", say("Open a ticket"), scopes=AGENT, takes="NewTicket", gives="Ticket", status=201, has_tag=True
)
def open_ticket(body: "shapes.NewTicket") -> Reply:
    question_id, contact_id = body.question_id, body.contact_id
    if contact_id is None:
        return _ticket(_from_question(body), 201)
    ticket = actions.open_ticket(
        db(),
        actor(),
        _named("contact_id", lambda: find_kept_contact(db(), actor(), contact_id)),
        body.subject or "",
        now(),
        message=body.maybe_written,
        channel="api",
        question=None
        if question_id is None
        else _named("question_id", lambda: find_question(db(), actor(), question_id)),
    )
    return _ticket(ticket, 201)


@api.route(
    "GET",
    "/tickets/<int:ticket_id>",
    say("Read a ticket with what was said and linked"),
    scopes=AGENT,
    gives="Ticket",
    has_tag=True,
)
def read_ticket(ticket_id: int) -> Reply:
    return _ticket(queries.find_ticket(db(), reader(), ticket_id))


@api.route(
    "PATCH",
    "/tickets/<int:ticket_id>",
    say("Say where a ticket stands and who works on it"),
    scopes=AGENT,
    takes="TicketChange",
    gives="Ticket",
    has_tag=True,
)
def change_ticket(ticket_id: int, body: "shapes.TicketChange") -> Reply:
    ticket = queries.find_ticket(db(), actor(), ticket_id)
    check_match(version_tag(ticket.version))
    assignee = ticket.assignee
    if "assignee_id" in body.model_fields_set:
        wanted = body.assignee_id
        assignee = None if wanted is None else _named("assignee_id", lambda: find_user(db(), wanted))
    actions.change_ticket(
        db(), actor(), ticket, ticket.version, now(), status=body.status or ticket.status, assignee=assignee
    )
    return _ticket(ticket)


@api.route(
    "GET",
    "/tickets/<int:ticket_id>/messages",
    say("Read what was said in a ticket"),
    scopes=AGENT,
    asks="Slice",
    gives="TicketMessage",
    is_list=True,
)
def list_messages(ticket_id: int, query: "shapes.Slice") -> Reply:
    ticket = queries.find_ticket(db(), reader(), ticket_id)
    return list_reply(queries.page_messages(db(), ticket, query.cursor, query.limit), shown.ticket_message)


@api.route(
    "POST",
    "/tickets/<int:ticket_id>/messages",
    say("Write down what was said, or a note among staff"),
    scopes=AGENT,
    takes="NewTicketMessage",
    gives="TicketMessage",
    status=201,
)
def add_message(ticket_id: int, body: "shapes.NewTicketMessage") -> Plain:
    ticket = queries.find_ticket(db(), actor(), ticket_id)
    return shown.ticket_message(actions.add_message(db(), actor(), ticket, body.kind, body.written, now()))


@api.route(
    "DELETE",
    "/tickets/<int:ticket_id>/links/<int:link_id>",
    say("Take a link away; what it gave is taken back"),
    scopes=AGENT,
    takes="Nothing",
    is_body_optional=True,
    gives="Link",
)
def unlink(ticket_id: int, link_id: int, body: "shapes.Nothing") -> Plain:
    """Deleting what is already taken away is no mistake: the caller wants it gone, and it is."""
    made = queries.find_link(db(), actor(), link_id)
    if made.ticket_id != ticket_id:
        raise NotFound("link")
    if made.unlinked_at is None:
        actions.unlink(db(), actor(), made, now())
    return shown.link(made)


@api.route(
    "POST",
    "/tickets/<int:ticket_id>/links",
    say("Link what helps: an answer, an article or a question"),
    scopes=AGENT,
    takes="NewLink",
    gives="Link",
    status=201,
)
def link(ticket_id: int, body: "shapes.NewLink") -> Plain:
    ticket = queries.find_ticket(db(), actor(), ticket_id)
    sent = [(kind, getattr(body, f"{kind}_id")) for kind in LINKED if getattr(body, f"{kind}_id") is not None]
    if len(sent) != 1:
        raise Invalid({"": say("Name exactly one of answer_id, article_id and question_id.")})
    kind, target_id = sent[0]
    target = _named(f"{kind}_id", lambda: queries.find_target(db(), kind, target_id))
    return shown.link(actions.link(db(), actor(), ticket, target, now(), body.why))


def _from_question(body: "shapes.NewTicket") -> Ticket:
    """The ticket of a question, made once: subject, text and contact are the question's and its asker's."""
    question_id = body.question_id
    if question_id is None:
        raise Invalid({"contact_id": say("Name a contact, or the question that the ticket is made of.")})
    extra = {name: OF_THE_QUESTION for name in ("subject", "text") if getattr(body, name) is not None}
    if extra:
        raise Invalid(extra)
    question = _named("question_id", lambda: find_question(db(), actor(), question_id))
    contact = contact_of(db(), actor(), question.asker_id)
    return actions.open_from_question(db(), actor(), question, contact, now())


def _named(field: str, find: Callable[[], T]) -> T:
    """What a field of the body names; raises Invalid beside it where there is no such thing."""
    try:
        return find()
    except NotFound as missing:
        raise Invalid({field: say("There is none with this number.")}) from missing


def _ticket(ticket: Ticket, status: int = 200) -> Reply:
    return reply(
        shown.ticket(ticket, queries.list_messages(db(), ticket), queries.list_links(db(), actor(), ticket)),
        status,
        location=api_url(f"/tickets/{ticket.id}") if status == 201 else None,
        etag=version_tag(ticket.version),
    )
