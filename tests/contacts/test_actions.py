"""Contacts are written down, changed and found."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid, NotFound, Refused
from forum.contacts import actions, queries
from forum.contacts.actions import MOST_POINTS, record, record_for, strike
from forum.contacts.drafts import ContactDraft
from forum.contacts.models import Contact
from tests.builders import make_contact

DRAFT = ContactDraft("  Giulia   Conti ", company="Conti & figli", tier="plus", zone="RM", language="IT")


def test_an_agent_writes_a_contact_down(session: Session, aldo: User, now: datetime) -> None:
    points = [("email", "Giulia@Example.it"), ("email", "giulia@example.it"), ("phone", "06 12345678")]
    contact = actions.add_contact(session, aldo, DRAFT, now, points=points)
    assert (contact.name, contact.language, contact.version) == ("Giulia Conti", "it", 1)
    assert [point.value for point in contact.points] == ["giulia@example.it", "+390612345678"]
    assert not any(point.verified_at for point in contact.points)
    assert session.scalar(select(StaffAct.verb)) == "add_contact"


@pytest.mark.parametrize("who", ["anna", "mia", "elena"])
def test_nobody_else_does(session: Session, cast: dict[str, User], who: str, now: datetime) -> None:
    contact = make_contact(session, emails=("g@example.it",))
    with pytest.raises(Refused):
        actions.add_contact(session, cast[who], DRAFT, now)
    with pytest.raises(Refused):
        actions.edit_contact(session, cast[who], contact, DRAFT, 1, now)
    with pytest.raises(Refused):
        actions.add_point(session, cast[who], contact, "email", "x@example.it", now)
    with pytest.raises(Refused):
        actions.remove_point(session, cast[who], contact, contact.points[0].id, now)
    with pytest.raises(Refused):
        actions.add_external_id(session, cast[who], contact, "17", now)
    assert (contact.name, len(contact.points), contact.version) == ("Giulia Conti", 1, 1)


@pytest.mark.parametrize(
    "change, field",
    [
        ({"name": ""}, "name"),
        ({"name": "\u202e \x00"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"company": "x" * 121}, "company"),
        ({"tier": "platinum"}, "tier"),
        ({"zone": "x" * 41}, "zone"),
        ({"language": "i7"}, "language"),
    ],
)
def test_what_a_contact_cannot_be_is_said_by_field(
    session: Session, aldo: User, now: datetime, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.add_contact(session, aldo, ContactDraft(**({"name": "Giulia"} | change)), now)
    assert set(refused.value.errors) == {field}
    assert session.scalar(select(Contact)) is None


def test_an_edit_from_an_old_page_is_a_conflict(session: Session, aldo: User, ada: User, now: datetime) -> None:
    contact = make_contact(session)
    actions.edit_contact(session, aldo, contact, DRAFT, 1, now)
    with pytest.raises(Conflict):
        actions.edit_contact(session, ada, contact, ContactDraft("Somebody else"), 1, now)
    assert (contact.name, contact.version, contact.edited_at) == ("Giulia Conti", 2, now)
    actions.edit_contact(session, ada, contact, DRAFT, 2, now)
    assert contact.version == 2, "saying the same again is no change"


def test_points_come_and_go(session: Session, aldo: User, now: datetime) -> None:
    contact, other = make_contact(session), make_contact(session, "Other", emails=("o@example.it",))
    point = actions.add_point(session, aldo, contact, "email", "G@example.it", now)
    assert actions.add_point(session, aldo, contact, "email", "g@EXAMPLE.it", now) is point
    with pytest.raises(NotFound):
        actions.remove_point(session, aldo, contact, other.points[0].id, now)
    actions.remove_point(session, aldo, contact, point.id, now)
    assert contact.points == []
    assert len(other.points) == 1


def test_a_contact_has_a_bounded_number_of_points(session: Session, aldo: User, now: datetime) -> None:
    contact = make_contact(session, emails=tuple(f"a{number}@example.it" for number in range(MOST_POINTS)))
    with pytest.raises(Invalid):
        actions.add_point(session, aldo, contact, "email", "one.more@example.it", now)


def test_an_id_elsewhere_is_one_person(session: Session, aldo: User, now: datetime) -> None:
    contact, other = make_contact(session), make_contact(session, "Other")
    actions.add_external_id(session, aldo, contact, "C-17", now)
    actions.add_external_id(session, aldo, contact, "C-17", now)
    with pytest.raises(Invalid):
        actions.add_external_id(session, aldo, other, "C-17", now)
    assert queries.contact_with_external_id(session, aldo, "C-17") is contact
    assert queries.contact_with_external_id(session, aldo, "C-17", "elsewhere") is None
    actions.remove_external_id(session, aldo, contact, contact.external_ids[0].id, now)
    assert queries.contact_with_external_id(session, aldo, "C-17") is None


@pytest.mark.parametrize(
    "words, found",
    [
        ("", {"Niccolò D'Agostino", "Giulia Conti"}),
        ("niccolo", {"Niccolò D'Agostino"}),
        ("AGOSTINO nicc", {"Niccolò D'Agostino"}),
        ("acme", {"Giulia Conti"}),
        ("Giulia@Example.it", {"Giulia Conti"}),
        ("giulia@exam", {"Giulia Conti"}),
        ("06 1234 5678", {"Giulia Conti"}),
        ("345678", {"Giulia Conti"}),
        ("C-17", {"Giulia Conti"}),
        ("conti nobody", set()),
        ("%", set()),
        ("_____", set()),
        ("@", {"Giulia Conti"}),
    ],
)
def test_how_contacts_are_found(session: Session, aldo: User, now: datetime, words: str, found: set[str]) -> None:
    make_contact(session, "Niccolò D'Agostino")
    giulia = make_contact(session, company="ACME", emails=("giulia@example.it",), phones=("06 12345678",))
    actions.add_external_id(session, aldo, giulia, "C-17", now)
    assert {contact.name for contact in queries.list_contacts(session, aldo, words).items} == found


def test_lists_go_on_where_they_ended(session: Session, aldo: User, now: datetime) -> None:
    made = [
        make_contact(session, f"Contact {number}", now=now + timedelta(seconds=number // 2)) for number in range(60)
    ]
    seen: list[Contact] = []
    cursor = None
    for _ in range(3):
        page = queries.list_contacts(session, aldo, cursor=cursor)
        seen.extend(page.items)
        cursor = page.next
    assert seen == made[::-1]
    assert cursor is None


def test_a_timeline_says_each_thing_once_and_forgets_what_was_not_so(
    session: Session, anna: User, bruno: User, now: datetime
) -> None:
    contact = make_contact(session, user=anna)
    for _ in range(2):
        record(session, anna.id, "asked", Cause("question", 7), now)
        record(session, bruno.id, "asked", Cause("question", 7), now)
        record_for(session, contact.id, "was_helped", Cause("link", 3), now + timedelta(minutes=1))
    listed = queries.list_timeline(session, contact).items
    assert [(entry.kind, entry.cause_id) for entry in listed][:1] == [("was_helped", 3)]
    assert [entry.kind for entry in listed].count("asked") == 1
    strike(session, Cause("link", 3), "other")
    assert "was_helped" in [entry.kind for entry in queries.list_timeline(session, contact).items]
    strike(session, Cause("link", 3))
    assert "was_helped" not in [entry.kind for entry in queries.list_timeline(session, contact).items]


def test_a_list_costs_the_same_however_long(session: Session, aldo: User, count_queries: Callable[[], Any]) -> None:
    for number in range(25):
        make_contact(session, f"Contact {number}", emails=(f"c{number}@example.it",))
    session.expire_all()
    session.refresh(aldo)
    with count_queries() as statements:
        page = queries.list_contacts(session, aldo)
        assert [point.value for contact in page.items for point in contact.points]
    assert len(statements) <= 2
