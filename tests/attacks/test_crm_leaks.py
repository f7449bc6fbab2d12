"""What the company knows of its customers is in no answer to anybody but agents: every route of pages and API, every method."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.accounts.rules import SCOPES, may_use_scope
from forum.accounts.tokens import add_token
from forum.api.routes import api
from forum.base.clock import utc_now
from forum.base.parts import Parts
from forum.contacts.merging import merge_contacts
from forum.contacts.models import ExternalId
from forum.tickets import actions
from tests.attacks.conftest import forgetful
from tests.builders import make_answer, make_article, make_contact, make_question, make_ticket
from tests.conftest import DATABASES
from tests.web.doors_tried import changed, everything

#: What a page or an answer says of a customer is decided by the same statements on either database: one is enough.
pytestmark = pytest.mark.parametrize("database_url", DATABASES[:1], indirect=True)

#: Words that stand nowhere else, in every field of the CRM; the value of the customer is in the words around it.
PLANTED = (
    "quoxname", "quoxgone", "quoxcompany", "quoxzone", "quox.mail@example.it", "quox.other@example.it", "quoxid",
    "+390699887766", "06 9988 7766", "99887766", "9988 77", "quoxsubject", "quoxsaid", "quoxnote", "quoxwhy", "quoxlate",
    "Value to the company", '"tier"', "external_ids", "reused_in_article",
)  # fmt: skip

#: Who works for the company, but not on its customers' cases, is like any customer here.
OTHERS = ("visitor", "anna", "bruno", "carla", "elena", "mia")

#: What a program or a form could send that is sound enough to be read.
BODIES: tuple[dict[str, Any], ...] = (
    {}, {"kind": "note", "text": "x"}, {"contact_id": 1, "subject": "No line"}, {"question_id": 1}, {"answer_id": 1},
    {"name": "x"}, {"zone": "x"}, {"status": "closed"}, {"title": "A title that is long enough", "text": "x"},
    {"value": 1}, {"state": "archived"}, {"outcome": "approve"}, {"text": "Have you tried?"},
)  # fmt: skip


@pytest.fixture
def ids(session: Session, cast: dict[str, User], carry: Callable[[], None]) -> dict[str, int]:
    """Anna's contact and ticket, with everything that can hang on them; Bruno helped."""
    anna, bruno, aldo, now = cast["anna"], cast["bruno"], cast["aldo"], utc_now()
    question = make_question(session, anna, title="The light is red since the storm")
    answer = make_answer(session, bruno, question, accepted=True)
    article = make_article(session, cast["elena"], answer, reviewer=cast["mia"])
    contact = make_contact(
        session, "quoxname", company="quoxcompany", zone="quoxzone", tier="top", emails=("quox.mail@example.it",),
        phones=("06 99887766",), user=anna,
    )  # fmt: skip
    contact.external_ids.append(ExternalId(system="crm", value="quoxid"))
    gone = make_contact(session, "quoxgone", emails=("quox.other@example.it",))
    merge = merge_contacts(session, aldo, contact, gone, contact.version, gone.version, now)
    ticket = make_ticket(session, aldo, contact, subject="quoxsubject", message="quoxsaid")
    actions.add_message(session, aldo, ticket, "note", actions.Rendered("quoxnote", "quoxnote", 1, (), 0, ()), now)  # type: ignore[arg-type]
    link = actions.link(session, aldo, ticket, answer, now, why="quoxwhy")
    actions.link(session, aldo, ticket, article, now, why="quoxwhy")
    actions.unlink(session, aldo, actions.link(session, aldo, ticket, question, now, why="quoxlate"), now)
    made = actions.open_from_question(session, aldo, question, contact, now)
    session.commit()
    carry()
    return {
        "contact_id": contact.id, "gone_id": gone.id, "ticket_id": ticket.id, "link_id": link.id, "merge_id": merge.id,
        "question_id": question.id, "answer_id": answer.id, "article_id": article.id, "made_id": made.id,
        "point_id": contact.points[0].id, "row_id": contact.external_ids[0].id, "user_id": anna.id, "comment_id": 1,
    }  # fmt: skip


def leaks(text: str, path: str) -> set[str]:
    told = unescape(text)
    return {word for word in PLANTED if word in told and word not in path}


