"""Links join what customers wrote to what agents work on, and thank the writer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry, User
from forum.base.causes import Cause
from forum.base.errors import Invalid, NotFound, Refused
from forum.contacts.models import Contact, TimelineEntry
from forum.knowledge.models import ARCHIVED, PUBLISHED, Article, ArticleRevision
from forum.questions.models import Answer
from forum.tickets import actions, queries, rules
from forum.tickets.actions import REUSED, REUSED_POINTS
from forum.tickets.models import Link, Target, Ticket
from tests.builders import make_answer, make_contact, make_question, make_ticket
from tests.ground import made_once


@made_once
def requester(session: Session) -> Contact:
    return make_contact(session, "Giulia Conti")


@made_once
def ticket(session: Session, aldo: User, requester: Contact) -> Ticket:
    return make_ticket(session, aldo, requester)


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    return make_answer(session, bruno, make_question(session, anna))


def make_live_article(session: Session, creator: User, now: datetime, live: bool = True) -> Article:
    article = Article(creator_id=creator.id, title="Draft title", created_at=now, active_at=now, version=1)
    session.add(article)
    session.flush()
    revision = ArticleRevision(
        article_id=article.id, number=1, author_id=creator.id, title="Red light", text="x", html="x", html_version=1,
        language="en", at=now,
    )  # fmt: skip
    session.add(revision)
    session.flush()
    if live:
        article.state, article.published_id, article.published_at = PUBLISHED, revision.id, now
    session.flush()
    session.refresh(article)
    return article


def reused(session: Session, user: User) -> list[int]:
    session.refresh(user)
    return list(
        session.scalars(
            select(StandingEntry.points).where(StandingEntry.user_id == user.id, StandingEntry.reason == REUSED)
        )
    )


def kinds(session: Session, contact: Contact) -> list[str]:
    entries = select(TimelineEntry.kind).where(TimelineEntry.contact_id == contact.id).order_by(TimelineEntry.id)
    return list(session.scalars(entries))


def test_a_link_credits_the_writer_and_is_on_both_timelines(
    session: Session, aldo: User, bruno: User, requester: Contact, ticket: Ticket, answer: Answer, now: datetime
) -> None:
    his = make_contact(session, "Bruno", user=bruno)
    before = bruno.standing
    link = actions.link(session, aldo, ticket, answer, now, why="Same red light")
    assert (link.answer_id, link.linked_by_id, link.linked_at, link.why) == (answer.id, aldo.id, now, "Same red light")
    assert reused(session, bruno) == [REUSED_POINTS]
    assert bruno.standing == before + REUSED_POINTS
    assert kinds(session, requester) == ["ticket_opened", "was_helped"]
    assert kinds(session, his) == ["joined", "reused"]
    assert queries.reuse_count(session, answer) == 1


def test_linking_twice_is_one_link(
    session: Session,
    aldo: User,
    ada: User,
    bruno: User,
    requester: Contact,
    ticket: Ticket,
    answer: Answer,
    now: datetime,
) -> None:
    first = actions.link(session, aldo, ticket, answer, now, why="first")
    again = actions.link(session, ada, ticket, answer, now, why="second")
    assert again is first
    assert (first.why, first.linked_by_id) == ("first", aldo.id)
    assert reused(session, bruno) == [REUSED_POINTS]
    assert kinds(session, requester).count("was_helped") == 1


def test_unlinking_takes_back_what_the_link_gave_and_can_be_undone(
    session: Session,
    aldo: User,
    ada: User,
    bruno: User,
    requester: Contact,
    ticket: Ticket,
    answer: Answer,
    now: datetime,
) -> None:
    his = make_contact(session, "Bruno", user=bruno)
    link = actions.link(session, aldo, ticket, answer, now)
    actions.unlink(session, ada, link, now)
    assert (link.unlinked_by_id, link.unlinked_at) == (ada.id, now)
    assert reused(session, bruno) == []
    assert "was_helped" not in kinds(session, requester)
    assert "reused" not in kinds(session, his)
    assert queries.reuse_count(session, answer) == 0
    assert queries.links_of(session, aldo, answer) == []
    with pytest.raises(Refused):
        actions.unlink(session, ada, link, now)
    assert actions.link(session, ada, ticket, answer, now) is link
    assert link.unlinked_at is None
    assert reused(session, bruno) == [REUSED_POINTS]
    assert kinds(session, requester).count("was_helped") == 1
    assert session.scalar(select(func.count()).select_from(Link)) == 1


def test_many_tickets_and_many_answers(
    session: Session,
    aldo: User,
    anna: User,
    bruno: User,
    requester: Contact,
    ticket: Ticket,
    answer: Answer,
    now: datetime,
) -> None:
    other = make_ticket(session, aldo, requester)
    second = make_answer(session, bruno, answer.question, text="Or wait for a minute before you try.")
    for each in (ticket, other):
        actions.link(session, aldo, each, answer, now)
    actions.link(session, aldo, ticket, second, now)
    actions.link(session, aldo, ticket, answer.question, now)
    assert queries.reuse_counts(session, [answer, second, answer.question]) == {
        answer: 2,
        second: 1,
        answer.question: 1,
    }
    assert {link.ticket_id for link in queries.links_of(session, aldo, answer)} == {ticket.id, other.id}
    assert [link.target for link in queries.list_links(session, aldo, ticket)] == [answer, second, answer.question]
    assert reused(session, bruno) == [REUSED_POINTS] * 3
    assert queries.links_of(session, anna, answer) == []


def test_nobody_is_credited_for_helping_themselves(
    session: Session, aldo: User, anna: User, bruno: User, ticket: Ticket, answer: Answer, now: datetime
) -> None:
    own = make_answer(session, aldo, answer.question, text="This is what we always say on the phone.")
    actions.link(session, aldo, ticket, own, now)
    assert reused(session, aldo) == []
    theirs = make_ticket(session, aldo, make_contact(session, "Bruno", user=bruno))
    actions.link(session, aldo, theirs, answer, now)
    assert reused(session, bruno) == []


@pytest.mark.parametrize(
    "who, allowed", [("anna", False), ("bruno", False), ("mia", False), ("aldo", True), ("ada", True)]
)
def test_who_links_and_unlinks(
    session: Session, cast: dict[str, User], ticket: Ticket, answer: Answer, who: str, allowed: bool, now: datetime
) -> None:
    assert bool(rules.may_link(cast[who], answer)) is allowed
    link = actions.link(session, cast["aldo"], ticket, answer, now)
    assert bool(rules.may_unlink(cast[who], link)) is allowed
    if not allowed:
        with pytest.raises(Refused):
            actions.link(session, cast[who], ticket, answer.question, now)
        with pytest.raises(Refused):
            actions.unlink(session, cast[who], link, now)
        with pytest.raises(NotFound):
            queries.find_link(session, cast[who], link.id)


@pytest.mark.parametrize(
    "gone", ["answer hidden", "answer deleted", "question hidden", "question deleted", "draft", "archived", "question"]
)
def test_only_what_customers_can_read_is_linked(
    session: Session, aldo: User, mia: User, ticket: Ticket, answer: Answer, gone: str, now: datetime
) -> None:
    target: Target = answer
    if gone.startswith("answer"):
        setattr(answer, f"{gone.split()[1]}_at", now)
    elif gone == "draft":
        target = make_live_article(session, mia, now, live=False)
    elif gone == "archived":
        target = make_live_article(session, mia, now)
        target.archived_at, target.state = now, ARCHIVED
    else:
        answer.question.hidden_at = now
        target = answer if " " in gone else answer.question
    session.flush()
    with pytest.raises(Refused):
        actions.link(session, aldo, ticket, target, now)
    assert session.scalar(select(Link)) is None


def test_a_live_article_is_linked_and_counted(
    session: Session, aldo: User, mia: User, ticket: Ticket, now: datetime
) -> None:
    article = make_live_article(session, mia, now)
    link = actions.link(session, aldo, ticket, article, now)
    assert link.is_shown
    assert queries.reuse_count(session, article) == 1
    article.archived_at = now
    assert not link.is_shown
    assert queries.reuse_count(session, article) == 1


def test_a_link_to_what_was_hidden_later_stays_and_can_be_taken_away(
    session: Session, aldo: User, bruno: User, ticket: Ticket, answer: Answer, now: datetime
) -> None:
    link = actions.link(session, aldo, ticket, answer, now)
    answer.hidden_at = now
    session.flush()
    assert not link.is_shown
    assert actions.link(session, aldo, ticket, answer, now) is link
    actions.unlink(session, aldo, link, now)
    assert reused(session, bruno) == []
    with pytest.raises(Refused):
        actions.link(session, aldo, ticket, answer, now)


@pytest.mark.parametrize("why", ["x" * 301, "\ud800"])
def test_a_reason_is_short_and_readable(
    session: Session, aldo: User, ticket: Ticket, answer: Answer, why: str, now: datetime
) -> None:
    with pytest.raises(Invalid):
        actions.link(session, aldo, ticket, answer, now, why=why)


def test_what_an_address_names_is_found_or_not(
    session: Session, aldo: User, mia: User, answer: Answer, now: datetime
) -> None:
    article = make_live_article(session, mia, now)
    for target in (answer, answer.question, article):
        assert queries.find_target(session, Cause.of(target).kind, target.id) is target
    for kind in ("answer", "article", "question"):
        with pytest.raises(NotFound):
            queries.find_target(session, kind, 987_654)


def test_choices_are_the_askers_open_tickets_then_mine(
    session: Session, aldo: User, mia: User, requester: Contact, ticket: Ticket, now: datetime
) -> None:
    mine = make_ticket(session, aldo, make_contact(session, "Other"))
    done = make_ticket(session, aldo, requester)
    actions.change_ticket(session, aldo, mine, 1, now, status="open", assignee=aldo)
    actions.change_ticket(session, aldo, done, 1, now, status="resolved", assignee=aldo)
    assert queries.choices_for(session, aldo, requester.id) == [ticket, mine]
    assert queries.choices_for(session, aldo, None) == [mine]
    assert queries.choices_for(session, mia, requester.id) == []


def test_reading_links_costs_the_same_however_many(
    session: Session,
    aldo: User,
    bruno: User,
    ticket: Ticket,
    answer: Answer,
    now: datetime,
    count_queries: Callable[[], Any],
) -> None:
    for number in range(8):
        more = make_answer(session, bruno, answer.question, text=f"Another way, number {number}, that works.")
        actions.link(session, aldo, ticket, more, now)
    session.commit()
    session.expunge_all()
    with count_queries() as statements:
        links = queries.list_links(session, aldo, ticket)
        assert [link.is_shown and link.answer.author.name for link in links if link.answer] == ["Bruno"] * 8
    assert len(statements) == 1
