"""Two contacts become one and two again; what went over comes back, row by row, unless something newer says otherwise."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.causes import Cause
from forum.base.db import Model
from forum.base.errors import Conflict, NotFound, Refused
from forum.base.outbox import Delivery
from forum.contacts import queries
from forum.contacts.actions import add_point, join_user, part_user, prove_address, record_for, remove_point
from forum.contacts.events import ContactsMerged
from forum.contacts.merging import combined, merge_contacts, naming_contacts, undo_merge
from forum.contacts.models import Contact, ContactMerge, ContactPoint, ExternalId, RefusedJoin, TimelineEntry
from forum.contacts.reactions import gather_latecomers, join_by_address
from forum.contacts.rules import may_merge, may_undo_merge
from forum.questions.models import Question
from forum.tickets.models import Ticket
from tests.builders import make_answer, make_contact, make_question, make_ticket, make_user
from tests.ground import made_once

#: What a merge leaves behind even when it is undone: that it was, and how often a contact was changed.
LEFT = {"contact_merges", "staff_acts", "deliveries"}
COUNTED = {"version", "edited_at"}


def rows(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without what may differ."""
    session.flush()
    session.expire_all()
    return {
        table.name: sorted(
            (
                {name: value for name, value in row._mapping.items() if table.name != "contacts" or name not in COUNTED}
                for row in session.execute(select(table))
            ),
            key=repr,
        )
        for table in Model.metadata.sorted_tables
        if table.name not in LEFT
    }


@made_once
def kept(session: Session, aldo: User, now: datetime) -> Contact:
    made = make_contact(
        session, "Giulia Conti", emails=("giulia@example.it", "anna@example.it"), phones=("06 1234567",)
    )
    made.external_ids.append(ExternalId(system="crm", value="C-1"))
    make_ticket(session, aldo, made)
    record_for(session, made.id, "phoned", Cause("call", 1), now)
    session.flush()
    return made


@made_once
def gone(session: Session, aldo: User, anna: User, bruno: User, carla: User, now: datetime) -> Contact:
    made = make_contact(
        session, "Anna C.", phones=("06 1234567", "333 1234567"), company="Conti", tier="top", user=anna
    )
    part_user(session, aldo, made, now)
    join_user(session, aldo, made, anna, now)
    made.external_ids.append(ExternalId(system="crm", value="C-2"))
    make_ticket(session, aldo, made, subject="A second case")
    question = make_question(session, anna)
    make_answer(session, bruno, question, accepted=True)
    record_for(session, made.id, "phoned", Cause("call", 1), now)
    session.add(RefusedJoin(contact_id=made.id, user_id=carla.id, refused_by_id=aldo.id, at=now))
    session.flush()
    return made


def merged(session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime) -> ContactMerge:
    return merge_contacts(session, aldo, kept, gone, kept.version, gone.version, now)


