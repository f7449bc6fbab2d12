"""A question becomes a ticket by one press, and a ticket finds what could help by its own words."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry, User
from forum.contacts.actions import join_user
from forum.contacts.models import Contact, TimelineEntry
from forum.questions import actions as questions
from forum.questions.models import Answer, Question
from forum.tickets.actions import REUSED, REUSED_IN_ARTICLE, REUSED_IN_ARTICLE_POINTS, REUSED_POINTS
from forum.tickets.models import Link, Ticket, TicketMessage
from forum.tickets.rules import may_open_from
from tests.builders import NOON, make_answer, make_article, make_contact, make_question, make_ticket
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


@made_once
def question(session: Session, anna: User) -> Question:
    made = make_question(session, anna, title="The television shows no picture", text="It went **dark** at noon.")
    session.commit()
    return made


def kinds(session: Session, contact: Contact) -> list[str]:
    return sorted(session.scalars(select(TimelineEntry.kind).where(TimelineEntry.contact_id == contact.id)))


def test_one_press_makes_one_ticket(
    session: Session, browser: Open, aldo: User, anna: User, question: Question
) -> None:
    contact = make_contact(session, "Giulia Conti", user=anna)
    session.commit()
    sees, url = browser(aldo), f"/desk/questions/{question.id}/ticket"
    first, second = sees.send(url), sees.send(url)
    ticket = session.scalars(select(Ticket)).one()
    assert first.headers["Location"] == second.headers["Location"] == f"/tickets/{ticket.id}"
    assert (ticket.subject, ticket.requester_id, ticket.question_id) == (question.title, contact.id, question.id)
    page = sees.get(f"/tickets/{ticket.id}").text
    assert "There is already a ticket of this question." in page
    assert "<strong>dark</strong>" in page
    assert "Giulia Conti, the customer" in page
    assert "written down by" not in page
    assert "From the question: The television" in page
    message = session.scalars(select(TicketMessage)).one()
    assert (message.kind, message.author_id, message.at) == ("customer", None, question.created_at)
    assert "ticket_opened" in kinds(session, contact)
    desk = sees.get(f"/desk/questions/{question.id}").text
    assert "To the ticket of this question" in desk
    assert "Make a ticket of it" not in desk


def test_without_a_contact_it_waits_for_one(
    session: Session, browser: Open, aldo: User, anna: User, question: Question, carry: Callable[[], None]
) -> None:
    sees = browser(aldo)
    ticket_url = sees.send(f"/desk/questions/{question.id}/ticket").headers["Location"]
    ticket = session.scalars(select(Ticket)).one()
    assert ticket.requester_id is None
    page = sees.get(ticket_url).text
    assert "Nobody knows yet who this is" in page
    assert "Anna, the customer" in page
    assert "no contact yet" in sees.get("/tickets").text
    change = {"status": "resolved", "assignee": str(aldo.id), "version": "1"}
    assert sees.send(f"{ticket_url}/change", change).status_code == 303
    contact = make_contact(session, "Giulia Conti")
    join_user(session, aldo, contact, anna, NOON)
    session.commit()
    carry()
    session.expire_all()
    assert ticket.requester_id == contact.id
    assert kinds(session, contact) == ["asked", "joined", "ticket_opened"]
    assert "Giulia Conti, the customer" in sees.get(ticket_url).text


@pytest.mark.parametrize("who, status", [("anna", 403), ("mia", 403), ("aldo", 303), ("ada", 303)])
def test_who_makes_tickets_of_questions(
    session: Session, browser: Open, cast: dict[str, User], question: Question, who: str, status: int
) -> None:
    assert bool(may_open_from(cast[who], question)) is (status == 303)
    assert browser(cast[who]).send(f"/desk/questions/{question.id}/ticket").status_code == status
    assert session.scalar(select(func.count()).select_from(Ticket)) == (status == 303)


def test_of_what_is_hidden_no_ticket_is_made(
    session: Session, browser: Open, aldo: User, ada: User, mia: User, question: Question
) -> None:
    questions.hide_question(session, mia, question, "It names a person.", NOON)
    session.commit()
    assert not may_open_from(aldo, question)
    for who in (aldo, ada):
        assert browser(who).send(f"/desk/questions/{question.id}/ticket").status_code in (403, 404)
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_an_answer_accepted_later_is_shown(
    session: Session, browser: Open, aldo: User, bruno: User, mia: User, question: Question
) -> None:
    sees = browser(aldo)
    url = sees.send(f"/desk/questions/{question.id}/ticket").headers["Location"]
    assert "The question is solved" not in sees.get(url).text
    answer = make_answer(session, bruno, question, text="Scan for channels *again*.", accepted=True)
    session.commit()
    page = sees.get(url).text
    assert "The question is solved" in page
    assert "Accepted answer of Bruno" in page
    assert "Link this answer" in page
    assert sees.send(f"{url}/links", {"target": f"answer {answer.id}"}).status_code == 303
    assert "Link this answer" not in sees.get(url).text
    questions.hide_answer(session, mia, answer, "Wrong.", NOON)
    session.commit()
    assert "Scan for channels" not in sees.get(url).text


@pytest.fixture
def known(
    session: Session, bruno: User, carla: User, elena: User, mia: User, carry: Callable[[], None]
) -> dict[str, Any]:
    """A solved question with its article's sibling, an answered one, and one that nobody answered."""
    red = make_question(session, carla, title="Red light on the router after a storm", text="The router light is red.")
    solved = make_answer(
        session, bruno, red, text="Unplug the router for a minute, the red light goes out.", accepted=True
    )
    other = make_question(session, carla, title="Router with a red light and no line", text="Red light, router dead.")
    open_answer = make_answer(session, bruno, other, text="Look at the cable of the router when the light is red.")
    lonely = make_question(session, carla, title="Why does the router light turn red", text="The router, red light.")
    source = make_answer(session, bruno, make_question(session, carla, title="How to read the lights"), accepted=True)
    article = make_article(
        session,
        elena,
        source,
        reviewer=mia,
        title="Lights of the router: red",
        text="A red light on the router means no line.",
    )
    session.commit()
    carry()
    return {"solved": solved, "open": open_answer, "lonely": lonely, "article": article, "source": source}


