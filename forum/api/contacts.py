"""The CRM, for agents: people, how they are reached, and what happened with them."""

from typing import TYPE_CHECKING

from forum.api import shown
from forum.api.callers import actor, reader
from forum.api.replies import Reply, api_url, check_match, list_reply, reply, version_tag
from forum.api.routes import api
from forum.base.errors import Invalid
from forum.base.parts import parts
from forum.base.requests import db, now
from forum.base.words import say
from forum.contacts import actions, points, queries
from forum.contacts.drafts import FIELDS, ContactDraft
from forum.contacts.models import EMAIL, PHONE, Contact

if TYPE_CHECKING:
    from forum.api import shapes

AGENT = ("agent",)

#: The fields that hold several addresses or numbers.
POINT_FIELDS = (("emails", EMAIL), ("phones", PHONE))


@api.route(
    "GET",
    "/contacts",
    say("List contacts, or find them by address, number or id"),
    scopes=AGENT,
    asks="ContactSlice",
    gives="Contact",
    is_list=True,
)
def list_contacts(query: "shapes.ContactSlice") -> Reply:
    sought = [(EMAIL, query.email), (PHONE, query.phone)]
    page = queries.list_contacts(
        db(),
        reader(),
        points=[(kind, point_value(kind, value)) for kind, value in sought if value],
        external_id=query.external_id or "",
        cursor=query.cursor,
        size=query.limit,
        with_ids=True,
    )
    return list_reply(page, shown.contact)


@api.route(
    "POST",
    "/contacts",
    say("Write down a new contact"),
    scopes=AGENT,
    takes="NewContact",
    gives="Contact",
    status=201,
    has_tag=True,
)
def add_contact(body: "shapes.NewContact") -> Reply:
    draft = ContactDraft(body.name, body.company, body.tier, body.zone, body.language)
    held = [(kind, value) for field, kind in POINT_FIELDS for value in _values(field, kind, getattr(body, field))]
    contact = actions.add_contact(db(), actor(), draft, now(), points=held)
    if body.external_id is not None:
        actions.add_external_id(db(), actor(), contact, body.external_id, now())
    return _contact(contact, 201)


@api.route("GET", "/contacts/<int:contact_id>", say("Read a contact"), scopes=AGENT, gives="Contact", has_tag=True)
def read_contact(contact_id: int) -> Reply:
    return _contact(queries.find_kept_contact(db(), reader(), contact_id))


@api.route(
    "PATCH",
    "/contacts/<int:contact_id>",
    say("Change a contact; emails and phones replace those there are"),
    scopes=AGENT,
    takes="ContactChange",
    gives="Contact",
    has_tag=True,
)
def edit_contact(contact_id: int, body: "shapes.ContactChange") -> Reply:
    contact = queries.find_kept_contact(db(), actor(), contact_id)
    check_match(version_tag(contact.version))
    values = {name: getattr(contact, name) for name in FIELDS}
    values |= {name: getattr(body, name) for name in FIELDS if getattr(body, name) is not None}
    actions.edit_contact(db(), actor(), contact, ContactDraft(**values), contact.version, now())
    for field, kind in POINT_FIELDS:
        sent = getattr(body, field)
        if sent is not None:
            _replace_points(contact, kind, _values(field, kind, sent))
    if body.external_id is not None:
        actions.add_external_id(db(), actor(), contact, body.external_id, now())
    return _contact(contact)


@api.route(
    "GET",
    "/contacts/<int:contact_id>/timeline",
    say("Read what happened with a contact"),
    scopes=AGENT,
    asks="Slice",
    gives="TimelineEntry",
    is_list=True,
)
def read_timeline(contact_id: int, query: "shapes.Slice") -> Reply:
    contact = queries.find_kept_contact(db(), reader(), contact_id)
    return list_reply(queries.list_timeline(db(), contact, query.cursor, query.limit), shown.timeline_entry)


def point_value(kind: str, text: str) -> str:
    """The one form of an address or number as it is written where this site is; raises Invalid."""
    return points.point_value(kind, text, parts().settings.phone_region)


def _values(field: str, kind: str, texts: list[str]) -> list[str]:
    """Addresses or numbers as they are kept; raises Invalid beside the field they came in."""
    try:
        return [point_value(kind, text) for text in texts]
    except Invalid as invalid:
        raise Invalid({field: next(iter(invalid.errors.values()))}) from invalid


def _replace_points(contact: Contact, kind: str, wanted: list[str]) -> None:
    for point in [each for each in contact.points if each.kind == kind and each.value not in wanted]:
        actions.remove_point(db(), actor(), contact, point.id, now())
    for value in wanted:
        actions.add_point(db(), actor(), contact, kind, value, now())


def _contact(contact: Contact, status: int = 200) -> Reply:
    location = api_url(f"/contacts/{contact.id}") if status == 201 else None
    return reply(shown.contact(contact), status, location=location, etag=version_tag(contact.version))
