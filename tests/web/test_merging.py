"""Merging contacts through the front door."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.contacts.models import Contact, ContactMerge
from tests.builders import make_contact, make_ticket
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


@made_once
def pair(session: Session, aldo: User, anna: User) -> tuple[Contact, Contact]:
    kept = make_contact(session, "Giulia Conti", phones=("06 1234567",), company="Conti")
    gone = make_contact(session, "giulia conti", phones=("333 1234567",), company="CONTI", tier="top", user=anna)
    make_ticket(session, aldo, gone, subject="A case of the other")
    session.commit()
    return kept, gone


def form(kept: Contact, gone: Contact) -> dict[str, str]:
    return {"other": str(gone.id), "kept_version": str(kept.version), "gone_version": str(gone.version)}


def test_from_the_suggestion_to_one_contact_and_back(
    session: Session, browser: Open, aldo: User, anna: User, pair: tuple[Contact, Contact]
) -> None:
    kept, gone = pair
    sees = browser(aldo)
    page = sees.get(f"/contacts/{kept.id}").text
    assert "the same name and company" in page
    assert f"/contacts/{kept.id}/merge?other={gone.id}" in page
    compared = sees.get(f"/contacts/{kept.id}/merge?other={gone.id}").text
    for words in (
        "Its value becomes Top.",
        "joined to the forum user Anna",
        "1 address or number comes",
        "333 123 4567",
    ):
        assert words in compared
    sent = form(kept, gone)
    for _ in range(2):
        assert sees.send(f"/contacts/{kept.id}/merge", sent).headers["Location"] == f"/contacts/{kept.id}"
    assert session.scalar(select(func.count()).select_from(ContactMerge)) == 1
    page = sees.get(f"/contacts/{kept.id}").text
    for words in ("A case of the other", "333 123 4567", "Merged with the contact giulia conti", "make them two again"):
        assert words in page
    for path in ("", "/edit", "?after=x"):
        moved = sees.get(f"/contacts/{gone.id}{path}")
        assert (moved.status_code, moved.headers["Location"]) == (308, f"/contacts/{kept.id}")
        assert "no-store" in moved.headers["Cache-Control"], "after an undo the address is its own again"
    assert sees.get(f"/tickets/new?contact={gone.id}").status_code == 200
    late = sees.send(f"/contacts/{gone.id}/points", {"value": "02 7654321"})
    assert late.status_code == 409
    assert "was merged with" in late.text
    assert "giulia conti" not in sees.get("/contacts?q=giulia").text
    merge = session.scalars(select(ContactMerge)).one()
    assert sees.send(f"/contacts/{gone.id}/merges/{merge.id}/undo").status_code == 404
    assert sees.send(f"/contacts/{kept.id}/merges/{merge.id}/undo").status_code == 303
    assert sees.send(f"/contacts/{kept.id}/merges/{merge.id}/undo").status_code == 403
    assert sees.get(f"/contacts/{gone.id}").status_code == 200
    session.expire_all()
    assert (kept.user_id, gone.user_id, kept.tier) == (None, anna.id, "basic")


def test_two_agents_with_two_opinions(
    session: Session, browser: Open, aldo: User, ada: User, pair: tuple[Contact, Contact]
) -> None:
    kept, gone = pair
    one, other = form(kept, gone), form(gone, kept)
    assert browser(aldo).send(f"/contacts/{kept.id}/merge", one).status_code == 303
    assert browser(ada).send(f"/contacts/{gone.id}/merge", other).status_code == 409
    stale = make_contact(session, "Third")
    session.commit()
    late = {"other": str(stale.id), "kept_version": "1", "gone_version": "1"}
    assert browser(ada).send(f"/contacts/{kept.id}/merge", late).status_code == 409
    assert session.scalar(select(func.count()).select_from(ContactMerge)) == 1


def test_two_accounts_are_not_one_person(
    session: Session, browser: Open, aldo: User, bruno: User, pair: tuple[Contact, Contact]
) -> None:
    _, gone = pair
    his = make_contact(session, "Bruno", user=bruno)
    session.commit()
    page = browser(aldo).get(f"/contacts/{his.id}/merge?other={gone.id}")
    assert "One person has one account" in page.text
    assert "and merge the other into it" not in page.text
    refused = browser(aldo).send(f"/contacts/{his.id}/merge", form(his, gone))
    assert refused.status_code == 403
    assert "One person has one account" in refused.text


@pytest.mark.parametrize("other", ["", "x", "98765", "-1", "9" * 30, "٣", "1 OR 1=1"])
def test_what_is_no_other_contact(
    session: Session, browser: Open, aldo: User, pair: tuple[Contact, Contact], other: str
) -> None:
    kept, _ = pair
    sees = browser(aldo)
    assert sees.get(f"/contacts/{kept.id}/merge", query_string={"other": other}).status_code == 404
    sent = sees.send(f"/contacts/{kept.id}/merge", {"other": other, "kept_version": "1", "gone_version": "1"})
    assert sent.status_code in (404, 422)
    assert session.scalar(select(func.count()).select_from(ContactMerge)) == 0


def test_the_comparison_speaks_italian(
    browser: Open, aldo: User, session: Session, pair: tuple[Contact, Contact]
) -> None:
    aldo.language = "it"
    session.commit()
    page = browser(aldo).get(f"/contacts/{pair[0].id}/merge?other={pair[1].id}").text
    assert "Sono la stessa persona?" in page
    assert "Are these" not in page


def test_a_program_finds_the_kept_one_under_the_old_number(
    session: Session, aldo: User, pair: tuple[Contact, Contact], app: object, parts: object, now: datetime
) -> None:
    from forum.accounts.tokens import add_token
    from forum.contacts.merging import merge_contacts

    kept, gone = pair
    merge_contacts(session, aldo, kept, gone, kept.version, gone.version, now)
    token = add_token(session, aldo, "test", frozenset({"agent"}), now)[1]
    session.commit()
    client, headers = app.test_client(), {"Authorization": f"Bearer {token}"}  # type: ignore[attr-defined]
    read = client.get(f"/api/v1/contacts/{gone.id}", headers=headers)
    assert (read.status_code, read.json["id"]) == (200, kept.id)
    changed = client.patch(f"/api/v1/contacts/{gone.id}", json={"zone": "RM"}, headers=headers)
    assert (changed.json["id"], changed.json["zone"]) == (kept.id, "RM")
    assert client.get(f"/api/v1/contacts/{gone.id}/timeline", headers=headers).json["items"]
    opened = client.post("/api/v1/tickets", json={"contact_id": gone.id, "subject": "By number"}, headers=headers)
    assert opened.json["contact"]["id"] == kept.id
    listed = client.get("/api/v1/contacts", headers=headers).json["items"]
    assert [row["id"] for row in listed] == [kept.id]