def test_what_could_help_is_found_by_the_words_of_the_ticket(
    session: Session, browser: Open, aldo: User, known: dict[str, Any]
) -> None:
    contact = make_contact(session, "Giulia Conti")
    ticket = make_ticket(
        session, aldo, contact, subject="No line", message="The light on the router is red since the storm."
    )
    session.commit()
    sees, url = browser(aldo), f"/tickets/{ticket.id}"
    assert f'data-fragment="{url}/suggestions?part=1"' in sees.get(url).text
    part = sees.get(f"{url}/suggestions?part=1").text
    assert "<html" not in part
    for target in (f"answer {known['solved'].id}", f"answer {known['open'].id}", f"article {known['article'].id}"):
        assert f'value="{target}"' in part
    assert "Accepted answer of Bruno" in part
    assert "<mark>" in part
    assert f"/questions/{known['lonely'].id}" not in part, "without an answer it helps nobody"
    assert "Red light on the router" in sees.get(f"{url}/suggestions").text
    assert sees.send(f"{url}/links", {"target": f"answer {known['solved'].id}"}).status_code == 303
    part = sees.get(f"{url}/suggestions?part=1").text
    assert f'value="answer {known["solved"].id}"' not in part, "what is linked is not suggested"
    assert f'value="article {known["article"].id}"' in part


def test_suggestions_follow_what_the_customer_says(
    session: Session, browser: Open, aldo: User, known: dict[str, Any]
) -> None:
    ticket = make_ticket(session, aldo, make_contact(session), subject="A question about my bill")
    session.commit()
    sees, url = browser(aldo), f"/tickets/{ticket.id}"
    assert "Nothing in the forum" in sees.get(f"{url}/suggestions?part=1").text
    sees.send(f"{url}/messages", {"kind": "note", "text": "the router shows a red light", "once": "a" * 32})
    assert "Nothing in the forum" in sees.get(f"{url}/suggestions?part=1").text, "a note is not the customer's"
    sees.send(f"{url}/messages", {"kind": "customer", "text": "the router shows a red light", "once": "b" * 32})
    assert f'value="answer {known["solved"].id}"' in sees.get(f"{url}/suggestions?part=1").text


@pytest.mark.parametrize("who, status", [("visitor", 303), ("anna", 403), ("mia", 403), ("ada", 200)])
def test_suggestions_are_for_agents(
    session: Session, browser: Open, cast: dict[str, User], known: dict[str, Any], who: str, status: int
) -> None:
    ticket = make_ticket(session, cast["aldo"], make_contact(session), subject="red light router")
    session.commit()
    answer = browser(None if who == "visitor" else cast[who]).get(f"/tickets/{ticket.id}/suggestions")
    assert answer.status_code == status


