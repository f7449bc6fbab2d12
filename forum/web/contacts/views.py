"""Find contacts, see what is known of one, change it, and say who of the forum they are."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid
from forum.base.once import made_before, remember_made
from forum.base.requests import db, now, writes
from forum.base.words import say
from forum.contacts import actions, queries, rules
from forum.contacts.models import Contact
from forum.contacts.points import email_value
from forum.tickets.queries import list_tickets
from forum.web.agents import agent
from forum.web.contacts.forms import TIER_WORDS, ContactForm, ExternalIdForm, JoinForm, NewContactForm, PointForm
from forum.web.contacts.history import items
from forum.web.contacts.shown import spoken_point
from forum.web.forms import form_from, takes
from forum.web.language import gettext
from forum.web.people import actor

pages = Blueprint("contacts", __name__)


#: What is searched for is a name or an address; longer texts are mistakes.
SEARCH_LENGTH = 254


def find(contact_id: int) -> Contact:
    """The contact to change; raises Conflict when it was merged with another meanwhile."""
    person = agent(rules.may_see_contacts)
    contact = queries.find_kept_contact(db(), person, contact_id)
    if contact.id != contact_id:
        raise Conflict(say("This contact was merged with contact %(number)d. Look at that one.", number=contact.id))
    return contact


def find_shown(contact_id: int) -> Contact:
    """The contact to show; of a merged one the page redirects to the one that was kept."""
    contact = queries.find_kept_contact(db(), agent(rules.may_see_contacts), contact_id)
    if contact.id != contact_id:
        raise RequestRedirect(contact_url(contact))
    return contact


def contact_url(contact: Contact) -> str:
    return url_for("contacts.show", contact_id=contact.id)


@pages.get("/contacts")
def search() -> str:
    person = agent(rules.may_see_contacts)
    words = request.args.get("q", "")[:SEARCH_LENGTH].replace("\0", "").strip()
    words = words.encode("utf-8", "ignore").decode()
    page = queries.list_contacts(db(), person, words, request.args.get("after"))
    return render_template(
        "contacts/list.html",
        contacts=page.items,
        words=words,
        is_first=not request.args.get("after"),
        unclear=[] if words or request.args.get("after") else queries.unclear_users(db(), person),
        next_url=url_for("contacts.search", q=words or None, after=page.next) if page.next else None,
        tier_words=TIER_WORDS,
        spoken_point=spoken_point,
    )


@pages.get("/contacts/new")
def new() -> str:
    agent(rules.may_see_contacts)
    return new_again(
        form_from(
            NewContactForm,
            name=request.args.get("name", "")[:120],
            email=request.args.get("email", "")[:254],
            tier="basic",
        )
    )


def new_again(form: NewContactForm) -> str:
    agent(rules.may_see_contacts)
    return render_template("contacts/edit.html", form=form, contact=None)


@pages.post("/contacts/new")
@takes(NewContactForm, again=new_again)
@writes
def add_contact(form: NewContactForm) -> Response:
    person = agent(rules.may_see_contacts)
    owner = f"user:{person.id}"
    made = made_before(db(), owner, form.once_key)
    if made is not None and made.kind == "contact":
        return redirect(url_for("contacts.show", contact_id=made.id), 303)
    contact = actions.add_contact(db(), person, form.draft, now(), points=form.points)
    remember_made(db(), owner, form.once_key, Cause.of(contact), now())
    flash(gettext("The contact is saved."), "ok")
    return redirect(contact_url(contact), 303)


@pages.get("/contacts/<int:contact_id>")
def show(contact_id: int) -> str:
    return draw(contact_id)


def draw(contact_id: int, **forms: Any) -> str:
    """The page of a contact, with the form that came back among its forms."""
    person = agent(rules.may_see_contacts)
    contact = find_shown(contact_id)
    history = queries.list_timeline(db(), contact, request.args.get("after") if request.method == "GET" else None)
    chosen = {
        "point_form": form_from(PointForm),
        "id_form": form_from(ExternalIdForm),
        "join_form": form_from(JoinForm),
    } | forms
    return render_template(
        "contacts/show.html",
        contact=contact,
        tier_word=TIER_WORDS[contact.tier],
        spoken_point=spoken_point,
        doubles=queries.doubles(db(), person, contact),
        merges=queries.merges_into(db(), person, contact),
        likely=queries.users_like(db(), contact),
        tickets=list_tickets(db(), person, requester_id=contact.id).items,
        history=items(db(), history.items),
        next_url=url_for("contacts.show", contact_id=contact.id, after=history.next) if history.next else None,
        is_first="after" not in request.args,
        has_errors=any(form.errors for form in forms.values()),
        **chosen,
    )


@pages.get("/contacts/<int:contact_id>/edit")
def edit(contact_id: int) -> str:
    contact = find_shown(contact_id)
    form = form_from(
        ContactForm,
        name=contact.name,
        company=contact.company,
        tier=contact.tier,
        zone=contact.zone,
        language=contact.language,
        version=str(contact.version),
    )
    return render_template("contacts/edit.html", form=form, contact=contact)


def edit_again(form: ContactForm, contact_id: int) -> str:
    return render_template("contacts/edit.html", form=form, contact=find(contact_id))


@pages.post("/contacts/<int:contact_id>/edit")
@takes(ContactForm, again=edit_again)
@writes
def edit_contact(form: ContactForm, contact_id: int) -> Response:
    contact = find(contact_id)
    actions.edit_contact(db(), actor(), contact, form.draft, form.version_number, now())
    flash(gettext("Saved."), "ok")
    return redirect(contact_url(contact), 303)


def point_again(form: PointForm, contact_id: int) -> str:
    return draw(contact_id, point_form=form)


@pages.post("/contacts/<int:contact_id>/points")
@takes(PointForm, again=point_again)
@writes
def add_point(form: PointForm, contact_id: int) -> Response:
    contact = find(contact_id)
    actions.add_point(db(), actor(), contact, form.kind, form.value.data, now())
    flash(gettext("Added. It counts as proved when the person confirms it."), "ok")
    return redirect(contact_url(contact), 303)


@pages.post("/contacts/<int:contact_id>/points/<int:point_id>/remove")
@writes
def remove_point(contact_id: int, point_id: int) -> Response:
    contact = find(contact_id)
    actions.remove_point(db(), actor(), contact, point_id, now())
    flash(gettext("Removed."), "ok")
    return redirect(contact_url(contact), 303)


def external_id_again(form: ExternalIdForm, contact_id: int) -> str:
    return draw(contact_id, id_form=form)


@pages.post("/contacts/<int:contact_id>/external-ids")
@takes(ExternalIdForm, again=external_id_again)
@writes
def add_external_id(form: ExternalIdForm, contact_id: int) -> Response:
    contact = find(contact_id)
    actions.add_external_id(db(), actor(), contact, form.external_id.data, now())
    flash(gettext("Saved."), "ok")
    return redirect(contact_url(contact), 303)


@pages.post("/contacts/<int:contact_id>/external-ids/<int:row_id>/remove")
@writes
def remove_external_id(contact_id: int, row_id: int) -> Response:
    contact = find(contact_id)
    actions.remove_external_id(db(), actor(), contact, row_id, now())
    flash(gettext("Removed."), "ok")
    return redirect(contact_url(contact), 303)


def join_again(form: JoinForm, contact_id: int) -> str:
    return draw(contact_id, join_form=form)


@pages.post("/contacts/<int:contact_id>/join")
@takes(JoinForm, again=join_again)
@writes
def join_user(form: JoinForm, contact_id: int) -> Response:
    contact = find(contact_id)
    user = _named(form)
    try:
        actions.join_user(db(), actor(), contact, user, now(), why=form.why.data)
    except Invalid as invalid:
        raise Invalid({"person": next(iter(invalid.errors.values()))}) from invalid
    flash(
        gettext("%(contact)s and %(user)s are one person from now on.") % {"contact": contact.name, "user": user.name},
        "ok",
    )
    return redirect(contact_url(contact), 303)


@pages.post("/contacts/<int:contact_id>/part")
@writes
def part_user(contact_id: int) -> Response:
    contact = find(contact_id)
    actions.part_user(db(), actor(), contact, now())
    flash(gettext("They are two people again. Only an agent can join them."), "ok")
    return redirect(contact_url(contact), 303)


def _named(form: JoinForm) -> User:
    """The forum user a join is about; raises Invalid where there is none."""
    user: User | None = None
    if form.user_id is not None:
        user = db().get(User, form.user_id)
    elif "@" in form.person.data:
        try:
            user = db().scalar(select(User).where(User.email == email_value(form.person.data)))
        except Invalid:
            user = None
    if user is None:
        raise Invalid({"person": say("There is no such forum user.")})
    return user
