"""Contacts and tickets, which are for agents' programs alone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.contacts.models import Contact
from forum.questions import actions
from forum.tickets.models import Ticket
from tests.builders import NOON, make_answer, make_contact, make_question, make_ticket
from tests.ground import made_once

Open = Callable[..., Any]
Cast = dict[str, User]

NEW = {
    "name": "Paolo Neri",
    "company": "Neri srl",
    "tier": "top",
    "emails": ["Paolo@Example.it"],
    "phones": ["333 1234567"],
    "external_id": "C-77",
}


@made_once
def contact(session: Session, cast: Cast) -> Contact:
    made = make_contact(session, emails=("giulia@example.it",), user=session.merge(cast["anna"]))
    session.commit()
    return made


@made_once
def ticket(session: Session, cast: Cast, contact: Contact) -> Ticket:
    made = make_ticket(session, session.merge(cast["aldo"]), contact, message="Nothing works.")
    session.commit()
    return made


ROUTES = [
    ("GET", "/contacts", None, 200),
    ("POST", "/contacts", NEW, 201),
    ("GET", "/contacts/{contact}", None, 200),
    ("PATCH", "/contacts/{contact}", {"zone": "RM"}, 200),
    ("GET", "/contacts/{contact}/timeline", None, 200),
    ("GET", "/tickets", None, 200),
    ("POST", "/tickets", {"contact_id": 0, "subject": "No line"}, 422),
    ("GET", "/tickets/{ticket}", None, 200),
    ("PATCH", "/tickets/{ticket}", {"status": "open"}, 200),
    ("POST", "/tickets/{ticket}/links", {}, 422),
]


@pytest.mark.parametrize(("method", "path", "body", "good"), ROUTES)
def test_only_agents_with_the_scope_come_in(
    program: Open, cast: Cast, contact: Contact, ticket: Ticket, method: str, path: str, body: Any, good: int
) -> None:
    address = path.format(contact=contact.id, ticket=ticket.id)
    refused = [
        (None, (), 401),
        ("anna", ("read", "write"), 403),
        ("elena", ("read", "write", "knowledge"), 403),
        ("mia", ("read", "write", "moderate", "knowledge"), 403),
        ("aldo", ("read", "write", "knowledge"), 403),
        ("ada", ("read", "write", "moderate", "admin"), 403),
    ]
    for who, scopes, status in refused:
        answer = program(cast[who] if who else None, *scopes).send(method, address, body)
        assert answer.status_code == status, (who, scopes)
        assert "Giulia" not in answer.text
    for who in ("aldo", "ada"):
        if body is not NEW or who == "aldo":
            assert program(cast[who], "agent").send(method, address, body).status_code == good, who


def test_a_role_taken_away_takes_the_scope_with_it(
    program: Open, cast: Cast, contact: Contact, session: Session
) -> None:
    caller = program(cast["aldo"])
    assert caller.get(f"/contacts/{contact.id}").status_code == 200
    session.get_one(User, cast["aldo"].id).roles = frozenset()
    session.commit()
    assert caller.get(f"/contacts/{contact.id}").status_code == 403
    assert "agent" not in caller.get("/me").json["scopes"]


def test_a_contact_is_made_found_and_changed(program: Open, cast: Cast) -> None:
    agent = program(cast["aldo"])
    made = agent.post("/contacts", NEW)
    assert made.status_code == 201
    assert [point["value"] for point in made.json["points"]] == ["paolo@example.it", "+393331234567"]
    assert made.json["external_ids"] == [{"system": "crm", "value": "C-77"}]
    for asked in ("email=PAOLO@example.it", "phone=%2B39%20333%201234567", "external_id=C-77"):
        found = agent.get(f"/contacts?{asked}").json["items"]
        assert [each["id"] for each in found] == [made.json["id"]], asked
    assert agent.get("/contacts?email=nobody@example.it").json["items"] == []
    assert agent.get("/contacts?external_id=C-77&email=nobody@example.it").json["items"] == []
    path = f"/contacts/{made.json['id']}"
    changed = agent.patch(path, {"tier": "plus", "emails": ["new@example.it"]}, If_Match=made.headers["ETag"])
    assert (changed.status_code, changed.json["tier"], changed.json["company"]) == (200, "plus", "Neri srl")
    assert [point["value"] for point in changed.json["points"]] == ["+393331234567", "new@example.it"]
    assert agent.patch(path, {"tier": "basic"}, If_Match=made.headers["ETag"]).status_code == 412
    assert agent.get(path).json["tier"] == "plus"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"tier": "gold"}, "tier"),
        ({"emails": ["no address"]}, "emails"),
        ({"phones": ["12"]}, "phones"),
        ({"external_id": ""}, "external_id"),
        ({"external_id": "C-1\x00"}, "external_id"),
        ({"user_id": 1}, "user_id"),
    ],
    ids=str,
)
def test_a_contact_that_cannot_be_is_refused_whole(
    program: Open, cast: Cast, change: dict[str, Any], field: str
) -> None:
    agent = program(cast["aldo"])
    refused = agent.post("/contacts", {**NEW, **change})
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])
    assert agent.get("/contacts").json["items"] == []


@pytest.mark.parametrize("asked", ["email=none", "phone=0", "email=%00", "words=x"])
def test_an_address_that_is_none_finds_nobody(program: Open, cast: Cast, asked: str) -> None:
    refused = program(cast["aldo"]).get(f"/contacts?{asked}")
    assert (refused.status_code, list(refused.json["errors"])) == (422, [asked.partition("=")[0]])


def test_lists_of_the_crm_go_on(program: Open, cast: Cast, contact: Contact, session: Session) -> None:
    aldo = session.merge(cast["aldo"])
    tickets = {make_ticket(session, aldo, contact).id for _ in range(3)}
    others = {make_contact(session, f"Person {number}").id for number in range(2)} | {contact.id}
    session.commit()
    agent = program(cast["aldo"])
    for path, wanted in (("/contacts", others), ("/tickets", tickets), (f"/contacts/{contact.id}/timeline", None)):
        seen: list[int] = []
        address: str | None = f"{path}?limit=1"
        while address:
            page = agent.get(address).json
            assert len(page["items"]) == 1
            seen.append(page["items"][0]["id"])
            address = page["next"] and page["next"].removeprefix("http://127.0.0.1:5000")
        assert len(seen) == len(set(seen)) >= 3
        assert wanted is None or set(seen) == wanted


def test_a_ticket_is_opened_taken_and_resolved(program: Open, cast: Cast, contact: Contact) -> None:
    agent = program(cast["aldo"])
    body = {"contact_id": contact.id, "subject": "No line since Tuesday", "text": "It is **dead**."}
    made = agent.post("/tickets", body)
    assert made.status_code == 201 and made.json["messages"][0]["html"] == "<p>It is <strong>dead</strong>.</p>\n"
    path = f"/tickets/{made.json['id']}"
    taken = agent.patch(path, {"assignee_id": cast["aldo"].id, "status": "open"}, If_Match=made.headers["ETag"])
    assert (taken.json["assignee"]["name"], taken.json["status"]) == ("Aldo", "open")
    assert agent.patch(path, {"status": "closed"}, If_Match=made.headers["ETag"]).status_code == 412
    done = agent.patch(path, {"status": "resolved"})
    assert done.json["resolved_at"].endswith("Z") and done.json["assignee"]["name"] == "Aldo"
    assert agent.patch(path, {"assignee_id": None}).json["assignee"] is None
    kinds = [entry["kind"] for entry in agent.get(f"/contacts/{contact.id}/timeline").json["items"]]
    assert {"ticket_opened", "ticket_resolved"} <= set(kinds)
    listed = agent.get(f"/tickets?status=resolved&contact_id={contact.id}").json["items"]
    assert [row["id"] for row in listed] == [made.json["id"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"contact_id": 999_999, "subject": "No line"}, "contact_id"),
        ({"contact_id": 2**63, "subject": "No line"}, "contact_id"),
        ({"contact_id": None, "subject": "x"}, "subject"),
        ({"contact_id": None, "subject": "No line", "question_id": 999_999}, "question_id"),
    ],
)
def test_a_ticket_names_what_there_is(
    program: Open, cast: Cast, contact: Contact, body: dict[str, Any], field: str
) -> None:
    agent = program(cast["aldo"])
    refused = agent.post("/tickets", {**body, "contact_id": body["contact_id"] or contact.id})
    assert (refused.status_code, list(refused.json["errors"])) == (422, [field])
    assert agent.get("/tickets").json["items"] == []


def test_only_agents_are_given_tickets(program: Open, cast: Cast, ticket: Ticket) -> None:
    agent = program(cast["aldo"])
    path = f"/tickets/{ticket.id}"
    assert agent.patch(path, {"assignee_id": cast["mia"].id}).status_code == 403
    assert agent.patch(path, {"assignee_id": 999_999}).status_code == 422
    assert agent.patch(path, {"assignee_id": cast["ada"].id}).json["assignee"]["name"] == "Ada"


def test_what_helped_is_linked_once(program: Open, cast: Cast, ticket: Ticket, session: Session) -> None:
    question = make_question(session, session.merge(cast["carla"]))
    answer = make_answer(session, session.merge(cast["bruno"]), question)
    session.commit()
    agent, path = program(cast["aldo"]), f"/tickets/{ticket.id}/links"
    made = agent.post(path, {"answer_id": answer.id, "why": "the same fault"})
    assert made.status_code == 201 and made.json["answer_id"] == answer.id
    assert agent.post(path, {"answer_id": answer.id}).json["id"] == made.json["id"]
    assert [link["id"] for link in agent.get(f"/tickets/{ticket.id}").json["links"]] == [made.json["id"]]
    assert agent.post(path, {"answer_id": answer.id, "question_id": question.id}).status_code == 422
    assert agent.post(path, {"answer_id": 999_999}).status_code == 422
    actions.hide_question(session, session.merge(cast["mia"]), question, "Spam.", NOON)
    session.commit()
    assert agent.post(path, {"question_id": question.id}).status_code == 403


def test_a_ticket_is_made_of_a_question_once(program: Open, cast: Cast, session: Session) -> None:
    anna = session.merge(cast["anna"])
    question = make_question(session, anna, title="The television shows no picture")
    make_contact(session, "Giulia Conti", user=anna)
    session.commit()
    agent = program(cast["aldo"])
    first, second = (agent.post("/tickets", {"question_id": question.id}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]
    assert (first.json["subject"], first.json["contact"]["name"]) == (question.title, "Giulia Conti")
    assert [each["kind"] for each in first.json["messages"]] == ["customer"]
    other = make_question(session, session.merge(cast["bruno"]), title="Nobody knows who asks this")
    session.commit()
    assert agent.post("/tickets", {"question_id": other.id}).json["contact"] is None
    for body, field in (
        ({}, "contact_id"),
        ({"subject": "No line"}, "contact_id"),
        ({"question_id": other.id, "subject": "No line"}, "subject"),
        ({"question_id": 999_999}, "question_id"),
    ):
        refused = agent.post("/tickets", body)
        assert (refused.status_code, list(refused.json["errors"])) == (422, [field])


def test_what_was_said_is_read_and_written(program: Open, cast: Cast, ticket: Ticket) -> None:
    agent, path = program(cast["aldo"]), f"/tickets/{ticket.id}/messages"
    made = agent.post(path, {"kind": "customer", "text": "It is **dead**."}, Idempotency_Key="k1")
    again = agent.post(path, {"kind": "customer", "text": "It is **dead**."}, Idempotency_Key="k1")
    assert (made.status_code, again.json) == (201, made.json)
    assert made.json["html"] == "<p>It is <strong>dead</strong>.</p>\n"
    agent.post(path, {"kind": "note", "text": "Angry."})
    listed = agent.get(f"{path}?limit=1").json
    rest = agent.get(listed["next"].removeprefix("http://127.0.0.1:5000")).json
    assert {listed["items"][0]["kind"], rest["items"][0]["kind"]} == {"note", "customer"}
    for body, field in (({"kind": "shout", "text": "x"}, "kind"), ({"kind": "note"}, "text"), ({"text": "x"}, "kind"),
                        ({"kind": "note", "text": " "}, "text"), ({"kind": "note", "text": "x" * 30_001}, "text")):  # fmt: skip
        refused = agent.post(path, body)
        assert (refused.status_code, list(refused.json["errors"])) == (422, [field])
    assert program(cast["mia"]).get(path).status_code == 403
    assert agent.get("/tickets/999999/messages").status_code == 404


def test_a_link_is_taken_away_with_what_it_gave(program: Open, cast: Cast, ticket: Ticket, session: Session) -> None:
    bruno = session.merge(cast["bruno"])
    answer = make_answer(session, bruno, make_question(session, session.merge(cast["carla"])))
    other = make_ticket(session, session.merge(cast["aldo"]), ticket.requester)
    session.commit()
    before = bruno.standing
    agent, path = program(cast["aldo"]), f"/tickets/{ticket.id}/links"
    made = agent.post(path, {"answer_id": answer.id}).json
    assert agent.delete(f"/tickets/{other.id}/links/{made['id']}").status_code == 404
    assert program(cast["mia"]).delete(f"{path}/{made['id']}").status_code == 403
    session.expire_all()
    assert bruno.standing == before + 15
    for _ in range(2):
        assert agent.delete(f"{path}/{made['id']}").json["id"] == made["id"]
    assert agent.get(f"/tickets/{ticket.id}").json["links"] == []
    session.expire_all()
    assert bruno.standing == before
    assert agent.post(path, {"answer_id": answer.id}).json["id"] == made["id"]
    session.expire_all()
    assert bruno.standing == before + 15
    assert agent.delete(f"{path}/999999").status_code == 404
