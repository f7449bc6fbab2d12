"""A user and a contact are one only by proof or by an agent's deliberate act."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.accounts.events import EmailConfirmed
from forum.accounts.models import StaffAct, User
from forum.base.errors import Invalid, Refused
from forum.base.outbox import publish
from forum.contacts.actions import join_user, part_user
from forum.contacts.models import BY_AGENT, BY_EMAIL, Contact, ContactPoint, TimelineEntry
from forum.contacts.queries import unclear_users, users_like
from forum.contacts.reactions import join_by_address, join_confirmed_user
from tests.builders import make_contact, make_user


def confirm(session: Session, user: User) -> None:
    join_confirmed_user(session, EmailConfirmed(user.id))
    session.flush()


def contact_of(session: Session, user: User) -> Contact | None:
    return session.scalar(select(Contact).where(Contact.user_id == user.id))


def verified(contact: Contact) -> dict[str, bool]:
    return {point.value: point.verified_at is not None for point in contact.points}


def kinds(session: Session, contact: Contact) -> list[str]:
    entries = select(TimelineEntry.kind).where(TimelineEntry.contact_id == contact.id).order_by(TimelineEntry.id)
    return list(session.scalars(entries))


def test_the_event_joins_through_the_courier(session: Session, anna: User, carry: Callable[[], None]) -> None:
    contact = make_contact(session, emails=("anna@example.it",))
    publish(session, EmailConfirmed(anna.id))
    session.commit()
    carry()
    session.expire_all()
    assert contact.user_id == anna.id
    assert contact.joined_by == BY_EMAIL
    assert verified(contact) == {"anna@example.it": True}


def test_one_contact_with_the_address_is_joined_and_the_address_proved(session: Session, anna: User) -> None:
    contact = make_contact(session, "Ferri A.", emails=("anna@example.it", "work@example.it"), tier="top")
    confirm(session, anna)
    assert contact_of(session, anna) is contact
    assert (contact.name, contact.tier) == ("Ferri A.", "top")
    assert verified(contact) == {"anna@example.it": True, "work@example.it": False}
    assert kinds(session, contact) == ["joined"]


def test_nobody_with_the_address_makes_a_new_contact(session: Session, anna: User) -> None:
    make_contact(session, anna.name, emails=("other@example.it",))
    confirm(session, anna)
    contact = contact_of(session, anna)
    assert contact is not None
    assert contact.name == "Anna"
    assert verified(contact) == {"anna@example.it": True}


def test_several_with_the_address_are_left_to_an_agent(session: Session, anna: User, aldo: User, mia: User) -> None:
    first, second = (make_contact(session, name, emails=("anna@example.it",)) for name in ("Anna F.", "Ferri"))
    confirm(session, anna)
    assert contact_of(session, anna) is None
    assert verified(first) == verified(second) == {"anna@example.it": False}
    assert unclear_users(session, aldo) == [anna]
    assert unclear_users(session, mia) == []
    assert users_like(session, first) == [anna]


def test_confirming_twice_changes_nothing_the_second_time(session: Session, anna: User) -> None:
    confirm(session, anna)
    contact = contact_of(session, anna)
    assert contact is not None
    version = contact.version
    confirm(session, anna)
    assert contact_of(session, anna) is contact
    assert contact.version == version
    assert kinds(session, contact) == ["joined"]
    assert session.scalar(select(func.count()).select_from(Contact)) == 1


def test_a_changed_address_is_proved_and_the_old_one_no_longer(session: Session, anna: User) -> None:
    confirm(session, anna)
    anna.email = "anna.new@example.it"
    confirm(session, anna)
    contact = contact_of(session, anna)
    assert contact is not None
    assert verified(contact) == {"anna@example.it": False, "anna.new@example.it": True}


def test_an_address_that_changed_hands_is_proved_by_who_has_it_now(session: Session, anna: User, bruno: User) -> None:
    confirm(session, bruno)
    bruno.email = "bruno.new@example.it"
    session.flush()
    anna.email = "bruno@example.it"
    session.flush()
    confirm(session, anna)
    confirm(session, bruno)
    hers, his = contact_of(session, anna), contact_of(session, bruno)
    assert hers is not None
    assert his is not None
    assert hers is not his
    assert verified(hers) == {"bruno@example.it": True}
    assert verified(his) == {"bruno@example.it": False, "bruno.new@example.it": True}


def test_a_contact_of_somebody_else_is_never_taken(session: Session, anna: User, bruno: User) -> None:
    his = make_contact(session, "Bruno", emails=("anna@example.it",), user=bruno)
    confirm(session, anna)
    assert his.user_id == bruno.id
    hers = contact_of(session, anna)
    assert hers is not None
    assert hers is not his


def test_a_closed_account_and_one_without_address_are_not_joined(session: Session, now: datetime) -> None:
    closed = make_user(session, "closed", disabled_at=now)
    nameless = make_user(session, "nameless")
    nameless.email = None
    session.flush()
    confirm(session, closed)
    confirm(session, nameless)
    confirm(session, User(id=999_999))
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_an_agent_joins_and_the_log_says_so(session: Session, aldo: User, anna: User, now: datetime) -> None:
    contact = make_contact(session, emails=("old@example.it",))
    join_user(session, aldo, contact, anna, now, why="She gave her customer number")
    assert (contact.user_id, contact.joined_by, contact.joined_at) == (anna.id, BY_AGENT, now)
    assert verified(contact) == {"old@example.it": False, "anna@example.it": True}
    act = session.scalar(select(StaffAct).where(StaffAct.verb == "join_user"))
    assert act is not None
    assert (act.actor_id, act.target_id, act.after) == (aldo.id, contact.id, {"user_id": anna.id})


def test_joining_twice_is_one_join_and_two_contacts_are_refused(
    session: Session, aldo: User, anna: User, now: datetime
) -> None:
    contact, other = make_contact(session), make_contact(session, "Other")
    join_user(session, aldo, contact, anna, now)
    join_user(session, aldo, contact, anna, now)
    assert kinds(session, contact) == ["joined"]
    with pytest.raises(Invalid):
        join_user(session, aldo, other, anna, now)


@pytest.mark.parametrize("who", ["anna", "mia"])
def test_only_agents_join(session: Session, cast: dict[str, User], who: str, now: datetime) -> None:
    contact = make_contact(session)
    with pytest.raises(Refused):
        join_user(session, cast[who], contact, cast["anna"], now)
    assert contact.user_id is None


def test_an_undone_join_is_not_made_again_by_itself(session: Session, aldo: User, anna: User, now: datetime) -> None:
    contact = make_contact(session, emails=("anna@example.it",))
    confirm(session, anna)
    part_user(session, aldo, contact, now, why="A shared address")
    assert contact.user_id is None
    assert verified(contact) == {"anna@example.it": False}
    confirm(session, anna)
    assert contact_of(session, anna) is None
    assert kinds(session, contact) == ["joined", "parted"]
    join_user(session, aldo, contact, anna, now)
    assert contact_of(session, anna) is contact
    assert kinds(session, contact) == ["joined", "parted", "joined"]


def test_the_log_keeps_no_address(session: Session, aldo: User, anna: User, now: datetime) -> None:
    contact = make_contact(session, "Giulia Conti", emails=("secret@example.it",))
    join_user(session, aldo, contact, anna, now)
    part_user(session, aldo, contact, now)
    for act in session.scalars(select(StaffAct)):
        assert "@" not in json.dumps([act.before, act.after])
        assert "Giulia" not in json.dumps([act.before, act.after])


def test_the_database_lets_nobody_be_joined_twice_or_prove_one_address_twice(
    session: Session, anna: User, now: datetime
) -> None:
    first, second = make_contact(session, user=anna), make_contact(session, "Second")
    twice = update(Contact).where(Contact.id == second.id).values(user_id=anna.id)
    proof = insert(ContactPoint).values(contact_id=second.id, kind="email", value="anna@example.it", verified_at=now)
    for statement in (twice, proof):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(statement)
    assert first.user_id == anna.id


def test_what_others_proved_by_other_means_is_left_to_them(session: Session, anna: User, now: datetime) -> None:
    other = make_contact(session, emails=("anna@example.it",))
    other.points[0].verified_at = now
    third = make_contact(session, "Third")
    session.flush()
    join_by_address(session, anna, "anna@example.it", now)
    assert contact_of(session, anna) is other
    assert third.user_id is None
