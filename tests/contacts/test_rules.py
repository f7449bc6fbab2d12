"""Who may look into the CRM: a table."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, User
from forum.base.errors import NotFound
from forum.contacts import queries, rules
from tests.builders import make_contact

PEOPLE = [
    ("visitor", False), ("anna", False), ("bruno", False), ("elena", False), ("mia", False),
    ("aldo", True), ("ada", True),
]  # fmt: skip


def person(cast: dict[str, User], who: str) -> User:
    return VISITOR if who == "visitor" else cast[who]  # type: ignore[return-value]


@pytest.mark.parametrize("who, allowed", PEOPLE)
def test_who_sees_and_changes_contacts(session: Session, cast: dict[str, User], who: str, allowed: bool) -> None:
    contact = make_contact(session, emails=("giulia@example.it",))
    reader = person(cast, who)
    assert bool(rules.may_see_contacts(reader)) is allowed
    assert bool(rules.may_change_contacts(reader)) is allowed
    assert bool(rules.may_join(reader, contact, cast["carla"])) is allowed
    assert (queries.list_contacts(session, reader).items == [contact]) is allowed
    assert (queries.contacts_with_point(session, reader, "email", "giulia@example.it") == [contact]) is allowed
    assert queries.count_contacts(session, reader) == (1 if allowed else 0)
    if allowed:
        assert queries.find_contact(session, reader, contact.id) is contact
    else:
        with pytest.raises(NotFound):
            queries.find_contact(session, reader, contact.id)


@pytest.mark.parametrize("who, allowed", PEOPLE)
def test_who_parts_what_was_joined(session: Session, cast: dict[str, User], who: str, allowed: bool) -> None:
    contact = make_contact(session, user=cast["carla"])
    assert bool(rules.may_part(person(cast, who), contact)) is allowed


def test_nobody_is_joined_to_a_taken_contact_or_with_a_closed_account(
    session: Session, aldo: User, anna: User, bruno: User, now: datetime
) -> None:
    taken, free = make_contact(session, user=anna), make_contact(session)
    assert rules.may_join(aldo, taken, anna)
    assert not rules.may_join(aldo, taken, bruno)
    assert rules.may_join(aldo, free, bruno)
    assert not rules.may_part(aldo, free)
    bruno.disabled_at = now
    assert not rules.may_join(aldo, free, bruno)
