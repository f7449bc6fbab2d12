"""Tickets through the front door: the way from a question to a ticket and back, and who never sees any of it."""

import html
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.contacts.models import Contact
from forum.questions.models import Answer
from forum.tickets import actions
from forum.tickets.models import Link, Ticket, TicketMessage
from tests.builders import make_answer, make_contact, make_question, make_ticket
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


@made_once
def answer(session: Session, anna: User, bruno: User) -> Answer:
    return make_answer(session, bruno, make_question(session, anna), accepted=True)


@made_once
def contact(session: Session, anna: User) -> Contact:
    return make_contact(session, "Giulia Conti", tier="top", phones=("06 87654321",), user=anna)


@made_once
def ticket(session: Session, aldo: User, contact: Contact) -> Ticket:
    made = make_ticket(session, aldo, contact, subject="No line since Tuesday", message="It went **dark**.")
    session.commit()
    return made


def test_from_a_question_to_a_ticket_with_its_answer(
    session: Session, browser: Open, aldo: User, bruno: User, contact: Contact, answer: Answer
) -> None:
    his = make_contact(session, "Bruno Neri", user=bruno)
    session.commit()
    before = bruno.standing
    sees = browser(aldo)
    desk = sees.get(f"/desk/questions/{answer.question_id}")
    assert desk.status_code == 200
    assert "Giulia Conti" in desk.text
    assert f"/tickets/new?contact={contact.id}&amp;question={answer.question_id}" in desk.text
    assert "Make a ticket of it" in desk.text

    opening = f"/tickets/new?contact={contact.id}&question={answer.question_id}"
    assert answer.question.title in sees.get(opening).text
    form = {"subject": "No line", "text": "She **called**.", "question": str(answer.question_id), "once": "b" * 32}
    first, second = (sees.send(f"/tickets/new?contact={contact.id}", form) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    made = session.scalars(select(Ticket)).one()
    assert (made.requester_id, made.question_id) == (contact.id, answer.question_id)

    linked = sees.send("/desk/links", {"kind": "answer", "target": answer.id, "chosen": made.id, "why": "Same light"})
    assert linked.status_code == 303
    page = sees.get(linked.headers["Location"]).text
    assert "<strong>called</strong>" in page
    assert answer.question.title in page
    assert "linked to 1 ticket" in page
    assert "Same light" in page
    session.expire_all()
    assert bruno.standing == before + 15
    assert "Was helped by:" in sees.get(f"/contacts/{contact.id}").text
    assert "Their answer was used for another customer" in sees.get(f"/contacts/{his.id}").text
    assert "linked to 1 ticket" in sees.get(f"/desk/questions/{answer.question_id}").text


@pytest.mark.parametrize(
    "style", ["answer {answer}", "/questions/{question}/x#answer-{answer}", "http://127.0.0.1:5000/answers/{answer}"]
)
def test_from_the_ticket_by_address_or_number(
    session: Session, browser: Open, aldo: User, ticket: Ticket, answer: Answer, style: str
) -> None:
    session.commit()
    text = style.format(answer=answer.id, question=answer.question_id)
    for _ in range(2):
        assert browser(aldo).send(f"/tickets/{ticket.id}/links", {"target": text}).status_code == 303
    assert session.scalars(select(Link)).one().answer_id == answer.id


@pytest.mark.parametrize("target", ["", "9", "answer 987654", "https://evil.example/kb/1", "x" * 600, "article 1"])
def test_what_names_nothing_is_said_in_a_sentence(
    session: Session, browser: Open, aldo: User, ticket: Ticket, target: str
) -> None:
    page = browser(aldo).send(f"/tickets/{ticket.id}/links", {"target": target})
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert session.scalar(select(func.count()).select_from(Link)) == 0


def test_what_is_hidden_is_neither_linked_nor_shown(
    session: Session, browser: Open, aldo: User, ticket: Ticket, answer: Answer, now: datetime
) -> None:
    actions.link(session, aldo, ticket, answer, now)
    title = answer.question.title
    answer.hidden_at = now
    session.commit()
    sees = browser(aldo)
    page = sees.get(f"/tickets/{ticket.id}").text
    assert "readers can no longer see" in page
    assert title not in page
    assert "Answer of Bruno" not in page
    other = make_ticket(session, aldo, ticket.requester)
    session.commit()
    refused = sees.send(f"/tickets/{other.id}/links", {"target": f"answer {answer.id}"})
    assert refused.status_code == 422
    assert "hidden or deleted" in refused.text
    assert sees.send("/desk/links", {"kind": "answer", "target": answer.id, "ticket": other.id}).status_code == 403


def test_a_link_is_taken_away_and_put_back(
    session: Session, browser: Open, aldo: User, ticket: Ticket, answer: Answer, now: datetime
) -> None:
    link = actions.link(session, aldo, ticket, answer, now)
    other = make_ticket(session, aldo, ticket.requester)
    session.commit()
    sees = browser(aldo)
    assert sees.send(f"/tickets/{other.id}/links/{link.id}/remove").status_code == 404
    assert sees.send(f"/tickets/{ticket.id}/links/{link.id}/remove").status_code == 303
    assert sees.send(f"/tickets/{ticket.id}/links/{link.id}/remove").status_code == 403
    assert "Put back" in sees.get(f"/tickets/{ticket.id}").text
    assert sees.send(f"/tickets/{ticket.id}/links/{link.id}/restore").status_code == 303
    session.expire_all()
    assert link.unlinked_at is None


def test_messages_notes_and_pressing_twice(session: Session, browser: Open, aldo: User, ticket: Ticket) -> None:
    sees, url = browser(aldo), f"/tickets/{ticket.id}/messages"
    for _ in range(2):
        assert sees.send(url, {"kind": "agent", "text": "Try **this**.", "once": "c" * 32}).status_code == 303
    assert (
        sees.send(url, {"kind": "note", "text": "She is <script>alert(1)</script> angry", "once": "d" * 32}).status_code
        == 303
    )
    assert sees.send(url, {"kind": "shout", "text": "x"}).status_code == 422
    assert sees.send(url, {"kind": "note", "text": ""}).status_code == 422
    assert sees.send(url, {"kind": "note", "text": "x" * 30_001}).status_code == 422
    page = sees.get(f"/tickets/{ticket.id}").text
    assert "<strong>this</strong>" in page
    assert "<script>alert" not in page
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 3
    session.expire_all()
    assert ticket.status == "open"


def test_status_and_assignee_with_a_conflict(
    session: Session, browser: Open, aldo: User, ada: User, mia: User, ticket: Ticket
) -> None:
    url = f"/tickets/{ticket.id}/change"
    change = {"status": "pending", "assignee": str(aldo.id), "version": "1"}
    assert browser(aldo).send(url, change).status_code == 303
    assert browser(ada).send(url, change | {"status": "closed"}).status_code == 409
    session.expire_all()
    assert (ticket.status, ticket.assignee_id) == ("pending", aldo.id)
    version = str(ticket.version)
    assert browser(ada).send(url, change | {"version": version, "status": "lost"}).status_code == 422
    assert browser(ada).send(url, change | {"version": version, "assignee": "x"}).status_code == 422
    assert browser(ada).send(url, change | {"version": version, "assignee": "98765"}).status_code == 422
    assert browser(ada).send(url, change | {"version": version, "assignee": str(mia.id)}).status_code == 403


def test_two_who_take_the_same_ticket(session: Session, browser: Open, aldo: User, ada: User, ticket: Ticket) -> None:
    assert browser(aldo).send(f"/tickets/{ticket.id}/take").status_code == 303
    assert browser(ada).send(f"/tickets/{ticket.id}/take").status_code == 409
    session.expire_all()
    assert ticket.assignee_id == aldo.id


def test_lists_by_tab(
    session: Session, browser: Open, aldo: User, ticket: Ticket, contact: Contact, now: datetime
) -> None:
    done = make_ticket(session, aldo, contact, subject="Long ago solved")
    actions.change_ticket(session, aldo, done, 1, now, status="resolved", assignee=aldo)
    session.commit()
    sees = browser(aldo)
    shown = {
        tab: {
            title
            for title in ("No line since Tuesday", "Long ago solved")
            if title in sees.get(f"/tickets?tab={tab}").text
        }
        for tab in ("todo", "mine", "unassigned", "new", "resolved", "closed")
    }
    assert shown == {
        "todo": {"No line since Tuesday"}, "mine": set(), "unassigned": {"No line since Tuesday"},
        "new": {"No line since Tuesday"}, "resolved": {"Long ago solved"}, "closed": set(),
    }  # fmt: skip
    assert sees.get("/tickets?tab=lost").status_code == 404
    assert "No tickets here" in sees.get("/tickets?tab=closed").text


def test_a_ticket_needs_a_contact_and_a_desk_a_question(browser: Open, aldo: User, session: Session) -> None:
    sees = browser(aldo)
    assert "Find the person first" in sees.get("/tickets/new").text
    assert sees.send("/tickets/new", {"subject": "No line"}).status_code == 404
    for url in ("/tickets/new?contact=98765", "/tickets/new?contact=x", "/tickets/98765",
                "/desk/questions/98765", "/contacts/98765",
                "/tickets/9223372036854775808", "/contacts/99999999999999999999999"):  # fmt: skip
        assert sees.get(url).status_code == 404, url
    assert session.scalar(select(func.count()).select_from(Ticket)) == 0


def test_a_desk_says_who_it_could_be(session: Session, browser: Open, aldo: User, carla: User) -> None:
    question = make_question(session, carla)
    make_contact(session, "Maybe Carla", emails=("carla@example.it",))
    session.commit()
    assert "Maybe Carla" in browser(aldo).get(f"/desk/questions/{question.id}").text


def test_a_ticket_page_costs_a_bounded_number_of_statements(
    session: Session, browser: Open, aldo: User, bruno: User, ticket: Ticket, answer: Answer, now: datetime,
    count_queries: Callable[[], Any],
) -> None:  # fmt: skip
    for number in range(6):
        more = make_answer(session, bruno, answer.question, text=f"Another way, number {number}, that works.")
        actions.link(session, aldo, ticket, more, now)
    session.commit()
    sees = browser(aldo)
    with count_queries() as statements:
        assert sees.get(f"/tickets/{ticket.id}").status_code == 200
    assert len(statements) <= 10
    with count_queries() as statements:
        assert sees.get("/tickets").status_code == 200
    assert len(statements) <= 5
    with count_queries() as statements:
        assert sees.get(f"/desk/questions/{answer.question_id}").status_code == 200
    assert len(statements) <= 18


PLANTED = ("giulia.planted@example.it", "87654321", "8765 4321", "Giulia Planted", "Planted company", "PLANTEDZONE",
           "Planted subject", "planted words")  # fmt: skip


@pytest.mark.parametrize("who", ["visitor", "anna", "bruno", "carla", "elena", "mia"])
def test_nothing_of_the_crm_is_in_any_answer_to_others(
    session: Session, app: Any, browser: Open, cast: dict[str, User], answer: Answer, who: str, now: datetime
) -> None:
    aldo, anna = cast["aldo"], cast["anna"]
    contact = make_contact(
        session, "Giulia Planted", emails=("giulia.planted@example.it",), phones=("06 87654321",),
        company="Planted company", tier="top", zone="PLANTEDZONE", user=anna,
    )  # fmt: skip
    ticket = make_ticket(session, aldo, contact, subject="Planted subject", message="planted words")
    link = actions.link(session, aldo, ticket, answer, now, why="planted words")
    session.commit()
    sees = browser(None if who == "visitor" else cast[who])
    ids = {
        "contact_id": contact.id, "ticket_id": ticket.id, "link_id": link.id, "question_id": answer.question_id,
        "answer_id": answer.id, "point_id": contact.points[0].id, "row_id": 1, "user_id": anna.id, "article_id": 1,
        "slug": answer.question.slug, "name": "x", "number": 1,
    }  # fmt: skip
    asked = 0
    for rule in app.url_map.iter_rules():
        if not rule.arguments <= set(ids) or rule.endpoint.startswith("static"):
            continue
        with app.test_request_context():
            url = app.url_for(rule.endpoint, **{name: ids[name] for name in rule.arguments})
        ours = rule.endpoint.startswith(("contacts.", "tickets."))
        if "GET" in rule.methods:
            response = sees.get(url, follow_redirects=False)
            if ours and who != "visitor":
                assert response.status_code == 403, url
        elif ours:
            data = {"name": "x", "value": "a@example.it", "person": str(anna.id), "target": f"answer {answer.id}",
                    "text": "x", "kind": "note", "status": "closed", "version": "1", "tier": "basic", "subject": "abc",
                    "external_id": "1", "ticket": str(ticket.id), "language": ""}  # fmt: skip
            response = sees.send(url, data)
            assert response.status_code in ((303,) if who == "visitor" else (403,)), (url, response.status_code)
        else:
            continue
        asked += 1
        for secret in PLANTED:
            assert secret not in response.text, (url, secret)
    assert asked > 25
    session.expire_all()
    assert (contact.version, contact.name, ticket.version, ticket.status) == (2, "Giulia Planted", 1, "new")
    assert session.scalar(select(func.count()).select_from(TicketMessage)) == 1
    assert session.scalar(select(func.count()).select_from(Link).where(Link.unlinked_at.is_(None))) == 1


def test_the_matrix_would_notice(session: Session, browser: Open, aldo: User, ticket: Ticket) -> None:
    page = browser(aldo).get(f"/tickets/{ticket.id}").text
    assert "Giulia Conti" in page
    assert "8765 4321" in page


def plain(page: str) -> str:
    """A page with its characters as they are, and one kind of apostrophe."""
    return html.unescape(page).replace("’", "'")


def test_the_pages_speak_italian(session: Session, browser: Open, aldo: User, ticket: Ticket, contact: Contact) -> None:
    aldo.language = "it"
    session.commit()
    sees = browser(aldo)
    for url, words in {
        "/tickets": ("Da fare", "Affidati a me", "Da iniziare", "N. "),
        f"/tickets/{ticket.id}": (
            "Che cosa aiuta",
            "Prendi questo ticket",
            "Valore per l'azienda",
            "Quello che hai detto",
        ),
        f"/contacts/{contact.id}": ("Che cosa è successo", "Ticket aperto:", "confermato"),
        "/contacts": ("Nuovo contatto",),
    }.items():
        page = plain(sees.get(url).text)
        assert [word for word in words if word not in page] == [], url
    refused = sees.send(f"/tickets/{ticket.id}/links", {"target": "9"})
    assert "Incolla l'indirizzo" in plain(refused.text)