def test_pages_of_tickets_ask_seldom(
    session: Session, browser: Open, aldo: User, known: dict[str, Any], count_queries: Any
) -> None:
    asked: Question = known["solved"].question
    sees = browser(aldo)
    url = sees.send(f"/desk/questions/{asked.id}/ticket").headers["Location"]
    sees.send(f"{url}/links", {"target": f"answer {known['open'].id}"})
    sees.get(url)
    for path, most in ((url, 10), (f"{url}/suggestions?part=1", 12), (f"/desk/questions/{asked.id}", 18)):
        with count_queries() as queries:
            assert sees.get(path).status_code == 200
        assert len(queries) <= most, (path, "\n".join(queries))


@pytest.mark.parametrize("message", ["<" * 29_000, "\u0000", "a " * 14_000, "[x](" * 7_000, "'\"; --", "🔴" * 3_000])
def test_any_words_are_looked_for(
    session: Session, browser: Open, aldo: User, known: dict[str, Any], message: str
) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    session.add(
        TicketMessage(
            ticket_id=ticket.id, kind="customer", text=message.replace("\0", ""), html="", html_version=1, at=NOON
        )
    )
    session.commit()
    assert browser(aldo).get(f"/tickets/{ticket.id}/suggestions").status_code == 200


def credits(session: Session, user: User) -> dict[str, int]:
    rows = select(StandingEntry.reason, StandingEntry.points).where(
        StandingEntry.user_id == user.id, StandingEntry.cause_kind == "link"
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def test_a_linked_article_credits_who_wrote_its_answer_and_gives_it_back(
    session: Session, browser: Open, aldo: User, bruno: User, known: dict[str, Any]
) -> None:
    his = make_contact(session, "Bruno Neri", user=bruno)
    ticket = make_ticket(session, aldo, make_contact(session))
    session.commit()
    before = bruno.standing
    sees, url = browser(aldo), f"/tickets/{ticket.id}"
    sees.send(f"{url}/links", {"target": f"article {known['article'].id}"})
    session.expire_all()
    assert credits(session, bruno) == {REUSED_IN_ARTICLE: REUSED_IN_ARTICLE_POINTS}
    assert REUSED_IN_ARTICLE_POINTS < REUSED_POINTS
    assert bruno.standing == before + REUSED_IN_ARTICLE_POINTS
    assert "An article made of their answer was used" in sees.get(f"/contacts/{his.id}").text
    sees.send(f"{url}/links", {"target": f"answer {known['solved'].id}"})
    assert credits(session, bruno) == {REUSED_IN_ARTICLE: REUSED_IN_ARTICLE_POINTS, REUSED: REUSED_POINTS}
    for made in session.scalars(select(Link)).all():
        assert sees.send(f"{url}/links/{made.id}/remove").status_code == 303
    session.expire_all()
    assert credits(session, bruno) == {}
    assert bruno.standing == before
    assert kinds(session, his) == ["joined"]
    link_id = session.scalars(select(Link.id).where(Link.article_id.is_not(None))).one()
    assert sees.send(f"{url}/links/{link_id}/restore").status_code == 303
    assert credits(session, bruno) == {REUSED_IN_ARTICLE: REUSED_IN_ARTICLE_POINTS}


def test_what_somebody_did_before_they_were_known_comes_with_the_join_and_goes_with_it(
    session: Session,
    browser: Open,
    aldo: User,
    bruno: User,
    anna: User,
    known: dict[str, Any],
    carry: Callable[[], None],
) -> None:
    ticket = make_ticket(session, aldo, make_contact(session))
    session.commit()
    sees = browser(aldo)
    for target in (f"answer {known['solved'].id}", f"article {known['article'].id}"):
        sees.send(f"/tickets/{ticket.id}/links", {"target": target})
    make_question(session, bruno, title="What does the help line cost")
    his = make_contact(session, "Bruno Neri")
    session.commit()
    sees.send(f"/contacts/{his.id}/join", {"person": str(bruno.id)})
    carry()
    expected = sorted(
        ["joined", "asked", "promoted", "reused", "reused_in_article"] + ["answered"] * 3 + ["helped"] * 2
    )
    assert kinds(session, his) == expected
    first = session.scalars(
        select(TimelineEntry.at).where(TimelineEntry.contact_id == his.id, TimelineEntry.kind == "answered")
    ).first()
    assert first == session.scalars(select(Answer.created_at)).first(), "with the moment it happened at"
    sees.send(f"/contacts/{his.id}/part")
    carry()
    assert kinds(session, his) == ["joined", "parted"]
    sees.send(f"/contacts/{his.id}/join", {"person": str(bruno.id)})
    carry()
    assert kinds(session, his) == sorted([*expected, "parted", "joined"])
