"""The CRM through the front door: agents find, write down and join; to everybody else it does not speak."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.contacts.actions import record_for
from forum.contacts.models import Contact, ContactPoint
from tests.builders import make_answer, make_contact, make_question, make_ticket
from tests.conftest import Browser

Open = Callable[[User | None], Browser]

NEW = {
    "name": "Giulia Conti",
    "company": "Conti & figli",
    "tier": "top",
    "zone": "RM",
    "language": "it",
    "email": "Giulia@Example.it",
    "phone": "06 12345678",
    "once": "a" * 32,
}


def test_an_agent_writes_a_contact_down_once(session: Session, browser: Open, aldo: User) -> None:
    sees = browser(aldo)
    assert 'name="phone"' in sees.get("/contacts/new").text
    first, second = (sees.send("/contacts/new", NEW) for _ in range(2))
    assert first.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    contact = session.scalars(select(Contact)).one()
    assert {point.value for point in contact.points} == {"giulia@example.it", "+390612345678"}
    page = sees.get(first.headers["Location"])
    assert page.status_code == 200
    for shown in (
        "Giulia Conti",
        "Conti &amp; figli",
        "Top",
        "RM",
        "giulia@example.it",
        "06 1234 5678",
        'href="tel:+390612345678"',
    ):
        assert shown in page.text
    for words in (
        "giulia",
        "CONTI figli",
        "giulia@example.it",
        "06 1234 5678",
        "06 1234",
        "+39 06 1234",
        "+39 06 12345678",
        "0039 06 1234",
        "0039061234 5678",
        "06/12345678",
        "tel:+390612345678",
        "1234 5678",
    ):
        assert "Giulia Conti" in sees.get("/contacts", query_string={"q": words}).text
    assert "Nobody found" in sees.get("/contacts?q=somebody+else").text


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"name": ""}, "Please fill this in."),
        ({"name": "x" * 121}, "at most 120 fit"),
        ({"email": "not an address"}, "This is not an e-mail address"),
        ({"phone": "12"}, "This is not a phone number"),
        ({"tier": "gold"}, "Please choose one of these."),
        ({"zone": "z" * 41}, "at most 40 fit"),
        ({"name": "a\ud800b"}, "broken characters"),
    ],
)
def test_a_wrong_field_is_shown_again(
    session: Session, browser: Open, aldo: User, change: dict[str, str], sentence: str
) -> None:
    data = {name: value.encode("utf-8", "surrogatepass") for name, value in (NEW | change).items()}
    page = browser(aldo).send("/contacts/new", data)
    if "\ud800" in "".join(change.values()):
        assert page.status_code in (303, 422)
        return
    assert page.status_code == 422
    assert sentence in page.text
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_editing_from_an_old_page_is_a_conflict(session: Session, browser: Open, aldo: User, ada: User) -> None:
    contact = make_contact(session, tier="plus")
    session.commit()
    url = f"/contacts/{contact.id}/edit"
    assert 'value="1"' in browser(aldo).get(url).text
    edit = {"name": "Giulia C.", "tier": "plus", "language": "", "version": "1"}
    assert browser(aldo).send(url, edit).status_code == 303
    assert browser(ada).send(url, edit | {"name": "Other"}).status_code == 409
    assert browser(ada).send(url, edit | {"version": "x"}).status_code == 409
    session.expire_all()
    assert contact.name == "Giulia C."


def test_points_and_ids_come_and_go(session: Session, browser: Open, aldo: User) -> None:
    contact, other = make_contact(session), make_contact(session, "Other", emails=("o@example.it",))
    session.commit()
    sees, url = browser(aldo), f"/contacts/{contact.id}"
    assert sees.send(f"{url}/points", {"value": "333 1234567"}).status_code == 303
    assert sees.send(f"{url}/points", {"value": "G@example.it"}).status_code == 303
    wrong = sees.send(f"{url}/points", {"value": "12"})
    assert wrong.status_code == 422
    assert "This is not a phone number" in wrong.text
    assert sees.send(f"{url}/external-ids", {"external_id": "C-17"}).status_code == 303
    taken = sees.send(f"/contacts/{other.id}/external-ids", {"external_id": "C-17"})
    assert taken.status_code == 422
    session.expire_all()
    assert [point.value for point in contact.points] == ["+393331234567", "g@example.it"]
    assert sees.send(f"{url}/points/{other.points[0].id}/remove").status_code == 404
    assert sees.send(f"{url}/points/{contact.points[0].id}/remove").status_code == 303
    assert sees.send(f"{url}/external-ids/{contact.external_ids[0].id}/remove").status_code == 303
    session.expire_all()
    assert (len(contact.points), contact.external_ids) == (1, [])


def test_an_agent_joins_and_undoes_it(session: Session, browser: Open, aldo: User, anna: User) -> None:
    contact = make_contact(session, emails=("anna@example.it",))
    make_contact(session, "Second", emails=("anna@example.it",))
    session.commit()
    sees, url = browser(aldo), f"/contacts/{contact.id}"
    assert "could be one of several contacts" in sees.get("/contacts").text
    page = sees.get(url).text
    assert "This is the same person: join Anna" in page
    assert "This could be the same person" in page
    assert sees.send(f"{url}/join", {"person": "nobody@example.it"}).status_code == 422
    assert sees.send(f"{url}/join", {"person": "987654"}).status_code == 422
    assert sees.send(f"{url}/join", {"person": f"https://x.example/people/{anna.id}/anna"}).status_code == 303
    page = sees.get(url).text
    assert "Joined by an agent" in page
    assert "Joined to the forum user Anna" in page
    assert sees.send(f"{url}/part").status_code == 303
    assert sees.send(f"{url}/part").status_code == 403
    session.expire_all()
    assert contact.user_id is None
    assert (
        session.scalar(select(func.count()).select_from(ContactPoint).where(ContactPoint.verified_at.is_not(None))) == 0
    )


def test_the_timeline_tells_titles_of_what_is_open_and_goes_on(
    session: Session, browser: Open, aldo: User, anna: User, bruno: User, now: datetime
) -> None:
    contact = make_contact(session, user=anna)
    question = make_question(session, anna, title="The light is red since the storm")
    hidden = make_question(session, anna, title="A secret thing nobody may read")
    make_answer(session, bruno, question, accepted=True)
    hidden.hidden_at = now
    for number in range(40):
        record_for(session, contact.id, "phoned", Cause("call", number), now - timedelta(days=number + 1))
    session.commit()
    sees = browser(aldo)
    page = sees.get(f"/contacts/{contact.id}").text
    assert "Asked: The light is red since the storm" in page
    assert "Was helped by: The light is red since the storm" in page
    assert "A secret thing" not in page
    assert "something that is no longer shown" in page
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "phoned" in sees.get(older).text
    assert sees.get(f"/contacts/{contact.id}?after=nonsense").status_code == 422


def test_a_page_costs_a_bounded_number_of_statements(
    session: Session, browser: Open, aldo: User, anna: User, count_queries: Callable[[], Any]
) -> None:
    contact = make_contact(session, user=anna, emails=("x@example.it",), phones=("06 12345678",))
    for number in range(12):
        make_question(session, anna, title=f"Question number {number} about the line")
        make_ticket(session, aldo, contact, subject=f"Case {number}")
    session.commit()
    sees = browser(aldo)
    with count_queries() as statements:
        assert sees.get(f"/contacts/{contact.id}").status_code == 200
    assert len(statements) <= 10
    with count_queries() as statements:
        assert sees.get("/contacts").status_code == 200
    assert len(statements) <= 6


@pytest.mark.parametrize(
    "words", ["%", "_", "'; DROP TABLE contacts --", "\x00", "x" * 5000, "\\", "@", "+", "９９９９９"]
)
def test_any_search_is_a_search(browser: Open, aldo: User, words: str) -> None:
    assert browser(aldo).get("/contacts", query_string={"q": words}).status_code == 200