def test_all_that_was_of_one_is_of_the_other(
    session: Session, aldo: User, anna: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    merge = merged(session, aldo, kept, gone, now)
    assert (kept.name, kept.company, kept.tier, kept.user_id) == ("Giulia Conti", "Conti", "top", anna.id)
    assert {point.value: point.verified_at is not None for point in kept.points} == {
        "giulia@example.it": False, "anna@example.it": True, "+39061234567": False, "+393331234567": False,
    }  # fmt: skip
    assert {row.value for row in kept.external_ids} == {"C-1", "C-2"}
    assert set(session.scalars(select(Ticket.requester_id))) == {kept.id}
    kinds = list(session.scalars(select(TimelineEntry.kind).where(TimelineEntry.contact_id == kept.id)))
    assert sorted(kinds) == sorted(
        ["ticket_opened"] * 2 + ["phoned", "joined", "parted", "joined", "asked", "was_helped", "merged"]
    )
    assert (gone.merged_into_id, gone.user_id) == (kept.id, None)
    assert session.scalar(select(StaffAct.verb).order_by(StaffAct.id.desc()).limit(1)) == "merge_contacts"
    assert [each.id for each in queries.merges_into(session, aldo, kept)] == [merge.id]
    with pytest.raises(NotFound):
        queries.find_contact(session, aldo, gone.id)
    assert queries.find_kept_contact(session, aldo, gone.id) is kept
    assert [each.id for each in queries.list_contacts(session, aldo).items] == [kept.id]


def test_undone_every_row_is_as_it_was(
    session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    before = rows(session)
    merge = merged(session, aldo, kept, gone, now)
    between = rows(session)
    assert {name for name in before if before[name] != between[name]} == {
        "contacts", "contact_points", "external_ids", "timeline_entries", "tickets", "refused_joins",
    }  # fmt: skip
    undo_merge(session, aldo, merge, now)
    after = rows(session)
    assert {name for name in before if before[name] != after[name]} == set()
    assert (kept.version, gone.version) == (3, 6)
    with pytest.raises(Refused):
        undo_merge(session, aldo, merge, now)
    merged(session, aldo, gone, kept, now)
    undo_merge(session, aldo, session.scalars(select(ContactMerge).order_by(ContactMerge.id.desc())).first(), now)
    assert rows(session) == before


def test_what_is_newer_stays(
    session: Session, aldo: User, anna: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    merge = merged(session, aldo, kept, gone, now)
    kept.company = "Conti & figli"
    mobile = next(point for point in kept.points if point.value == "+393331234567")
    remove_point(session, aldo, kept, mobile.id, now)
    add_point(session, aldo, kept, "phone", "02 7654321", now)
    third = make_ticket(session, aldo, kept, subject="After the merge")
    anna.email = "anna.new@example.it"
    session.flush()
    prove_address(session, kept, anna, now)
    later = make_question(session, anna, title="Asked after the merge was made")
    undo_merge(session, aldo, merge, now)
    assert kept.company == "Conti & figli"
    assert third.requester_id == kept.id
    assert (kept.user_id, gone.user_id) == (None, anna.id)
    assert {point.value for point in kept.points} == {
        "giulia@example.it", "anna@example.it", "+39061234567", "+39027654321",
    }  # fmt: skip
    assert {point.value: point.verified_at is not None for point in gone.points} == {
        "+39061234567": False, "anna@example.it": False, "anna.new@example.it": True,
    }  # fmt: skip
    asked = select(TimelineEntry.contact_id).where(
        TimelineEntry.kind == "asked", TimelineEntry.cause_id == later.id, TimelineEntry.cause_kind == "question"
    )
    assert session.scalar(asked) == gone.id, "what the user did goes with the user"


def test_a_join_undone_since_stays_undone(
    session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    merge = merged(session, aldo, kept, gone, now)
    part_user(session, aldo, kept, now)
    undo_merge(session, aldo, merge, now)
    assert (kept.user_id, gone.user_id) == (None, None)


def test_the_later_merge_is_undone_first_and_chains_lead_to_the_end(
    session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    third, fourth = make_contact(session, "Third", phones=("333 1234567",)), make_contact(session, "Fourth")
    before = rows(session)
    first = merged(session, aldo, kept, gone, now)
    second = merged(session, aldo, kept, third, now)
    last = merged(session, aldo, fourth, kept, now)
    assert queries.find_kept_contact(session, aldo, gone.id) is fourth
    assert {row.value for row in fourth.external_ids} == {"C-1", "C-2"}
    for early in (first, second):
        with pytest.raises(Refused):
            undo_merge(session, aldo, early, now)
    undo_merge(session, aldo, last, now)
    with pytest.raises(Refused):
        undo_merge(session, aldo, first, now)
    undo_merge(session, aldo, second, now)
    undo_merge(session, aldo, first, now)
    assert rows(session) == before


def test_what_stands_against_a_merge(
    session: Session, aldo: User, bruno: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    other = make_contact(session, "Bruno", user=bruno)
    third = make_contact(session, "Third")
    for one, two in ((gone, other), (kept, kept)):
        with pytest.raises(Refused):
            merged(session, aldo, one, two, now)
    with pytest.raises(Conflict):
        merge_contacts(session, aldo, kept, gone, kept.version, gone.version - 1, now)
    merged(session, aldo, kept, gone, now)
    for one, two in ((third, gone), (gone, third)):
        with pytest.raises(Refused):
            merged(session, aldo, one, two, now)
    assert session.scalar(select(func.count()).select_from(ContactMerge)) == 1


@pytest.mark.parametrize("who, allowed", [("anna", False), ("mia", False), ("aldo", True), ("ada", True)])
def test_who_merges_and_undoes(
    session: Session, cast: dict[str, User], kept: Contact, gone: Contact, who: str, allowed: bool, now: datetime
) -> None:
    assert bool(may_merge(cast[who], kept, gone)) is allowed
    merge = merged(session, cast["aldo"], kept, gone, now)
    assert bool(may_undo_merge(cast[who], merge, merge.id)) is allowed
    if not allowed:
        with pytest.raises(Refused):
            undo_merge(session, cast[who], merge, now)
        with pytest.raises(NotFound):
            queries.find_kept_contact(session, cast[who], gone.id)
        assert queries.merges_into(session, cast[who], kept) == []


def test_what_was_written_in_the_moment_of_the_merge_follows(
    session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime
) -> None:
    before = rows(session)
    merge = merged(session, aldo, kept, gone, now)
    (due,) = session.scalars(select(Delivery).where(Delivery.event == "ContactsMerged"))
    assert due.run_at > now
    late = Ticket(requester_id=gone.id, subject="Late", opened_at=now, active_at=now)
    session.add_all([late, ContactPoint(contact_id=gone.id, kind="phone", value="+39025555555")])
    session.flush()
    for _ in range(2):
        gather_latecomers(session, ContactsMerged(merge.id))
    session.expire_all()
    assert late.requester_id == kept.id
    assert "+39025555555" in {point.value for point in kept.points}
    undo_merge(session, aldo, merge, now)
    gather_latecomers(session, ContactsMerged(merge.id))
    session.expire_all()
    assert late.requester_id == gone.id
    session.delete(late)
    session.delete(session.scalars(select(ContactPoint).where(ContactPoint.value == "+39025555555")).one())
    assert rows(session) == before


def test_an_address_of_a_merged_contact_joins_the_one_that_was_kept(
    session: Session, aldo: User, now: datetime
) -> None:
    one, two = (make_contact(session, name, emails=("zoe@example.it",)) for name in ("Zoe", "Z."))
    merged(session, aldo, one, two, now)
    zoe = make_user(session, "zoe")
    assert join_by_address(session, zoe, "zoe@example.it", now) is one
    assert queries.unclear_users(session, aldo) == []


def test_fields_fill_up_and_the_higher_value_counts(session: Session) -> None:
    kept, gone = (
        make_contact(session, "A", zone="RM", tier="plus"),
        make_contact(session, "B", zone="MI", language="it"),
    )
    assert combined(kept, gone) == {"name": "A", "company": "", "zone": "RM", "tier": "plus", "language": "it"}


def test_whatever_names_a_contact_is_moved() -> None:
    """A table that is made tomorrow is moved too, as long as its rows have a number."""
    columns = naming_contacts()
    assert {str(column) for column in columns} >= {"external_ids.contact_id", "tickets.requester_id"}
    assert all("id" in column.table.c for column in columns)


def test_doubles_have_a_number_or_name_and_company_in_common(session: Session, aldo: User, anna: User) -> None:
    one = make_contact(session, "Ada Rossi", company="ACME", phones=("06 1234567",))
    same_number = make_contact(session, "A. R.", phones=("06 1234567",))
    same_name = make_contact(session, "ada rossi", company="Acme")
    make_contact(session, "Ada Rossi"), make_contact(session, "Ugo")
    assert list(queries.doubles(session, aldo, one)) == [same_number, same_name]
    assert queries.doubles(session, anna, one) == []


def test_many_rows_move(session: Session, aldo: User, kept: Contact, gone: Contact, now: datetime) -> None:
    for number in range(1200):
        moment = now - timedelta(minutes=number)
        session.add(
            TimelineEntry(contact_id=gone.id, kind="phoned", cause_kind="call", cause_id=1000 + number, at=moment)
        )
    session.flush()
    before = rows(session)
    merge = merged(session, aldo, kept, gone, now)
    assert queries.count_timeline(session, gone) == 1, "the call both were in"
    undo_merge(session, aldo, merge, now)
    assert rows(session) == before
    assert session.scalar(select(func.count()).select_from(Question)) == 1
