"""The agents' tickets: lists, one ticket, and what is said and linked in it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid, NotFound
from forum.base.once import made_before, remember_made
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.contacts.models import Contact
from forum.contacts.queries import find_kept_contact
from forum.questions.models import Question
from forum.questions.queries import find_question
from forum.tickets import actions, queries, rules
from forum.tickets.models import STATUSES, UNDONE, Ticket
from forum.web.agents import agent
from forum.web.contacts.forms import TIER_WORDS
from forum.web.contacts.history import target_title, target_url
from forum.web.contacts.shown import spoken_point
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor
from forum.web.tickets.forms import STATUS_WORDS, ChangeForm, LinkForm, MessageForm, PassOnForm, TicketForm

pages = Blueprint("tickets", __name__)

TO_DO, MINE, UNASSIGNED = "todo", "mine", "unassigned"

TAB_WORDS = {TO_DO: say("To do"), MINE: say("With me"), UNASSIGNED: say("With nobody")} | STATUS_WORDS


def find(ticket_id: int) -> Ticket:
    return queries.find_ticket(db(), agent(rules.may_see_tickets), ticket_id)


def ticket_url(ticket: Ticket) -> str:
    return url_for("tickets.show", ticket_id=ticket.id)


@pages.get("/tickets")
def tickets() -> str:
    person = agent(rules.may_see_tickets)
    tab = request.args.get("tab", TO_DO)
    if tab not in TAB_WORDS:
        raise NotFound("tab")
    page = queries.list_tickets(
        db(),
        person,
        statuses=(tab,) if tab in STATUSES else UNDONE,
        assignee_id=person.id if tab == MINE else None,
        unassigned=tab == UNASSIGNED,
        cursor=request.args.get("after"),
    )
    counts = queries.count_by_status(db(), person)
    counts[TO_DO] = sum(counts[status] for status in UNDONE)
    tabs = [
        {
            "label": word,
            "url": url_for("tickets.tickets", tab=name),
            "is_current": name == tab,
            "count": counts.get(name),
        }
        for name, word in TAB_WORDS.items()
    ]
    return render_template(
        "tickets/list.html",
        tickets=page.items,
        tabs=tabs,
        tab_word=TAB_WORDS[tab],
        next_url=url_for("tickets.tickets", tab=tab, after=page.next) if page.next else None,
    )


@pages.get("/tickets/new")
def new() -> str:
    agent(rules.may_see_tickets)
    question = _question(request.args.get("question", ""))
    return new_again(
        form_from(
            TicketForm,
            subject="" if question is None else question.title,
            question=str(question.id) if question else "",
        )
    )


def new_again(form: TicketForm) -> str:
    agent(rules.may_see_tickets)
    return render_template(
        "tickets/new.html", form=form, contact=_contact(), question=_question(form.question.data or "")
    )


@pages.post("/tickets/new")
@takes(TicketForm, again=new_again)
@writes
def open_ticket(form: TicketForm) -> Response:
    person = agent(rules.may_see_tickets)
    owner = f"user:{person.id}"
    made = made_before(db(), owner, form.once_key)
    if made is not None and made.kind == "ticket":
        return redirect(url_for("tickets.show", ticket_id=made.id), 303)
    contact = _contact()
    if contact is None:
        raise NotFound("contact")
    ticket = actions.open_ticket(
        db(),
        person,
        contact,
        form.subject.data,
        now(),
        message=form.written,
        question=_question(form.question.data or ""),
    )
    remember_made(db(), owner, form.once_key, Cause.of(ticket), now())
    flash(gettext("The ticket is open."), "ok")
    return redirect(ticket_url(ticket), 303)


def _contact() -> Contact | None:
    """The contact named in the address, if one is."""
    sent = request.args.get("contact", "")
    number = _number(sent)
    if sent and number is None:
        raise NotFound("contact")
    return None if number is None else find_kept_contact(db(), agent(rules.may_see_tickets), number)


def _question(sent: str) -> Question | None:
    """The question a ticket is opened from, if it is."""
    number = _number(sent)
    return None if number is None else find_question(db(), agent(rules.may_see_tickets), number)


def _number(sent: str) -> int | None:
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 19 else None


@pages.get("/tickets/<int:ticket_id>")
def show(ticket_id: int) -> str:
    return draw(ticket_id)


def draw(ticket_id: int, **forms: Any) -> str:
    """The page of a ticket, with the form that came back among its forms."""
    person = agent(rules.may_see_tickets)
    ticket = queries.find_ticket(db(), person, ticket_id)
    links = queries.list_links(db(), person, ticket)
    question, solved_by = queries.what_was_asked(db(), ticket)
    counts = queries.reuse_counts(db(), [link.target for link in links if link.is_shown])
    change_form = form_from(
        ChangeForm, status=ticket.status, assignee=str(ticket.assignee_id or ""), version=str(ticket.version)
    )
    chosen = {
        "message_form": form_from(MessageForm),
        "link_form": form_from(LinkForm),
        "change_form": change_form,
    } | forms
    return render_template(
        "tickets/show.html",
        ticket=ticket,
        status_words=STATUS_WORDS,
        contact=None if ticket.requester_id is None else find_kept_contact(db(), person, ticket.requester_id),
        tier_words=TIER_WORDS,
        spoken_point=spoken_point,
        messages=queries.list_messages(db(), ticket),
        ties=[link for link in links if link.unlinked_at is None],
        removed=[link for link in links if link.unlinked_at is not None and link.is_shown],
        counts=counts,
        agents=queries.list_agents(db()),
        question=question,
        solved_by=solved_by,
        linked_answers={link.answer_id for link in links if link.unlinked_at is None},
        target_title=target_title,
        target_url=target_url,
        has_errors=any(form.errors for form in forms.values()),
        **chosen,
    )


def message_again(form: MessageForm, ticket_id: int) -> str:
    return draw(ticket_id, message_form=form)


@pages.post("/tickets/<int:ticket_id>/messages")
@takes(MessageForm, again=message_again)
@writes
def add_message(form: MessageForm, ticket_id: int) -> Response:
    ticket = find(ticket_id)
    owner = f"user:{actor().id}"
    if made_before(db(), owner, form.once_key) is None:
        written = actions.add_message(db(), actor(), ticket, form.kind.data, form.written, now())
        remember_made(db(), owner, form.once_key, Cause.of(written), now())
        flash(gettext("Written down."), "ok")
    return redirect(ticket_url(ticket), 303)


def change_again(form: ChangeForm, ticket_id: int) -> str:
    return draw(ticket_id, change_form=form)


@pages.post("/tickets/<int:ticket_id>/change")
@takes(ChangeForm, again=change_again)
@writes
def change_ticket(form: ChangeForm, ticket_id: int) -> Response:
    ticket = find(ticket_id)
    assignee = None if form.assignee_id is None else db().get(User, form.assignee_id)
    if form.assignee_id is not None and assignee is None:
        raise Invalid({"assignee": say("Please choose one of these.")})
    actions.change_ticket(db(), actor(), ticket, form.version_number, now(), status=form.status.data, assignee=assignee)
    flash(gettext("Saved."), "ok")
    return redirect(ticket_url(ticket), 303)


@pages.post("/tickets/<int:ticket_id>/take")
@writes
def take_ticket(ticket_id: int) -> Response:
    """One press for the commonest change; raises Conflict where somebody was quicker."""
    ticket = find(ticket_id)
    if ticket.assignee_id not in (None, actor().id):
        raise Conflict(say("Somebody else has taken this ticket meanwhile."))
    actions.change_ticket(db(), actor(), ticket, ticket.version, now(), status=ticket.status, assignee=actor())
    flash(gettext("The ticket is yours."), "ok")
    return redirect(ticket_url(ticket), 303)


def link_again(form: LinkForm, ticket_id: int) -> str:
    return draw(ticket_id, link_form=form)


@pages.post("/tickets/<int:ticket_id>/links")
@takes(LinkForm, again=link_again)
@writes
def link(form: LinkForm, ticket_id: int) -> Response:
    ticket = find(ticket_id)
    try:
        target = queries.find_target(db(), form.kind, form.number)
    except NotFound as missing:
        raise Invalid({"target": say("There is nothing at this address or with this number.")}) from missing
    verdict = rules.may_link(actor(), target)
    if verdict.reason is not None:
        raise Invalid({"target": verdict.reason})
    actions.link(db(), actor(), ticket, target, now(), why=form.why.data)
    flash(gettext("Linked. Its author is credited."), "ok")
    return redirect(ticket_url(ticket), 303)


@pages.post("/tickets/<int:ticket_id>/links/<int:link_id>/remove")
@writes
def unlink(ticket_id: int, link_id: int) -> Response:
    made = _link(ticket_id, link_id)
    actions.unlink(db(), actor(), made, now())
    flash(gettext("Taken away. Below the links you can put it back."), "ok")
    return redirect(ticket_url(made.ticket), 303)


@pages.post("/tickets/<int:ticket_id>/links/<int:link_id>/restore")
@writes
def relink(ticket_id: int, link_id: int) -> Response:
    made = _link(ticket_id, link_id)
    actions.link(db(), actor(), made.ticket, made.target, now(), why=made.why)
    flash(gettext("The link is back."), "ok")
    return redirect(ticket_url(made.ticket), 303)


def _link(ticket_id: int, link_id: int) -> Any:
    made = queries.find_link(db(), agent(rules.may_see_tickets), link_id)
    if made.ticket_id != ticket_id:
        raise NotFound("link")
    return made


def pass_on_again(form: PassOnForm) -> str:
    agent(rules.may_see_tickets)
    return render_template("tickets/pass_on.html", form=form)


@pages.post("/desk/links")
@takes(PassOnForm, again=pass_on_again)
@writes
def pass_on(form: PassOnForm) -> Response:
    """From the other side: link an answer, article or question to a ticket."""
    agent(rules.may_see_tickets)
    target = queries.find_target(db(), form.kind.data, form.target_id)
    try:
        ticket = find(form.ticket_id)
    except NotFound as missing:
        raise Invalid({"ticket": say("There is no ticket with this number.")}) from missing
    actions.link(db(), actor(), ticket, target, now(), why=form.why.data)
    flash(gettext("Linked to ticket %(number)s. Its author is credited.") % {"number": ticket.id}, "ok")
    return redirect(ticket_url(ticket), 303)