def addresses(app: Flask, ids: dict[str, int], is_api: bool) -> list[tuple[str, str, str]]:
    """Every method and address there is, with the ids of what was planted; endpoint last."""
    made = []
    for rule in app.url_map.iter_rules():
        known: dict[str, Any] = {**ids, "slug": "x", "name": "x", "number": 1, "token": "x", "code": "x", "path": "x"}
        if rule.endpoint.startswith("api.") is not is_api or not rule.arguments <= set(known):
            continue
        variants = [known]
        if "contact_id" in rule.arguments:
            variants.append(known | {"contact_id": ids["gone_id"]})
        if "ticket_id" in rule.arguments:
            variants.append(known | {"ticket_id": ids["made_id"]})
        for variant in variants:
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **{name: variant[name] for name in rule.arguments})
            made += [(method, path, rule.endpoint) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return made


@pytest.mark.parametrize("who", OTHERS)
def test_no_page_says_anything_of_the_crm(
    app: Flask, parts: Parts, browser: Any, cast: dict[str, User], ids: dict[str, int], who: str
) -> None:
    client = browser(None if who == "visitor" else cast[who])
    crm = {"contacts", "external_ids", "contact_points", "tickets", "ticket_messages", "ticket_links", "contact_merges"}
    before = everything(parts.store)
    asked, found = 0, set()
    for method, path, endpoint in addresses(app, ids, is_api=False):
        ours = endpoint.startswith(("contacts.", "tickets."))
        if method == "POST" and not ours:
            continue
        answers = [client.get(path)] if method == "GET" else [client.send(path, body) for body in BODIES[:4]]
        if method == "GET" and ours:
            answers += [client.get(f"{path}?{query}") for query in ("q=quox", "other=1", "part=1", "tab=closed")]
        for answer in answers:
            asked += 1
            found |= {(word, method, path) for word in leaks(answer.text + (answer.location or ""), path)}
            if ours:
                assert answer.status_code == (303 if who == "visitor" else 403), (method, path)
    for path in ("/search?q=quoxsubject", "/search?q=quoxsaid+quoxnote", "/similar?title=quoxname+quoxcompany", "/api"):
        found |= {(word, "GET", path) for word in leaks(client.get(path).text, path)} - {
            ("external_ids", "GET", "/api")
        }
    assert {each for each in found if each[2] != "/api"} == set()
    assert asked > 100
    assert changed(before, everything(parts.store)) & crm == set()


@pytest.mark.parametrize("who", OTHERS)
def test_no_answer_to_a_program_says_anything_of_the_crm(
    app: Flask, parts: Parts, session: Session, cast: dict[str, User], ids: dict[str, int], who: str
) -> None:
    headers = {}
    if who != "visitor":
        owner = session.get_one(User, cast[who].id)
        scopes = frozenset(scope for scope in SCOPES if may_use_scope(owner, scope))
        headers["Authorization"] = f"Bearer {add_token(session, owner, 'test', scopes, utc_now())[1]}"
        session.commit()
    client, asked, found = app.test_client(), 0, set()
    with forgetful():
        for method, path, endpoint in addresses(app, ids, is_api=True):
            ours = path.startswith(("/api/v1/contacts", "/api/v1/tickets"))
            if method == "GET":
                answers = [
                    client.get(path + query, headers=headers)
                    for query in ("", "?q=quox", "?email=quox.mail@example.it")
                ]
            else:
                bodies = BODIES if ours else BODIES[8:]
                answers = [client.open(path, method=method, json=body, headers=headers) for body in bodies]
            for answer in answers:
                asked += 1
                found |= {(word, method, path) for word in leaks(answer.text, path) if endpoint != "api.describe"}
                if ours:
                    assert answer.status_code == (401 if who == "visitor" else 403), (method, path, answer.text)
    assert found - {(word, "GET", "/api/v1/openapi.json") for word in PLANTED} == set()
    assert asked > 100
    assert sum(path.startswith(("/contacts", "/tickets")) for path in {route.path for route in api.routes}) >= 8


def test_agents_see_all_of_it(
    app: Flask, session: Session, browser: Any, cast: dict[str, User], ids: dict[str, int]
) -> None:
    """Otherwise not finding it would prove nothing."""
    client = browser(cast["aldo"])
    seen = "".join(
        client.get(path, follow_redirects=True).text
        for path in (
            f"/contacts/{ids['gone_id']}",
            f"/tickets/{ids['ticket_id']}",
            f"/desk/questions/{ids['question_id']}",
            f"/contacts/{ids['contact_id']}/merge?other=1",
        )
    )
    token = add_token(session, cast["aldo"], "test", frozenset({"agent"}), utc_now())[1]
    session.commit()
    headers = {"Authorization": f"Bearer {token}"}
    seen += app.test_client().get(f"/api/v1/contacts/{ids['gone_id']}", headers=headers).text
    assert {word for word in PLANTED if word not in unescape(seen)} <= {"quoxlate", "reused_in_article"}
