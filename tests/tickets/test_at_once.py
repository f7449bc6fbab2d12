"""Two who do the same at the same moment make one thing; on real connections that commit."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from forum.accounts.events import EmailConfirmed
from forum.accounts.models import StaffAct, StandingEntry, User
from forum.base.db import Model, Store
from forum.base.errors import Conflict, Refused
from forum.contacts.merging import merge_contacts, undo_merge
from forum.contacts.models import Contact, ContactMerge, ContactPoint, TimelineEntry
from forum.contacts.reactions import join_confirmed_user
from forum.questions.models import Answer
from forum.tickets import actions
from forum.tickets.models import Link, Ticket
from tests.builders import NOON, make_answer, make_contact, make_question, make_ticket, make_user

AT_ONCE = 4


@pytest.fixture
def committing(engine: Engine) -> Iterator[Store]:
    """A store whose writes stay until the test ends, as two processes would see them."""
    yield Store(engine)
    with engine.execution_options(writes=True).begin() as connection:
        # Made anew: there are tables that nothing can be deleted from.
        Model.metadata.drop_all(connection)
        Model.metadata.create_all(connection)


def all_at_once(store: Store, work: Callable[[Session], object]) -> None:
    """Start together: on PostgreSQL with transactions already open, on SQLite, where one has to wait, just before."""
    barrier = Barrier(AT_ONCE)

    def run(_number: int) -> None:
        begun: list[bool] = []

        def once(session: Session) -> None:
            if not store.is_sqlite and not begun:
                begun.append(True)
                session.connection()
                barrier.wait(timeout=30)
            work(session)

        if store.is_sqlite:
            barrier.wait(timeout=30)
        store.write(once)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(run, range(AT_ONCE)))


def count(session: Session, kind: type[Model]) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.parametrize("known", [0, 1])
def test_an_address_confirmed_at_once_is_one_join(committing: Store, known: int) -> None:
    def prepare(session: Session) -> int:
        if known:
            make_contact(session, emails=("anna@example.it",))
        return make_user(session, "anna").id

    user_id = committing.write(prepare)
    all_at_once(committing, lambda session: join_confirmed_user(session, EmailConfirmed(user_id)))
    with committing.reading() as session:
        contact = session.scalars(select(Contact)).one()
        assert contact.user_id == user_id
        assert session.scalars(select(ContactPoint)).one().verified_at is not None
        assert count(session, TimelineEntry) == 1


def test_an_answer_linked_at_once_is_one_link_and_one_credit(committing: Store) -> None:
    def prepare(session: Session) -> tuple[int, int, int, int]:
        aldo, anna, bruno = (
            make_user(session, "aldo", roles={"agent"}),
            make_user(session, "anna"),
            make_user(session, "bruno"),
        )
        answer = make_answer(session, bruno, make_question(session, anna))
        ticket = make_ticket(session, aldo, make_contact(session))
        return aldo.id, bruno.id, answer.id, ticket.id

    aldo_id, bruno_id, answer_id, ticket_id = committing.write(prepare)

    def link(session: Session) -> None:
        ticket, answer = session.get_one(Ticket, ticket_id), session.get_one(Answer, answer_id)
        actions.link(session, session.get_one(User, aldo_id), ticket, answer, NOON)

    all_at_once(committing, link)
    with committing.reading() as session:
        assert count(session, Link) == 1
        assert count(session, StandingEntry) == 1
        assert session.get_one(User, bruno_id).standing == actions.REUSED_POINTS
        helped = select(func.count()).select_from(TimelineEntry).where(TimelineEntry.kind == "was_helped")
        assert session.scalar(helped) == 1


def test_two_contacts_merged_at_once_are_merged_once(committing: Store) -> None:
    def prepare(session: Session) -> tuple[int, int, int]:
        aldo = make_user(session, "aldo", roles={"agent"})
        one, two = make_contact(session, "One", phones=("06 1234567",)), make_contact(session, "Two")
        make_ticket(session, aldo, two)
        return aldo.id, one.id, two.id

    aldo_id, one_id, two_id = committing.write(prepare)
    turn = cycle(((one_id, two_id), (two_id, one_id)))

    def merge(session: Session, pair: tuple[int, int]) -> None:
        kept, gone = (session.get_one(Contact, number) for number in pair)
        with suppress(Refused, Conflict):
            merge_contacts(session, session.get_one(User, aldo_id), kept, gone, 1, 1, NOON)

    all_at_once(committing, lambda session: merge(session, next(turn)))
    with committing.reading() as session:
        made = session.scalars(select(ContactMerge)).one()
        assert session.scalars(select(Ticket)).one().requester_id == made.kept_id
        assert session.scalars(select(ContactPoint)).one().contact_id == made.kept_id

    def undo(session: Session) -> None:
        with suppress(Refused):
            undo_merge(session, session.get_one(User, aldo_id), session.scalars(select(ContactMerge)).one(), NOON)

    all_at_once(committing, undo)
    with committing.reading() as session:
        assert session.scalars(select(Ticket)).one().requester_id == two_id
        assert session.scalars(select(ContactPoint)).one().contact_id == one_id
        acts = select(func.count()).select_from(StaffAct).where(StaffAct.verb == "undo_merge")
        assert session.scalar(acts) == 1
